"""Surveys: the answers of a window by kind, overall and by topic."""

from collections import defaultdict

from pages import NONE
from sums import ratio

PROMOTERS_AND_DETRACTORS = {  # by scale
    "0-10": (range(9, 11), range(0, 7)),
    "1-10": (range(9, 11), range(1, 7)),
    "5": (range(5, 6), range(1, 2)),
}


def surveys(events):
    """The section of /v1/stats."""
    answers = [event.beacon for event in events if event.type == "survey"]
    return {kind: by_topic([a for a in answers if a.get("kind") == kind], measure)
            for kind, measure in MEASURES.items()}


def by_topic(answers, measure):
    topics = defaultdict(list)
    for answer in answers:
        topics[answer.get("topic") or NONE].append(answer)
    return {**measure(answers), "topics": {name: measure(some) for name, some in topics.items()}}


def distribution(answers, scores):
    return {str(score): sum(1 for a in answers if a["score"] == score) for score in scores}


def csat(answers):
    top2 = sum(1 for a in answers if a["score"] >= 4)
    return {**ces(answers), "top2_share": ratio(top2, len(answers))}


def ces(answers):
    top = sum(1 for a in answers if a["score"] == 5)
    return {
        "responses": len(answers),
        "mean": ratio(sum(a["score"] for a in answers), len(answers)),
        "top_share": ratio(top, len(answers)),
        "distribution": distribution(answers, range(1, 6)),
    }


def nps(answers):
    sides = [PROMOTERS_AND_DETRACTORS[a.get("scale", "0-10")] for a in answers]
    promoters = sum(1 for a, (above, _) in zip(answers, sides) if a["score"] in above)
    detractors = sum(1 for a, (_, below) in zip(answers, sides) if a["score"] in below)
    return {
        "responses": len(answers),
        "score": ratio(promoters - detractors, len(answers)),
        "promoters": promoters,
        "passives": len(answers) - promoters - detractors,
        "detractors": detractors,
        "distribution": distribution(answers, range(11)),
    }


MEASURES = {"csat": csat, "nps": nps, "ces": ces}
