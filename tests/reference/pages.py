"""What a url says: the page."""

import re

from origins import NONE

SCHEME_AND_HOST = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*:)?//[^/]*")


def page_of(url):
    """The path, without scheme, host, query and fragment; "/" where it is empty."""
    if url is None:
        return NONE
    path = url.partition("#")[0].partition("?")[0]
    return SCHEME_AND_HOST.sub("", path) or "/"
