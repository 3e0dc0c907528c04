"""Surveys and support tickets of the reference, counted by hand."""

import unittest

from test_reference import Case, at, sections


def answer(kind, score, **fields):
    return {**at(0, "survey"), "kind": kind, "score": score, **fields}


class Surveys(Case):
    def of(self, kind, *answers):
        return sections(list(answers))["surveys"][kind]

    def test_nobody_has_answered(self):
        self.assertEqual(self.of("ces"), {
            "responses": 0, "mean": None, "top_share": None, "topics": {},
            "distribution": {"1": 0, "2": 0, "3": 0, "4": 0, "5": 0}})
        self.assertEqual(self.of("nps")["score"], None)

    def test_satisfaction(self):
        self.assertEqual(self.of("csat", answer("csat", 5), answer("csat", 4, scale="5"),
                                 answer("csat", 1, topic=""), answer("ces", 3)), {
            "responses": 3, "mean": 10 / 3, "top_share": 1 / 3, "top2_share": 2 / 3,
            "distribution": {"1": 1, "2": 0, "3": 0, "4": 1, "5": 1},
            "topics": {"(none)": {
                "responses": 3, "mean": 10 / 3, "top_share": 1 / 3, "top2_share": 2 / 3,
                "distribution": {"1": 1, "2": 0, "3": 0, "4": 1, "5": 1}}}})

    def test_topics_stand_apart(self):
        topics = self.of("ces", answer("ces", 5, topic="price"), answer("ces", 2, topic="price"),
                         answer("ces", 3))["topics"]
        self.assertEqual({name: (t["responses"], t["mean"], t["top_share"])
                          for name, t in topics.items()},
                         {"price": (2, 3.5, 0.5), "(none)": (1, 3.0, 0.0)})

    def test_promoters_and_detractors_by_scale(self):
        for scale, promoters, detractors in (("0-10", (9, 10), range(0, 7)),
                                             ("1-10", (9, 10), range(1, 7)), ("5", (5,), (1,))):
            scores = range(*{"0-10": (0, 11), "1-10": (1, 11), "5": (1, 6)}[scale])
            for score in scores:
                given = self.of("nps", answer("nps", score, scale=scale))
                self.assertEqual((given["promoters"], given["detractors"], given["passives"]),
                                 (score in promoters, score in detractors,
                                  score not in (*promoters, *detractors)), (scale, score))

    def test_the_score_is_promoters_less_detractors(self):
        given = self.of("nps", answer("nps", 10), answer("nps", 9), answer("nps", 8),
                        answer("nps", 0), answer("nps", 5, scale="5"))
        self.assertEqual((given["responses"], given["score"]), (5, 2 / 5))
        self.assertEqual(given["distribution"],
                         {str(n): int(n in (0, 5, 8, 9, 10)) for n in range(11)})


class Support(Case):
    def ticket(self, expected, *story, **how):
        """story: (minute, what)"""
        beacons = [at(minute, f"support_{what}", None, ticket="t") for minute, what in story]
        self.shows(beacons, "support", expected, **how)

    def test_a_ticket_from_its_opening_to_its_end(self):
        self.ticket({"tickets_opened": 1, "tickets_answered": 1, "tickets_resolved": 1,
                     "tickets_open": 0, "first_response_seconds": 120.0,
                     "resolution_seconds": 600.0},
                    (0, "open"), (2, "reply"), (3, "reply"), (5, "resolve"), (10, "resolve"))

    def test_without_an_opening_there_is_no_ticket(self):
        self.ticket({"tickets_opened": 0, "tickets_answered": 0, "tickets_resolved": 0,
                     "tickets_open": 0, "first_response_seconds": None,
                     "resolution_seconds": None}, (0, "reply"), (1, "resolve"))

    def test_the_order_of_arrival_does_not_matter(self):
        self.ticket({"first_response_seconds": 60.0, "resolution_seconds": 240.0},
                    (5, "resolve"), (3, "reply"), (2, "reply"), (1, "open"))

    def test_a_reply_before_the_opening_is_none_and_one_at_it_is(self):
        self.ticket({"tickets_answered": 0}, (0, "reply"), (1, "open"))
        self.ticket({"tickets_answered": 1, "first_response_seconds": 0.0},
                    (1, "open"), (1, "reply"))
        self.ticket({"first_response_seconds": 60.0}, (0, "reply"), (1, "open"), (2, "reply"))

    def test_opening_it_again_takes_the_resolution_back(self):
        story = [(0, "open"), (5, "resolve"), (6, "open")]
        self.ticket({"tickets_opened": 1, "tickets_resolved": 0, "tickets_open": 1,
                     "resolution_seconds": None}, *story)
        self.ticket({"tickets_resolved": 1, "resolution_seconds": 420.0}, *story, (7, "resolve"))

    def test_at_the_same_time_the_later_in_the_journal_is_the_last(self):
        self.ticket({"tickets_resolved": 1}, (0, "open"), (5, "open"), (5, "resolve"))
        self.ticket({"tickets_resolved": 0}, (0, "open"), (5, "resolve"), (5, "open"))

    def test_tickets_count_at_their_opening(self):
        story = [(10, "open"), (100, "reply"), (5, "open")]
        self.ticket({"tickets_opened": 1, "tickets_answered": 1}, *story, window=(5, 6))
        self.ticket({"tickets_opened": 0, "tickets_answered": 0}, *story, window=(6, 200))


if __name__ == "__main__":
    unittest.main()
