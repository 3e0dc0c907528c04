"""Whatever can fill has a ceiling (law 4). Each table in turn is given a small one and ten times as many
different things, and again as many: every event is taken, the totals that need no memory are exact, what
gave way is counted under the name of the limit, memory stays what it was, and the state comes back from
the journal and from a checkpoint."""

import functools
import socket
import time
import unittest
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Callable

import openmetrics
from footfall import FOOTFALLD, Daemon, Wire, expect, post_bytes, split, unlike, until
from histories import SITES
from test_checkpoint import ctl, digest, halves

FEW = 1000              # a small ceiling
TIMES = 10              # as many things come in one flood
BASE = {"visitors": FEW, "customers": FEW}  # so that nothing else grows with a flood
NOISE = 256 << 10       # bytes that memory may differ by after equal floods
TODAY = int(time.time()) // 86400 * 86400
NOON = TODAY - 86400 + 12 * 3600  # yesterday's: an import at one hour of one day
EVERYTHING = {"from_": TODAY - 60 * 86400, "to": TODAY + 2 * 86400}


def event(kind, n, at=None, /, **fields):
    """The n-th of a flood; by a visitor of its own."""
    return {"type": kind, "visitor": f"v{n}", "time": at if at is not None else NOON + n / 1000, **fields}


@dataclass
class Full:
    """What may be asked about when a table is full: after n things have come."""
    n: int
    entries: dict  # footfall_state_entries by table
    stats: dict    # /v1/stats of all that was sent
    daemon: Daemon


@dataclass
class Row:
    table: str
    events: Callable        # (first, n): what brings things first to first + n - 1
    stats: Callable         # Full: {section: {field: value}}
    gone: Callable          # Full: {(family, label): value}, of all that are not 0
    limit: int = FEW
    things: int = 0         # that come in one flood; 0: TIMES the limit
    each: int = 1           # things that a visitor brings; 0: there are no visitors
    limits: dict = field(default_factory=dict)  # further ones
    least: int = FEW        # entries when it is full
    imported: bool = True
    batch: int = FEW        # events at once
    key: str = None         # of limits, if not the table; "": there is none
    holds: Callable = None  # (test, daemon, n): what else does


def evicted(table, n):
    return {("footfall_state_evicted", table): n} if n else {}


def over(table, each=1, among=None):
    """What has come and is not there has given way, and is counted under the name of the limit. `each` of
    the flood's things are one; how many of those there are stands among other entries, or is told by these."""
    return lambda full: evicted(table, full.n // each - (full.entries[among] if among else full.entries[table] // each))


VIEWS = {"url": "https://shop.example/tea"}


def views(first, n):
    return [event("page_view", i, **VIEWS) for i in range(first, first + n)]


def the_newest_visitors_are_known(test, daemon, n):
    for i, status in (n - 1, 200), (n - FEW, 200), (n - FEW - 1, 404), (0, 404):
        expect(daemon.office.get(f"/v1/visitors/v{i}"), status)


def viewed(full):
    return {"traffic": {"pageviews": full.n, "sessions": full.n, "new_visitors": full.n, "pages_per_session": 1},
            "engagement": {"bounces": full.n, "bounce_rate": 1}, "funnel": {"sessions": full.n, "purchased": 0}}


def identified(first, n):
    return [{**view, "id": view["visitor"]} for view in views(first, n)]


def ids_are_told_apart(test, daemon, n):
    """As far as they are remembered."""
    daemon.bring(identified(n - FEW, FEW), FEW)
    test.assertEqual(daemon.stats(**EVERYTHING)["traffic"]["pageviews"], n)


# Carts: live, so that those in memory are open.

def carts(first, n):
    now = time.time()
    return [event("add_to_cart", i, now, items=[{"sku": "tea", "price": "1.25"}]) for i in range(first, first + n)]


def carts_seen(full):
    kept = full.entries["carts"]
    return {"cart": {"carts_opened": full.n, "carts_open": kept, "carts_abandoned": full.n - kept,
                     "abandoned_value": {"EUR": Decimal("1.25") * (full.n - kept)}},
            "funnel": {"added_to_cart": full.n}, "traffic": {"sessions": full.n}}


def the_newest_carts_are_listed(test, daemon, n):
    listed = expect(daemon.office.get("/v1/carts?state=open&limit=1000"), 200).json["carts"]
    test.assertEqual({cart["visitor"] for cart in listed}, {f"v{n - 1 - i}" for i in range(len(listed))})
    test.assertEqual(len(listed), daemon.stats(**EVERYTHING)["cart"]["carts_open"])


LINES = 1000  # of a cart


def lines(first, n):
    now = time.time()
    items = [{"sku": f"s{i}", "price": 1} for i in range(LINES)]
    return [event("update_cart", i, now, items=items) for i in range(first // LINES, (first + n) // LINES)]


def lines_seen(full):
    carts, kept = full.n // LINES, full.entries["carts"]
    return {"cart": {"carts_opened": carts, "carts_open": kept, "carts_abandoned": carts - kept,
                     "abandoned_value": {"EUR": Decimal(LINES) * (carts - kept)}}}


# Orders, refunds and customers.

def purchases(first, n):
    return [event("purchase", i, order=f"o{i}", value="2.50", items=[{"sku": "tea", "price": "1.25", "quantity": 2}])
            for i in range(first, first + n)]


def bought(full):
    return {"orders": {"orders": full.n, "items_sold": 2 * full.n, "revenue": {"EUR": Decimal("2.50") * full.n},
                       "duplicates": 0, "refunds": 0, "average_order_value": {"EUR": Decimal("2.50")}},
            "funnel": {"purchased": full.n}, "customers": {"customers_new": full.n, "customers_reactivated": 0}}


def orders_are_told_apart(test, daemon, n):
    """As far as they are remembered."""
    daemon.bring(purchases(n - FEW, FEW), FEW)
    test.assertEqual(daemon.stats(**EVERYTHING)["orders"]["duplicates"], FEW)


def the_newest_customers_are_known(test, daemon, n):
    """They are not new when they come again; the others are."""
    some = FEW // 4
    for first, new in (n - some, 0), (n - 3 * FEW, some):
        before = daemon.stats(**EVERYTHING)["customers"]["customers_new"]
        daemon.bring([{**beacon, "order": "again " + beacon["order"]} for beacon in purchases(first, some)], some)
        test.assertEqual(daemon.stats(**EVERYTHING)["customers"]["customers_new"], before + new)


def refunded(full):
    return {"orders": {"refunds": full.n, "refunded": {"EUR": 0}, "orders": 0}}


def refunds(first, n):
    """Of orders that have not come: what they amount to is not known."""
    return [{"type": "refund", "order": f"o{i}", "time": NOON + i / 1000} for i in range(first, first + n)]


DAYS = 10  # on which a customer buys


def days(first, n):
    return [event("purchase", i, NOON - (DAYS - d) * 86400, order=f"o{i}-{d}", value="2.50")
            for i in range(first // DAYS, (first + n) // DAYS) for d in range(DAYS)]


def days_seen(full):
    return {"orders": {"orders": full.n, "revenue": {"EUR": Decimal("2.50") * full.n}},
            "customers": {"customers_new": full.n // DAYS, "customers_reactivated": 0}}


# What is held of a session.

PAGES = 10


def long_tails(first, n):
    return [event("page_view", i, NOON + i / 1000 + p / 10000, **VIEWS)
            for i in range(first // PAGES, (first + n) // PAGES) for p in range(PAGES)]


def viewed_long(full):
    sessions = full.n // PAGES
    return {"traffic": {"pageviews": full.n, "sessions": sessions, "new_visitors": sessions,
                        "pages_per_session": PAGES},
            "engagement": {"bounces": 0, "engaged_sessions": sessions}}


TERMS = 16  # different ones of a session; found nothing, each is kept twice


def searches(first, n):
    return [event("search", i, NOON + i / 1000 + t / 10000, term=f"tea {t}", results=0)
            for i in range(first // (2 * TERMS), (first + n) // (2 * TERMS)) for t in range(TERMS)]


def searched(full):
    return {"search": {"searches": full.n // 2, "zero_result_searches": full.n // 2,
                       "search_sessions": full.n // (2 * TERMS), "zero_result_rate": 1}}


def terms_are_exact(test, daemon, n):
    sessions = n // (2 * TERMS)
    for by in "search_term", "zero_result_term":
        rows = breakdown(test, daemon, by, searches=n // 2, sessions=n // 2)["rows"]
        test.assertEqual({(row["value"], row["searches"], row["sessions"]) for row in rows},
                         {(f"tea {t}", sessions, sessions) for t in range(TERMS)})


# Support and surveys.

def tickets(first, n):
    return [{"type": f"support_{what}", "ticket": f"t{i}", "time": NOON + i / 1000 + after}
            for i in range(first, first + n) for what, after in (("open", 0), ("reply", 10), ("resolve", 20))]


def tickets_seen(full):
    return {"support": {"tickets_opened": full.n, "tickets_answered": full.n, "tickets_resolved": full.n,
                        "tickets_open": 0, "first_response_seconds": 10, "resolution_seconds": 20}}


def the_newest_tickets_are_known(test, daemon, n):
    """They are open again; of the others nothing is known that could be."""
    for first, again in (n - FEW, FEW), (0, 0):
        before = daemon.stats(**EVERYTHING)["support"]
        daemon.bring([{"type": "support_open", "ticket": f"t{i}", "time": NOON + 3600}
                      for i in range(first, first + FEW)])
        after = daemon.stats(**EVERYTHING)["support"]
        test.assertEqual(before["tickets_resolved"] - after["tickets_resolved"], again)
        test.assertEqual(after["tickets_opened"] - before["tickets_opened"], FEW - again)


def comments(first, n):
    return [event("survey", i, kind="csat", score=1 + i % 5, comment=f"{i} " + "x" * 500)
            for i in range(first, first + n)]


def answered(full):
    return {"surveys.csat": {"responses": full.n, "mean": 3, "top_share": 0.2, "top2_share": 0.4}}


def comments_are_the_newest(test, daemon, n):
    kept = expect(daemon.office.get(f"/v1/surveys/comments?site=default&limit={FEW}"), 200).json["comments"]
    test.assertEqual([int(c["comment"].split()[0]) for c in kept], [n - 1 - i for i in range(FEW)])


# Breakdowns.

def breakdown(test, daemon, by, limit=1000, **sums):
    """Its rows and what is in none of them are the total, which is as given."""
    found = daemon.stats(path="/v1/stats/breakdown", by=by, limit=limit, **EVERYTHING)
    for name, total in sums.items():
        test.assertEqual(found["total"][name], total, f"{by}: {name}")
        test.assertEqual(sum(row[name] for row in found["rows"]) + found["other"][name], total, f"{by}: {name}")
    return found


def pages(first, n):
    return [event("page_view", i, url=f"https://shop.example/page/{i}") for i in range(first, first + n)]


HOUR = {"from_": NOON, "to": NOON + 3600}
CHANGES = {"page": 2, "entry_page": 1, "exit_page": 1}  # of a row, by one page view: itself, and its session


def pages_left_out(full):
    """All changes of all values but those that are shown, in the hour and in the day."""
    def values(by, window):
        found = full.daemon.stats(path="/v1/stats/breakdown", by=by, limit=1000, **window)
        return sum(row["value"] != "(none)" for row in found["rows"])
    shown = sum(times * values(by, window) for by, times in CHANGES.items() for window in (HOUR, EVERYTHING))
    return {("footfall_breakdown_left_out", "bytes"): 2 * sum(CHANGES.values()) * full.n - shown}


def pages_add_up(test, daemon, n):
    breakdown(test, daemon, "page", views=n, entrances=n, exits=n, bounces=n)
    for by in "entry_page", "exit_page", "visitor_type":
        breakdown(test, daemon, by, sessions=n, pageviews=n, bounces=n, new_visitors=n)


def words_left_out(full):
    return {("footfall_state_left_out", "words"): full.n - FEW}


def products(first, n):
    """A thousand to a view."""
    return [event("view_item", i, NOON, items=[{"sku": f"p{i * LINES + k}"} for k in range(LINES)])
            for i in range(first // LINES, (first + n) // LINES)]


def products_seen(full):
    return {"funnel": {"viewed_item": full.n // LINES}}


def products_left_out(full):
    """Of the hour, and of the day."""
    return {("footfall_breakdown_left_out", "values"): full.n - 2000 + full.n - 10_000}


def products_add_up(test, daemon, n):
    breakdown(test, daemon, "product", views=n)


def names(first, n):
    return [event("custom", i, name=f"name {i}") for i in range(first, first + n)]


def names_seen(full):
    return {"traffic": {"sessions": full.n}}


def names_left_out(full):
    """Of the hour, and of the day; the event and its session."""
    return {("footfall_breakdown_left_out", "values"): 2 * (full.n - 200 + full.n - 1000)}


def names_add_up(test, daemon, n):
    found = breakdown(test, daemon, "custom", events=n, sessions=n)
    test.assertEqual(len(found["rows"]), 1000)  # of the day
    hour = daemon.stats(path="/v1/stats/breakdown", by="custom", limit=1000, **HOUR)
    test.assertEqual((hour["total"]["events"], hour["other"]["events"], len(hour["rows"])), (n, n - 200, 200))


def both(*those):
    return lambda full: {k: v for each in those for k, v in each(full).items()}


ROWS = [
    Row("visitors", views, viewed, over("visitors"), holds=the_newest_visitors_are_known),
    Row("carts", carts, carts_seen, over("carts"), least=FEW - 12, imported=False,
        holds=the_newest_carts_are_listed),
    Row("cart_lines", lines, lines_seen, over("cart_lines", LINES, "carts"), limit=65536, each=LINES,
        limits={"visitors": 100}, least=50_000, imported=False, batch=10),
    Row("ids", identified, viewed, over("ids"), holds=ids_are_told_apart),
    Row("orders", purchases, bought, both(over("orders"), over("customers")), limits={"customers": 2 * FEW},
        holds=orders_are_told_apart),
    Row("refunds", refunds, refunded, over("refunds"), key="orders", each=0),
    Row("tails", views, viewed, over("tails"), limits={"visitors": 2 * FEW}),
    Row("tail_events", long_tails, viewed_long, over("tail_events"), limit=2000, each=PAGES, least=1980),
    Row("session_extras", searches, searched, over("session_extras", 2 * TERMS), limit=8192, each=2 * TERMS,
        least=6000, holds=terms_are_exact),
    Row("words", pages, viewed, words_left_out, holds=pages_add_up),
    Row("customers", purchases, bought, both(over("orders"), over("customers")), limits={"orders": 2 * FEW},
        least=FEW - 1, holds=the_newest_customers_are_known),
    Row("customer_days", days, days_seen, both(over("orders"), over("customer_days", DAYS, "customers")), each=DAYS,
        limits={"customers": 5 * FEW, "orders": FEW}, things=3 * DAYS * FEW, least=FEW - DAYS),
    Row("tickets", tickets, tickets_seen, over("tickets"), each=0, holds=the_newest_tickets_are_known),
    Row("comments", comments, answered, over("comments"), holds=comments_are_the_newest),
    Row("breakdown_bytes", pages, viewed, pages_left_out, limit=100_000, things=10 * FEW, holds=pages_add_up),
    Row("values_of_products", products, products_seen, products_left_out, key="", limit=10_000, each=LINES,
        limits={"visitors": 50}, batch=10, holds=products_add_up),
    Row("values_of_names", names, names_seen, names_left_out, key="", limit=1000, holds=names_add_up),
]


def sanitized():
    """Whether the daemon keeps memory for a sanitizer, which says nothing of its own."""
    with open(FOOTFALLD, "rb") as file:
        binary = file.read()
    return any(word in binary for word in (b"__asan_init", b"__tsan_init"))


GONE = ("footfall_state_evicted", "footfall_state_left_out", "footfall_breakdown_left_out", "footfall_facts_dropped")


class Case(unittest.TestCase):
    def daemon(self, limits):
        """With its limits in the file, so that footfallctl has them, too."""
        daemon = Daemon(options=["ingest.max_body=64M"])
        self.addCleanup(daemon.close)
        return self.begin(daemon, limits)

    def begin(self, daemon, limits):
        daemon.write_config("limits:\n" + "".join(f"  {key}: {value}\n" for key, value in limits.items()))
        return daemon.start()

    def memory(self, daemon):
        with open(f"/proc/{daemon.process.pid}/status") as file:
            return next(int(line.split()[1]) << 10 for line in file if line.startswith("RssAnon"))

    def touch_buffers(self, daemon):
        """Those that requests are read into in turn, so that none is touched first between two looks at the memory."""
        for _ in range(32):
            expect(daemon.office.post("/nowhere", b" " * (60 << 10)), 404)
            expect(daemon.events.post("/nowhere", b" " * (60 << 10)), 404)

    def stays(self, memory, note):
        """Memory after floods of equal size."""
        if not sanitized():
            self.assertLessEqual(memory[1], memory[0] + NOISE, f"{note}: {memory}")

    def metrics(self, daemon):
        """{(family, label or None): value}"""
        body = expect(daemon.office.get("/metrics", Accept="application/openmetrics-text"), 200).body
        return {(name, next(iter(labels.values()), None)): int(float(value))
                for name, family in openmetrics.families(body.decode()).items()
                for _, labels, value in family.samples if len(labels) < 2}

    def comes_back(self, daemon):
        """After kill -9 it is what it was."""
        before = digest(daemon)
        daemon.restart()
        status, out, err = ctl("check", "--config", daemon.config_file, "--at", before["at"],
                               daemon.directory + "/store")
        self.assertEqual((status, err), (0, ""), out)
        self.assertIn(before["digest"], out)

    def restart(self, daemon, checkpoint=0):
        """The same, from that checkpoint."""
        self.comes_back(daemon)
        self.assertIn(f" checkpoint={checkpoint} ", daemon.log)


class Tables(Case):
    def check(self, row, daemon, n, note):
        found = self.metrics(daemon)
        entries = {table: value for (name, table), value in found.items() if name == "footfall_state_entries"}
        full = Full(n, entries, daemon.stats(**EVERYTHING), daemon)
        if row.table in entries:
            self.assertTrue(row.least <= entries[row.table] <= row.limit, f"{note}: {entries}")
            self.assertEqual(found[("footfall_state_limit", row.table)], row.limit, note)
        for section, fields in row.stats(full).items():
            for name, value in fields.items():
                found_there = functools.reduce(dict.get, section.split("."), full.stats)[name]
                self.assertEqual(unlike(value, found_there, f"{note}: {section}.{name}"), [])
        gone = {key: value for key, value in found.items() if value and key[0] in GONE}
        come = n // row.each if row.each else 0
        want = {**row.gone(full), **evicted("visitors", come - entries["visitors"])}

        self.assertEqual(gone, want, note)

    def flood(self, row, daemon, first, n):
        events = row.events(first, n)
        for i in range(0, len(events), row.batch):
            if row.imported:
                daemon.bring(events[i:i + row.batch], row.batch)
            else:
                daemon.send(events[i:i + row.batch])

    def goes_over(self, row):
        key = row.table if row.key is None else row.key
        daemon = self.daemon({**BASE, **({key: row.limit} if key else {}), **row.limits})
        n, memory = row.things or TIMES * row.limit, []
        self.touch_buffers(daemon)
        for i in range(2):
            self.flood(row, daemon, i * n, n)
            self.check(row, daemon, (i + 1) * n, f"{row.table}, flood {i + 1}")
            memory.append(self.memory(daemon))
        self.stays(memory, row.table)
        self.restart(daemon)
        self.check(row, daemon, 2 * n, f"{row.table}, replayed")
        self.restart(daemon, daemon.checkpoint())
        self.check(row, daemon, 2 * n, f"{row.table}, from a checkpoint")
        if row.holds:
            row.holds(self, daemon, 2 * n)


def test_of(row):
    return lambda self: self.goes_over(row)


for row in ROWS:
    setattr(Tables, f"test_{row.table}", test_of(row))


class Together(Case):
    """A history with all that there is, while each table is too small for it. But not the words: a build with
    FF_AUDIT holds more of them than an image has, so that others would be left out after a restart."""

    LIMITS = {"visitors": 8, "carts": 64, "cart_lines": 65536, "ids": 20, "orders": 3, "tails": 4, "tail_events": 2000,
              "session_extras": 8192, "customers": 8, "customer_days": 64, "tickets": 2, "comments": 2,
              "breakdown_bytes": "20k"}

    def test_all_at_once(self):
        gone = set()
        for seed in range(70, 76):
            with self.subTest(seed=seed):
                one, two, _ = halves(seed, pace=("minutes", "hours", "days")[seed % 3])
                daemon = Daemon(SITES, ["ingest.max_age=10d"])
                self.addCleanup(daemon.close)
                self.begin(daemon, self.LIMITS)
                daemon.bring(one)
                seq = daemon.checkpoint()
                daemon.bring(two)
                self.restart(daemon, seq)
                self.restart(daemon, daemon.checkpoint())
                found = self.metrics(daemon)
                gone |= {key[1] for key, value in found.items() if value and key[0] == GONE[0]}
                for (name, table), limit in found.items():
                    if name == "footfall_state_limit":
                        self.assertLessEqual(found[("footfall_state_entries", table)], limit, table)
                daemon.close()
        self.assertLessEqual({"visitors", "ids", "orders", "tails", "customers", "tickets", "comments"}, gone)


class Doors(Case):
    """What is turned away at the door: refused, and counted."""

    def forget(self, daemon, first, n):
        return [daemon.office.request("DELETE", f"/v1/visitors/v{i}").status for i in range(first, first + n)]

    def test_forgets(self):
        limit, memory = 50, []
        daemon = self.daemon({"forgets": limit, **BASE})
        daemon.bring(views(0, 2 * TIMES * limit), FEW)
        for i in range(2):
            statuses = self.forget(daemon, i * TIMES * limit, TIMES * limit)
            self.assertEqual(statuses, [202] * limit + [503] * (TIMES - 1) * limit)
            memory.append(self.memory(daemon))
            found = self.metrics(daemon)
            full = [found[(f"footfall_state_{what}", "forgets")] for what in ("entries", "limit", "left_out")]
            self.assertEqual(full, [limit, limit, (i + 1) * (TIMES - 1) * limit])
            for n, status in (0, 404), (limit - 1, 404), (limit, 200):
                expect(daemon.office.get(f"/v1/visitors/v{i * TIMES * limit + n}"), status)
            daemon.checkpoint()
            until(lambda: self.metrics(daemon)[("footfall_state_entries", "forgets")] == 0, "all are forgotten")
        self.stays(memory, "forgets")
        self.assertEqual(daemon.stats(**EVERYTHING)["traffic"]["sessions"], 2 * TIMES * limit)
        self.comes_back(daemon)

    def turned_away(self, daemon):
        with socket.create_connection(split(daemon.http), 30) as extra:
            try:
                return extra.recv(1) == b""
            except ConnectionResetError:
                return True

    def test_connections(self):
        limit, memory = 50, []
        daemon = self.daemon({"connections": limit, **BASE})
        held = [Wire(daemon.http) for _ in range(limit)]
        self.addCleanup(lambda: [wire.close() for wire in held])
        for i in range(2):
            for n, wire in enumerate(held):
                wire.send(post_bytes(views(n, 1)))
                expect(wire.read(), 204)
            self.assertTrue(all(self.turned_away(daemon) for _ in range(TIMES * limit)))
            found = self.metrics(daemon)
            self.assertEqual(found[("footfall_connections_refused", "too_many")], (i + 1) * TIMES * limit)
            self.assertEqual(found[("footfall_connections", None)], limit + 1)  # and the office's
            self.assertEqual(daemon.stats(**EVERYTHING)["traffic"]["pageviews"], (i + 1) * limit)
            memory.append(self.memory(daemon))
        self.stays(memory, "connections")
        self.restart(daemon)


if __name__ == "__main__":
    unittest.main()
