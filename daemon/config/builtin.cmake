# cmake -DOUT=FILE.c -DNAMES=a,b -DFROM=DIR -P builtin.cmake
# Writes builtin_a() and builtin_b() (builtin.h), which give the bytes of DIR/a.yaml and DIR/b.yaml.
string(REPLACE "," ";" names "${NAMES}")
set(text "#include \"builtin.h\"\n")
foreach(name ${names})
  file(READ "${FROM}/${name}.yaml" bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND text "\nstatic const unsigned char ${name}[] = {${bytes}};\n"
    "\nstruct ff_span builtin_${name}(void)\n{\n"
    "    return ff_span_of((const char *)${name}, sizeof ${name});\n}\n")
endforeach()
file(WRITE "${OUT}" "${text}")
