"""Where a visitor came from, and with what. Nothing is judged here: these tables say what there is in the
beacons of tests, and what each of it tells."""

NONE = "(none)"

TAGS = {  # query of the url: channel, source (None: left open), campaign
    "utm_source=x": ("unassigned", "x", None),
    "utm_source=news": ("unassigned", "news", None),
    "a&utm_source=n%65ws&utm_campaign=spring+sale": ("unassigned", "news", "spring sale"),
    "utm_source=caf%C3%A9&utm_medium=mail": ("unassigned", "caf\u00e9", None),
    "utm_source=letter&utm_medium=email&utm_campaign=may": ("email", "letter", "may"),
    "utm_campaign=%E2%82%AC+50%25%20off": ("unassigned", None, "\u20ac 50% off"),
    "utm_campaign=+spring+sale+": ("unassigned", None, "spring sale"),
    "gclid=Cj0&x": ("paid search", "google", None),
}

REFERRERS = {  # channel and source
    "https://www.google.com/": ("organic search", "google"),
    "https://m.facebook.com/x?y": ("organic social", "facebook"),
    "https://chatgpt.com/": ("ai assistants", "chatgpt"),
    "http://blog.example/a/b": ("referral", "blog.example"),
}
SILENT_REFERRERS = ("https://www.paypal.com/checkout", "", "android")

AGENTS = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"
    " Safari/537.36": "desktop",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/17.5 Mobile/15E148 Safari/604.1": "mobile",
    "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5"
    " Mobile/15E148 Safari/604.1": "tablet",
    "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/6.0 TV"
    " Safari/537.36": "tv",
}


def query_of(url):
    return (url or "").partition("#")[0].partition("?")[2]


def told_by(beacon):
    """Channel, source and campaign that a beacon tells; None for each that it does not."""
    channel, source, campaign = TAGS.get(query_of(beacon.get("url")), (None, None, None))
    if source is None and beacon.get("referrer") in REFERRERS:
        channel, source = REFERRERS[beacon["referrer"]]
    return channel, source, campaign


def first_told(events, place):
    """Channel, source or campaign (0, 1, 2) of a session: of its first event that tells any of them."""
    for event in events:
        told = told_by(event.beacon)
        if any(told):
            return told[place] or NONE
    return NONE if place else "direct"


def first_device(events):
    return next((AGENTS[e.beacon["user_agent"]] for e in events if e.beacon.get("user_agent") in AGENTS), NONE)
