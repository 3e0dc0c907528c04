"""The reference against small histories counted by hand. They read as examples of each rule."""

import os
import sys
import unittest
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from beacons import DAY, HOUR, MINUTE, SECOND, Config, Site, Taken, instant, money, term_key
from reference import Reference

BASE = 1_700_000_000  # seconds; histories count from here
ITEM = {"sku": "a", "price": 10}


def at(minutes, kind, visitor="v", **fields):
    """A beacon so many minutes into the history."""
    beacon = {"type": kind, "time": BASE + minutes * 60, **fields}
    if visitor:
        beacon["visitor"] = visitor
    return beacon


def buy(minutes, order="o", value="10", **fields):
    return at(minutes, "purchase", order=order, value=value, **fields)


def sections(beacons, now=None, window=None, config=Config()):
    """The answer over `window` (minutes), as of `now` (minutes; a year on when left out)."""
    taken = [b if isinstance(b, Taken) else Taken(b, (BASE + 10**8) * SECOND) for b in beacons]
    start, end = window or (-10**6, 10**6)
    return Reference(taken, config).stats(
        config.sites[0].id, micros(start), micros(end), micros(10**6 if now is None else now))


def micros(minutes):
    return round((BASE + minutes * 60) * SECOND)


class Case(unittest.TestCase):
    def shows(self, beacons, section, expected, **how):
        """Each of the expected fields is in the section, with that value."""
        answer = sections(beacons, **how)[section]
        self.assertEqual({name: answer[name] for name in expected}, expected)


class Nothing(Case):
    def test_rates_and_means_of_nothing_are_none_and_money_is_empty(self):
        answer = sections([])
        self.assertEqual(answer["traffic"], {
            "pageviews": 0, "visitors": 0, "sessions": 0, "new_visitors": 0,
            "returning_visitors": 0, "pages_per_session": None, "session_seconds": None,
            "page_seconds": None, "live_visitors": 0})
        self.assertEqual(answer["engagement"], {
            "bounces": 0, "bounce_rate": None, "engaged_sessions": 0, "engagement_rate": None})
        self.assertEqual(answer["conversion"], {"session_rate": None, "visitor_rate": None})
        self.assertEqual(answer["checkout"]["abandonment_rate"], None)
        self.assertEqual(answer["cart"]["abandonment_rate"], None)
        self.assertEqual(answer["cart"]["abandoned_value"], {})
        for name in ("revenue", "refunded", "net_revenue", "average_order_value"):
            self.assertEqual(answer["orders"][name], {})
        for name, value in answer["search"].items():
            self.assertEqual(value, None if name.endswith("rate") else 0, name)


class Anonymous(Case):
    def test_without_consent_an_event_counts_in_sums_alone(self):
        history = [at(0, "page_view", consent=False), at(1, "search", term="tea", consent=False),
                   at(2, "add_to_cart", items=[ITEM], consent=False), buy(3, customer="c", consent=False)]
        self.shows(history, "traffic", {"pageviews": 1, "visitors": 0, "sessions": 0, "new_visitors": 0})
        self.shows(history, "search", {"searches": 1, "search_sessions": 0})
        self.shows(history, "cart", {"carts_opened": 0})
        self.shows(history, "orders", {"orders": 1, "revenue": {"EUR": Decimal(10)}})
        self.shows(history, "customers", {"customers_new": 0})

    def test_consent_that_is_given_changes_nothing(self):
        self.shows([at(0, "page_view", consent=True)], "traffic", {"visitors": 1, "sessions": 1})

    def test_of_a_visitor_the_other_events_are_as_ever(self):
        history = [at(0, "page_view"), at(20, "page_view", consent=False), at(40, "page_view")]
        self.shows(history, "traffic", {"pageviews": 3, "visitors": 1, "sessions": 2})


class Values(Case):
    def test_times_are_seconds_milliseconds_or_text(self):
        self.assertEqual(instant(100_000_000_000), 100_000_000_000 * SECOND)
        self.assertEqual(instant(100_000_000_001), 100_000_000_001_000)
        self.assertEqual(instant(1_700_000_000_123), 1_700_000_000_123_000)
        self.assertEqual(instant(1_700_000_000.5), 1_700_000_000_500_000)
        self.assertEqual(instant("2023-11-14T22:13:20Z"), 1_700_000_000 * SECOND)
        self.assertEqual(instant("2023-11-14T23:13:20.123456789+01:00"), 1_700_000_000_123_456)

    def test_money_from_numbers_is_rounded_half_even_to_four_places(self):
        self.assertEqual(money(59.970000000000006), Decimal("59.97"))
        self.assertEqual(money(0.00005), Decimal("0"))
        self.assertEqual(money(0.00015), Decimal("0.0002"))
        self.assertEqual(money("12.3456"), Decimal("12.3456"))

    def test_terms_are_folded_trimmed_and_cut_on_a_character(self):
        self.assertEqual(term_key("  Große \t SCHUHE "), "grosse schuhe")
        self.assertEqual(term_key("Cafe\u0301"), "caf\u00e9")
        self.assertEqual(term_key("İ"), "i\u0307")
        self.assertEqual(len(term_key("a" + "\u00e9" * 200).encode()), 255)
        self.assertEqual(term_key("a" * 300), "a" * 256)


class Sessions(Case):
    def test_a_gap_of_exactly_the_timeout_joins_and_a_longer_one_cuts(self):
        self.shows([at(0, "page_view"), at(30, "page_view")], "traffic", {"sessions": 1})
        self.shows([at(0, "page_view"), at(30.001, "page_view")], "traffic", {"sessions": 2})

    def test_a_session_may_last_exactly_its_greatest_length(self):
        chain = [at(30 * i, "page_view") for i in range(49)]
        self.shows(chain, "traffic", {"sessions": 1, "session_seconds": 86400.0})
        chain.append(at(24 * 60 + 0.001, "page_view"))
        self.shows(chain, "traffic", {"sessions": 2, "session_seconds": 43200.0})

    def test_an_event_between_two_sessions_joins_them(self):
        config = Config(lateness=HOUR)
        self.shows([at(0, "page_view"), at(40, "page_view"), at(20, "page_view")], "traffic",
                   {"sessions": 1, "session_seconds": 2400.0, "pages_per_session": 3.0},
                   config=config)

    def test_a_ping_extends_a_session_and_opens_none(self):
        story = [at(0, "ping"), at(1, "page_view"), at(31, "ping"), at(61, "ping"),
                 at(92, "ping"), at(92, "page_view")]
        self.shows(story, "traffic", {"sessions": 2, "session_seconds": 1800.0, "visitors": 1})
        self.shows(story, "traffic", {"visitors": 0}, window=(-1, 1))
        self.shows(story[:-1], "traffic", {"visitors": 0}, window=(92, 93))

    def test_a_ping_beyond_the_greatest_length_is_stray(self):
        chain = [at(30 * i, "ping" if i else "page_view") for i in range(50)]
        self.shows(chain, "traffic", {"sessions": 1, "session_seconds": 86400.0})
        self.shows(chain, "traffic", {"visitors": 0}, window=(49 * 30, 49 * 30 + 1))

    def test_a_visitor_is_new_again_after_being_forgotten(self):
        days = 24 * 60
        story = [at(0, "page_view"), at(90 * days, "page_view"), at(180 * days + 0.01, "page_view")]
        self.shows(story, "traffic", {"sessions": 3, "new_visitors": 2, "returning_visitors": 0})
        self.shows(story, "traffic", {"new_visitors": 0, "returning_visitors": 1},
                   window=(90 * days, 91 * days))

    def test_sessions_count_at_their_start_and_events_at_their_own_time(self):
        story = [at(0, "page_view"), at(10, "page_view")]
        self.shows(story, "traffic", {"sessions": 1, "pageviews": 1, "pages_per_session": 2.0},
                   window=(0, 10))
        self.shows(story, "traffic", {"sessions": 0, "pageviews": 1, "visitors": 1},
                   window=(10, 11))

    def test_back_office_events_open_no_session(self):
        story = [at(0, "refund", None, order="x"), at(0, "support_open", ticket="t"),
                 at(0, "spend", value=1, purpose="retention")]
        self.shows(story, "traffic", {"sessions": 0, "visitors": 0})

    def test_live_visitors_were_here_in_the_last_five_minutes(self):
        story = [at(0, "page_view"), at(1, "page_view", "w"), at(50, "ping", "x")]
        self.shows(story, "traffic", {"live_visitors": 2}, now=5)
        self.shows(story, "traffic", {"live_visitors": 1}, now=5.01)
        self.shows(story, "traffic", {"live_visitors": 0}, now=50)
        story = [at(0, "page_view"), at(4, "ping")]
        self.shows(story, "traffic", {"live_visitors": 1}, now=9)

    def test_time_on_page_is_the_time_to_the_next_page_or_what_the_last_one_reports(self):
        story = [at(0, "page_view", engaged_ms=7000), at(1, "ping", engaged_ms=60000),
                 at(2, "page_view"), at(3, "ping", engaged_ms=5000), at(4, "custom", name="x"),
                 at(5, "ping", engaged_ms=1000)]
        self.shows(story, "traffic", {"page_seconds": (120 + 6) / 2})
        self.shows([at(0, "page_view", engaged_ms=2500)], "traffic", {"page_seconds": 2.5})
        self.shows([at(0, "page_view"), at(1, "ping")], "traffic", {"page_seconds": None})
        self.shows([at(0, "page_view"), at(0, "page_view")], "traffic", {"page_seconds": 0.0})


class Engagement(Case):
    def bounces(self, *story):
        return sections(story)["engagement"]["bounces"]

    def test_one_view_without_interaction_is_a_bounce(self):
        self.assertEqual(self.bounces(at(0, "page_view"), at(1, "view_item"), at(2, "view_cart"),
                                      at(3, "view_item"), at(4, "ping")), 1)
        self.assertEqual(self.bounces(at(0, "page_view"), at(1, "page_view")), 0)
        self.assertEqual(self.bounces(at(0, "view_cart")), 1)

    def test_product_views_are_the_views_where_there_are_no_pages(self):
        self.assertEqual(self.bounces(at(0, "view_item")), 1)
        self.assertEqual(self.bounces(at(0, "view_item"), at(1, "view_item")), 0)

    def test_what_ends_a_bounce(self):
        for kind in ("search", "add_to_cart", "remove_from_cart", "update_cart", "begin_checkout",
                     "checkout_step", "survey", "custom"):
            self.assertEqual(self.bounces(at(0, "page_view"), at(1, kind)), 0, kind)
        self.assertEqual(self.bounces(at(0, "page_view"), buy(1)), 0)
        self.assertEqual(self.bounces(at(0, "page_view"), at(1, "custom", passive=True)), 1)

    def test_ten_seconds_two_views_or_a_purchase_are_engagement(self):
        def engaged(*story):
            return sections(story)["engagement"]["engaged_sessions"]
        self.assertEqual(engaged(at(0, "page_view", engaged_ms=4000),
                                 at(1, "ping", engaged_ms=6000)), 1)
        self.assertEqual(engaged(at(0, "page_view", engaged_ms=4000),
                                 at(1, "ping", engaged_ms=5999)), 0)
        self.assertEqual(engaged(at(0, "page_view"), at(1, "page_view")), 1)
        self.assertEqual(engaged(at(0, "view_item"), at(1, "view_item")), 1)
        self.assertEqual(engaged(buy(0)), 1)
        self.assertEqual(engaged(at(0, "search"), at(1, "custom", engaged_ms=20000)), 0)


class Search(Case):
    def test_searches_and_zero_results_count_at_their_time(self):
        story = [at(0, "search", term="a", results=0), at(1, "search", term="b", results=3),
                 at(2, "search", term="c")]
        self.shows(story, "search", {"searches": 3, "zero_result_searches": 1,
                                     "zero_result_rate": 0.5, "search_session_rate": 1.0})

    def test_a_refinement_follows_a_search_with_another_term(self):
        story = [at(0, "search", term="Shoe"), at(1, "search", term=" shoe"),
                 at(2, "page_view"), at(3, "ping"), at(4, "search", term="boot"),
                 at(5, "view_item"), at(6, "search", term="hat"), at(7, "search")]
        self.shows(story, "search", {"search_refinements": 2})

    def test_a_search_exit_has_at_most_one_page_behind_the_last_search(self):
        def exits(*story):
            return sections([at(0, "page_view"), at(1, "search", term="a"), *story])["search"]["search_exits"]
        self.assertEqual(exits(), 1)
        self.assertEqual(exits(at(2, "ping"), at(3, "page_view"), at(4, "ping")), 1)
        self.assertEqual(exits(at(2, "page_view"), at(3, "page_view")), 0)
        self.assertEqual(exits(at(2, "view_item")), 0)
        self.assertEqual(exits(at(2, "view_item"), at(3, "search", term="b")), 1)

    def test_conversion_with_and_without_search(self):
        story = [at(0, "search", term="a"), buy(1), at(60, "search", term="b"),
                 at(0, "page_view", "w"), at(0, "page_view", "x"), buy(1, "p", visitor="x"),
                 at(0, "page_view", "y")]
        self.shows(story, "search", {"search_conversion_rate": 1 / 2,
                                     "no_search_conversion_rate": 1 / 3})


class Funnel(Case):
    def test_each_step_counts_sessions_whether_or_not_the_steps_before_were_done(self):
        story = [at(0, "view_item"), at(1, "view_item"), at(2, "begin_checkout"), buy(3),
                 at(60, "update_cart", items=[{"sku": "a", "quantity": 0}]),
                 at(120, "update_cart", items=[{"sku": "a"}]), at(180, "add_to_cart")]
        self.shows(story, "funnel", {"sessions": 4, "viewed_item": 1, "added_to_cart": 2,
                                     "began_checkout": 1, "purchased": 1})
        self.shows(story, "conversion", {"session_rate": 0.25, "visitor_rate": 1.0})


class CartStates(Case):
    def cart(self, *story, now=None, **expected):
        self.shows(list(story), "cart", expected, now=now)

    def test_only_three_events_open_a_cart(self):
        self.cart(at(0, "view_cart"), at(1, "remove_from_cart", items=[ITEM]),
                  at(2, "checkout_step", step="x"), buy(3),
                  at(4, "update_cart", items=[{"sku": "a", "quantity": 0}]), carts_opened=0)
        for opener in (at(0, "add_to_cart"), at(0, "update_cart", items=[ITEM]),
                       at(0, "begin_checkout")):
            self.cart(opener, carts_opened=1)

    def test_a_cart_is_abandoned_an_hour_after_its_last_event(self):
        story = at(0, "add_to_cart", items=[ITEM]), at(5, "view_cart"), at(7, "page_view")
        self.cart(*story, now=64.999, carts_open=1, carts_abandoned=0, abandoned_value={})
        self.cart(*story, now=65, carts_open=0, carts_abandoned=1, abandonment_rate=1.0,
                  abandoned_value={"EUR": Decimal(10)})

    def test_a_purchase_converts_and_the_next_add_opens_another(self):
        self.cart(at(0, "add_to_cart", items=[ITEM]), buy(59.9), at(60, "view_cart"),
                  at(61, "add_to_cart", items=[ITEM]), now=62, carts_opened=2, carts_converted=1,
                  carts_open=1, carts_recovered=0, recovered_value={}, abandonment_rate=0.0)

    def test_a_purchase_after_an_hour_recovers_the_cart(self):
        self.cart(at(0, "add_to_cart", items=[ITEM]), buy(60, value="7.5", currency="USD"),
                  carts_converted=1, carts_recovered=1, carts_abandoned=0,
                  recovered_value={"USD": Decimal("7.5")})

    def test_any_gap_of_an_hour_counts_as_having_been_abandoned(self):
        self.cart(at(0, "add_to_cart", items=[ITEM]), at(60, "view_cart"), buy(61),
                  carts_recovered=1)
        self.cart(at(0, "add_to_cart", items=[ITEM]), at(59, "view_cart"), buy(118),
                  carts_recovered=0)

    def test_the_abandonment_rate_leaves_open_and_emptied_carts_out(self):
        self.cart(at(0, "add_to_cart"), at(0, "add_to_cart", "w"), buy(1, visitor="w"),
                  at(100, "add_to_cart", "x"), at(0, "add_to_cart", "y", items=[ITEM]),
                  at(1, "update_cart", "y", items=[]), now=101,
                  carts_opened=4, carts_open=1, carts_emptied=1, abandonment_rate=0.5)

    def test_a_gap_while_emptied_is_no_abandonment(self):
        self.cart(at(0, "add_to_cart", items=[ITEM]), at(1, "remove_from_cart", items=[ITEM]),
                  at(100, "add_to_cart", items=[ITEM]), buy(101), carts_recovered=0,
                  carts_converted=1)

    def test_seven_days_take_a_cart_up_again_and_more_do_not(self):
        week = 7 * 24 * 60
        self.cart(at(0, "add_to_cart", items=[ITEM]), at(week, "add_to_cart", items=[ITEM]),
                  carts_opened=1, abandoned_value={"EUR": Decimal(20)})
        self.cart(at(0, "add_to_cart", items=[ITEM]), at(week + 0.001, "add_to_cart", items=[ITEM]),
                  carts_opened=2, abandoned_value={"EUR": Decimal(20)})
        self.cart(at(0, "add_to_cart", items=[ITEM]), buy(week + 0.001), carts_converted=0,
                  carts_abandoned=1)

    def test_a_removal_of_the_last_item_empties_until_something_is_added(self):
        story = [at(0, "add_to_cart", items=[{"sku": "a", "quantity": 2}]),
                 at(1, "remove_from_cart", items=[{"sku": "a"}])]
        self.cart(*story, carts_emptied=0, carts_abandoned=1)
        story.append(at(2, "remove_from_cart", items=[{"sku": "a", "quantity": 5}]))
        self.cart(*story, carts_emptied=1, carts_abandoned=0, carts_open=0)
        story.append(at(3, "add_to_cart", items=[{"sku": "b"}]))
        self.cart(*story, carts_emptied=0, carts_abandoned=1)

    def test_an_update_with_nothing_empties(self):
        self.cart(at(0, "add_to_cart", items=[ITEM]), at(1, "update_cart", items=[]),
                  carts_emptied=1)
        self.cart(at(0, "add_to_cart", items=[ITEM]),
                  at(1, "update_cart", items=[{"sku": "a", "quantity": 0}]), carts_emptied=1)

    def test_a_cart_that_never_had_lines_is_not_emptied(self):
        self.cart(at(0, "add_to_cart"), at(1, "remove_from_cart", items=[ITEM]),
                  at(2, "update_cart", items=[]), carts_emptied=0, carts_abandoned=1,
                  abandoned_value={"EUR": Decimal(0)})

    def test_carts_count_at_their_opening(self):
        story = [at(0, "add_to_cart", items=[ITEM]), buy(10)]
        self.shows(story, "cart", {"carts_converted": 1}, window=(0, 1))
        self.shows(story, "cart", {"carts_converted": 0}, window=(1, 20))

    def test_checkouts_are_carts_with_a_begin_checkout(self):
        story = [at(0, "begin_checkout"), at(0, "begin_checkout", "w"), buy(1, visitor="w"),
                 at(0, "add_to_cart", "x"), buy(1, "p", visitor="x"),
                 at(0, "begin_checkout", "y", items=[ITEM]), at(1, "update_cart", "y", items=[])]
        self.shows(story, "checkout", {"checkouts_started": 3, "checkouts_completed": 1,
                                       "checkouts_abandoned": 1, "abandonment_rate": 0.5})


class CartContents(Case):
    def worth(self, *story, **money_by_currency):
        expected = {c: Decimal(v) for c, v in (money_by_currency or {"EUR": "0"}).items()}
        self.shows(list(story), "cart", {"abandoned_value": expected})

    def test_adds_sum_up_and_the_last_price_counts(self):
        self.worth(at(0, "add_to_cart", items=[{"sku": "a", "price": 10, "quantity": 2}]),
                   at(1, "add_to_cart", items=[{"sku": "a", "price": 8}]),
                   at(2, "add_to_cart", items=[{"sku": "a"}, {"sku": "b"}]), EUR="32")

    def test_a_price_in_a_removal_says_nothing(self):
        self.worth(at(0, "add_to_cart", items=[{"sku": "a", "price": 10, "quantity": 2}]),
                   at(1, "remove_from_cart", items=[{"sku": "a", "price": 3}]), EUR="10")

    def test_a_line_that_went_takes_its_price_along(self):
        self.worth(at(0, "add_to_cart", items=[ITEM, {"sku": "b", "price": 1}]),
                   at(1, "remove_from_cart", items=[{"sku": "a"}]),
                   at(2, "add_to_cart", items=[{"sku": "a"}]), EUR="1")

    def test_an_update_replaces_all_and_keeps_prices_that_it_does_not_give(self):
        self.worth(at(0, "add_to_cart", items=[ITEM, {"sku": "b", "price": 5}]),
                   at(1, "update_cart", items=[{"sku": "a", "quantity": 2}, {"sku": "c"},
                                               {"sku": "a"}]), EUR="30")
        self.worth(at(0, "update_cart", items=[{"sku": "a"}, {"sku": "a", "price": 4}]), EUR="8")
        self.worth(at(0, "update_cart", items=[{"sku": "a", "price": 4}, {"sku": "a"}]), EUR="8")

    def test_a_begin_checkout_with_items_replaces_all(self):
        self.worth(at(0, "add_to_cart", items=[ITEM]), at(1, "begin_checkout"), EUR="10")
        self.worth(at(0, "add_to_cart", items=[ITEM]),
                   at(1, "begin_checkout", items=[{"sku": "z", "price": "1.25", "quantity": 3}]),
                   EUR="3.75")

    def test_the_last_given_currency_is_the_carts(self):
        self.worth(at(0, "add_to_cart", items=[ITEM], currency="USD"),
                   at(1, "add_to_cart", items=[ITEM]), USD="20")
        self.worth(at(0, "add_to_cart", items=[ITEM], currency="USD"),
                   at(1, "checkout_step", currency="JPY"), JPY="10")

    def test_carts_of_different_currencies_are_told_apart(self):
        self.worth(at(0, "add_to_cart", items=[ITEM], currency="USD"),
                   at(0, "add_to_cart", "w", items=[{"sku": "a", "price": 1}]),
                   at(0, "add_to_cart", "x", items=[{"sku": "a", "price": 2}]), USD="10", EUR="3")


class Orders(Case):
    def test_orders_items_and_money(self):
        story = [buy(0, "1", "10.10", items=[{"sku": "a", "quantity": 3}, {"sku": "b"}]),
                 buy(1, "2", "0.05"), buy(2, "3", 5, currency="USD")]
        self.shows(story, "orders", {
            "orders": 3, "items_sold": 4, "duplicates": 0,
            "revenue": {"EUR": Decimal("10.15"), "USD": Decimal(5)},
            "net_revenue": {"EUR": Decimal("10.15"), "USD": Decimal(5)},
            "average_order_value": {"EUR": Decimal("5.075"), "USD": Decimal(5)}})

    def test_the_average_is_rounded_half_even_to_four_places(self):
        story = [buy(0, "1", "0.0001"), buy(1, "2", "0.0004")]
        self.shows(story, "orders", {"average_order_value": {"EUR": Decimal("0.0002")}})

    def test_a_repeated_order_is_dropped_whole(self):
        story = [buy(0, "1"), at(1, "add_to_cart", items=[ITEM]), buy(2, "1", "99")]
        self.shows(story, "orders", {"orders": 1, "duplicates": 1,
                                     "revenue": {"EUR": Decimal(10)}})
        self.shows(story, "traffic", {"session_seconds": 60.0})
        self.shows(story, "cart", {"carts_converted": 0})
        self.shows(story, "orders", {"orders": 0, "duplicates": 1}, window=(2, 3))

    def test_an_order_id_may_come_again_after_its_window(self):
        days = 24 * 60
        self.shows([buy(0, "1"), buy(90 * days, "1")], "orders", {"orders": 1, "duplicates": 1})
        self.shows([buy(0, "1"), buy(90 * days + 1, "1")], "orders", {"orders": 2})

    def test_refunds_take_their_value_their_items_or_the_order(self):
        def refunded(**fields):
            return sections([buy(0, "1", 30, currency="USD"),
                             at(1, "refund", None, order="1", **fields)])["orders"]["refunded"]
        self.assertEqual(refunded(value=7), {"USD": Decimal(7)})
        self.assertEqual(refunded(items=[{"sku": "a", "price": "1.5", "quantity": 2}]),
                         {"USD": Decimal(3)})
        self.assertEqual(refunded(value=7, items=[ITEM]), {"USD": Decimal(7)})
        self.assertEqual(refunded(items=[]), {"USD": Decimal(30)})
        self.assertEqual(refunded(), {"USD": Decimal(30)})
        self.assertEqual(refunded(value=7, currency="JPY"), {"JPY": Decimal(7)})

    def test_a_refund_of_an_unknown_order_is_put_right_when_the_order_comes(self):
        refund = at(0, "refund", None, order="1")
        self.shows([refund], "orders", {"refunds": 1, "refunded": {"EUR": Decimal(0)},
                                        "net_revenue": {"EUR": Decimal(0)}})
        self.shows([refund, buy(60, "1", 30, currency="USD")], "orders",
                   {"refunded": {"USD": Decimal(30)}, "net_revenue": {"USD": Decimal(0)}})
        self.shows([refund, buy(60, "1", 30)], "orders",
                   {"refunded": {"EUR": Decimal(30)}, "net_revenue": {"EUR": Decimal(-30)}},
                   window=(0, 1))

    def test_a_refund_long_after_knows_its_order_no_more(self):
        days = 24 * 60
        self.shows([buy(0, "1", 30), at(90 * days, "refund", None, order="1")], "orders",
                   {"refunded": {"EUR": Decimal(30)}})
        self.shows([buy(0, "1", 30), at(90 * days + 1, "refund", None, order="1")], "orders",
                   {"refunded": {"EUR": Decimal(0)}})


class Repeats(Case):
    def test_an_event_id_counts_once_within_its_window(self):
        self.shows([at(0, "page_view", id="e"), at(24 * 60, "page_view", id="e")], "traffic",
                   {"pageviews": 1})
        self.shows([at(0, "page_view", id="e"), at(24 * 60 + 1, "page_view", id="e")], "traffic",
                   {"pageviews": 2})

    def test_the_first_in_the_journal_counts_whatever_its_time(self):
        self.shows([at(10, "page_view", id="e"), at(0, "search", id="e")], "search",
                   {"searches": 0})

    def test_a_repeat_touches_no_session_and_is_no_duplicate_order(self):
        story = [at(0, "page_view"), buy(1, "1", id="e"), buy(5, "1", id="e")]
        self.shows(story, "orders", {"orders": 1, "duplicates": 0})
        self.shows(story, "traffic", {"session_seconds": 60.0})

    def test_an_id_is_remembered_of_what_was_dropped_for_its_order(self):
        story = [buy(0, "1", id="d"), buy(1, "1", id="e"), at(2, "page_view", id="e")]
        self.shows(story, "orders", {"duplicates": 1})
        self.shows(story, "traffic", {"pageviews": 0})

    def test_without_an_id_nothing_is_a_repeat(self):
        self.shows([at(0, "page_view"), at(0, "page_view")], "traffic", {"pageviews": 2})


class Lateness(Case):
    def test_a_late_event_counts_at_its_time_and_changes_no_session(self):
        story = [at(0, "page_view"), at(10, "page_view"), at(4.99, "search", term="a")]
        self.shows(story, "search", {"searches": 1, "search_sessions": 0})
        story[2] = at(5, "search", term="a")
        self.shows(story, "search", {"searches": 1, "search_sessions": 1})

    def test_a_late_ping_shows_its_visitor_present(self):
        story = [at(0, "page_view"), at(100, "page_view"), at(10, "ping")]
        self.shows(story, "traffic", {"visitors": 1}, window=(10, 11))
        self.shows(story, "traffic", {"session_seconds": 0.0})

    def test_a_stray_ping_makes_what_is_older_late(self):
        story = [at(0, "page_view"), at(100, "ping"), at(20, "page_view")]
        self.shows(story, "traffic", {"pageviews": 2, "pages_per_session": 1.0})

    def test_what_was_received_long_after_is_late_when_older_at_all(self):
        first = Taken(at(10, "page_view"), micros(10), micros(10), imported=False)
        for wait, pages in ((5, 2.0), (5.01, 1.0)):
            then = Taken(at(9, "page_view"), micros(10 + wait), micros(10 + wait), imported=False)
            self.shows([first, then], "traffic", {"pageviews": 2, "pages_per_session": pages})
        newer = Taken(at(10, "page_view"), micros(200), micros(200), imported=False)
        self.shows([first, newer], "traffic", {"pages_per_session": 2.0})

    def test_lateness_is_each_visitors_own(self):
        self.shows([at(100, "page_view", "w"), at(0, "page_view"), at(1, "page_view")], "traffic",
                   {"sessions": 2, "pageviews": 3})

    def test_ties_of_time_go_by_the_journal(self):
        items = [ITEM]
        add, empty = at(0, "add_to_cart", items=items), at(0, "update_cart", items=[])
        self.shows([add, empty], "cart", {"carts_emptied": 1})
        self.shows([empty, add], "cart", {"carts_emptied": 0, "carts_opened": 1})

    def test_a_late_purchase_converts_the_cart_that_was_live_at_its_time(self):
        story = [at(0, "add_to_cart", items=[ITEM]), at(30, "page_view"), buy(10)]
        self.shows(story, "cart", {"carts_converted": 1, "carts_recovered": 0})
        self.shows(story, "funnel", {"purchased": 0})
        self.shows(story, "orders", {"orders": 1})

    def test_a_late_purchase_recovers_what_was_abandoned_at_its_time(self):
        story = [at(0, "add_to_cart", items=[ITEM]), at(100, "page_view"), buy(60, value=3)]
        self.shows(story, "cart", {"carts_recovered": 1, "recovered_value": {"EUR": Decimal(3)}})

    def test_a_late_purchase_finds_the_cart_before_the_current_one(self):
        week = 7 * 24 * 60
        story = [at(0, "add_to_cart", items=[ITEM]), at(week + 10, "add_to_cart", items=[ITEM]),
                 buy(week)]
        self.shows(story, "cart", {"carts_opened": 2, "carts_converted": 1, "carts_recovered": 1,
                                   "carts_abandoned": 1}, now=week + 100)

    def test_a_late_purchase_from_before_all_carts_converts_the_one_live_now(self):
        story = [at(0, "page_view"), at(20, "add_to_cart", items=[ITEM]), buy(10)]
        day = DAY // MINUTE
        for after, converted in ((20 + 7 * day, 1), (20.1 + 7 * day, 0)):
            taken = [Taken(beacon, micros(after)) for beacon in story]
            self.shows(taken, "cart", {"carts_converted": converted, "carts_recovered": 0})

    def test_a_late_purchase_takes_effect_behind_all_that_had_come(self):
        story = [at(0, "add_to_cart", items=[ITEM]), at(30, "view_cart"), buy(10),
                 at(30, "view_cart"), at(31, "add_to_cart", items=[ITEM])]
        self.shows(story, "cart", {"carts_opened": 2, "carts_converted": 1})


class Sites(Case):
    def test_each_site_has_visitors_ids_and_orders_of_its_own(self):
        config = Config(sites=(Site("one", aliases=("uno",)), Site("two", "UTC", "JPY")))
        story = [at(0, "page_view", id="e", site="one"), at(1, "page_view", id="e", site="two"),
                 buy(2, "1", site="uno"), buy(2, "1", 99, site="two")]
        self.shows(story, "traffic", {"pageviews": 1, "visitors": 1, "session_seconds": 120.0},
                   config=config)
        other = Config(sites=config.sites[::-1])
        story.append(at(3, "refund", None, order="1", site="two"))
        self.shows(story, "traffic", {"pageviews": 1}, config=other)
        self.shows(story, "orders", {"orders": 1, "duplicates": 0,
                                     "revenue": {"JPY": Decimal(99)},
                                     "refunded": {"JPY": Decimal(99)}}, config=other)


if __name__ == "__main__":
    unittest.main()
