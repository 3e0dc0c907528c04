"""Breakdowns: what each value of a dimension adds to a window, as rows, and their sum. All values are
kept here: a daemon does so below its ceilings."""

from collections import defaultdict
from decimal import Decimal

from beacons import SECOND, money, quantity_of
from origins import NONE, first_device, first_told
from pages import page_of
from sessions import key_of
from sums import ratio


class Row:
    """Sums of one value, and their revenue by currency."""

    def __init__(self):
        self.sums, self.revenue = defaultdict(int), defaultdict(Decimal)

    def add(self, sums, revenue=()):
        for name, n in sums.items():
            self.sums[name] += n
        for currency, amount in revenue:
            self.revenue[currency] += amount

    def empty(self):
        return not any(self.sums.values()) and not any(self.revenue.values())


# What a window adds: (value, sums, revenue), again and again.

def of_sessions(value_of):
    def additions(sessions, _events):
        for session in sessions:
            yield value_of(session), session_sums(session), revenue_of(session)
    return additions


def session_sums(session):
    return {"sessions": 1, "new_visitors": int(session.new), "pageviews": session.pages,
            "bounces": int(session.bounced), "engaged_sessions": int(session.engaged),
            "added_to_cart": int(session.added), "began_checkout": int(session.has("begin_checkout")),
            "purchased": int(session.has("purchase")), "orders": session.count("purchase")}


def revenue_of(session):
    return [(event.currency or event.site.currency, event.value)
            for event in session.events if event.type == "purchase"]


def pages_of(session):
    return [page_of(e.beacon.get("url")) for e in session.events if e.type == "page_view"]


def of_pages(sessions, events):
    for event in events:
        if event.type == "page_view":
            yield page_of(event.beacon.get("url")), {"views": 1}, ()
    for session in sessions:
        pages = pages_of(session)
        for page, time in zip(pages, session.page_times):
            yield page, {"time": time, "timed": 1}, ()
        if pages:
            yield pages[0], {"entrances": 1, "bounces": int(session.bounced)}, ()
            yield pages[-1], {"exits": 1}, ()


ITEM_FIELDS = {"view_item": "views", "add_to_cart": "added", "purchase": "purchased"}


def of_items(key):
    def additions(_sessions, events):
        for event in events:
            for item in event.items if event.type in ITEM_FIELDS else ():
                yield item.get(key) or NONE, *item_sums(event, item)
    return additions


def item_sums(event, item):
    sums, revenue = {ITEM_FIELDS[event.type]: 1}, ()
    if event.type == "purchase":
        sums["quantity"] = quantity_of(item)
        worth = money(item.get("price", 0)) * quantity_of(item)
        revenue = [(event.currency or event.site.currency, worth)]
    return sums, revenue


def found_nothing(search):
    return search.beacon.get("results") == 0


def of_terms(chosen):
    def additions(sessions, events):
        for event in events:
            if event.type == "search" and chosen(event):
                yield term_of(event), {"searches": 1, "zero_results": int(found_nothing(event))}, ()
        for session in sessions:
            for term in {term_of(e) for e in session.events if e.type == "search" and chosen(e)}:
                yield term, {"sessions": 1, "purchased": int(session.has("purchase"))}, ()
    return additions


def term_of(search):
    return key_of(search) or NONE


def of_events(kind, key):
    def additions(sessions, events):
        for event in events:
            if event.type == kind:
                yield event.beacon.get(key) or NONE, {"events": 1}, ()
        for session in sessions:
            for value in {e.beacon.get(key) or NONE for e in session.events if e.type == kind}:
                yield value, {"sessions": 1}, ()
    return additions


# What the answer shows of a row.

def show_session(row):
    shown = {name: row.sums[name] for name in (
        "sessions", "new_visitors", "pageviews", "bounces", "engaged_sessions", "added_to_cart",
        "began_checkout", "purchased", "orders")}
    return {**shown, "bounce_rate": ratio(row.sums["bounces"], row.sums["sessions"]),
            "session_rate": ratio(row.sums["purchased"], row.sums["sessions"]),
            "revenue": dict(row.revenue)}


def show_page(row):
    shown = {name: row.sums[name] for name in ("views", "entrances", "exits", "bounces")}
    return {**shown, "exit_rate": ratio(row.sums["exits"], row.sums["views"]),
            "bounce_rate": ratio(row.sums["bounces"], row.sums["entrances"]),
            "page_seconds": ratio(row.sums["time"] / SECOND, row.sums["timed"])}


def show_product(row):
    shown = {name: row.sums[name] for name in ("views", "added", "purchased", "quantity")}
    return {**shown, "revenue": dict(row.revenue)}


def show_term(row):
    return {name: row.sums[name] for name in ("searches", "zero_results", "sessions", "purchased")}


def show_event(row):
    return {name: row.sums[name] for name in ("events", "sessions")}


def nowhere(_session):
    """No address in these beacons is in a database."""
    return NONE


def page_at(place):
    return lambda session: (pages_of(session) or [NONE])[place]


def told(place):
    return lambda session: first_told(session.events, place)


DIMENSIONS = {  # by: (what adds to it, how its rows are shown)
    "channel": (of_sessions(told(0)), show_session),
    "source": (of_sessions(told(1)), show_session),
    "campaign": (of_sessions(told(2)), show_session),
    "device": (of_sessions(lambda s: first_device(s.events)), show_session),
    "country": (of_sessions(nowhere), show_session),
    "visitor_type": (of_sessions(lambda s: "new" if s.new else "returning"), show_session),
    "entry_page": (of_sessions(page_at(0)), show_session),
    "page": (of_pages, show_page),
    "exit_page": (of_sessions(page_at(-1)), show_session),
    "product": (of_items("sku"), show_product),
    "category": (of_items("category"), show_product),
    "search_term": (of_terms(lambda search: True), show_term),
    "zero_result_term": (of_terms(found_nothing), show_term),
    "checkout_step": (of_events("checkout_step", "step"), show_event),
    "custom": (of_events("custom", "name"), show_event),
}


def breakdown(by, sessions, events):
    """{"rows": {value: fields}, "total": fields}."""
    additions, show = DIMENSIONS[by]
    rows, everything = defaultdict(Row), Row()
    for value, sums, revenue in additions(sessions, events):
        rows[value].add(sums, revenue)
        everything.add(sums, revenue)
    return {"rows": {value: show(row) for value, row in rows.items() if not row.empty()},
            "total": show(everything)}
