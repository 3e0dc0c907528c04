"""What a sender has to tell: stories of visitors without end, the same for the same seed."""

import json
import random
import time

from beacons import HOUR, MINUTE, SECOND
from histories import history, shuffled, wire

AGES = (5 * MINUTE, 50 * MINUTE, 3 * HOUR, 20 * HOUR)  # how long ago a chapter ended
OLDEST = 24 * HOUR                                     # no beacon's time is longer ago
NAMED = ("visitor", "customer", "order", "ticket")     # fields in which a chapter is kept apart
PLAIN = frozenset(("page_view", "ping", "view_item", "search", "add_to_cart"))


class Stories:
    """Chapters of a few visitors each. Within a chapter beacons are in the order of their times, or out
    of it but none of them late; no two of any chapter have one id, and no visitor is in two chapters."""

    def __init__(self, seed, site, types=None):
        self.seed, self.site, self.types = seed, site, types
        self.random = random.Random(seed)
        self.chapter, self.ahead = 0, []

    def take(self, n):
        """The next n beacons, as they are sent."""
        while len(self.ahead) < n:
            self.ahead += self.next_chapter()
        taken, self.ahead = self.ahead[:n], self.ahead[n:]
        return taken

    def next_chapter(self):
        self.chapter += 1
        end = round(time.time()) * SECOND - self.random.choice(AGES)
        told = history(self.random.getrandbits(32), end, "minutes", (self.site,), 3, 10)
        if self.random.random() < 0.5:
            told = shuffled(told, self.random.getrandbits(32))
        told = [wire(b) for b in told if not self.types or b["type"] in self.types]
        for number, beacon in enumerate(told):
            beacon["id"] = f"{self.chapter}-{number}"
            beacon.update({key: f"{self.chapter}-{beacon[key]}" for key in NAMED if key in beacon})
        return told


def chapter_of(beacon):
    return beacon["id"].partition("-")[0]


def as_query(beacon):
    """The fields of a beacon as they stand in a pixel's query, before they are encoded."""
    return {name: json.dumps(value) if isinstance(value, (list, bool)) else str(value)
            for name, value in beacon.items()}
