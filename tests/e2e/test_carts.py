"""GET /v1/carts: carts to act on, read by somebody who follows the list."""

import random
import time
import unittest

from footfall import Daemon, Site, expect, until

MINUTE = 60


def add(visitor, when, sku="tea", **more):
    return {"type": "add_to_cart", "visitor": visitor, "time": when,
            "items": [{"sku": sku, "name": "Assam", "price": "2.50", "quantity": 2}], **more}


class Mailer:
    """Follows a list, a few carts at a time. Knows of each cart the contents it saw, each time."""

    def __init__(self, daemon, state="abandoned", limit=7):
        self.daemon, self.state, self.limit = daemon, state, limit
        self.after, self.seen = None, []

    def read(self):
        while True:
            query = f"/v1/carts?state={self.state}&limit={self.limit}"
            if self.after:
                query += f"&after={self.after}"
            answer = expect(self.daemon.office.get(query), 200).json
            self.after = answer["next"]
            self.seen += answer["carts"]
            if not answer["carts"]:
                return self

    def visitors(self):
        return [cart["visitor"] for cart in self.seen]


class Carts(unittest.TestCase):
    def test_a_cart_goes_from_list_to_list(self):
        with Daemon(options=["cart.abandon_after=10m"]) as daemon:
            now = time.time()
            daemon.send([add("v", now - 30 * MINUTE, customer="c-9", url="https://shop.example/tea?x=1"),
                         {"type": "begin_checkout", "visitor": "v", "time": now - 29 * MINUTE}])
            [cart] = Mailer(daemon).read().seen
            self.assertEqual([cart[k] for k in ("visitor", "customer", "value", "currency", "checkout")],
                             ["v", "c-9", 5, "EUR", True])
            self.assertEqual(cart["items"], [{"sku": "tea", "name": "Assam", "quantity": 2, "price": 2.5}])
            self.assertEqual(cart["last_page"], "/tea")
            daemon.send([{"type": "view_cart", "visitor": "v"}])
            self.assertEqual(Mailer(daemon).read().seen, [])
            [again] = Mailer(daemon, "open").read().seen
            self.assertEqual((again["id"], again["opened"]), (cart["id"], cart["opened"]))
            daemon.send([{"type": "purchase", "visitor": "v", "order": "o-1", "value": "4.20"}])
            daemon.send([add("v", time.time())])
            [bought] = Mailer(daemon, "recovered").read().seen
            self.assertEqual((bought["id"], float(bought["value"])), (cart["id"], 4.2))
            self.assertEqual(daemon.stats()["cart"]["carts_recovered"], 1)

    def test_time_alone_abandons_a_cart(self):
        with Daemon(options=["cart.abandon_after=1s", "cart.recover_within=1h"]) as daemon:
            daemon.send([add("v", time.time())])
            mailer = Mailer(daemon)
            until(lambda: mailer.read().seen, "the abandoned cart")
            self.assertEqual(mailer.visitors(), ["v"])
            mailer.daemon.restart()
            self.assertEqual(mailer.read().visitors(), ["v"])

    def test_a_mailer_misses_none_and_sees_none_twice_through_kills_and_checkpoints(self):
        chance = random.Random(4711)
        with Daemon(options=["cart.abandon_after=10m", "store.checkpoint_records=50"]) as daemon:
            mailer, spells = Mailer(daemon), []
            for turn in range(12):
                now = time.time()
                new = [f"v{turn}-{i}" for i in range(chance.randrange(1, 20))]
                # Of one spell, out of order; then some again, abandoned once more since.
                daemon.send([add(v, now - 50 * MINUTE - chance.randrange(60), f"s{i}")
                             for v in new for i in range(chance.randrange(1, 4))])
                mailer.read()
                again = chance.sample(new, len(new) // 3)
                if again:
                    daemon.send([{"type": "view_cart", "visitor": v, "time": now - 20 * MINUTE} for v in again])
                spells += new + again
                if turn % 3 == 1:
                    daemon.restart()
                if turn % 4 == 0:
                    mailer.read()
            mailer.read()
            self.assertEqual(sorted(mailer.visitors()), sorted(spells))
            daemon.stop()
            daemon.start()
            self.assertEqual(len(mailer.read().seen), len(spells))

    def test_with_ingest_threads_a_mailer_misses_none(self):
        with Daemon(options=["cart.abandon_after=10m", "ingest.threads=2"]) as daemon:
            now = time.time()
            daemon.send([add(f"v{i}", now - 30 * MINUTE) for i in range(40)])
            mailer = Mailer(daemon)
            until(lambda: len(mailer.read().seen) == 40, "all carts, some seconds later")
            self.assertEqual(len(set(mailer.visitors())), 40)

    def test_imported_carts_are_not_announced(self):
        with Daemon() as daemon:
            now = time.time()
            daemon.bring([add("old", now - 10000 * MINUTE), add("v", now - 90 * MINUTE)])
            daemon.send([add("w", now - 90 * MINUTE)])
            self.assertEqual(Mailer(daemon).read().visitors(), ["w"])
            self.assertEqual(daemon.stats()["cart"]["carts_abandoned"], 3)

    def test_carts_are_a_site_s_own(self):
        with Daemon(sites=(Site("a"), Site("b"))) as daemon:
            daemon.send([add("v", time.time(), site="b")])
            self.assertEqual(expect(daemon.office.get("/v1/carts?state=open&site=a"), 200).json["carts"], [])
            self.assertEqual(len(expect(daemon.office.get("/v1/carts?state=open&site=b"), 200).json["carts"]), 1)
            self.assertEqual(expect(daemon.office.get("/v1/carts"), 400).json["parameter"], "site")

    def test_an_answer_that_has_not_changed_has_its_tag(self):
        with Daemon() as daemon:
            daemon.send([add("v", time.time())])
            tag = daemon.office.get("/v1/carts?state=open").headers["ETag"]
            self.assertEqual(daemon.office.get("/v1/carts?state=open", If_None_Match=tag).status, 304)
            daemon.send([add("v", time.time())])
            self.assertEqual(daemon.office.get("/v1/carts?state=open", If_None_Match=tag).status, 200)
            self.assertEqual(daemon.office.get("/v1/carts?after=nowhere").status, 400)


if __name__ == "__main__":
    unittest.main()
