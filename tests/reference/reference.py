"""The metrics, computed plainly: all that was taken is sorted, grouped and counted anew. Slow and
short on purpose; it shares no method with the daemon, so that where both agree both are right.

    stats = Reference(taken, config).stats("shop", start, end, now)

taken is a list of beacons.Taken in the order of the journal. The answer has the sections and
fields of GET /v1/stats: whole numbers as int, means and rates as float (None where their
denominator is 0), money as {currency: Decimal}."""

from collections import defaultdict
from decimal import Decimal

import breakdowns
from beacons import (MINUTE, SECOND, SESSION_TYPES, event_of, items_value, quantity_of,
                     without_repeats)
from carts import carts_of
from cohorts import cohorts_of
from customers import Shop
from sessions import sessionise, split_late
from sums import add_money, mean_money, ratio, total
from surveys import surveys
from tickets import support, tickets_of


class Reference:
    def __init__(self, taken, config):
        self.config = config
        kept = without_repeats([event_of(i, t, config) for i, t in enumerate(taken)], config)
        self.events = kept.events
        self.order_repeats = kept.order_repeats
        self.sessions, self.carts, self.stray = defaultdict(list), defaultdict(list), set()
        self.late = 0
        self.seen = defaultdict(dict)  # site -> visitor -> time of its last session event
        for (site, visitor), events in self._stories().items():
            self._tell(site, visitor, events)
        self.orders = defaultdict(list)  # purchases by site and order id, as the journal has them
        for event in self.events:
            if event.type == "purchase":
                self.orders[event.site.id, event.beacon["order"]].append(event)
        self.refunds = [self._refund(e) for e in self.events if e.type == "refund"]
        self.tickets = tickets_of(self.events)
        self.shops = {site.id: self._shop(site) for site in config.sites}

    def _shop(self, site):
        return Shop(site, [e for e in self.events if e.site == site], self.config)

    def _stories(self):
        """Session events by site and visitor, in the order of the journal."""
        stories = defaultdict(list)
        for event in self.events:
            if event.type in SESSION_TYPES and event.visitor is not None:
                stories[event.site.id, event.visitor].append(event)
        return stories

    def _tell(self, site, visitor, events):
        on_time, late = split_late(events, self.config)
        sessions, stray = sessionise(on_time, self.config)
        self.sessions[site] += sessions
        self.carts[site] += carts_of(on_time, late, self.config)
        self.stray.update(stray)
        self.late += len(late)
        if sessions:
            self.seen[site][visitor] = sessions[-1].events[-1].time

    def _refund(self, refund):
        """(refund, currency, amount); its order is known whichever of the two came first. Where an
        order id was used anew after its window, it is the first one in the journal."""
        order = next((e for e in self.orders[refund.site.id, refund.beacon["order"]]
                      if abs(e.arrival - refund.arrival) <= self.config.orders_dedupe), None)
        site = refund.site.currency
        currency = refund.currency or (order and (order.currency or site)) or site
        amount = refund.value
        if amount is None and refund.items:
            amount = items_value(refund.items)
        if amount is None:
            amount = order.value if order else Decimal(0)
        return refund, currency, amount

    def stats(self, site, start, end, now):
        """The answer for [start, end) as of now."""
        config, window = self.config, Window(self, site, start, end)
        sessions, events = window.sessions, window.events
        orders = [e for e in events if e.type == "purchase"]
        return {
            "traffic": traffic(sessions, events, self.stray, self._live(site, now)),
            "engagement": engagement(sessions),
            "search": search(sessions, events),
            "funnel": funnel(sessions),
            "cart": cart(window.carts, now, config),
            "checkout": checkout(window.carts, now, config),
            "orders": order_section(orders, window.refunds, window.order_repeats),
            "conversion": {
                "session_rate": ratio(total(sessions, lambda s: s.has("purchase")), len(sessions)),
                "visitor_rate": ratio(len(orders), len(visitors_of(events, self.stray))),
            },
            "customers": self.shops[site].section(start, end, now),
            "surveys": surveys(events),
            "support": support(window.tickets),
        }

    def breakdown(self, site, by, start, end):
        """Of GET /v1/stats/breakdown: {"rows": {value: fields}, "total": fields}. Nothing of it
        depends on now."""
        window = Window(self, site, start, end)
        return breakdowns.breakdown(by, window.sessions, window.events)

    def customers(self, site, start, end, as_of):
        """GET /v1/customers."""
        return self.shops[site].overview(start, end, as_of)

    def cohorts(self, site, now):
        """The rows of GET /v1/customers/cohorts."""
        return cohorts_of(self.shops[site], now)

    def carts_in(self, site, state, now):
        """The carts that are abandoned, open or recovered as of now."""
        return [cart for cart in self.carts[site] if cart.in_state(state, now, self.config)]

    def _live(self, site, now):
        return total(self.seen[site].values(), lambda last: last + 5 * MINUTE >= now)


class Window:
    """What of a site lies in [start, end): events by their time, sessions by their start, carts
    by their opening."""

    def __init__(self, reference, site, start, end):
        def holds(time):
            return start <= time < end

        def here(events):
            return [e for e in events if e.site.id == site and holds(e.time)]

        self.events = here(reference.events)
        self.order_repeats = here(reference.order_repeats)
        self.sessions = [s for s in reference.sessions[site] if holds(s.start)]
        self.carts = [c for c in reference.carts[site] if holds(c.opened)]
        self.refunds = [r for r in reference.refunds if r[0].site.id == site and holds(r[0].time)]
        self.tickets = [t for t in reference.tickets[site] if holds(t.opened)]


def visitors_of(events, stray):
    return {e.visitor for e in events if e.type in SESSION_TYPES and e not in stray} - {None}


def traffic(sessions, events, stray, live):
    visitors = len(visitors_of(events, stray))
    new = total(sessions, lambda s: s.new)
    page_times = [t for s in sessions for t in s.page_times]
    return {
        "pageviews": total(events, lambda e: e.type == "page_view"),
        "visitors": visitors,
        "sessions": len(sessions),
        "new_visitors": new,
        "returning_visitors": max(0, visitors - new),
        "pages_per_session": ratio(total(sessions, lambda s: s.pages), len(sessions)),
        "session_seconds": ratio(total(sessions, lambda s: s.length) / SECOND, len(sessions)),
        "page_seconds": ratio(sum(page_times) / SECOND, len(page_times)),
        "live_visitors": live,
    }


def engagement(sessions):
    bounces = total(sessions, lambda s: s.bounced)
    engaged = total(sessions, lambda s: s.engaged)
    return {
        "bounces": bounces,
        "bounce_rate": ratio(bounces, len(sessions)),
        "engaged_sessions": engaged,
        "engagement_rate": ratio(engaged, len(sessions)),
    }


def search(sessions, events):
    searches = [e for e in events if e.type == "search"]
    counted = [e for e in searches if "results" in e.beacon]
    zero = total(counted, lambda e: e.beacon["results"] == 0)
    with_search = [s for s in sessions if s.has("search")]
    without = [s for s in sessions if not s.has("search")]
    exits = total(with_search, lambda s: s.search_exit)
    return {
        "searches": len(searches),
        "search_sessions": len(with_search),
        "search_session_rate": ratio(len(with_search), len(sessions)),
        "zero_result_searches": zero,
        "zero_result_rate": ratio(zero, len(counted)),
        "search_refinements": total(sessions, lambda s: s.refinements),
        "search_exits": exits,
        "search_exit_rate": ratio(exits, len(with_search)),
        "search_conversion_rate": ratio(total(with_search, lambda s: s.has("purchase")),
                                        len(with_search)),
        "no_search_conversion_rate": ratio(total(without, lambda s: s.has("purchase")),
                                           len(without)),
    }


def funnel(sessions):
    return {
        "sessions": len(sessions),
        "viewed_item": total(sessions, lambda s: s.has("view_item")),
        "added_to_cart": total(sessions, lambda s: s.added),
        "began_checkout": total(sessions, lambda s: s.has("begin_checkout")),
        "purchased": total(sessions, lambda s: s.has("purchase")),
    }


def cart(carts, now, config):
    abandoned = [c for c in carts if c.abandoned(now, config)]
    converted = total(carts, lambda c: c.converted)
    recovered = [c.purchase for c in carts if c.recovered]
    return {
        "carts_opened": len(carts),
        "carts_open": total(carts, lambda c: c.open(now, config)),
        "carts_converted": converted,
        "carts_abandoned": len(abandoned),
        "carts_recovered": len(recovered),
        "carts_emptied": total(carts, lambda c: not c.converted and c.emptied),
        "abandonment_rate": ratio(len(abandoned), len(abandoned) + converted),
        "abandoned_value": add_money((c.currency, c.value) for c in abandoned),
        "recovered_value": add_money((p.currency or p.site.currency, p.value) for p in recovered),
    }


def checkout(carts, now, config):
    started = [c for c in carts if c.checkout]
    completed = total(started, lambda c: c.converted)
    abandoned = total(started, lambda c: c.abandoned(now, config))
    return {
        "checkouts_started": len(started),
        "checkouts_completed": completed,
        "checkouts_abandoned": abandoned,
        "abandonment_rate": ratio(abandoned, abandoned + completed),
    }


def order_section(orders, refunds, repeats):
    def currency(order):
        return order.currency or order.site.currency

    revenue = add_money((currency(o), o.value) for o in orders)
    number = add_money((currency(o), 1) for o in orders)
    refunded = add_money((c, amount) for _, c, amount in refunds)
    net = add_money([*revenue.items(), *((c, -amount) for c, amount in refunded.items())])
    return {
        "orders": len(orders),
        "items_sold": sum(quantity_of(item) for o in orders for item in o.items),
        "revenue": revenue,
        "refunds": len(refunds),
        "refunded": refunded,
        "net_revenue": net,
        "average_order_value": {c: mean_money(revenue[c], number[c]) for c in revenue},
        "duplicates": len(repeats),
    }
