"""What a browser says of itself: which it is, on what, and whether it is a visitor's at all.

A few families are all that segments ask for, so a few patterns do; a library that knows them all
(`ua-parser`) needs 30 MB and half a second to start, or 60 ms for each new name.

Source:  crawlers are those of the list in the package `crawler-user-agents`.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from frontdesk.domain.journey.web_events import Browser, Device

USER_AGENT_CHARS_MAX = 512
USER_AGENTS_KEPT_MAX = 4096
CATEGORIES = ("desktop", "mobile", "tablet", "other")

# The first that is found: most browsers claim to be others as well.
_BROWSERS = tuple(
    (family, re.compile(pattern))
    for family, pattern in (
        ("Edge", r"\bEdg(?:e|A|iOS)?/(\d+(?:\.\d+)?)"),
        ("Opera", r"\b(?:OPR|OPT|Opera(?: Mini)?)/(\d+(?:\.\d+)?)"),
        ("Samsung Internet", r"\bSamsungBrowser/(\d+(?:\.\d+)?)"),
        ("Yandex Browser", r"\bYaBrowser/(\d+(?:\.\d+)?)"),
        ("Vivaldi", r"\bVivaldi/(\d+(?:\.\d+)?)"),
        ("UC Browser", r"\bUCBrowser/(\d+(?:\.\d+)?)"),
        ("DuckDuckGo", r"\b(?:DuckDuckGo|Ddg)/(\d+(?:\.\d+)?)"),
        ("Firefox", r"\b(?:FxiOS|Firefox)/(\d+(?:\.\d+)?)"),
        ("Chrome", r"\b(?:CriOS|HeadlessChrome|Chrome|Chromium)/(\d+(?:\.\d+)?)"),
        ("Safari", r"\bVersion/(\d+(?:\.\d+)?)[^)]* Safari/"),
        ("Internet Explorer", r"\bMSIE (\d+(?:\.\d+)?)|\bTrident/.*\brv:(\d+(?:\.\d+)?)"),
    )
)
_SYSTEMS = tuple(
    (family, re.compile(pattern))
    for family, pattern in (
        ("Windows Phone", r"Windows Phone(?: OS)?(?: (\d+(?:\.\d+)?))?"),
        ("Windows", r"Windows(?: NT (\d+(?:\.\d+)?))?"),
        ("iOS", r"(?:iPhone|iPad|iPod)(?:.*? OS (\d+(?:[_.]\d+)?))?"),
        ("Android", r"Android(?: (\d+(?:\.\d+)?))?"),
        ("macOS", r"Macintosh(?:.*? OS X (\d+(?:[_.]\d+)?))?|Mac OS X"),
        ("ChromeOS", r"\bCrOS\b(?: \S+ (\d+(?:\.\d+)?))?"),
        ("Linux", r"Linux|X11"),
    )
)
_OTHER = re.compile(
    r"Smart-?TV|AppleTV|HbbTV|BRAVIA|Roku|CrKey|PlayStation|Xbox|Nintendo|AFT[A-Z]|Watch", re.IGNORECASE
)
_TABLET = re.compile(r"iPad|Tablet|PlayBook|Kindle|Silk/(?!.*Mobile)|Android(?!.*Mobile)")
_MOBILE = re.compile(r"Mobi|iPhone|iPod|Windows Phone|BlackBerry|Opera Mini")
_DESKTOP = re.compile(r"Windows|Macintosh|Mac OS X|CrOS|Linux|X11|BSD")
_MAKERS = (
    ("Apple", re.compile(r"iPhone|iPad|iPod|Macintosh")),
    ("Samsung", re.compile(r"\bSM-|\bSamsung\b(?!Browser)")),
)


def read(user_agent: str) -> tuple[Browser, Device]:
    """The browser and the device that a user agent stands for, as far as it says; empty for an empty one."""
    return _read(user_agent[:USER_AGENT_CHARS_MAX])  # What is remembered of a request has a size.


@lru_cache(USER_AGENTS_KEPT_MAX)
def _read(text: str) -> tuple[Browser, Device]:
    if not text.strip():
        return Browser(), Device()
    family, version = _first(_BROWSERS, text)
    system, system_version = _first(_SYSTEMS, text)
    category = category_of(text)
    return Browser(family=family, version=version), Device(
        category=category,
        type=category,
        is_mobile=category in ("mobile", "tablet"),
        os_family=system,
        os_version=system_version,
        manufacturer=next((maker for maker, pattern in _MAKERS if pattern.search(text)), ""),
    )


def category_of(user_agent: str) -> str:
    """What kind of device it is."""
    if _OTHER.search(user_agent):
        return "other"
    if _TABLET.search(user_agent):
        return "tablet"
    if _MOBILE.search(user_agent):
        return "mobile"
    return "desktop" if _DESKTOP.search(user_agent) else "other"


def is_bot(user_agent: str, *, takes_headless: bool = False) -> bool:
    """Whether it is that of a known crawler, or of a program that fetches pages.

    Shape:   Chromium without a window is one, unless `takes_headless`.
    """
    text = user_agent[:USER_AGENT_CHARS_MAX]
    return _is_bot(text.replace(_HEADLESS, "Chrome") if takes_headless else text)


@lru_cache(USER_AGENTS_KEPT_MAX)
def _is_bot(text: str) -> bool:
    return any(pattern.search(text) for pattern in _crawlers())


_HEADLESS = "HeadlessChrome"
_AT_ONCE = 50  # Patterns in one expression: one of all takes longer to build, and no less time to search.


@cache
def _crawlers() -> Sequence[re.Pattern[str]]:
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA  # Reads its list, so only once it is wanted.

    patterns = [crawler["pattern"] for crawler in CRAWLER_USER_AGENTS_DATA]
    return [
        re.compile("|".join(patterns[begin : begin + _AT_ONCE]))
        for begin in range(0, len(patterns), _AT_ONCE)
    ]


def _first(patterns: Sequence[tuple[str, re.Pattern[str]]], text: str) -> tuple[str, str]:
    for family, pattern in patterns:
        if found := pattern.search(text):
            return family, next(filter(None, found.groups()), "").replace("_", ".")
    return "", ""
