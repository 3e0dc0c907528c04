"""Local dates of a site, as numbers of days."""

import datetime
import zoneinfo

from beacons import SECOND


class Calendar:
    def __init__(self, site):
        self.zone = zoneinfo.ZoneInfo(site.timezone)

    def date(self, at):
        return datetime.datetime.fromtimestamp(at // SECOND, self.zone).date()

    def day(self, at):
        """The number of the local date at an instant."""
        return self.date(at).toordinal()

    def start(self, day):
        """The first instant of a day."""
        date = datetime.date.fromordinal(day)
        return round(datetime.datetime.combine(date, datetime.time(), self.zone).timestamp()) * SECOND

    def month(self, at):
        """Months since the year 0."""
        date = self.date(at)
        return date.year * 12 + date.month - 1

    def days(self, start, end):
        """The days from the one of start to before the one that begins at or after end."""
        last = self.day(end)
        return self.day(start), last + (self.start(last) < end)


def month_name(month):
    return f"{month // 12:04}-{month % 12 + 1:02}"


def text(at):
    """An instant as answers show it: to the microsecond where it has a fraction."""
    moment = datetime.datetime.fromtimestamp(at // SECOND, datetime.timezone.utc)
    fraction = f".{at % SECOND:06}" if at % SECOND else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"
