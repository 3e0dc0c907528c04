"""kill -9 at random moments: what was answered is there afterwards, once. scripts/torture does it for
longer. $FOOTFALL_KILLS says how often, $FOOTFALL_SEED how to begin."""

import os
import unittest

from footfall import Daemon, Site, differences
from crash.estimates import is_close, with_estimates
from crash.run import Run

SEED = int(os.environ.get("FOOTFALL_SEED", "1"))
KILLS = int(os.environ.get("FOOTFALL_KILLS", "50"))
SITE = Site("crash-shop")


class Crash(unittest.TestCase):
    def test_what_was_answered_counts_once(self):
        self.goes_well(SEED, KILLS)

    def test_it_does_with_ingest_threads(self):
        self.goes_well(SEED + 1, KILLS // 2, "ingest.threads=2")

    def goes_well(self, seed, kills, *options):
        score = Run(seed, kills, options).go()
        print(score)
        self.assertGreaterEqual(score.kills, kills)
        self.assertGreater(score.repeats, kills)  # else nothing was under way when it was killed
        self.assertGreater(score.datagrams, kills)


class Estimates(unittest.TestCase):
    """What the judge lets pass."""

    def test_up_to_2048_visitors_only_their_number_will_do(self):
        self.assertTrue(is_close(2048, 2048))
        for exact, answer in ((2048, 2049), (2048, 2047), (2049, 2048), (100, 101), (0, 1)):
            self.assertFalse(is_close(exact, answer), (exact, answer))

    def test_beyond_that_about_so_many_will_do(self):
        for exact, answer in ((2049, 2060), (3000, 2900), (3000, 3149), (10000, 10000)):
            self.assertTrue(is_close(exact, answer), (exact, answer))
        for exact, answer in ((3000, 2849), (3000, 3151), (3000, 0)):
            self.assertFalse(is_close(exact, answer), (exact, answer))

    def test_what_follows_from_the_number_is_off_with_it_and_nothing_else(self):
        def answer(visitors, orders=30):
            return {"traffic": {"visitors": visitors, "new_visitors": 3000,
                                "returning_visitors": max(0, visitors - 3000), "pageviews": 5000},
                    "conversion": {"visitor_rate": orders / visitors}, "orders": {"orders": orders}}
        for visitors in (2950, 3000, 3060):
            self.assertEqual(differences(with_estimates(answer(3000), answer(visitors)), answer(visitors)), [])
        for wrong in (answer(3200), answer(3060, orders=31)):
            self.assertNotEqual(differences(with_estimates(answer(3000), wrong), wrong), [])


class Store(unittest.TestCase):
    def test_a_torn_tail_is_cut_and_the_rest_is_there(self):
        with Daemon((SITE,)) as daemon:
            for n in range(20):
                daemon.send({"type": "page_view", "site": SITE.id, "visitor": f"v{n}"})
            daemon.kill()
            path = self.newest_segment(daemon)
            with open(path, "ab") as file:
                file.write(b"\x17" * 11)
            daemon.start()
            self.assertEqual(daemon.stats(window="1h")["traffic"]["pageviews"], 20)
            daemon.send({"type": "page_view", "site": SITE.id, "visitor": "next"})
            daemon.restart()
            self.assertEqual(daemon.stats(window="1h")["traffic"]["pageviews"], 21)

    def newest_segment(self, daemon):
        store = os.path.join(daemon.directory, "store")
        files = [os.path.join(folder, name) for folder, _, names in os.walk(store) for name in names]
        return max(files, key=os.path.getsize)

    def test_orders_repeats_and_carts_are_remembered_over_a_stop(self):
        with Daemon((SITE,)) as daemon:
            buy = {"type": "purchase", "site": SITE.id, "visitor": "v", "order": "o", "value": 10}
            add = {"type": "add_to_cart", "site": SITE.id, "visitor": "v", "items": [{"sku": "a"}]}
            daemon.send([{**add, "id": "1"}])
            daemon.stop()
            daemon.start()
            daemon.send([{**add, "id": "1"}, {**buy, "id": "2"}])
            daemon.restart()
            daemon.send([{**buy, "id": "3"}, {"type": "refund", "site": SITE.id, "order": "o"}])
            answer = daemon.stats(window="1h")
            self.assertEqual(answer["cart"]["carts_converted"], 1)
            self.assertEqual(answer["orders"]["duplicates"], 1)
            self.assertEqual(answer["orders"]["refunded"], {"EUR": 10})
            self.assertEqual(answer["traffic"]["sessions"], 1)


if __name__ == "__main__":
    unittest.main()
