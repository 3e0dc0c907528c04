"""Cohorts: who bought first in a month, and how many of them in each month after."""

from calendars import month_name


def cohorts_of(shop, now):
    """A row for each month in which somebody bought first, up to the month of now."""
    last = shop.calendar.month(now)
    months = [sorted({order.month for order in customer.orders}) for customer in shop.customers]
    return [cohort([mine for mine in months if mine[0] == first], first, last)
            for first in sorted({mine[0] for mine in months})]


def cohort(customers, first, last):
    return {"month": month_name(first), "customers": len(customers),
            "buyers": [sum(1 for mine in customers if month in mine)
                       for month in range(first + 1, last + 1)]}
