"""Numbers of different visitors: exact up to 2,048, and an estimate beyond, with a standard error of 1 % or less
(metrics.md). What follows from such a number is off with it."""

EXACT = 2048
TOLERANCE = 0.05  # five standard errors


def is_close(exact, estimate):
    """Whether the number may be given for that many: as it is up to 2,048, about so beyond."""
    if exact <= EXACT:
        return estimate == exact
    return EXACT < estimate and abs(estimate - exact) <= exact * TOLERANCE


def with_estimates(expected, answer):
    """What is expected, with the answer's number of visitors where that is an estimate and close."""
    visitors, estimate = expected["traffic"]["visitors"], answer["traffic"]["visitors"]
    if estimate == visitors or not is_close(visitors, estimate):
        return expected
    traffic = {**expected["traffic"], "visitors": estimate,
               "returning_visitors": max(0, estimate - expected["traffic"]["new_visitors"])}
    conversion = {**expected["conversion"], "visitor_rate": expected["orders"]["orders"] / estimate}
    return {**expected, "traffic": traffic, "conversion": conversion}
