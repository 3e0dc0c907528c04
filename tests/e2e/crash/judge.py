"""What must be true whenever a daemon serves: every beacon that was answered counts once, of those that
were not some from the beginning of what its sender has sent, once; a datagram at most once."""

import time
from collections import defaultdict

from beacons import SECOND, instant
from crash.estimates import is_close, with_estimates
from crash.stories import OLDEST, chapter_of
from footfall import Failure, Site, differences, site_config, taken, until
from reference import Reference

PROBE = Site("crash-probe")
COUNTS = (("traffic", "pageviews"), ("search", "searches"), ("orders", "orders"), ("orders", "refunds"))


class Deviation(Failure):
    """What differs, and by how much at least: beacons that are not counted, or counted twice."""

    def __init__(self, note, found, lost=0, doubled=0):
        super().__init__("\n".join([note, *found]))
        self.lost, self.doubled = lost, doubled


class Judge:
    def __init__(self, daemon, senders, datagrams):
        self.daemon, self.senders, self.datagrams = daemon, senders, datagrams
        self.begin = round(time.time()) - 2 * OLDEST // SECOND
        self.told = {sender: Told(sender) for sender in senders}
        self.floors = {}  # sender -> beacons that were seen to be in the journal
        self.views = 0    # beacons of datagrams that are known to be durable
        self.probes = 0   # sent by the judge

    def check(self, note, replayed=False):
        """Senders must have stopped. replayed: since the start, so that what is seen has been read from
        the journal and may never be missed again."""
        for sender in self.senders:
            seen = self.sender_agrees(sender, note)
            if replayed:
                self.floors[sender] = seen
        self.datagrams_agree(note)

    def sender_agrees(self, sender, note):
        """The number of its beacons that the daemon has counted."""
        found = until(lambda: self.settled(sender), "an instant at which nothing is about to change")
        if isinstance(found, int):
            return found
        raise Deviation(f"{note} {sender.site.id}, {len(sender.answered)} answered, "
                        f"{len(sender.waiting)} not:", *found)

    def settled(self, sender):
        """The number, or what differs from all that may be; None when to ask again."""
        answer = self.daemon.stats(sender.site.id, from_=self.begin, to=round(time.time()) + 3600)
        least = max(len(sender.answered), self.floors.get(sender, 0))
        sent = sender.answered + sender.waiting
        expected = {}
        for number in dict.fromkeys([least, len(sent), *range(least, len(sent))]):
            expected[number] = self.told[sender].stats(sent[:number], answer)
            if expected[number] is None:
                return None
            if not differences(with_estimates(expected[number], answer), answer):
                return number
        found = differences(with_estimates(expected[least], answer), answer)
        return found, *gaps(expected[least], expected[len(sent)], answer)

    def datagrams_agree(self, note):
        """Never more than were sent, none twice, none gone that came before an answered beacon."""
        traffic = self.daemon.stats(self.datagrams.site.id, window="24h")["traffic"]
        views, sessions = traffic["pageviews"], traffic["sessions"]
        sent = self.datagrams.sent
        if not self.views <= views <= sent or views != sessions or not is_close(views, traffic["visitors"]):
            raise Deviation(f"{note} {self.datagrams.site.id}:",
                            [f"{sent} sent, {self.views} known to be durable, got {traffic}"],
                            max(0, self.views - views), max(0, views - sessions, views - sent))
        self.probe(note)
        self.views = views  # the journal has one order, and what was sent after them is answered

    def probe(self, note):
        """One more view without an id, that is sent once and answered."""
        views = self.daemon.stats(PROBE.id, window="24h")["traffic"]["pageviews"]
        if views != self.probes:
            raise Deviation(f"{note} {PROBE.id}:", [f"expected {self.probes} views, got {views}"],
                            max(0, self.probes - views), max(0, views - self.probes))
        self.daemon.send({"type": "page_view", "site": PROBE.id, "visitor": "probe"})
        self.probes += 1


class Told:
    """What the reference says of a sender's beacons. Chapters have no visitor, customer, order, ticket or id
    in common, so that one which is whole is gone through once."""

    def __init__(self, sender):
        self.site, self.imported, self.config = sender.site, sender.imported, site_config((sender.site,))
        self.known = {}  # chapter -> its beacons and their reference

    def stats(self, sent, answer):
        """For what the answer covers; None when that is about to change."""
        start, end, now = (instant(answer[key]) for key in ("from", "to", "generated_at"))
        reference = self.reference(sent)
        expected = reference.stats(self.site.id, start, end, now)
        return expected if expected == reference.stats(self.site.id, start, end, now + SECOND) else None

    def reference(self, sent):
        chapters = defaultdict(list)
        for beacon in sent:
            chapters[chapter_of(beacon)].append(beacon)
        whole = Reference([], self.config)
        for chapter, beacons in chapters.items():
            add(whole, self.of_chapter(chapter, beacons), self.site.id)
        return whole

    def of_chapter(self, chapter, beacons):
        known = self.known.get(chapter)
        if known is None or len(known[0]) != len(beacons):
            told = Reference(taken(beacons, imported=self.imported), self.config)
            known = self.known[chapter] = beacons, told
        return known[1]


def add(whole, part, site):
    whole.events += part.events
    whole.order_repeats += part.order_repeats
    whole.sessions[site] += part.sessions[site]
    whole.carts[site] += part.carts[site]
    whole.seen[site].update(part.seen[site])
    whole.stray |= part.stray
    whole.refunds += part.refunds
    whole.tickets[site] += part.tickets[site]
    whole.shops[site].customers += part.shops[site].customers
    whole.shops[site].spent += part.shops[site].spent


def gaps(least, most, answer):
    """Of what is counted by the beacon: how many less than the least, and more than the most."""
    lost = sum(max(0, least[s][name] - answer[s][name]) for s, name in COUNTS)
    doubled = sum(max(0, answer[s][name] - most[s][name]) for s, name in COUNTS)
    return lost, doubled
