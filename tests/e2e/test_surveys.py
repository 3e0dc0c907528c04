"""Surveys on the real daemon: scores, topics, comparison, what was written, restarts; and a real retailer's
13,954 answers."""

import csv
import gzip
import json
import os
import random
import time
import unittest
from collections import Counter
from decimal import Decimal

from footfall import Daemon, Site, data_file, expect, running
from test_checkpoint import checkpoint, ctl, digest

NOW = round(time.time())
SITES = (Site("shop"), Site("other"))


def survey(kind, score, **fields):
    return {"type": "survey", "site": "shop", "visitor": "v", "kind": kind, "score": score, **fields}


def comments(daemon, **query):
    return expect(daemon.stats_answer("shop", "/v1/surveys/comments", **query), 200).json["comments"]


def said(daemon, **query):
    return [c["comment"] for c in comments(daemon, **query)]


def surveys_of(answers):
    """The section as metrics.md has it, from the answers themselves."""
    return {kind: {**numbers(kind, of_kind), "topics": {
                topic: numbers(kind, [a for a in of_kind if a.get("topic", "(none)") == topic])
                for topic in {a.get("topic", "(none)") for a in of_kind}}}
            for kind in ("csat", "nps", "ces")
            for of_kind in [[a for a in answers if a["kind"] == kind]]}


def numbers(kind, answers):
    scores = Counter(a["score"] for a in answers)
    n = len(answers)
    low, high = (0, 10) if kind == "nps" else (1, 5)
    found = {"responses": n, "distribution": {str(s): scores[s] for s in range(low, high + 1)}}
    if kind == "nps":
        limits = {"0-10": (9, 6), "1-10": (9, 6), "5": (5, 1)}
        promoters = sum(a["score"] >= limits[a.get("scale", "0-10")][0] for a in answers)
        detractors = sum(a["score"] <= limits[a.get("scale", "0-10")][1] for a in answers)
        return {**found, "promoters": promoters, "detractors": detractors,
                "passives": n - promoters - detractors, "score": (promoters - detractors) / n if n else None}
    share = lambda least: sum(scores[s] for s in range(least, 6)) / n if n else None
    found.update(mean=sum(s * c for s, c in scores.items()) / n if n else None, top_share=share(5))
    return {**found, "top2_share": share(4)} if kind == "csat" else found


def plain(value):
    """Decimals as doubles."""
    if isinstance(value, dict):
        return {key: plain(of) for key, of in value.items()}
    return float(value) if isinstance(value, Decimal) else value


def some_answers(rng, n):
    scales = {"csat": ("5",), "nps": ("0-10", "1-10", "5"), "ces": ("5",)}
    made = []
    for _ in range(n):
        kind = rng.choice(("csat", "nps", "ces"))
        scale = rng.choice(scales[kind])
        low, high = {"5": (1, 5), "0-10": (0, 10), "1-10": (1, 10)}[scale]
        fields = {} if scale == "0-10" and rng.random() < 0.5 else {"scale": scale}
        if rng.random() < 0.7:
            fields["topic"] = rng.choice(("delivery", "returns", "größe", "(other)"))
        made.append(survey(kind, rng.randint(low, high), visitor=f"v{rng.randrange(9)}",
                           time=NOW - rng.randrange(3600), **fields))
    return made


class Numbers(unittest.TestCase):
    def test_answers_in_any_order_give_what_the_answers_say(self):
        answers = some_answers(random.Random(5), 400)
        expected = surveys_of(answers)
        with running(SITES) as daemon:
            daemon.send(answers)
            window = {"from_": NOW - 7200, "to": NOW + 60}
            self.assertEqual(plain(daemon.stats("shop", **window)["surveys"]), expected)
            self.assertEqual(plain(daemon.stats("other", **window)["surveys"]), surveys_of([]))
            daemon.restart()
            self.assertEqual(plain(daemon.stats("shop", **window)["surveys"]), expected)
            checkpoint(daemon)
            daemon.send(answers[:50])
            before = digest(daemon)
            daemon.restart()
            more = surveys_of(answers + answers[:50])
            self.assertEqual(plain(daemon.stats("shop", **window)["surveys"]), more)
            code, out, err = ctl("check", "--config", daemon.config_file, daemon.directory + "/store", "--at", before["at"])
            self.assertEqual((code, before["digest"] in out), (0, True), out + err)

    def test_every_topic_is_ordered_by_its_answers(self):
        with running(SITES) as daemon:
            daemon.send([survey("ces", 3, topic=f"t{i:02}") for i in range(20) for _ in range(1 + i * 7 % 20)])
            topics = daemon.stats("shop", window="1h")["surveys"]["ces"]["topics"]
            counts = [t["responses"] for t in topics.values()]
            self.assertEqual(counts, sorted(counts, reverse=True))
            self.assertEqual(len(counts), 20)

    def test_the_minutes_and_the_days_of_the_answers_are_kept(self):
        day = 86400
        with running(SITES) as daemon:
            daemon.send([survey("csat", 5, topic="now")])
            daemon.bring([survey("csat", 1, topic="then", time=NOW - 100 * day)])
            recent = daemon.stats("shop", window="5m")["surveys"]["csat"]
            self.assertEqual((recent["responses"], list(recent["topics"])), (1, ["now"]))
            year = daemon.stats("shop", window="365d")["surveys"]["csat"]
            self.assertEqual((year["responses"], set(year["topics"])), (2, {"now", "then"}))

    def test_they_are_compared(self):
        with running(SITES) as daemon:
            start = (NOW - 10800) // 3600 * 3600
            daemon.send([survey("nps", 10, time=start + 3600 + n, topic="a") for n in range(3)])
            daemon.send([survey("nps", 0, time=start + n, topic="a") for n in range(2)])
            answer = daemon.stats("shop", from_=start + 3600, to=start + 7200, compare="previous")
            nps = [answer[p]["surveys"]["nps"] if p else answer["surveys"]["nps"] for p in ("", "previous", "change")]
            self.assertEqual([n["responses"] for n in nps], [3, 2, Decimal("0.5")])
            self.assertEqual([n["score"] for n in nps], [1, -1, 2])
            self.assertEqual([n["topics"]["a"]["detractors"] for n in nps], [0, 2, -1])
            self.assertEqual([n["distribution"]["10"] for n in nps], [3, 0, None])

    def test_they_have_series(self):
        with running(SITES) as daemon:
            daemon.send(survey("nps", 9, time=NOW - 3600))
            query = {"window": "3h", "step": "1h", "metric": "surveys.nps.score,csat.mean,nps.responses"}
            points = expect(daemon.stats_answer("shop", "/v1/stats/series", **query), 200).json["points"]
            self.assertEqual([p["surveys.nps.score"] for p in points if p["nps.responses"]], [1])
            self.assertEqual({p["csat.mean"] for p in points}, {None})
            self.assertEqual(daemon.stats_answer("shop", "/v1/stats/series", window="1h", step="1h",
                                                 metric="responses").status, 400)


class Comments(unittest.TestCase):
    def test_they_are_newest_first_and_outlive_restarts(self):
        daemon = Daemon(SITES)
        daemon.write_config("limits:\n  comments: 4\n")
        with daemon:
            for minutes, text in ((5, "c"), (9, "a"), (2, "e"), (5, "d"), (1, "f")):
                daemon.send(survey("csat", minutes % 5 + 1, time=NOW - 60 * minutes, comment=text, topic="delivery"))
            self.assertEqual(said(daemon), ["f", "e", "d", "c"])
            daemon.send(survey("csat", 1, time=NOW - 3600, comment="too old"))
            checkpoint(daemon)
            daemon.send(survey("nps", 8, time=NOW, comment="größer ☂"))
            expected = comments(daemon)
            self.assertEqual([c["comment"] for c in expected], ["größer ☂", "f", "e", "d"])
            self.assertEqual((expected[0]["kind"], expected[0]["scale"], expected[0]["score"], expected[0]["topic"],
                              expected[0]["visitor"]), ("nps", "0-10", 8, "(none)", "v"))
            before = digest(daemon)
            daemon.restart()
            self.assertEqual(comments(daemon), expected)
            code, out, _ = ctl("check", "--config", daemon.config_file, daemon.directory + "/store", "--at", before["at"])
            self.assertEqual((code, before["digest"] in out), (0, True), out)
            text = expect(daemon.office.get("/metrics"), 200).body.decode()
            self.assertIn('footfall_state_evicted_total{table="comments"} 3', text)

    def test_they_are_chosen(self):
        with running(SITES) as daemon:
            daemon.send([survey("csat", 2, comment="slow", topic="delivery", time=NOW - 1),
                         survey("nps", 2, comment="no", time=NOW - 2), survey("csat", 5, comment="yes", time=NOW - 3),
                         survey("csat", 1)])
            self.assertEqual(said(daemon), ["slow", "no", "yes"])
            self.assertEqual(said(daemon, kind="csat", max_score="2"), ["slow"])
            self.assertEqual(said(daemon, topic="(none)", limit="1"), ["no"])
            self.assertEqual(said(daemon, min_score="3"), ["yes"])
            self.assertEqual(expect(daemon.stats_answer("other", "/v1/surveys/comments"), 200).json["comments"], [])
            answer = daemon.stats_answer("shop", "/v1/surveys/comments", limit="0")
            self.assertEqual((answer.status, answer.json["parameter"]), (400, "limit"))

    def test_nothing_new_is_not_sent_again(self):
        with running(SITES) as daemon:
            daemon.send(survey("csat", 2, comment="slow"))
            tag = daemon.stats_answer("shop", "/v1/surveys/comments").headers["ETag"]
            path = "/v1/surveys/comments?site=shop"
            self.assertEqual(daemon.office.get(path, If_None_Match=tag).status, 304)
            daemon.send(survey("csat", 2, comment="slower"))
            self.assertEqual(daemon.office.get(path, If_None_Match=tag).status, 200)


class Benavent(unittest.TestCase):
    """A retailer's survey of customers (CC0): recommendation from 0 to 10, and what they wrote."""

    @classmethod
    def setUpClass(cls):
        path = data_file("nps/benavent_nps.csv.gz")
        with gzip.open(path, "rt", encoding="latin-1", newline="") as file:
            cls.rows = list(csv.DictReader(file))
        cls.daemon = Daemon((Site("shop"),), ["limits.comments=100000"])
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start()
        cls.start = NOW // 86400 * 86400 - 20 * 86400
        cls.beacons = [cls.beacon(number, row) for number, row in enumerate(cls.rows)]
        cls.refused = 0
        for i in range(0, len(cls.beacons), 1000):
            answer = cls.daemon.office.post("/v1/import", cls.beacons[i:i + 1000])
            cls.refused += len(answer.json["rejected"]) if answer.status == 200 else 0

    @classmethod
    def beacon(cls, number, row):
        score, text = row["nps"], row["explication"]
        made = {"type": "survey", "site": "shop", "visitor": row["id"], "id": str(number), "kind": "nps",
                "topic": f"wave {row['t']}", "time": cls.start + number,
                "score": int(score) if score.isdigit() else score}
        return {**made, "comment": text} if text != "NA" else made

    def test_it_gives_the_truth(self):
        self.assertEqual((len(self.rows), self.refused), (13612 + 342, 342))
        nps = self.daemon.stats("shop", from_=self.start, to=self.start + 86400)["surveys"]["nps"]
        self.assertEqual((nps["responses"], nps["promoters"], nps["passives"], nps["detractors"]),
                         (13612, 8465, 3953, 1194))
        self.assertEqual(round(float(nps["score"]), 6), 0.534161)
        self.assertEqual(list(nps["distribution"].values()),
                         [0, 83, 53, 65, 101, 401, 491, 1061, 2892, 2487, 5978])

    def test_each_wave_is_a_topic(self):
        nps = self.daemon.stats("shop", from_=self.start, to=self.start + 86400)["surveys"]["nps"]
        taken = [b for b in self.beacons if isinstance(b["score"], int)]
        self.assertEqual({topic: of["responses"] for topic, of in nps["topics"].items()},
                         dict(Counter(b["topic"] for b in taken)))

    def test_what_they_wrote_is_there_to_read(self):
        written = [b for b in self.beacons if isinstance(b["score"], int) and b.get("comment")]
        got = comments(self.daemon, limit="1000")
        self.assertEqual([c["comment"] for c in got], [b["comment"] for b in reversed(written)][:1000])
        unhappy = comments(self.daemon, limit="1000", max_score="2")
        self.assertEqual([c["comment"] for c in unhappy],
                         [b["comment"] for b in reversed(written) if b["score"] <= 2][:1000])

    def test_footfallctl_imports_it_to_the_same(self):
        with running((Site("shop"),)) as daemon:
            path = os.path.join(daemon.directory, "answers.ndjson")
            with open(path, "w", encoding="utf-8") as file:
                file.writelines(json.dumps(b) + "\n" for b in self.beacons)
            ctl("--stats", daemon.stats_address, "import", path)  # says 1: some were refused
            window = {"from_": self.start, "to": self.start + 86400}
            self.assertEqual(daemon.stats("shop", **window)["surveys"], self.daemon.stats("shop", **window)["surveys"])


if __name__ == "__main__":
    unittest.main()
