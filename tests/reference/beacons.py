"""What was taken, in the terms of the reference: instants in microseconds, money as Decimal, and
which beacons are repeats. Times, windows and limits are whole microseconds throughout."""

import datetime
import decimal
import fractions
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal

decimal.getcontext().prec = 80

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

CART_TYPES = frozenset(("add_to_cart", "remove_from_cart", "update_cart", "view_cart",
                        "begin_checkout", "checkout_step", "purchase"))
SESSION_TYPES = CART_TYPES | frozenset(("page_view", "ping", "view_item", "search", "survey",
                                        "custom"))
OFFICE_TYPES = frozenset(("refund", "support_open", "support_reply", "support_resolve", "spend"))


@dataclass(frozen=True)
class Site:
    id: str
    timezone: str = "UTC"
    currency: str = "EUR"
    aliases: tuple = ()


@dataclass(frozen=True)
class Config:
    """The durations that the numbers depend on, with the defaults of the shipped configuration."""
    sites: tuple = (Site("default"),)
    timeout: int = 30 * MINUTE
    max_length: int = 24 * HOUR
    lateness: int = 5 * MINUTE
    remember: int = 90 * DAY
    abandon_after: int = HOUR
    recover_within: int = 7 * DAY
    orders_dedupe: int = 90 * DAY
    dedupe_window: int = 24 * HOUR
    active_for: int = 365 * DAY
    tally_days: int = 800 * DAY

    def site(self, name):
        """The site that a beacon names; the only one where it names none."""
        if name is None and len(self.sites) == 1:
            return self.sites[0]
        for site in self.sites:
            if name == site.id or name in site.aliases:
                return site
        raise KeyError(name)


def instant(value):
    """Microseconds of a beacon's time: Unix seconds, milliseconds when above 1e11, or RFC 3339."""
    if isinstance(value, str):
        text = value.strip().upper().replace(" ", "T").replace("Z", "+00:00")
        day, _, clock = text.partition("T")
        sign = max(clock.rfind("+"), clock.rfind("-"))
        zone, clock = clock[sign:], clock[:sign]
        whole, _, fraction = clock.partition(".")
        at = datetime.datetime.fromisoformat(f"{day}T{whole}{zone}")
        since = at - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        return (since.days * 86400 + since.seconds) * SECOND + int((fraction + "000000")[:6])
    exact = fractions.Fraction(value)
    return round(exact * (1000 if abs(exact) > 10**11 else SECOND))


def money(value):
    """A decimal of a beacon: exact from text, half-even to 4 places from a number."""
    if isinstance(value, str):
        return Decimal(value)
    return Decimal(repr(value)).quantize(Decimal("0.0001"), decimal.ROUND_HALF_EVEN)


def term_key(term):
    """The normalised search term."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", term).casefold())
    words = " ".join(folded.split())
    return words.encode()[:256].decode(errors="ignore")


@dataclass(frozen=True)
class Taken:
    """A beacon that was answered as taken (a repeat is), as it was sent. received and arrival are
    microseconds; in an import the arrival is the beacon's own time and may be left to it."""
    beacon: dict
    received: int
    arrival: int = None
    imported: bool = True


@dataclass(eq=False)
class Event:
    """A taken beacon at its place in the journal."""
    seq: int
    site: Site
    type: str
    time: int
    received: int
    arrival: int
    visitor: str  # None: nobody's
    beacon: dict = field(repr=False)

    @property
    def order(self):
        """Where it stands in its visitor's story."""
        return self.time, self.seq

    @property
    def items(self):
        return self.beacon.get("items") or []

    @property
    def currency(self):
        return self.beacon.get("currency")

    @property
    def value(self):
        return money(self.beacon["value"]) if "value" in self.beacon else None

    @property
    def engaged(self):
        """Microseconds of engagement that it reports."""
        if self.type not in ("ping", "page_view"):
            return 0
        return self.beacon.get("engaged_ms", 0) * 1000


def event_of(seq, taken, config):
    beacon = taken.beacon
    arrival = taken.arrival
    if taken.imported:
        arrival = instant(beacon["time"])
    elif arrival is None:
        arrival = taken.received
    time = instant(beacon["time"]) if "time" in beacon else arrival
    if not taken.imported and time > arrival + MINUTE:
        time = arrival
    if beacon.get("consent") is False and beacon["type"] in SESSION_TYPES:
        beacon = {name: value for name, value in beacon.items() if name not in ("visitor", "customer")}
    return Event(seq, config.site(beacon.get("site")), beacon["type"], time, taken.received,
                 arrival, beacon.get("visitor"), beacon)


@dataclass
class Kept:
    """What is left when repeats are taken out."""
    events: list
    order_repeats: list


def without_repeats(events, config):
    """Drops repeated event ids, then repeated order ids. An id is remembered from the event that
    was not a repeat itself, also when that one is then dropped for its order."""
    ids, orders, kept, order_repeats = {}, {}, [], []
    for event in events:
        if "id" in event.beacon:
            seen = ids.setdefault((event.site.id, event.beacon["id"]), [])
            if any(abs(event.arrival - arrival) <= config.dedupe_window for arrival in seen):
                continue
            seen.append(event.arrival)
        if event.type == "purchase":
            seen = orders.setdefault((event.site.id, event.beacon["order"]), [])
            if any(abs(event.arrival - arrival) <= config.orders_dedupe for arrival in seen):
                order_repeats.append(event)
                continue
            seen.append(event.arrival)
        kept.append(event)
    return Kept(kept, order_repeats)


def quantity_of(item):
    return item.get("quantity", 1)


def items_value(items):
    return sum((money(item.get("price", 0)) * quantity_of(item) for item in items), Decimal(0))
