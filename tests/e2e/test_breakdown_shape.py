"""What /v1/stats/breakdown takes and what its answer looks like, in a shop where nothing has happened yet."""

import unittest

from footfall import Daemon, Site, expect, instant
from beacons import DAY, HOUR, MINUTE

SESSION = ["sessions", "new_visitors", "pageviews", "bounces", "bounce_rate", "engaged_sessions", "added_to_cart",
           "began_checkout", "purchased", "session_rate", "orders", "revenue"]
PAGE = ["views", "entrances", "exits", "exit_rate", "bounces", "bounce_rate", "page_seconds"]
PRODUCT = ["views", "added", "purchased", "quantity", "revenue"]
TERM = ["searches", "zero_results", "sessions", "purchased"]
EVENT = ["events", "sessions"]
FIELDS = {
    "channel": SESSION, "source": SESSION, "campaign": SESSION, "device": SESSION, "country": SESSION,
    "visitor_type": SESSION, "entry_page": SESSION, "exit_page": SESSION, "page": PAGE, "product": PRODUCT,
    "category": PRODUCT, "search_term": TERM, "zero_result_term": TERM, "checkout_step": EVENT, "custom": EVENT,
}
ABSENT = {name: None for name in ("bounce_rate", "session_rate", "exit_rate", "page_seconds")} | {"revenue": {}}


class Shape(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon([Site("shop", timezone="Asia/Kolkata"), Site("other")])
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start()

    def ask(self, by, site="shop", **query):
        return self.daemon.stats(site, path="/v1/stats/breakdown", by=by, **query)

    def refused(self, query, parameter, *words):
        answer = expect(self.daemon.office.get("/v1/stats/breakdown?site=shop&" + query), 400)
        self.assertEqual((answer.json["code"], answer.json["parameter"]), ("bad_parameter", parameter))
        for word in words:
            self.assertIn(word, answer.json["error"])

    def test_every_dimension_has_the_fields_of_its_kind(self):
        for by, fields in FIELDS.items():
            answer = self.ask(by)
            self.assertEqual(list(answer), ["site", "by", "from", "to", "generated_at", "rows", "other", "total"])
            self.assertEqual((answer["site"], answer["by"], answer["rows"]), ("shop", by, []))
            for sums in answer["other"], answer["total"]:
                self.assertEqual(sums, {name: ABSENT.get(name, 0) for name in fields})
                self.assertEqual(list(sums), fields)
            for field in fields:
                self.ask(by, sort=field, limit=1000)

    def test_compared_with_an_earlier_window_all_sums_have_what_was(self):
        for mode in "previous", "year":
            answer = self.ask("product", compare=mode)
            self.assertEqual(answer["compare"]["mode"], mode)
            self.assertLessEqual(instant(answer["compare"]["to"]), instant(answer["from"]))
            for sums in answer["other"], answer["total"]:
                self.assertEqual(list(sums), PRODUCT + ["previous", "change"])
                self.assertEqual(sums["previous"], {name: ABSENT.get(name, 0) for name in PRODUCT})
                self.assertEqual(sums["change"], {name: ABSENT.get(name) for name in PRODUCT})

    def test_a_window_is_widened_to_local_hours_or_days(self):
        answer = self.ask("page", window="5m")
        begin, end = instant(answer["from"]), instant(answer["to"])
        self.assertEqual((begin % HOUR, end % HOUR), (30 * MINUTE, 30 * MINUTE))
        self.assertIn(end - begin, (HOUR, 2 * HOUR))
        answer = self.ask("page", window="365d")
        self.assertEqual((instant(answer["from"]) + 5 * HOUR + 30 * MINUTE) % DAY, 0)
        answer = self.ask("page", site="other", window="1h")
        self.assertEqual(instant(answer["to"]) % HOUR, 0)

    def test_what_is_not_understood_is_refused(self):
        self.refused("", "by", *FIELDS)
        self.refused("by=colour", "by", *FIELDS)
        self.refused("by=nps_topic", "by")
        self.refused("by=page&sort=revenue", "sort", *PAGE)
        for limit in ("0", "1001", "-1", "ten", ""):
            self.refused("by=page&limit=" + limit, "limit", "from 1 to 1000")
        self.refused("by=page&step=1h", "step", "limit", "sort")
        self.refused("by=page&by=channel", "by", "twice")
        self.refused("by=page&window=fast", "window")
        expect(self.daemon.office.get("/v1/stats/breakdown?by=page&site=nowhere"), 400)
        expect(self.daemon.office.get("/v1/stats/breakdown?by=page"), 400)

    def test_an_answer_that_is_the_same_has_the_same_tag(self):
        path = "/v1/stats/breakdown?by=page&site=shop&from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z"
        tag = expect(self.daemon.office.get(path), 200).headers["ETag"]
        self.assertEqual(expect(self.daemon.office.get(path, **{"If-None-Match": tag}), 304).body, b"")
        self.assertNotEqual(expect(self.daemon.office.get(path.replace("page", "device")), 200).headers["ETag"], tag)

    def test_what_breakdowns_take_is_among_the_metrics(self):
        text = expect(self.daemon.office.get("/metrics"), 200).body.decode()
        for line in ("footfall_breakdown_bytes 0", "footfall_breakdown_limit_bytes 536870912",
                     'footfall_breakdown_left_out_total{reason="values"} 0',
                     'footfall_breakdown_left_out_total{reason="bytes"} 0',
                     'footfall_state_left_out_total{table="words"} 0', 'footfall_state_limit{table="words"} 4000000'):
            self.assertIn(line + "\n", text)


if __name__ == "__main__":
    unittest.main()
