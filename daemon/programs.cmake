# The programs. Files of daemon/ itself see every room, and each room only what it may.
find_package(Threads REQUIRED)

# shard*.c: the state of one journal, and how it comes back.
file(GLOB shard_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/daemon/shard*.c)
add_library(ff_shard STATIC ${shard_sources})
target_include_directories(ff_shard PUBLIC ${PROJECT_SOURCE_DIR}/daemon)
target_link_libraries(ff_shard PUBLIC ff_config ff_canon ff_journal ff_fold ff_tally ff_base)

# The daemon: all of it but main.c is a library, so that tests can run it on other file operations.
file(GLOB house_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/daemon/house*.c)
add_library(ff_house STATIC daemon/command.c ${house_sources})
target_link_libraries(ff_house PUBLIC ff_shard ff_net ff_intake ff_access ff_classify ff_answer ff_web Threads::Threads)
add_executable(footfalld daemon/main.c)
target_link_libraries(footfalld PRIVATE ff_house)

# The operator's tool: ctl/ talks to a daemon, offline*.c work on a store itself.
file(GLOB offline_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/daemon/offline*.c)
add_executable(footfallctl daemon/footfallctl.c ${offline_sources})
target_link_libraries(footfallctl PRIVATE ff_ctl ff_shard)
