#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lane.h"

#include <poll.h>
#include <pthread.h>

static bool rings(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, 0) == 1;
}

static void records_of_a_parcel_come_over_in_their_order_once_it_is_sent(void **state)
{
    (void)state;
    struct lane *l = lane_new(4096, 4);
    struct ff_span r;
    bool end;
    assert_true(lane_pack(l, FF_LITERAL("one")) && lane_pack(l, FF_LITERAL("")));
    assert_false(lane_take(l, &r, &end));
    assert_false(rings(lane_state_fd(l)));
    lane_send(l);
    assert_true(rings(lane_state_fd(l)));
    assert_true(lane_take(l, &r, &end) && !end && ff_span_is(r, "one"));
    assert_true(lane_take(l, &r, &end) && !end && r.n == 0);
    assert_true(lane_take(l, &r, &end) && end);
    assert_false(lane_take(l, &r, &end));
    lane_woken(l);
    assert_false(rings(lane_state_fd(l)));
    lane_free(&l);
    assert_null(l);
}

static void what_waits_is_what_was_sent_and_not_taken(void **state)
{
    (void)state;
    struct lane *l = lane_new(4096, 4);
    struct ff_span r;
    bool end;
    assert_true(lane_pack(l, FF_LITERAL("twelve bytes")));
    assert_int_equal(lane_waiting(l), 0);
    lane_send(l);
    assert_in_range(lane_waiting(l), 12, 64);
    assert_true(lane_take(l, &r, &end) && lane_take(l, &r, &end) && end);
    assert_int_equal(lane_waiting(l), 0);
    lane_free(&l);
}

static void results_come_back_in_their_order(void **state)
{
    (void)state;
    struct lane *l = lane_new(4096, 4);
    struct lane_result out;
    assert_false(lane_result(l, &out));
    for (uint64_t i = 1; i <= 3; i++)
        lane_give(l, &(struct lane_result){.seq = i});
    lane_call(l);
    assert_true(rings(lane_door_fd(l)));
    lane_heard(l);
    assert_false(rings(lane_door_fd(l)));
    for (uint64_t i = 1; i <= 3; i++)
        assert_true(lane_result(l, &out) && out.seq == i);
    assert_false(lane_result(l, &out));
    lane_free(&l);
}

static void a_lane_with_half_of_it_taken_has_no_room(void **state)
{
    (void)state;
    char record[1000] = {0};
    struct lane *l = lane_new(4096, 4);
    struct ff_span r;
    bool end;
    assert_true(lane_has_room(l));
    assert_true(lane_pack(l, ff_span_of(record, sizeof record)));
    assert_true(lane_pack(l, ff_span_of(record, sizeof record)));
    lane_send(l);
    assert_false(lane_has_room(l));
    while (lane_take(l, &r, &end))
        continue;
    assert_true(lane_has_room(l));
    assert_false(lane_pack(l, ff_span_of(record, 5000)));
    lane_free(&l);
}

static void parcels_whose_results_were_not_read_leave_no_room(void **state)
{
    (void)state;
    struct lane *l = lane_new(4096, 2);
    struct ff_span r;
    struct lane_result out;
    bool end;
    for (int i = 0; i < 2; i++) {
        assert_true(lane_has_room(l));
        lane_send(l);
        assert_true(lane_take(l, &r, &end) && end);
        lane_give(l, &(struct lane_result){0});
    }
    assert_false(lane_has_room(l));
    assert_true(lane_result(l, &out));
    assert_true(lane_has_room(l));
    lane_free(&l);
}

enum { PARCELS = 20000 };

/* Takes all parcels, and gives for each the sum of the bytes of its records. */
static void *state_thread(void *lane)
{
    struct lane *l = lane;
    struct lane_result sum = {0};
    for (int parcels = 0; parcels < PARCELS;) {
        struct ff_span r;
        bool end;
        struct pollfd p = {.fd = lane_state_fd(l), .events = POLLIN};
        poll(&p, 1, -1);
        lane_woken(l);
        while (lane_take(l, &r, &end)) {
            for (size_t i = 0; i < r.n; i++)
                sum.seq += (unsigned char)r.p[i];
            if (!end)
                continue;
            lane_give(l, &sum);
            sum = (struct lane_result){0};
            parcels++;
        }
        lane_call(l);
    }
    return NULL;
}

static void send_parcel(struct lane *l, int parcel)
{
    char record[300];
    for (int k = 0; k < parcel % 5; k++) {
        size_t n = (size_t)(parcel * 7 + k * 31) % sizeof record;
        memset(record, parcel + k, n);
        assert_true(lane_pack(l, ff_span_of(record, n)));
    }
    lane_send(l);
}

static uint64_t sum_of(int parcel)
{
    uint64_t sum = 0;
    for (int k = 0; k < parcel % 5; k++)
        sum += (uint64_t)((parcel * 7 + k * 31) % 300) * (unsigned char)(parcel + k);
    return sum;
}

/* The ring wraps hundreds of times, with gaps of every size at its end. */
static void two_threads_lose_and_mix_nothing(void **state)
{
    (void)state;
    struct lane *l = lane_new(16384, 64);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, state_thread, l), 0);
    int sent = 0, heard = 0;
    while (heard < PARCELS) {
        struct lane_result out;
        while (sent < PARCELS && lane_has_room(l))
            send_parcel(l, sent++);
        struct pollfd p = {.fd = lane_door_fd(l), .events = POLLIN};
        poll(&p, 1, 1000);
        lane_heard(l);
        while (lane_result(l, &out)) {
            assert_int_equal(out.seq, sum_of(heard));
            heard++;
        }
    }
    pthread_join(thread, NULL);
    lane_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_of_a_parcel_come_over_in_their_order_once_it_is_sent),
        cmocka_unit_test(what_waits_is_what_was_sent_and_not_taken),
        cmocka_unit_test(results_come_back_in_their_order),
        cmocka_unit_test(a_lane_with_half_of_it_taken_has_no_room),
        cmocka_unit_test(parcels_whose_results_were_not_read_leave_no_room),
        cmocka_unit_test(two_threads_lose_and_mix_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
