# The daemon: house.c sees every room, and each room only what it may.
add_executable(footfalld daemon/main.c daemon/house.c daemon/house_ingest.c daemon/house_query.c)
target_link_libraries(footfalld PRIVATE ff_config ff_net ff_intake ff_canon ff_journal ff_fold
                      ff_tally ff_answer ff_base)
