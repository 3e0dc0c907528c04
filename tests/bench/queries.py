"""What questions cost: a store with 60 days of five shops in which breakdowns are as full as they get, asked
while it takes beacons, and how much a dashboard's polls take from them."""

import http.client
import random
import statistics
import threading
import time

SITES = ["default", "shop1", "shop2", "shop3", "shop4"]  # the load generator sends for the first
DAYS, HOUR = 60, 3600
AN_HOUR = 1_000          # events of an hour of one shop
VALUES = 20_000          # different pages, products and terms of a shop: more than a day keeps
NARROW = 1_500           # different sources, campaigns, steps and names
ASKED = 400              # questions
POLLS = 1_000            # in each of so many rounds:
ROUNDS = 9
CONFIG = "sites:\n" + "".join(f"  - id: {site}\n    timezone: Europe/Berlin\n" for site in SITES)
DIMENSIONS = ("channel source campaign device country visitor_type entry_page page exit_page product category "
              "search_term zero_result_term checkout_step custom").split()
WINDOWS = ["15m", "1h", "24h", "7d", "30d", "60d"]


class Asker:
    """A client that keeps its connection."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.connection = http.client.HTTPConnection(host, int(port), timeout=120)

    def ask(self, path, body=None):
        """Seconds that the answer took."""
        began = time.perf_counter()
        self.connection.request("POST" if body else "GET", path, body, {"Content-Type": "application/x-ndjson"})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status not in (200, 204):
            raise RuntimeError(f"{path}: {answer.status} {text[:200]}")
        return time.perf_counter() - began


def event(rng, site, moment, n):
    """One line of a shop's history; each brings a value of two or more dimensions."""
    head = f'{{"site":"{site}","id":"{site}-{moment}-{n}","time":{moment},"visitor":"v{rng.randrange(200_000)}",'
    value, narrow = rng.randrange(VALUES), rng.randrange(NARROW)
    turn = n % 10
    if turn < 4:
        return head + f'"type":"page_view","url":"https://s/p/{value}?utm_source=s{narrow}&utm_campaign=c{narrow}"}}'
    if turn < 6:
        return head + f'"type":"search","term":"term {value}","results":{value % 2}}}'
    if turn < 8:
        items = ",".join(f'{{"sku":"sku-{(value + i) % VALUES}","category":"cat-{(value + i) % VALUES}","price":"9.90"}}'
                         for i in range(4))
        return head + f'"type":"view_item","items":[{items}]}}'
    if turn == 8:
        return head + f'"type":"checkout_step","step":"step {narrow}"}}'
    return head + f'"type":"custom","name":"name {narrow}"}}'


def fill(asker, days):
    rng = random.Random(5)
    end = int(time.time()) // HOUR * HOUR
    for start in range(end - days * 24 * HOUR, end, HOUR):
        for site in SITES:
            lines = [event(rng, site, start + n * HOUR // AN_HOUR, n) for n in range(AN_HOUR)]
            asker.ask("/v1/import", "\n".join(lines).encode())


def question(rng):
    site, window = f"site={rng.choice(SITES)}", rng.choice(WINDOWS)
    when = f"window={window}"
    if rng.random() < 0.3:
        begin = int(time.time()) - rng.randrange(DAYS * 24 * HOUR)
        when = f"from={begin}&to={begin + rng.randrange(1, DAYS * 24 * HOUR)}"
    compare = "&compare=previous" if rng.random() < 0.2 else ""
    kind = rng.randrange(4)
    if kind == 0:
        return f"/v1/stats?{site}&{when}{compare}"
    if kind == 1:
        return f"/v1/stats/series?metric=sessions,revenue&step=1d&{site}&{when}"
    return f"/v1/stats/breakdown?by={rng.choice(DIMENSIONS)}&{site}&{when}{compare}"


def asked_meanwhile(bench, server, rate, questions):
    """Milliseconds of each question, asked while beacons come at the rate."""
    seconds = len(questions) // 20 + 10
    options = {"kind": "json", "connections": 64, "rate": rate, "requests": rate * seconds, "seconds": seconds}
    sender = threading.Thread(target=bench.load.run, args=(server.http, options))
    sender.start()
    asker = Asker(server.stats)
    try:
        return [1000 * asker.ask(q) for q in questions]
    finally:
        sender.join()


def polls(server, n):
    """Microseconds of the server's CPU for one poll of a dashboard: the median of rounds of n."""
    asker, rounds = Asker(server.stats), []
    for _ in range(ROUNDS):
        before = server.cpu()
        for _ in range(n):
            asker.ask("/v1/stats?site=default&window=1h")
        rounds.append((server.cpu() - before) / n * 1e6)
    return statistics.median(rounds)


def memory(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("RssAnon")) / 1024


def measure(bench):
    """Lines of Markdown."""
    quick = bench.options.quick
    with bench.footfall(config=CONFIG, options={"limits.breakdown_bytes": "4G"}) as server:
        fill(Asker(server.stats), 2 if quick else DAYS)
        closed = {"kind": "json", "connections": 64, "requests": 5_000 if quick else 100_000, "seconds": 20}
        rate = round(statistics.median(bench.load.stream(server, closed).rate for _ in range(3)) / 2)
        rng = random.Random(7)
        questions = [question(rng) for _ in range(40 if quick else ASKED)]
        times = sorted(asked_meanwhile(bench, server, rate, questions))
        each = polls(server, 100 if quick else POLLS)
        size = memory(server)
    median, late = statistics.median(times), times[int(len(times) * 0.99)]
    share = each * 1000 / 1e6
    return [f"| a question over {DAYS} days of {len(SITES)} shops with full breakdowns ({size:,.0f} MB), while {rate:,} beacons "
            f"come a second: median; p99 | {median:.2f}; {late:.1f} ms | median under 5 ms | "
            f"{'met' if median < 5 else '**missed**'} |",
            f"| a poll of /v1/stats for an hour: CPU, and what 1,000 of them a second take | {each:.0f} µs; {share:.1%} of a "
            f"core | under 5 % | {'met' if share < 0.05 else '**missed**'} |"]

