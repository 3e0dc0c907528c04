"""Sessions of one visitor: sort, cut at the gaps, look at each piece as a whole."""

from dataclasses import dataclass

from beacons import SECOND, term_key

INTERACTIONS = frozenset(("search", "add_to_cart", "remove_from_cart", "update_cart",
                          "begin_checkout", "checkout_step", "purchase", "survey", "custom"))


@dataclass
class Late:
    """A late event, and where it stands in its visitor's story: behind all that had come."""
    event: object
    order: tuple


def split_late(events, config):
    """Of one visitor's session events in the order of the journal: those on time, and the late.
    What has become late by the clock stays late when a newer event comes."""
    on_time, late, newest, settled = [], [], None, None
    for event in events:
        if newest is not None and (is_late(event, newest, config)
                                   or settled is not None and event.time < settled):
            late.append(Late(event, (newest.time, event.seq)))
            continue
        on_time.append(event)
        if newest is None or event.order > newest.order:
            if newest is not None and event.received > newest.received + config.lateness:
                settled = newest.time
            newest = event
    return on_time, late


def is_late(event, newest, config):
    if event.time < newest.time - config.lateness:
        return True
    return event.time < newest.time and event.received > newest.received + config.lateness


def sessionise(on_time, config):
    """Gives the sessions (with `new` set) and the stray pings."""
    sessions, stray = [], []
    for event in sorted(on_time, key=lambda e: e.order):
        current = sessions[-1] if sessions else None
        if current and joins(current.events, event, config):
            current.events.append(event)
        elif event.type == "ping":
            stray.append(event)
        else:
            new = current is None or event.time - current.events[-1].time > config.remember
            sessions.append(Session(new, [event]))
    return sessions, stray


def joins(events, event, config):
    return (event.time - events[-1].time <= config.timeout
            and event.time - events[0].time <= config.max_length)


def adds_to_cart(event):
    if event.type == "update_cart":
        return any(item.get("quantity", 1) >= 1 for item in event.items)
    return event.type == "add_to_cart"


@dataclass
class Session:
    new: bool
    events: list

    @property
    def start(self):
        return self.events[0].time

    @property
    def length(self):
        return self.events[-1].time - self.start

    def count(self, kind):
        return sum(1 for event in self.events if event.type == kind)

    def has(self, kind):
        return self.count(kind) > 0

    @property
    def pages(self):
        return self.count("page_view")

    @property
    def views(self):
        return self.pages or self.count("view_item")

    @property
    def interactive(self):
        return self.pages >= 2 or any(
            event.type in INTERACTIONS and not (event.type == "custom" and event.beacon.get("passive"))
            for event in self.events)

    @property
    def bounced(self):
        return not self.interactive and self.views <= 1

    @property
    def engaged(self):
        engagement = sum(event.engaged for event in self.events)
        return engagement >= 10 * SECOND or self.views >= 2 or self.has("purchase")

    @property
    def added(self):
        return any(adds_to_cart(event) for event in self.events)

    @property
    def page_times(self):
        """The time on each page of which it is known."""
        at = [i for i, event in enumerate(self.events) if event.type == "page_view"]
        times = [self.events[b].time - self.events[a].time for a, b in zip(at, at[1:])]
        last = sum(event.engaged for event in self.events[at[-1]:]) if at else 0
        return times + [last] if last else times

    @property
    def refinements(self):
        """Searches directly after another one, pings and page views aside."""
        told = [event for event in self.events if event.type not in ("ping", "page_view")]
        return sum(1 for a, b in zip(told, told[1:])
                   if a.type == b.type == "search" and key_of(a) != key_of(b))

    @property
    def search_exit(self):
        """Whether after the last search nothing comes but pings and at most one page view."""
        searches = [i for i, event in enumerate(self.events) if event.type == "search"]
        if not searches:
            return False
        after = [event.type for event in self.events[searches[-1] + 1:] if event.type != "ping"]
        return after in ([], ["page_view"])


def key_of(search):
    return term_key(search.beacon.get("term", ""))
