"""Rates, means and sums of money, as every section has them."""

from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal

PLACES = Decimal("0.0001")


def ratio(part, whole):
    return part / whole if whole else None


def add_money(pairs):
    """{currency: sum} of (currency, amount) pairs: a member for each that occurs."""
    sums = defaultdict(Decimal)
    for currency, amount in pairs:
        sums[currency] += amount
    return dict(sums)


def mean_money(amount, number):
    """A mean of money, or money times a factor: half-even to 4 places."""
    return (amount / number).quantize(PLACES, ROUND_HALF_EVEN)


def total(things, of):
    return sum(of(thing) for thing in things)
