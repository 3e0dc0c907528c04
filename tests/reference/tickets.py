"""Support: tickets, each seen as a whole; one that was never opened counts nowhere."""

from collections import defaultdict
from dataclasses import dataclass

from beacons import SECOND
from sums import ratio, total


@dataclass
class Ticket:
    opened: int
    reply: int = None     # the first one, at or after the opening
    resolved: int = None  # the last time, where nothing has opened it again


def tickets_of(events):
    """{site: tickets} of support events in the order of the journal."""
    told = defaultdict(list)
    for event in events:
        if event.type.startswith("support_"):
            told[event.site.id, event.beacon["ticket"]].append(event)
    tickets = defaultdict(list)
    for (site, _), mine in told.items():
        if any(event.type == "support_open" for event in mine):
            tickets[site].append(ticket_of(sorted(mine, key=lambda e: e.order)))
    return tickets


def ticket_of(events):
    opened = next(e.time for e in events if e.type == "support_open")
    replies = [e.time for e in events if e.type == "support_reply" and e.time >= opened]
    last = [e for e in events if e.type != "support_reply"][-1]
    return Ticket(opened, replies[0] if replies else None,
                  last.time if last.type == "support_resolve" else None)


def support(tickets):
    """The section of /v1/stats, of the tickets opened in the window."""
    answered = [t for t in tickets if t.reply is not None]
    resolved = [t for t in tickets if t.resolved is not None]
    return {
        "first_response_seconds": ratio(total(answered, lambda t: t.reply - t.opened) / SECOND,
                                        len(answered)),
        "resolution_seconds": ratio(total(resolved, lambda t: t.resolved - t.opened) / SECOND,
                                    len(resolved)),
        "tickets_opened": len(tickets),
        "tickets_answered": len(answered),
        "tickets_resolved": len(resolved),
        "tickets_open": len(tickets) - len(resolved),
    }
