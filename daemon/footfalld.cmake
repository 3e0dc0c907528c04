# The daemon: house*.c see every room, and each room only what it may.
file(GLOB house_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/daemon/house*.c)
find_package(Threads REQUIRED)
add_executable(footfalld daemon/main.c ${house_sources})
target_link_libraries(footfalld PRIVATE ff_config ff_net ff_intake ff_canon ff_access ff_journal
                      ff_fold ff_tally ff_answer ff_base Threads::Threads)
