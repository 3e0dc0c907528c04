"""What a url says: the page, and where its visitor came from."""

import re
import urllib.parse

NONE = "(none)"

SCHEME_AND_HOST = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*:)?//[^/]*")


def page_of(url):
    """The path, without scheme, host, query and fragment; "/" where it is empty."""
    if url is None:
        return NONE
    path = url.partition("#")[0].partition("?")[0]
    return SCHEME_AND_HOST.sub("", path) or "/"


def parameter(url, key):
    """The decoded and trimmed value of a parameter of the url's query, "" where there is none."""
    query = (url or "").partition("#")[0].partition("?")[2]
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name == key:
            return urllib.parse.unquote_plus(value).strip()
    return ""


def first_told(events, key):
    """The parameter of the first event whose url has it."""
    told = (parameter(event.beacon.get("url"), key) for event in events)
    return next(filter(None, told), NONE)
