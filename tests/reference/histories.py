"""Random histories, the same for the same seed: visitors of several sites who do everything a
beacon can tell, with gaps just below, at and above each limit, and repeats of ids and orders.

    beacons = history(seed, end)          in the order of time, which may be the order of arrival
    shuffled(beacons, seed)               another order of arrival, in which no event is late
    with_late(beacons, seed)              an order in which some are

A beacon carries its true instant under the key AT, which wire() takes out again."""

import datetime
import itertools
import random

from beacons import DAY, HOUR, MINUTE, SECOND, Config, Site, instant
from fields import TOPICS, Fields

AT = "\0at"

SITES = (Site("shop", "Europe/Berlin", "EUR", ("shop.example", "alt")),
         Site("bazaar", "Asia/Kolkata", "INR"),
         Site("depot", "UTC", "USD"))

EDGE = (-SECOND, -1, 0, 1, SECOND)
LIMITS = (5 * MINUTE, 30 * MINUTE, HOUR, 24 * HOUR, 7 * DAY, 90 * DAY)

WEIGHTS = {"page_view": 22, "ping": 12, "view_item": 10, "search": 10, "add_to_cart": 12,
           "remove_from_cart": 5, "update_cart": 6, "view_cart": 4, "begin_checkout": 5,
           "checkout_step": 4, "purchase": 8, "survey": 6, "custom": 5}


class Teller(Fields):
    """Makes the beacons of one history."""

    def __init__(self, seed, pace):
        self.random = random.Random(seed)
        self.gap_weights = GAPS[pace]
        self.longest = LONGEST[pace]
        self.refunded, self.beacons, self.number = set(), [], 0

    def gap(self):
        """To a visitor's next event: seconds, minutes, or about one of the limits."""
        kind = self.random.choices(("tie", "short", "minutes", *LIMITS), self.gap_weights)[0]
        if kind == "tie":
            return 0
        if kind == "short":
            return self.random.randrange(1, 20 * SECOND)
        if kind == "minutes":
            return self.random.randrange(1, 40) * MINUTE
        return kind + self.random.choice(EDGE)

    def wait(self, *choices):
        """One of the waits that are not too long for this pace."""
        return self.random.choice([wait for wait in choices if abs(wait) <= self.longest])

    def add(self, time, site, word, visitor, **fields):
        self.number += 1
        beacon = {"type": word, "site": self.name_of(site), AT: time, **fields}
        if visitor:
            beacon["visitor"] = visitor
            beacon.update(self.whence(word))
            if self.maybe(0.03):
                beacon["consent"] = False
        if self.maybe(0.9):
            beacon["id"] = f"e{self.number}"
        self.beacons.append(beacon)
        return beacon

    def name_of(self, site):
        return self.random.choice((site.id, site.id, *site.aliases))

    def story(self, site, visitor, start, length):
        """A visitor's events, one after the other."""
        time = start
        for _ in range(length):
            kind = self.random.choices(list(WEIGHTS), WEIGHTS.values())[0]
            self.repeats(self.event(time, site, visitor, kind))
            time += self.gap()

    def marathon(self, site, visitor, start):
        """A session at and beyond its greatest length."""
        for i in range(48):
            self.add(start + i * 30 * MINUTE, site, "ping" if i else "page_view", visitor)
        last = start + DAY + self.random.choice(EDGE)
        self.add(last, site, self.random.choice(("ping", "page_view", "search")), visitor)
        self.add(last + MINUTE, site, "page_view", visitor, engaged_ms=1500)

    def event(self, time, site, visitor, kind):
        make = getattr(self, f"make_{kind}", lambda: {})
        beacon = self.add(time, site, kind, visitor, **make())
        if kind == "purchase":
            self.office(time, site, beacon["order"])
        return beacon

    def repeats(self, beacon):
        """Now and then the same beacon again, around the window of its id or of its order."""
        if "id" in beacon and self.maybe(0.05):
            wait = self.wait(0, SECOND, HOUR, DAY - 1, DAY, DAY + 1)
            self.beacons.append({**beacon, AT: beacon[AT] + wait})
        elif beacon["type"] == "purchase" and self.maybe(0.1):
            self.number += 1
            again = (90 * DAY + 1,) if beacon["order"] not in self.refunded else ()
            wait = self.wait(0, MINUTE, HOUR, 3 * DAY, 90 * DAY, *again)
            other = {**beacon, AT: beacon[AT] + wait, "id": f"e{self.number}", "value": "77",
                     "customer": "of a repeat", "url": "/repeat"}
            self.beacons.append(other)
            if self.maybe(0.5):
                self.beacons.append({**other, AT: other[AT] + SECOND})

    def office(self, time, site, order):
        """What back offices send: refunds before and after the purchase, and the rest."""
        while self.maybe(0.3):
            wait = self.wait(-90 * DAY, -DAY, -HOUR, -1, 0, 1, HOUR, 2 * DAY, 90 * DAY, 90 * DAY + 1)
            name = order if self.maybe(0.8) else f"unknown{self.number}"
            self.refunded.add(name)
            fields = self.make_refund()
            self.repeats(self.add(time + wait, site, "refund", None, order=name, **fields))
        if self.maybe(0.3):
            self.add(time, site, "spend", None, **self.make_spend())
        if self.maybe(0.4):
            self.ticket(time, site)

    def ticket(self, time, site):
        """A ticket, its events in any order: replies before it was opened, ties, opened again."""
        self.number += 1
        name, topic = f"t{self.number}", self.random.choice(TOPICS)
        kinds = ["support_open"] * self.maybe(0.9) + self.random.choices(
            ("support_open", "support_reply", "support_reply", "support_resolve"),
            k=self.random.randrange(5))
        self.random.shuffle(kinds)
        for kind in kinds:
            fields = {"ticket": name, "topic": topic} if topic else {"ticket": name}
            self.repeats(self.add(time, site, kind, None, **fields))
            time += self.wait(0, 1, SECOND, HOUR, DAY, 3 * DAY)


GAPS = {  # weights of: tie, seconds, minutes, and each of LIMITS
    "months": (6, 40, 12, 8, 12, 8, 3, 3, 3),
    "days": (6, 40, 12, 8, 12, 8, 3, 2, 0),
    "hours": (6, 50, 12, 10, 12, 4, 0, 0, 0),
    "minutes": (10, 80, 2, 4, 0, 0, 0, 0, 0),
}
LONGEST = {"months": 100 * DAY, "days": 10 * DAY, "hours": DAY + 1, "minutes": MINUTE}


def history(seed, end, pace="days", sites=SITES, visitors=6, length=40):
    """Beacons in the order of time, the last of them at `end` (a whole second) or within the
    second before. pace says which gaps are made: of up to months, days, hours or minutes."""
    teller = Teller(seed, pace)
    for site in sites:
        for n in range(visitors):
            visitor = f"v{n}" if n < 2 else f"{site.id}-v{n}"  # two names are known on every site
            start = teller.random.randrange(0, 2 * MINUTE if pace == "minutes" else 6 * HOUR)
            if n == visitors - 1 and pace != "minutes":
                teller.marathon(site, visitor, start)
            else:
                teller.story(site, visitor, start, length)
    beacons = sorted(teller.beacons, key=lambda b: b[AT])
    shift = (end - beacons[-1][AT]) // SECOND * SECOND
    for beacon in beacons:
        beacon[AT] += shift
    return dress(beacons, teller.random)


def dress(beacons, rng):
    """Gives each its time in one of the ways of writing it."""
    for beacon in beacons:
        beacon["time"] = rng.choice((as_seconds, as_milliseconds, as_text))(beacon[AT])
        assert instant(beacon["time"]) == beacon[AT], beacon
    return beacons


def as_seconds(at):
    return at // SECOND if at % SECOND == 0 else at / SECOND


def as_milliseconds(at):
    return at // 1000 if at % 1000 == 0 else at / 1000


def as_text(at):
    zone = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    moment = datetime.datetime.fromtimestamp(at // SECOND, zone).replace(microsecond=at % SECOND)
    return moment.isoformat()


def shuffled(beacons, seed, lateness=Config().lateness):
    """Another order of arrival, each event coming after others at most `lateness` newer than
    itself, now and then exactly so. Ties of time stay together and in order, repeats come after
    what they repeat."""
    rng = random.Random(seed)
    places, place_of = {}, {}  # by time; by what a repeat would repeat
    for at, together in itertools.groupby(beacons, lambda b: b[AT]):
        names = [name for beacon in together for name in names_of(beacon)]
        delay = rng.choice((0, lateness, rng.randint(0, lateness)))
        before = [place_of[name] for name in names if name in place_of]
        after = [(place, tie + 1) for place, tie in before]
        places[at] = max([(at + delay, rng.random()), *after])
        place_of.update(dict.fromkeys(names, places[at]))
    return sorted(beacons, key=lambda b: places[b[AT]])


def names_of(beacon):
    """The ids by which another beacon may be its repeat."""
    if "id" in beacon:
        yield beacon["site"], "id", beacon["id"]
    if beacon["type"] == "purchase":
        yield beacon["site"], "order", beacon["order"]


def with_late(beacons, seed, chance=0.05, purchases=False):
    """An order of arrival in which some events come far too late."""
    rng = random.Random(seed)
    order = []
    for place, beacon in enumerate(beacons):
        moves = (rng.random() < chance and beacon["type"] != "refund"
                 and (purchases or beacon["type"] != "purchase"))
        order.append((rng.uniform(place, len(beacons)) if moves else place, place))
    return [beacons[place] for _, place in sorted(order)]


def wire(beacon):
    """The beacon as it is sent."""
    return {key: value for key, value in beacon.items() if key != AT}
