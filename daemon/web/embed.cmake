# Writes the file IN to OUT, as a C source with a struct web_file NAME of the content type TYPE.
cmake_policy(VERSION 3.20)

# A file's bytes as the rows of a C array.
function(bytes_of file out)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
  set(${out} "${hex}" PARENT_SCOPE)
endfunction()

file(ARCHIVE_CREATE OUTPUT ${OUT}.gz PATHS ${IN} FORMAT raw COMPRESSION GZip COMPRESSION_LEVEL 9)
bytes_of(${IN} plain)
bytes_of(${OUT}.gz packed)
# Bytes 4 to 7 are the time of the packing: without it the same file always gives the same bytes.
string(SUBSTRING "${packed}" 0 20 before)
string(SUBSTRING "${packed}" 40 -1 behind)
set(packed "${before}0x00,0x00,0x00,0x00,${behind}")
file(SHA256 ${IN} hash)
string(SUBSTRING ${hash} 0 16 hash)

get_filename_component(from ${IN} NAME)
file(WRITE ${OUT} "/* Made of ${from} by embed.cmake. */
#include \"web.h\"

static const unsigned char plain[] = {
${plain}
};

static const unsigned char packed[] = {
${packed}
};

const struct web_file ${NAME} = {
    .content_type = \"${TYPE}\",
    .plain = {{(const char *)plain, sizeof plain}, \"\\\"${hash}\\\"\"},
    .packed = {{(const char *)packed, sizeof packed}, \"\\\"${hash}-gz\\\"\"},
};
")
