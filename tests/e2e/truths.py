"""Comparing the answers beside /v1/stats with the reference: breakdowns, customers, cohorts."""

import datetime
import zoneinfo

from footfall import SECOND, expect, unlike
from beacons import DAY, HOUR, instant
from breakdowns import DIMENSIONS

HOURS_KEPT = 62 * DAY   # of the shipped configuration
DAYS_KEPT = 799 * DAY
FIRST_FIELDS = ("views", "searches", "events", "sessions")  # the one that rows are sorted by
NEARLY = ("purchase_frequency", "customer_lifespan", "lifetime_value")
BREAKDOWN, CUSTOMERS, COHORTS = "/v1/stats/breakdown", "/v1/customers", "/v1/customers/cohorts"


def ask(daemon, site, path, **query):
    return expect(daemon.stats_answer(site, path, **query), 200).json


# Breakdowns.

def agree_breakdown(test, reference, daemon, site, by, note="", **query):
    """Every row, their order, and their total; nothing is left for (other)."""
    answer = ask(daemon, site, BREAKDOWN, by=by, limit=1000, **query)
    start, end = instant(answer["from"]), instant(answer["to"])
    expected = reference.breakdown(site, by, start, end)
    rows = {row["value"]: fields_of(row) for row in answer["rows"]}
    test.assertEqual(len(rows), len(answer["rows"]), f"{note}: a value twice in {answer}")
    found = unlike(rows_of(expected["rows"]), rows, by)
    found += unlike(without_zeros(expected["total"]), fields_of(answer["total"]), f"{by} total")
    found += [f"other has {name} {value}" for name, value in fields_of(answer["other"]).items() if value]
    found += [] if in_order(answer["rows"]) else [f"not in order: {list(rows)}"]
    if found:
        test.fail("\n".join([f"{note} {site} {query} [{answer['from']}, {answer['to']})", *found]))
    return answer


def fields_of(row):
    return without_zeros({name: value for name, value in row.items() if name != "value"})


def rows_of(rows):
    return {value: without_zeros(fields) for value, fields in rows.items()}


def without_zeros(fields):
    """A currency in which rows came to nothing may be there or not."""
    return {name: {c: v for c, v in value.items() if v} if isinstance(value, dict) else value
            for name, value in fields.items()}


def in_order(rows):
    """By the first field of their kind, the largest first; then by their text."""
    field = next((name for name in FIRST_FIELDS if rows and name in rows[0]), None)
    keys = [(-row[field], row["value"].encode()) for row in rows] if field else []
    return keys == sorted(keys)


def agree_breakdowns(test, reference, daemon, site, note="", dimensions=DIMENSIONS, **query):
    for by in dimensions:
        answer = agree_breakdown(test, reference, daemon, site.id, by, note, **query)
        test.assertTrue(covers(answer, site, query["from_"], query["to"]),
                        f"{site} {query} became [{answer['from']}, {answer['to']})")


def covers(answer, site, start, end):
    """Whether the window was widened to local hours, and to local days where these are kept no more."""
    zone = zoneinfo.ZoneInfo(site.timezone)
    asked = start * SECOND, end * SECOND
    given = instant(answer["from"]), instant(answer["to"])
    ages = [instant(answer["generated_at"]) - at for at in asked]
    if given[0] > asked[0] or given[1] < asked[1]:
        return ages[0] > DAYS_KEPT
    return all(is_edge(edge, zone, age) and abs(edge - at) < (HOUR if age < HOURS_KEPT else 25 * HOUR + 1)
               for edge, at, age in zip(given, asked, ages))


def is_edge(at, zone, age):
    """Whether a local hour begins there, or a day where hours are kept no more. About the age at which
    that changes, either will do."""
    clock = local_time(at, zone)
    whole_hour = (clock.minute, clock.second, clock.microsecond) == (0, 0, 0)
    return whole_hour and (clock.hour == 0 or age < HOURS_KEPT + 2 * DAY)


def local_time(at, zone):
    return datetime.datetime.fromtimestamp(at // SECOND, zone).replace(microsecond=at % SECOND)


def agree_total(test, reference, daemon, site, by, note="", **query):
    """The total, whatever of it is (other), which must be no less than the rows left out; gives whether
    there are such. Rows that are there have at most what the reference's have."""
    answer = ask(daemon, site, BREAKDOWN, by=by, limit=1000, **query)
    expected = reference.breakdown(site, by, instant(answer["from"]), instant(answer["to"]))
    found = unlike(without_zeros(expected["total"]), fields_of(answer["total"]), f"{by} total")
    field = next(name for name in FIRST_FIELDS if name in expected["total"])
    for row in answer["rows"]:
        most = expected["rows"].get(row["value"], {}).get(field, 0)
        found += [] if 0 <= row[field] <= most else [f"{by} {row}: expected {most} {field} at most"]
    test.assertEqual(found, [], f"{note} {site} {query}")
    return len(answer["rows"]) < len(expected["rows"])


def agree_limit(test, daemon, site, by, sort, limit, **query):
    """The first rows by a field, and all others in one; whatever is counted adds up."""
    query.update(by=by, sort=sort)
    every, few = (ask(daemon, site.id, BREAKDOWN, limit=n, **query) for n in (1000, limit))
    test.assertEqual(few["rows"], every["rows"][:limit])
    test.assertEqual(few["total"], every["total"])
    keys = [sort_key(row, sort, site.currency) for row in every["rows"]]
    test.assertEqual(keys, sorted(keys), f"{by} by {sort}")
    for name, value in few["total"].items():
        if not name.endswith(("_rate", "_seconds", "revenue")):
            parts = [row[name] for row in [*few["rows"], few["other"]]]
            test.assertEqual(sum(parts), value, f"{by} {name}")


def sort_key(row, sort, currency):
    """Descending, what is null last; ties by the value."""
    value = row[sort].get(currency, 0) if isinstance(row[sort], dict) else row[sort]
    return value is None, -(value or 0), row["value"].encode()


# Customers.

def agree_customers(test, reference, daemon, site, note="", **query):
    answer = ask(daemon, site, CUSTOMERS, **query)
    start, end, as_of = (instant(answer[k]) for k in ("from", "to", "as_of"))
    expected = reference.customers(site, start, end, as_of)
    got = {name: value for name, value in answer.items() if name not in ("site", "generated_at")}
    test.assertEqual(segment_sums(got), (got["customers"], got["orders"]))
    if not reference.shops[site].has_sure_thirds():
        del expected["segments"], got["segments"]
    found = [line for line in unlike(expected, got, "customers") if not nearly(line, expected, got)]
    if found:
        test.fail("\n".join([f"{note} {site} {query} [{answer['from']}, {answer['to']})", *found]))
    return answer


def segment_sums(answer):
    thirds = answer["segments"].values()
    return sum(t["customers"] for t in thirds), sum(t["orders"] for t in thirds)


def nearly(line, expected, got):
    """Whether a difference is none: what grows with the time of day may differ by some of it."""
    *path, name = line.partition(":")[0].split(".")[1:]
    if name not in NEARLY:
        return False
    for part in path:
        expected, got = expected[part], got[part]
    return close(expected[name], got[name])


def close(expected, got):
    """The same to 1e-7 of their size, and money to its last place."""
    if isinstance(expected, dict):
        return (isinstance(got, dict) and set(got) == set(expected)
                and all(is_close(expected[c], got[c], 0.0001) for c in expected))
    return expected is got if None in (expected, got) else is_close(expected, got, 0)


def is_close(expected, got, most):
    return abs(float(got) - float(expected)) <= 1e-7 * abs(float(expected)) + most


def agree_cohorts(test, reference, daemon, site, note=""):
    answer = ask(daemon, site, COHORTS)
    expected = reference.cohorts(site, instant(answer["generated_at"]))
    got = [row for row in answer["cohorts"] if row["customers"] or any(row["buyers"])]
    test.assertEqual(got, expected, f"{note} {site}")
    return answer
