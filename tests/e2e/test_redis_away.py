"""Redis is away, in each way it can be: beacons are taken and spilled to this machine's disk, brought to Redis in
order when it is back, and counted once."""

import os
import time
import unittest

from footfall import Client, expect, until
from redis_server import TO_CLIENT, Proxy
from redis_views import RedisCase, metric, readiness, spilling, view, views, well


class Away(RedisCase):
    def outage(self, begin, end, state="away"):
        self.send()
        begin()
        self.send()  # the first waits until Redis has had its time
        self.assertEqual(spilling(self.daemon)["store"], state)
        self.assertEqual(metric(self.daemon, "footfall_store_state", footfall_store_state=state), 1)
        self.assertGreater(metric(self.daemon, "footfall_store_spilled_records"), 0)
        self.assertGreater(metric(self.daemon, "footfall_store_spilled_bytes"), 0)
        self.send(20)
        self.holds()
        end()
        well(self.daemon)
        self.assertEqual(metric(self.daemon, "footfall_store_state", footfall_store_state="ok"), 1)
        self.assertEqual(metric(self.daemon, "footfall_store_spilled_bytes"), 0)
        self.send()
        self.holds()
        self.stream_holds()

    def test_killed(self):
        self.outage(self.redis.kill, self.redis.start)

    def test_stopped(self):
        self.outage(self.redis.pause, self.redis.resume)

    def test_twice(self):
        self.send()
        for _ in range(2):
            self.redis.kill()
            self.send(5)
            spilling(self.daemon)
            self.redis.start()
            well(self.daemon)
        self.holds()
        self.stream_holds()

    def test_away_again_while_it_is_drained(self):
        self.redis.pause()
        self.send(50)
        for _ in range(5):
            self.redis.resume()
            self.send(1)
            self.redis.pause()
            self.send(1)
        self.redis.resume()
        well(self.daemon)
        self.holds()
        self.stream_holds()

    def test_its_file_is_written_anew(self):
        self.send()
        self.redis.ask("BGREWRITEAOF")
        self.send(50)
        self.holds()
        self.assertNotIn("degraded", expect(readiness(self.daemon), 200).json)
        self.stream_holds()


class Network(RedisCase):
    def setUp(self):
        super().setUp()
        self.daemon.close()
        self.proxy = self.enterContext(Proxy(self.redis.address))
        self.daemon = self.enterContext(self.make(self.proxy.url))

    def test_cut(self):
        self.send()
        self.proxy.cut()
        self.send(20)
        spilling(self.daemon)
        self.proxy.mend()
        well(self.daemon)
        self.holds()
        self.stream_holds()

    def test_cut_for_a_moment(self):
        for _ in range(10):
            self.send(2)
            self.proxy.blink()
        self.send(2)
        well(self.daemon)
        self.holds()
        self.stream_holds()

    def test_an_answer_that_never_comes(self):
        """What was carried out is known again, and not written twice: without event ids, too."""
        for _ in range(3):
            self.send(2, named=False)
            self.proxy.hold(TO_CLIENT)
            self.send(3, named=False)
            self.proxy.cut()
            self.send(3, named=False)
            self.proxy.mend()
            well(self.daemon)
        self.holds()
        self.stream_holds()

    def test_a_question_that_comes_late(self):
        """Redis reads after its resumption what was sent to it before: the group is there once all the same."""
        for _ in range(3):
            self.redis.pause()
            self.send(3, named=False)
            self.redis.resume()
            self.send(2, named=False)
            well(self.daemon)
        self.holds()
        self.stream_holds()

    def test_two_seconds_of_latency(self):
        self.send()
        self.proxy.delay = 2.0
        begun = time.monotonic()
        self.send(30)
        self.assertLess(time.monotonic() - begun, 15)  # not each waits for Redis
        self.assertEqual(spilling(self.daemon)["degraded"], "spilling")
        self.send(5)
        self.proxy.delay = 0.0
        well(self.daemon)
        self.holds()
        self.stream_holds()

    def test_half_a_group_arrives(self):
        self.send()
        self.proxy.tear(200)
        self.send(5, named=False)
        well(self.daemon)
        self.holds()
        self.stream_holds()


class Spill(RedisCase):
    def test_it_is_found_again_after_a_crash(self):
        self.send()
        self.redis.kill()
        self.send(30, named=False)
        self.daemon.kill()
        self.redis.start()
        self.daemon.start()
        until(lambda: views(self.daemon) == self.sent, "what was spilled")
        until(lambda: metric(self.daemon, "footfall_store_spilled_bytes") == 0, "an empty spill")
        self.assertEqual(metric(self.daemon, "footfall_store_strays_total", outcome="taken"), 30)
        self.send()
        self.daemon.kill()
        self.daemon.start()
        self.holds()
        self.stream_holds()

    def test_a_stop_leaves_it_for_the_next_start(self):
        self.redis.kill()
        self.send(30, named=False)
        self.daemon.stop()
        self.redis.start()
        self.daemon.start()
        until(lambda: views(self.daemon) == self.sent, "what was spilled")
        self.stream_holds()

    def test_a_crash_in_the_middle_of_draining_repeats_nothing(self):
        for _ in range(4):
            self.redis.pause()
            self.send(40, named=False)
            self.redis.resume()
            self.daemon.kill()
            self.daemon.start()
        until(lambda: views(self.daemon) == self.sent, "what was spilled")
        until(lambda: metric(self.daemon, "footfall_store_spilled_bytes") == 0, "an empty spill")
        self.holds()
        self.stream_holds()

    def test_two_outages_and_a_crash_between(self):
        self.redis.kill()
        self.send(10, named=False)
        self.daemon.kill()
        self.redis.start()
        self.daemon.spawn()
        self.daemon.serve()
        self.redis.pause()
        self.send(10, named=False)
        self.daemon.kill()
        self.redis.resume()
        self.daemon.start()
        until(lambda: views(self.daemon) == self.sent, "what was spilled")
        self.stream_holds()

    def test_another_process_cannot_have_it(self):
        other = self.make(self.redis.url, f"store.path={self.daemon.directory}/store")
        other.spawn()
        other.process.wait(30)
        self.assertEqual(other.process.returncode, 1)
        other.close()
        self.send()  # the shard was not taken over
        self.holds()


class Full(RedisCase):
    options = ("store.spill_max=1M",)

    def test_at_its_bound_beacons_are_refused_until_redis_is_back(self):
        self.send()
        self.redis.kill()
        title = "x" * 500
        client = Client(self.daemon.http)
        status = 204
        while status == 204:
            events = [{**view(self.sent + i), "title": title} for i in range(100)]
            status = client.post("/v1/events", events).status
            self.sent += 100 if status == 204 else 0
        self.assertEqual(status, 503)
        answer = until(lambda: (lambda a: a.status == 503 and a)(readiness(self.daemon)), "a refusal")
        self.assertEqual(answer.json["code"], "store_full")
        self.assertGreater(self.sent, 500)
        self.assertLessEqual(spill_size(self.daemon), 2 << 20)
        self.redis.start()
        well(self.daemon)
        # What was refused may have been kept: it counts once when its sender tries again.
        expect(client.post("/v1/events", [{**view(self.sent + i), "title": title} for i in range(100)]), 204)
        self.sent += 100
        self.holds()
        client.close()
        self.stream_holds()


def spill_size(daemon):
    folder = os.path.join(daemon.directory, "store", "spill")
    return sum(os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder))


if __name__ == "__main__":
    unittest.main()
