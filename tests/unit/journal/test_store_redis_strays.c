#include "redis_seat.h"

#include "segment.h"

#include <string.h>
#include <unistd.h>

/* What the strays were that a store gave: as numbers, for a body is "stray <number>". */
struct got {
    struct seat *seat;
    unsigned n;
    uint64_t seq[512];
    unsigned known; /* the first so many are not appended */
    unsigned fail;  /* after so many it takes no more; 0: it takes all */
    uint64_t ahead; /* they are copies: a body's number is so much greater than the seq */
    size_t large;   /* not 0: whatever they are, records of this size are appended in their place */
};

static enum ff_status stray_take(void *ctx, uint64_t seq, struct ff_span body)
{
    struct got *got = ctx;
    char expected[32];
    struct suite *s = &got->seat->suite;
    if (got->fail && got->n == got->fail)
        return FF_BUSY;
    static char large[1 << 20];
    const int n = snprintf(expected, sizeof expected, "stray %llu", (unsigned long long)(seq + got->ahead));
    assert_true(got->large || ff_span_equal(body, ff_span_of(expected, (size_t)n)));
    if (got->large)
        body = ff_span_of(memset(large, 'x', sizeof large), got->large);
    got->seq[got->n++] = seq;
    if (got->n > got->known)
        assert_int_equal(store_redis.append(s->store, ++s->last, body), FF_OK);
    return FF_OK;
}

/* Takes all strays, as the house does. */
static void take_all(struct got *got)
{
    struct ff_store_health health;
    struct suite *s = &got->seat->suite;
    for (int steps = 0; steps < 100; steps++) {
        store_redis.health(s->store, &health);
        if (!health.strays || store_redis.strays(s->store, stray_take, got) != FF_OK)
            return;
        suite_flush(s);
    }
    fail_msg("there is no end of them");
}

static enum ff_status pass_over(void *ctx, uint64_t seq, struct ff_span body)
{
    (void)ctx;
    (void)seq;
    (void)body;
    return FF_OK;
}

static void opened(struct seat *s)
{
    char why[512];
    if (store_redis.open(&s->suite.store, &s->suite.options, why, sizeof why) != FF_OK ||
        store_redis.replay(s->suite.store, 1, UINT64_MAX, pass_over, NULL, &s->suite.last, why, sizeof why) != FF_OK)
        fail_msg("%s", why);
    assert_int_equal(store_redis.poll(s->suite.store, &s->suite.durable), FF_OK);
}

static size_t stray_put(unsigned char *out, uint64_t seq)
{
    char body[32];
    const int n = snprintf(body, sizeof body, "stray %llu", (unsigned long long)seq);
    segment_record_put(out, seq, ff_span_of(body, (size_t)n));
    return segment_record_size((size_t)n);
}

/* Somebody with a link of his own leaves the records first to last in the handover. */
static void leave(struct seat *s, uint64_t epoch, uint64_t first, uint64_t last)
{
    unsigned char bytes[16384];
    char why[256];
    struct redis_keys keys;
    struct redis_url url;
    size_t n = SEGMENT_GROUP_HEADER;
    for (uint64_t seq = first; seq <= last; seq++)
        n += stray_put(bytes + n, seq);
    segment_group_put(bytes, &(struct segment_group){.first = first, .durable = first - 1,
                                                     .count = (uint32_t)(last - first + 1),
                                                     .bytes = (uint32_t)(n - SEGMENT_GROUP_HEADER)});
    assert_true(redis_url_parse(s->server.url, &url, why, sizeof why) && redis_keys_make(&keys, "footfall", "seat"));
    struct redis_link *link = redis_link_new(&url);
    assert_int_equal(redis_link_connect(link, 5 * FF_SECOND), REDIS_OK);
    assert_int_equal(redis_handover_put(link, &keys, epoch, (struct redis_id){0}, ff_span_of((const char *)bytes, n)), REDIS_OK);
    redis_link_free(link);
}

static long long handed(struct seat *s)
{
    return redis_server_number(&s->server, "HLEN " SEAT_KEY "handover");
}

/* Until the store has seen the handover, which it looks for while nothing happens. */
static void seen(struct seat *s)
{
    struct ff_store_health health = {0};
    for (int turns = 0; !health.strays; turns++) {
        struct pollfd news = {.fd = store_redis.news_fd(s->suite.store), .events = POLLIN};
        assert_true(turns < 1000 && poll(&news, 1, 30000) == 1);
        assert_int_equal(store_redis.poll(s->suite.store, &s->suite.durable), FF_OK);
        store_redis.health(s->suite.store, &health);
    }
}

static void expect_seqs(const struct got *got, uint64_t first, uint64_t last)
{
    assert_int_equal(got->n, last - first + 1);
    for (unsigned i = 0; i < got->n; i++)
        assert_true(got->seq[i] == first + i);
}

static void a_handover_is_taken_in_while_nothing_happens(void **state)
{
    struct seat *s = *state;
    struct got got = {.seat = s};
    opened(s);
    leave(s, 5, 11, 40);
    seen(s);
    take_all(&got);
    expect_seqs(&got, 11, 40);
    assert_int_equal(s->suite.last, 30);
    assert_int_equal(handed(s), 0);
    assert_int_equal(redis_took_of(&seat_owner(s)->seen.took, 5), 40);
}

static void one_that_is_there_at_the_start_is_known_at_once(void **state)
{
    struct seat *s = *state;
    struct got got = {.seat = s};
    struct ff_store_health health;
    leave(s, 5, 11, 30);
    opened(s);
    store_redis.health(s->suite.store, &health);
    assert_true(health.strays);
    assert_non_null(health.degraded);
    take_all(&got);
    expect_seqs(&got, 11, 30);
    store_redis.health(s->suite.store, &health);
    assert_false(health.strays);
    assert_null(health.degraded);
}

static void what_was_taken_is_not_given_again_after_a_crash(void **state)
{
    struct seat *s = *state;
    struct got got = {.seat = s}, again = {.seat = s};
    leave(s, 5, 11, 30);
    opened(s);
    take_all(&got);
    /* It died before it could drop what it had taken; and the one before had added more. */
    leave(s, 5, 11, 30);
    leave(s, 5, 25, 50);
    store_redis.close(&s->suite.store);
    opened(s);
    take_all(&again);
    expect_seqs(&again, 31, 50);
    assert_int_equal(s->suite.last, 40);
    assert_int_equal(handed(s), 0);
}

static void what_a_trimmed_journal_had_of_them_the_manifest_knows(void **state)
{
    struct seat *s = *state;
    struct got got = {.seat = s};
    redis_server_number(&s->server, "HSET " SEAT_KEY "manifest version 1 took 5:30");
    leave(s, 5, 11, 50);
    opened(s);
    take_all(&got);
    expect_seqs(&got, 31, 50);
    assert_int_equal(handed(s), 0);
}

static void they_stay_where_they_are_until_they_are_in_the_journal(void **state)
{
    struct seat *s = *state;
    struct got got = {.seat = s};
    struct ff_store_health health;
    leave(s, 5, 11, 30);
    opened(s);
    assert_int_equal(store_redis.strays(s->suite.store, stray_take, &got), FF_OK);
    store_redis.health(s->suite.store, &health);
    assert_false(health.strays);
    assert_non_null(health.degraded);
    assert_int_equal(store_redis.strays(s->suite.store, stray_take, &got), FF_NOT_FOUND);
    assert_int_equal(handed(s), 1);
    suite_flush(&s->suite);
    take_all(&got);
    expect_seqs(&got, 11, 30);
    assert_int_equal(handed(s), 0);
}

static void they_are_a_group_of_their_own_among_what_comes(void **state)
{
    struct seat *s = *state;
    struct got got = {.seat = s}, again = {.seat = s};
    struct ff_store *store;
    leave(s, 5, 11, 30);
    opened(s);
    store = s->suite.store;
    const long long before = seat_entries(s);
    assert_int_equal(store_redis.append(store, ++s->suite.last, FF_LITERAL("before")), FF_OK);
    assert_int_equal(store_redis.strays(store, stray_take, &got), FF_OK);
    assert_int_equal(store_redis.append(store, ++s->suite.last, FF_LITERAL("after")), FF_OK);
    suite_flush(&s->suite);
    assert_int_equal(seat_entries(s), before + 3);
    store_redis.close(&s->suite.store); /* it dies before it can drop them */
    opened(s);
    take_all(&again);
    assert_true(again.n == 0 && s->suite.last == 22);
    assert_int_equal(handed(s), 0);
}

static void all_that_is_known_is_dropped(void **state)
{
    struct seat *s = *state;
    struct got got = {.seat = s, .known = 20};
    leave(s, 5, 11, 30);
    opened(s);
    take_all(&got);
    expect_seqs(&got, 11, 30);
    assert_int_equal(s->suite.last, 0);
    assert_int_equal(handed(s), 0);
}

static void what_is_not_taken_is_given_again(void **state)
{
    struct seat *s = *state;
    struct got got = {.seat = s, .fail = 7};
    leave(s, 5, 11, 30);
    opened(s);
    take_all(&got);
    expect_seqs(&got, 11, 17);
    suite_flush(&s->suite);
    assert_int_equal(handed(s), 1);
    got.fail = 0;
    take_all(&got);
    expect_seqs(&got, 11, 30);
    assert_int_equal(s->suite.last, 20);
    assert_int_equal(handed(s), 0);
}

/* Spills the strays first to last, as a process of that epoch would have. */
static void spill_strays(struct seat *s, uint64_t epoch, uint64_t first, uint64_t last)
{
    struct spill *spill;
    char why[512], body[32];
    uint64_t durable = 0;
    const struct spill_options options = {.path = s->store, .durability = FF_DURABLE_PROCESS, .max = 1 << 30,
                                          .journal = SEAT_KEY "journal"};
    if (spill_open(&spill, &options, why, sizeof why) != FF_OK)
        fail_msg("%s", why);
    for (uint64_t seq = first; seq <= last; seq++) {
        const int n = snprintf(body, sizeof body, "stray %llu", (unsigned long long)seq);
        assert_int_equal(spill_add(spill, epoch, seq, (struct spill_copy){0}, ff_span_of(body, (size_t)n)), FF_OK);
    }
    assert_int_equal(spill_flush(spill), FF_OK);
    assert_int_equal(spill_poll(spill, &durable), FF_OK);
    spill_close(&spill);
}

static void what_a_process_left_on_the_disk_is_taken_in(void **state)
{
    struct seat *s = *state;
    struct got got = {.seat = s};
    spill_strays(s, 5, 101, 150);
    spill_strays(s, 6, 151, 170);
    opened(s);
    take_all(&got);
    expect_seqs(&got, 101, 170);
    assert_int_equal(s->suite.last, 70);
    assert_int_equal(spill_last(seat_owner(s)->outage.spill), 0);
    assert_true(redis_took_of(&seat_owner(s)->seen.took, 5) == 150 && redis_took_of(&seat_owner(s)->seen.took, 6) == 170);
    store_redis.close(&s->suite.store);
    assert_false(spill_is_left(s->store, &io_system));
}

static void what_of_it_was_delivered_is_passed_over(void **state)
{
    struct seat *s = *state;
    struct got got = {.seat = s};
    opened(s);
    const uint64_t epoch = seat_owner(s)->epoch;
    for (uint64_t seq = 1; seq <= 10; seq++)
        assert_int_equal(store_redis.append(s->suite.store, ++s->suite.last, FF_LITERAL("delivered")), FF_OK);
    suite_flush(&s->suite);
    store_redis.close(&s->suite.store);
    spill_strays(s, epoch, 4, 25);
    opened(s);
    take_all(&got);
    expect_seqs(&got, 11, 25);
    assert_int_equal(s->suite.last, 25);
}

static void an_outage_in_its_middle_takes_nothing_twice(void **state)
{
    struct seat *s = *state;
    struct got got = {.seat = s};
    leave(s, 5, 11, 30);
    opened(s);
    redis_server_pause(&s->server);
    assert_int_equal(store_redis.strays(s->suite.store, stray_take, &got), FF_STORE_AWAY);
    redis_server_resume(&s->server);
    seat_until(s, REDIS_DIRECT);
    seen(s);
    assert_int_equal(store_redis.strays(s->suite.store, stray_take, &got), FF_OK);
    expect_seqs(&got, 11, 30);
    redis_server_pause(&s->server);
    suite_flush(&s->suite); /* to the spill */
    assert_int_equal(seat_owner(s)->mode, REDIS_SPILLING);
    redis_server_resume(&s->server);
    seat_until(s, REDIS_DIRECT);
    take_all(&got);
    expect_seqs(&got, 11, 30);
    assert_int_equal(handed(s), 0);
    assert_int_equal(redis_took_of(&seat_owner(s)->seen.took, 5), 30);
}

/* What is taken in meets an outage, and the process ends in it. */
static void ends_with_copies_on_the_disk(struct seat *s, size_t large)
{
    struct got got = {.seat = s, .large = large};
    opened(s);
    assert_int_equal(store_redis.strays(s->suite.store, stray_take, &got), FF_OK);
    assert_int_equal(got.n, 20);
    redis_server_do(&s->server, "CONFIG SET maxmemory 1");
    suite_flush(&s->suite);
    assert_int_equal(seat_owner(s)->trouble, REDIS_OOM);
    store_redis.close(&s->suite.store);
    redis_server_do(&s->server, "CONFIG SET maxmemory 0");
    assert_true(spill_is_left(s->store, &io_system));
}

static void an_end_in_its_middle_takes_nothing_handed_twice(void **state)
{
    struct seat *s = *state;
    struct got got = {.seat = s, .ahead = 10};
    leave(s, 5, 11, 30);
    ends_with_copies_on_the_disk(s, 0);
    opened(s);
    take_all(&got); /* the copies, but not what they are copies of */
    expect_seqs(&got, 1, 20);
    assert_int_equal(s->suite.last, 20);
    assert_int_equal(handed(s), 0);
    assert_int_equal(redis_took_of(&seat_owner(s)->seen.took, 5), 30);
}

static void an_end_in_its_middle_takes_nothing_spilled_twice(void **state)
{
    struct seat *s = *state;
    struct got got = {.seat = s};
    spill_strays(s, 5, 101, 120);
    ends_with_copies_on_the_disk(s, 0);
    opened(s);
    take_all(&got); /* what they are copies of came first */
    expect_seqs(&got, 101, 120);
    assert_int_equal(s->suite.last, 20);
    assert_int_equal(spill_last(seat_owner(s)->outage.spill), 0);
}

/* Where the last byte that is not 0 ends: what follows is room. */
static off_t used_bytes(const char *path)
{
    FILE *file = fopen(path, "rb");
    off_t used = 0, at = 1;
    assert_non_null(file);
    for (int c; (c = getc(file)) != EOF; at++)
        used = c ? at : used;
    fclose(file);
    return used;
}

/* The newest file of the spill ends so many bytes sooner, as after a loss of power. */
static void spill_tear(struct seat *s, long bytes)
{
    char pattern[SCRATCH_MAX + 64];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/spill/journal-*.seg", s->store);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    const char *path = found.gl_pathv[found.gl_pathc - 1];
    assert_int_equal(truncate(path, used_bytes(path) - bytes), 0);
    globfree(&found);
}

/* More than a group of the disk's has, so that some of them are there and the last is not. */
#define LARGE ((size_t)100 << 10)

static void ends_with_torn_copies_on_the_disk(struct seat *s)
{
    ends_with_copies_on_the_disk(s, LARGE);
    spill_tear(s, 100);
}

static void copies_without_their_last_are_not_taken_for_them(void **state)
{
    struct seat *s = *state;
    struct got got = {.seat = s};
    leave(s, 5, 11, 30);
    ends_with_torn_copies_on_the_disk(s);
    opened(s);
    assert_in_range(spill_last(seat_owner(s)->outage.spill), 1, 19);
    take_all(&got); /* what they are copies of */
    expect_seqs(&got, 11, 30);
    assert_int_equal(s->suite.last, 20);
    assert_int_equal(handed(s), 0);
    assert_int_equal(redis_took_of(&seat_owner(s)->seen.took, 5), 30);
    assert_int_equal(spill_last(seat_owner(s)->outage.spill), 0);
}

/* The next process has an outage before it looks, and ends in it: its own are behind them then. */
static void nor_are_they_with_others_behind_them(void **state)
{
    struct seat *s = *state;
    struct got got = {.seat = s, .large = LARGE};
    leave(s, 5, 11, 30);
    ends_with_torn_copies_on_the_disk(s);
    opened(s);
    const uint64_t torn = spill_last(seat_owner(s)->outage.spill);
    redis_server_do(&s->server, "CONFIG SET maxmemory 1");
    seat_append(s, 30);
    assert_int_equal(seat_owner(s)->trouble, REDIS_OOM);
    store_redis.close(&s->suite.store);
    redis_server_do(&s->server, "CONFIG SET maxmemory 0");
    opened(s);
    assert_int_equal(spill_last(seat_owner(s)->outage.spill), torn + 30);
    take_all(&got);
    assert_int_equal(got.n, 30 + 20);
    assert_true(got.seq[0] == 1 && got.seq[29] == 30 && got.seq[30] == 11 && got.seq[49] == 30);
    assert_int_equal(handed(s), 0);
}

static void however_large_they_are_one_entry(void **state)
{
    struct seat *s = *state;
    struct got got = {.seat = s, .large = LARGE};
    leave(s, 5, 11, 30);
    opened(s);
    const long long before = seat_entries(s);
    assert_int_equal(store_redis.strays(s->suite.store, stray_take, &got), FF_OK);
    suite_flush(&s->suite);
    assert_int_equal(got.n, 20);
    assert_int_equal(seat_entries(s), before + 1);
    store_redis.close(&s->suite.store);
    got.n = 0;
    opened(s);
    take_all(&got);
    assert_true(got.n == 0 && handed(s) == 0);
}

/* In an outage, too: what comes back from the disk is one. */
static void so_they_are_behind_an_outage(void **state)
{
    struct seat *s = *state;
    struct got got = {.seat = s, .large = LARGE};
    leave(s, 5, 11, 30);
    opened(s);
    const long long before = seat_entries(s);
    redis_server_do(&s->server, "CONFIG SET maxmemory 1");
    assert_int_equal(store_redis.strays(s->suite.store, stray_take, &got), FF_OK);
    suite_flush(&s->suite);
    assert_int_equal(seat_owner(s)->trouble, REDIS_OOM);
    redis_server_do(&s->server, "CONFIG SET maxmemory 0");
    seat_until(s, REDIS_DIRECT);
    assert_int_equal(got.n, 20);
    assert_int_equal(seat_entries(s), before + 1);
}

/* A fenced owner has some of the copies on its disk. */
static void copies_without_their_last_are_not_handed_over(void **state)
{
    struct seat *s = *state;
    struct redis_drain d = {.epoch = 7, .from = 1, .stray = {.first = 1, .last = 3, .took = {5, 30}}, .seq = 0};
    struct spill_options options = {.path = s->path, .durability = FF_DURABLE_PROCESS, .max = 1 << 20, .journal = "j"};
    struct spill *spill;
    struct redis_url url;
    struct redis_keys keys;
    uint64_t durable;
    char why[512];
    assert_int_equal(spill_open(&spill, &options, why, sizeof why), FF_OK);
    for (uint64_t seq = 1; seq <= 3; seq++)
        assert_int_equal(spill_add(spill, 7, seq, (struct spill_copy){5, 30, 3}, FF_LITERAL("copy")), FF_OK);
    assert_int_equal(spill_flush(spill), FF_OK);
    while (spill_settled(spill) < 3) {
        struct pollfd news = {.fd = spill_news_fd(spill), .events = POLLIN};
        assert_true(poll(&news, 1, 10000) == 1 && spill_poll(spill, &durable) == FF_OK);
    }
    assert_true(redis_url_parse(s->server.url, &url, why, sizeof why) && redis_keys_make(&keys, "footfall", "seat"));
    struct redis_link *link = redis_link_new(&url);
    assert_int_equal(redis_link_connect(link, 5 * FF_SECOND), REDIS_OK);
    d.keys = &keys;
    d.spill = spill;
    d.upto = 2;
    assert_int_equal(redis_drain_to_handover(link, &d), REDIS_OK);
    assert_true(d.spilled == FF_OK && d.place == 2 && handed(s) == 0);
    d.upto = 3;
    assert_int_equal(redis_drain_to_handover(link, &d), REDIS_OK);
    assert_true(d.spilled == FF_OK && d.place == 3 && handed(s) == 1);
    redis_link_free(link);
    spill_close(&spill);
}

static void copies_that_are_handed_over_are_not_taken_twice(void **state)
{
    struct seat *s = *state;
    struct seat newer = *s;
    char path[SCRATCH_MAX + 16];
    struct got got = {.seat = s}, again = {.seat = &newer};
    struct ff_store_health health;
    leave(s, 5, 11, 30);
    opened(s);
    redis_server_do(&s->server, "CONFIG SET maxmemory 1");
    assert_int_equal(store_redis.strays(s->suite.store, stray_take, &got), FF_OK);
    suite_flush(&s->suite); /* to the spill */
    assert_int_equal(seat_owner(s)->trouble, REDIS_OOM);
    redis_server_do(&s->server, "CONFIG SET maxmemory 0");
    snprintf(path, sizeof path, "%s/elsewhere", s->path);
    newer.suite.options.path = path;
    opened(&newer);
    take_all(&again);
    expect_seqs(&again, 11, 30);
    assert_int_equal(handed(s), 0);
    seat_until(s, REDIS_MODE_FENCED);
    store_redis.close(&s->suite.store);
    assert_int_equal(handed(s), 1);
    seen(&newer);
    take_all(&again);
    expect_seqs(&again, 11, 30);
    store_redis.health(newer.suite.store, &health);
    assert_true(!health.strays && handed(s) == 0);
    store_redis.close(&newer.suite.store);
}

static void with_a_checkpoint_for_lost_data_those_on_their_way_are_taken(void **state)
{
    struct seat *s = *state;
    struct got got = {.seat = s}, again = {.seat = s};
    char took[1024];
    leave(s, 5, 11, 30);
    opened(s);
    assert_int_equal(store_redis.strays(s->suite.store, stray_take, &got), FF_OK);
    redis_server_do(&s->server, "FLUSHALL");
    seat_until(s, REDIS_LOST);
    assert_int_equal(store_redis.checkpoint_begin(s->suite.store, s->suite.last), FF_OK);
    assert_int_equal(store_redis.checkpoint_put(s->suite.store, FF_LITERAL("all of them")), FF_OK);
    assert_int_equal(store_redis.checkpoint_commit(s->suite.store), FF_OK);
    assert_int_equal(seat_owner(s)->mode, REDIS_DIRECT);
    redis_server_ask(&s->server, "HGET " SEAT_KEY "manifest took", took, sizeof took);
    assert_non_null(strstr(took, "5:30")); /* to whoever comes after */
    leave(s, 5, 11, 30); /* by one who does not know */
    seen(s);
    take_all(&again);
    assert_int_equal(again.n, 0);
    assert_int_equal(handed(s), 0);
}

static void what_the_disk_does_not_give_back_stays_there(void **state)
{
    struct seat *s = *state;
    struct got got = {.seat = s};
    spill_strays(s, 5, 101, 150);
    opened(s);
    seat_spoil_spill(s);
    take_all(&got);
    assert_true(got.n < 50);
    assert_int_equal(spill_last(seat_owner(s)->outage.spill), 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SEAT_TEST(a_handover_is_taken_in_while_nothing_happens),
        SEAT_TEST(one_that_is_there_at_the_start_is_known_at_once),
        SEAT_TEST(what_was_taken_is_not_given_again_after_a_crash),
        SEAT_TEST(what_a_trimmed_journal_had_of_them_the_manifest_knows),
        SEAT_TEST(they_stay_where_they_are_until_they_are_in_the_journal),
        SEAT_TEST(they_are_a_group_of_their_own_among_what_comes),
        SEAT_TEST(all_that_is_known_is_dropped),
        SEAT_TEST(what_is_not_taken_is_given_again),
        SEAT_TEST(what_a_process_left_on_the_disk_is_taken_in),
        SEAT_TEST(what_of_it_was_delivered_is_passed_over),
        SEAT_TEST(an_outage_in_its_middle_takes_nothing_twice),
        SEAT_TEST(an_end_in_its_middle_takes_nothing_handed_twice),
        SEAT_TEST(an_end_in_its_middle_takes_nothing_spilled_twice),
        SEAT_TEST(copies_without_their_last_are_not_taken_for_them),
        SEAT_TEST(nor_are_they_with_others_behind_them),
        SEAT_TEST(however_large_they_are_one_entry),
        SEAT_TEST(so_they_are_behind_an_outage),
        SEAT_TEST(copies_without_their_last_are_not_handed_over),
        SEAT_TEST(copies_that_are_handed_over_are_not_taken_twice),
        SEAT_TEST(with_a_checkpoint_for_lost_data_those_on_their_way_are_taken),
        SEAT_TEST(what_the_disk_does_not_give_back_stays_there),
    };
    return REDIS_SERVER_RUN(tests);
}
