"""What the beacons of random histories say: everything that a field can hold, and what it is easily
mistaken for."""

from origins import AGENTS, REFERRERS, SILENT_REFERRERS

TERMS = ("shoes", " Shoes ", "SHOES", "boots", "Straße", "STRASSE", "caf\u00e9", "cafe\u0301",
         "Ärger", "İzmir", "ısı", "red  shoes", "red\tshoes", "\u1e9e", "x" * 300)
PRICES = (1, 2.5, "3.99", "0.0001", 19.99, 100, "12.3456", 0)
CURRENCIES = ("EUR", "USD", "JPY", "GBP")

PLACES = ("https://shop.example", "https://shop.example", "HTTP://user@shop.example:8080", "//cdn.example",
          "")
PATHS = ("/", "/p", "/p", "/p/", "/cart", "/a%20b", "/k\u00e4se///x", "/p;v=1")
QUERIES = ("", "", "", "", "?a=1", "?utm_source=news", "?a&utm_source=n%65ws&utm_campaign=spring+sale",
           "?utm_campaign=%E2%82%AC+50%25%20off", "?utm_source=+%20&utm_campaign=", "?utm_source",
           "?utm_source=letter&utm_medium=email&utm_campaign=may", "?gclid=Cj0&x",
           "?xutm_source=no&utm_source_=no", "?next=//x.example/y?utm_source=no",
           "?a=http://x.example/#utm_source=no", "?utm_source=caf%C3%A9&utm_medium=mail",
           "?utm_campaign=+spring+sale+")
FRAGMENTS = ("", "", "#top", "#a?utm_source=no", "#/x/y")
CUSTOMERS = ("c1", "c2", "c3", "c4", "v0")  # the last is a visitor's id, too: somebody else
TOPICS = ("delivery", "price", "gr\u00f6\u00dfe", "", None)
SCALES = {"csat": (None, "5"), "ces": (None, "5"), "nps": (None, "0-10", "1-10", "5")}
SCORES = {None: range(11), "0-10": range(11), "1-10": range(1, 11), "5": range(1, 6)}


class Fields:
    """Makes the fields of a beacon of each type, with self.random."""

    def maybe(self, chance):
        return self.random.random() < chance

    def whence(self, kind):
        """Where the visitor was, and who it was, as far as it is told."""
        fields = {}
        if self.maybe(0.85 if kind == "page_view" else 0.3):
            fields["url"] = self.url()
        if self.maybe(0.2):
            fields["referrer"] = self.random.choice((*REFERRERS, *SILENT_REFERRERS))
        if self.maybe(0.4):
            fields["user_agent"] = self.random.choice((*AGENTS, ""))
        if kind != "ping" and self.maybe(0.3 if kind == "purchase" else 0.015):
            fields["customer"] = self.random.choice(CUSTOMERS)
        return fields

    def url(self):
        place = self.random.choice(PLACES)
        path = self.random.choice((*PATHS, "", "p/q") if not place else (*PATHS, ""))
        return place + path + self.random.choice(QUERIES) + self.random.choice(FRAGMENTS) or "/"

    def items(self, least=0, quantities=(1, 1, 2, 3)):
        """Some lines; without prices or quantities here and there, one sku twice now and then."""
        items = []
        for _ in range(self.random.choice((least, 1, 1, 2, 3))):
            item = {"sku": f"s{self.random.randrange(5)}"}
            if self.maybe(0.6):
                item["price"] = self.random.choice(PRICES)
            if self.maybe(0.6):
                item["quantity"] = self.random.choice(quantities)
            if self.maybe(0.2):
                item.update(name="Thing", brand="b", variant="v")
            if self.maybe(0.6):
                item["category"] = self.random.choice(("things", "shoes", "Shoes", "", "(none)"))
            items.append(item)
        return items

    def cart_fields(self, **fields):
        if self.maybe(0.15):
            fields["currency"] = self.random.choice(CURRENCIES)
        if self.maybe(0.1):
            fields["value"] = "5.5"
        return fields

    def make_page_view(self):
        fields = {"title": "A page"}
        if self.maybe(0.3):
            fields["engaged_ms"] = self.random.choice((0, 1, 4000, 9999, 10000, 20000))
        return fields

    def make_ping(self):
        if self.maybe(0.6):
            return {"engaged_ms": self.random.choice((0, 1, 4000, 6000, 9999, 10000))}
        return {}

    def make_view_item(self):
        return {"items": self.items(1)}

    def make_search(self):
        fields = {"term": self.random.choice(TERMS)} if self.maybe(0.9) else {}
        if self.maybe(0.7):
            fields["results"] = self.random.choice((0, 0, 3, 120))
        return fields

    def make_add_to_cart(self):
        return self.cart_fields(items=self.items())

    def make_remove_from_cart(self):
        return self.cart_fields(items=self.items(1, (1, 2, 5, 100)))

    def make_update_cart(self):
        if self.maybe(0.3):
            return self.cart_fields(items=[])
        return self.cart_fields(items=self.items(0, (0, 0, 1, 2)))

    def make_view_cart(self):
        return self.cart_fields()

    def make_begin_checkout(self):
        return self.cart_fields(items=self.items()) if self.maybe(0.5) else self.cart_fields()

    def make_checkout_step(self):
        step = self.random.choice(("address", "payment", "Payment", None))
        return self.cart_fields(step=step) if step else self.cart_fields()

    def make_purchase(self):
        order = f"o{self.number}"
        value = self.random.choice((10, "24.75", 0.0001, "99999.9999", 59.970000000000006, 0))
        return {**self.cart_fields(items=self.items()), "order": order, "value": value}

    def make_refund(self):
        fields = {}
        if self.maybe(0.4):
            fields["value"] = self.random.choice((3, "1.25", 0))
        if self.maybe(0.4):
            fields["items"] = self.items()
        if self.maybe(0.3):
            fields["currency"] = self.random.choice(CURRENCIES)
        return fields

    def make_survey(self):
        kind = self.random.choice(list(SCALES))
        scale, topic = self.random.choice(SCALES[kind]), self.random.choice(TOPICS)
        scores = SCORES["5" if kind != "nps" else scale]
        fields = {"kind": kind, "score": self.random.choice(scores)}
        if scale:
            fields["scale"] = scale
        if topic is not None:
            fields["topic"] = topic
        if self.maybe(0.3):
            fields["comment"] = "It was well."
        return fields

    def make_custom(self):
        name = self.random.choice(("chat", "chat", "video", "wish list", "", None))
        fields = {} if name is None else {"name": name}
        return {**fields, "passive": self.maybe(0.5)} if self.maybe(0.7) else fields

    def make_spend(self):
        fields = {"value": self.random.choice(("12.5", 0.0001, 300, 0)), "channel": "mail"}
        if self.maybe(0.9):
            fields["purpose"] = self.random.choice(("retention", "retention", "acquisition"))
        if self.maybe(0.3):
            fields["currency"] = self.random.choice(CURRENCIES)
        return fields
