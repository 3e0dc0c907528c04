"""Carts of one visitor: the sorted cart events, gone through once."""

from dataclasses import dataclass, field
from decimal import Decimal

from beacons import CART_TYPES, money, quantity_of


@dataclass
class Cart:
    opened: int
    last: int
    currency: str
    lines: dict = field(default_factory=dict)  # sku -> (quantity, price), quantity at least 1
    emptied: bool = False
    was_abandoned: bool = False                # between two of its events
    checkout: bool = False
    purchase: object = None
    visitor: str = None

    @property
    def converted(self):
        return self.purchase is not None

    @property
    def recovered(self):
        return self.converted and self.was_abandoned

    @property
    def value(self):
        return sum((quantity * price for quantity, price in self.lines.values()), Decimal(0))

    def live(self, time, config):
        return not self.converted and time - self.last <= config.recover_within

    def abandoned(self, now, config):
        return not self.converted and not self.emptied and now - self.last >= config.abandon_after

    def open(self, now, config):
        return not self.converted and not self.emptied and not self.abandoned(now, config)

    def in_state(self, state, now, config):
        """Whether it is abandoned, open or recovered."""
        if state == "recovered":
            return self.recovered
        return self.open(now, config) if state == "open" else self.abandoned(now, config)

    def touch(self, event, config):
        if not self.emptied and event.time - self.last >= config.abandon_after:
            self.was_abandoned = True
        self.last = event.time


def carts_of(on_time, late, config):
    """All carts of a visitor, in the order they were opened. late: of its late events, only the
    purchases matter here."""
    steps = [(event.order, event, False) for event in on_time if event.type in CART_TYPES]
    steps += [(l.order, l.event, True) for l in late if l.event.type == "purchase"]
    carts = []
    for _, event, is_late in sorted(steps, key=lambda step: step[0]):
        if is_late:
            buy_late(carts, event, config)
        else:
            replay(carts, event, config)
    for cart in carts:
        cart.visitor = on_time[0].visitor
    return carts


def replay(carts, event, config):
    if carts and carts[-1].live(event.time, config):
        carts[-1].touch(event, config)
    elif opens(event):
        carts.append(Cart(event.time, event.time, event.site.currency))
    else:
        return
    cart = carts[-1]
    cart.currency = event.currency or cart.currency
    change(cart, event)


def opens(event):
    if event.type == "update_cart":
        return any(quantity_of(item) >= 1 for item in event.items)
    return event.type in ("add_to_cart", "begin_checkout")


def change(cart, event):
    had_lines = bool(cart.lines)
    if event.type == "add_to_cart":
        cart.lines = put(cart.lines, cart.lines, event.items)
    elif event.type == "update_cart" or (event.type == "begin_checkout" and event.items):
        cart.lines = put({}, cart.lines, event.items)
    elif event.type == "remove_from_cart":
        cart.lines = take(cart.lines, event.items)
    elif event.type == "purchase":
        cart.purchase = event
    cart.checkout = cart.checkout or event.type == "begin_checkout"
    if cart.lines:
        cart.emptied = False
    elif had_lines:
        cart.emptied = True


def put(lines, before, items):
    """lines with the items added; an item without a price has the one of its line in `before`,
    or the one given earlier in the list."""
    prices = {sku: price for sku, (_, price) in before.items()}
    quantities = {sku: quantity for sku, (quantity, _) in lines.items()}
    for item in items:
        sku = item["sku"]
        quantities[sku] = quantities.get(sku, 0) + quantity_of(item)
        if "price" in item:
            prices[sku] = money(item["price"])
    return {sku: (n, prices.get(sku, Decimal(0))) for sku, n in quantities.items() if n > 0}


def take(lines, items):
    left = dict(lines)
    for item in items:
        if item["sku"] not in left:
            continue
        quantity, price = left.pop(item["sku"])
        if quantity > quantity_of(item):
            left[item["sku"]] = (quantity - quantity_of(item), price)
    return left


def buy_late(carts, event, config):
    """A late purchase converts the cart that was live at its time, else the one that is now."""
    cart = next((c for c in carts[:-3:-1] if live_then(c, event, config)), None)
    if cart is None and carts and carts[-1].live(event.received, config):
        cart = carts[-1]
    if cart is None:
        return
    if not cart.emptied and event.time - cart.last >= config.abandon_after:
        cart.was_abandoned = True
    cart.purchase = event


def live_then(cart, event, config):
    return (not cart.converted and cart.opened <= event.time
            and event.time - cart.last <= config.recover_within)
