"""Customers: who bought, on which local days, and what follows from that."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from beacons import DAY
from calendars import Calendar, text
from sums import PLACES, ROUND_HALF_EVEN, add_money, mean_money, ratio, total

YEAR = 365 * DAY
THIRDS = ("low", "medium", "high")


@dataclass(eq=False)
class Customer:
    """orders: the purchases, by time."""
    orders: list
    days: list = field(default_factory=list)  # on which it bought, each once, sorted

    def bought(self, first, end):
        """How many orders on the days from first to before end."""
        return sum(1 for order in self.orders if first <= order.day < end)

    def active(self, day, active_for):
        return any(bought <= day < bought + active_for for bought in self.days)

    def gaps(self, active_for):
        """(day of the lapse, day of the purchase that ended it or None), of every lapse."""
        for day, later in zip(self.days, [*self.days[1:], None]):
            if later is None or later > day + active_for:
                yield day + active_for, later


@dataclass(frozen=True)
class Order:
    time: int
    day: int
    month: int
    currency: str
    value: Decimal


def claims_of(events):
    """The first customer id that each visitor brings, by the events' time."""
    claims = {}
    for event in sorted(events, key=lambda e: e.order):
        if event.visitor and "customer" in event.beacon:
            claims.setdefault(event.visitor, event.beacon["customer"])
    return claims


def who(purchase, claims):
    customer = purchase.beacon.get("customer") or claims.get(purchase.visitor)
    return ("customer", customer) if customer else ("visitor", purchase.visitor)


class Shop:
    """The customers of a site, and what it spent on keeping them."""

    def __init__(self, site, events, config):
        self.site, self.calendar = site, Calendar(site)
        self.active_for, self.kept = config.active_for // DAY, config.tally_days
        claims, orders = claims_of(events), defaultdict(list)
        for event in sorted(events, key=lambda e: e.order):
            if event.type == "purchase" and event.visitor is not None:
                orders[who(event, claims)].append(self._order(event))
        self.customers = [Customer(mine, sorted({o.day for o in mine})) for mine in orders.values()]
        self.spent = [(self.calendar.day(e.time), e.currency or site.currency, e.value)
                      for e in events
                      if e.type == "spend" and e.beacon.get("purpose") == "retention"]

    def _order(self, event):
        return Order(event.time, self.calendar.day(event.time), self.calendar.month(event.time),
                     event.currency or self.site.currency, event.value)

    def section(self, start, end, now):
        """The section of /v1/stats, over the whole days that hold [start, end)."""
        first, after = self.calendar.days(start, end)
        return {"from": text(self.calendar.start(first)), "to": text(self.calendar.start(after)),
                **self._changes(first, after, self.calendar.day(now)),
                **self._repeats(first, after),
                "retention_cost": self._retention_cost(first, now)}

    def _active(self, day):
        return total(self.customers, lambda c: c.active(day, self.active_for))

    def _changes(self, first, after, today):
        """What is to come is not yet: no lapse later than today."""
        def here(day):
            return day is not None and first <= day < min(after, today + 1)

        gaps = [gap for customer in self.customers for gap in customer.gaps(self.active_for)]
        start, end = self._active(min(first - 1, today)), self._active(min(after - 1, today))
        new = total(self.customers, lambda c: here(c.days[0]))
        reactivated = total(gaps, lambda gap: here(gap[1]))
        retention = ratio(end - new - reactivated, start)
        return {
            "customers_start": start,
            "customers_end": end,
            "customers_new": new,
            "customers_reactivated": reactivated,
            "customers_lost": total(gaps, lambda gap: here(gap[0])),
            "retention_rate": retention,
            "churn_rate": None if retention is None else 1 - retention,
            "net_churn_rate": ratio(start - end, start),
        }

    def _repeats(self, first, after):
        before = [c for c in self.customers if c.days[0] < after]
        buyers = [c for c in self.customers if c.bought(first, after)]
        return {
            "repeat_customer_rate": ratio(total(before, lambda c: c.bought(0, after) >= 2),
                                          len(before)),
            "returning_customer_rate": ratio(
                total(buyers, lambda c: c.days[0] < first or c.bought(first, after) >= 2),
                len(buyers)),
        }

    def _retention_cost(self, first, now):
        """Nothing where not all of these days are kept."""
        if first - 365 < self.calendar.day(now - self.kept):
            return {}
        kept = total(self.customers, lambda c: bool(c.bought(first - 365, first)
                                                    and c.bought(first, first + 365)))
        spent = add_money((currency, amount) for day, currency, amount in self.spent
                          if first - 365 <= day < first)
        return {c: mean_money(amount, kept) for c, amount in spent.items()} if kept else {}

    def overview(self, start, end, as_of):
        """What GET /v1/customers answers."""
        return {**self.section(start, end, as_of), "as_of": text(as_of),
                **self._lifetime(self.customers, as_of),
                "segments": {name: self._lifetime(third, as_of)
                             for name, third in zip(THIRDS, self._thirds())}}

    def _thirds(self):
        """By what they spent in the site's currency; what three does not divide goes to the high."""
        spenders = sorted(self.customers, key=self._spent_by)
        third = len(spenders) // 3
        return spenders[:third], spenders[third:2 * third], spenders[2 * third:]

    def has_sure_thirds(self):
        """Whether no two customers of different thirds have spent the same."""
        low, medium, high = ([self._spent_by(c) for c in third] for third in self._thirds())
        return not (set(low) & set(medium) or set(medium) & set(high) or set(low) & set(high))

    def _spent_by(self, customer):
        return sum((o.value for o in customer.orders if o.currency == self.site.currency), Decimal(0))

    def _lifetime(self, customers, now):
        orders = [order for customer in customers for order in customer.orders]
        years = self._years(now)
        frequency = Fraction(len(orders), len(customers)) / years if customers else None
        lifespan = (sum(self._lifespan(c, now, years) for c in customers) / len(customers)
                    if customers else None)
        revenue = add_money((o.currency, o.value) for o in orders)
        number = add_money((o.currency, 1) for o in orders)
        return {
            "customers": len(customers),
            "orders": len(orders),
            "average_order_value": {c: mean_money(revenue[c], number[c]) for c in revenue},
            "purchase_frequency": None if frequency is None else float(frequency),
            "customer_lifespan": None if lifespan is None else float(lifespan),
            "lifetime_value": {c: times(revenue[c] / number[c], frequency * lifespan)
                               for c in revenue},
        }

    def _years(self, now):
        """Since the shop's first order, at least one."""
        first = min((c.orders[0].time for c in self.customers), default=now)
        return max(Fraction(1), Fraction(now - first, YEAR))

    def _lifespan(self, customer, now, years):
        if customer.active(self.calendar.day(now), self.active_for):
            return years
        return Fraction(customer.orders[-1].time - customer.orders[0].time
                        + self.active_for * DAY, YEAR)


def times(amount, factor):
    return (amount * factor.numerator / factor.denominator).quantize(PLACES, ROUND_HALF_EVEN)
