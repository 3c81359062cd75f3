"""What follows from how an event arrived."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from frontdesk.domain.journey.deriving import campaign_of, is_bot, merged, origin_of, referrer_of, truncated
from frontdesk.domain.journey.site_settings import Privacy, StoredIp
from frontdesk.domain.journey.tracking import Tracking
from frontdesk.domain.journey.urls import ADDRESSES_KEPT_MAX, UrlRules, page
from frontdesk.domain.journey.user_agents import read
from frontdesk.domain.journey.web_events import Browser, Campaign, Device, Geolocation, Origin, Referrer

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
ANDROID = "Mozilla/5.0 (Linux; Android 14; {}) AppleWebKit/537.36 (KHTML, like Gecko) "
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
CHROME = WINDOWS + "Chrome/128.0.0.0 Safari/537.36"


class Sent(Struct):
    """What an event brings along."""

    url: str = "https://www.shop.example/"
    referrer_url: str = ""
    user_agent: str = ""
    browser: Browser | None = None
    device: Device | None = None
    ip_address: str = ""


class Shop(Struct):
    """What a site keeps of it."""

    rules: UrlRules = UrlRules.of(Tracking())
    privacy: Privacy = Privacy()


# --- what brought them ------------------------------------------------------------------------------


def test_a_campaign_is_named_by_the_address_of_the_page() -> None:
    url = "https://x.test/?utm_source=News&UTM_Medium=e+mail&utm_campaign=May&utm_term=a%20b&utm_content=c"
    assert campaign_of(url) == Campaign("News", "e mail", "May", "a b", "c")


@pytest.mark.parametrize(
    ("query", "click"),
    [
        ("gclid=abc", ("abc", "google")),
        ("msclkid=abc", ("abc", "microsoft")),
        ("fbclid=abc", ("abc", "facebook")),
        ("fbclid=abc&gclid=def", ("def", "google")),
        ("gclid=&fbclid=abc", ("abc", "facebook")),
        ("q=gclid", ("", "")),
    ],
)
def test_a_click_says_which_network_it_came_from(query: str, click: tuple[str, str]) -> None:
    found = campaign_of(f"https://x.test/?{query}")
    assert (found.click_id, found.network) == click


def test_a_campaign_is_read_before_parameters_are_excluded() -> None:
    site = Shop(UrlRules.of(Tracking(excluded_query_parameters=("utm_source",))))
    origin = origin_of(Sent(url="https://x.test/?utm_source=news"), site)
    assert origin.campaign.source == "news"


def test_nothing_that_is_to_be_redacted_gets_into_a_campaign() -> None:
    assert campaign_of("https://x.test/?utm_source=amy%40x.test").source == "[email]"


@pytest.mark.parametrize(
    ("url", "medium", "name", "keywords"),
    [
        ("", "", "", ""),
        ("https://shop.example/cart", "internal", "", ""),
        ("https://www.google.co.uk/search?q=red+shoes", "search", "Google", "red shoes"),
        ("https://www.bing.com/", "search", "Bing", ""),
        ("https://search.brave.com/search?q=a", "search", "Brave", "a"),
        ("android-app://com.google.android.googlequicksearchbox/", "search", "Google", ""),
        ("https://l.facebook.com/", "social", "Facebook", ""),
        ("https://t.co/abc", "social", "X", ""),
        ("https://mail.google.com/", "email", "Gmail", ""),
        ("https://blog.other.example/post", "unknown", "", ""),
        ("about:blank", "", "", ""),
    ],
)
def test_which_kind_of_page_led_there(url: str, medium: str, name: str, keywords: str) -> None:
    found = referrer_of(url, "https://www.shop.example/", Shop().rules)
    assert (found.medium, found.name, found.keywords) == (medium, name, keywords)


def test_to_ask_for_referrers_takes_no_room_of_the_pages_that_visits_share() -> None:
    urls = [f"https://shop.example/article-{number}" for number in range(ADDRESSES_KEPT_MAX)]
    first = page(urls[0], title="Article 0")
    for number, url in enumerate(urls):
        page(url, title=f"Article {number}")
        referrer_of("https://www.google.com/", url, Shop().rules)
    assert page(urls[0], title="Article 0") is first


def test_a_referrer_is_cleaned_and_redacted() -> None:
    url = "https://other.example/u/amy@x.test?token=abc&a=1#top"
    found = referrer_of(url, "https://shop.example/", Shop().rules)
    assert (found.url, found.pathname, found.query_string, found.fragment) == (
        "https://other.example/u/[email]?a=1",
        "/u/[email]",
        "a=1",
        "",
    )


# --- with what --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user_agent", "browser", "system", "category"),
    [
        (CHROME, ("Chrome", "128.0"), ("Windows", "10.0"), "desktop"),
        (CHROME + " Edg/127.1.2", ("Edge", "127.1"), ("Windows", "10.0"), "desktop"),
        (CHROME + " OPR/110.0", ("Opera", "110.0"), ("Windows", "10.0"), "desktop"),
        (IPHONE + "Version/17.5 Mobile/15E148 Safari/604.1", ("Safari", "17.5"), ("iOS", "17.5"), "mobile"),
        (IPHONE + "CriOS/127.0 Mobile/15E148 Safari/604.1", ("Chrome", "127.0"), ("iOS", "17.5"), "mobile"),
        (MAC + "Version/17.4 Safari/605.1.15", ("Safari", "17.4"), ("macOS", "10.15"), "desktop"),
        (
            ANDROID.format("Pixel 8") + "Chrome/127.0.0.0 Mobile Safari/537.36",
            ("Chrome", "127.0"),
            ("Android", "14"),
            "mobile",
        ),
        (
            ANDROID.format("SM-X710") + "SamsungBrowser/25.0 Chrome/121.0.0.0 Safari/537.36",
            ("Samsung Internet", "25.0"),
            ("Android", "14"),
            "tablet",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            ("Firefox", "128.0"),
            ("Linux", ""),
            "desktop",
        ),
        (
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36",
            ("Chrome", "126.0"),
            ("ChromeOS", "14541.0"),
            "desktop",
        ),
        (
            "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko",
            ("Internet Explorer", "11.0"),
            ("Windows", "6.1"),
            "desktop",
        ),
        (
            "Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0) AppleWebKit/537.36 Chrome/94.0 Safari/537.36",
            ("Chrome", "94.0"),
            ("Linux", ""),
            "other",
        ),
        ("something else", ("", ""), ("", ""), "other"),
        ("", ("", ""), ("", ""), ""),
    ],
)
def test_what_a_user_agent_says(
    user_agent: str, browser: tuple[str, str], system: tuple[str, str], category: str
) -> None:
    found, device = read(user_agent)
    assert (found.family, found.version) == browser
    assert (device.os_family, device.os_version) == system
    assert device.category == category
    assert device.is_mobile is (category in ("mobile", "tablet"))


def test_of_a_user_agent_without_end_only_so_much_is_remembered() -> None:
    text = CHROME * 20
    assert read(text + "one") is read(text + "another")  # One entry, which does not hold what is cut off.


def test_what_the_client_says_of_itself_goes_before_its_user_agent() -> None:
    said = Sent(
        user_agent=CHROME, browser=Browser(lang="de", view_width=800), device=Device(category="Tablet")
    )
    origin = origin_of(said, Shop())
    assert (origin.browser.family, origin.browser.lang, origin.browser.view_width) == ("Chrome", "de", 800)
    assert (origin.device.category, origin.device.os_family, origin.device.is_mobile) == (
        "tablet",
        "Windows",
        True,
    )


def test_a_category_that_nobody_knows_is_another_one_and_no_word_is_long() -> None:
    origin = origin_of(Sent(browser=Browser("x" * 5000), device=Device(category="fridge")), Shop())
    assert (origin.device.category, len(origin.browser.family)) == ("other", 64)


@pytest.mark.parametrize(
    "user_agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "facebookexternalhit/1.1",
        "python-requests/2.32",
        WINDOWS + "HeadlessChrome/128.0.0.0 Safari/537.36",
    ],
)
def test_crawlers_are_known(user_agent: str) -> None:
    assert is_bot(user_agent)


def test_a_browser_without_a_window_is_a_visitor_where_that_is_wanted_and_a_crawler_never() -> None:
    headless = WINDOWS + "HeadlessChrome/128.0.0.0 Safari/537.36"
    assert is_bot(headless)
    assert not is_bot(headless, takes_headless=True)
    assert is_bot(f"{headless} (compatible; Googlebot/2.1)", takes_headless=True)
    assert is_bot("python-requests/2.32", takes_headless=True)


@pytest.mark.parametrize(
    "user_agent",
    [CHROME, IPHONE + "Version/17.5 Mobile/15E148 Safari/604.1", MAC + "Version/17.4 Safari/605", ""],
)
def test_visitors_are_no_crawlers(user_agent: str) -> None:
    assert not is_bot(user_agent)


# --- from where -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1234:5678::1", "2001:db8:1234::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("fe80::1%eth0", "fe80::"),
        ("999.1.1.1", ""),
        ("", ""),
        ("%", ""),
    ],
)
def test_of_an_ip_address_only_the_network_is_kept(address: str, kept: str) -> None:
    assert truncated(address) == kept


def test_a_place_is_looked_up_by_the_network_alone() -> None:
    asked: list[str] = []

    def locate(address: str) -> Geolocation:
        asked.append(address)
        return Geolocation(country="DE")

    origin = origin_of(Sent(ip_address="203.0.113.77"), Shop(privacy=Privacy(store_ip=StoredIp.NONE)), locate)
    assert (asked, origin.geolocation.country, origin.ip_address) == (["203.0.113.0"], "DE", "")


def test_without_a_database_of_places_nobody_is_anywhere() -> None:
    origin = origin_of(Sent(ip_address="203.0.113.77"), Shop())
    assert (origin.geolocation, origin.ip_address) == (Geolocation(), "203.0.113.0")


# --- over a visit -----------------------------------------------------------------------------------

KNOWN = Origin(
    browser=Browser("Chrome", "128.0", "de"),
    campaign=Campaign(source="news"),
    referrer=Referrer(url="https://other.example/", hostname="other.example", medium="unknown"),
    ip_address="203.0.113.0",
)


def test_the_newest_value_that_says_something_counts() -> None:
    seen = Origin(browser=Browser(lang="en"), geolocation=Geolocation("DE"))
    found = merged(KNOWN, seen)
    assert (found.browser, found.geolocation, found.ip_address) == (
        Browser("Chrome", "128.0", "en"),
        Geolocation("DE"),
        "203.0.113.0",
    )


def test_the_campaign_of_a_visit_is_that_of_its_first_page() -> None:
    assert merged(KNOWN, Origin(campaign=Campaign(source="other"))).campaign.source == "news"
    assert merged(Origin(), Origin(campaign=Campaign(source="other"))).campaign.source == ""


def test_pages_of_the_site_are_no_referrers_of_a_visit_that_has_one() -> None:
    inside = Referrer(url="https://shop.example/a", hostname="shop.example", medium="internal")
    outside = Referrer(url="https://www.google.com/", hostname="www.google.com", medium="search")
    assert merged(KNOWN, Origin(referrer=inside)).referrer == KNOWN.referrer
    assert merged(KNOWN, Origin(referrer=outside)).referrer == outside
    assert merged(Origin(), Origin(referrer=inside)).referrer == inside


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=60))
def test_whatever_is_sent_nothing_raises(user_agent: str, url: str, address: str) -> None:
    sent = Sent(url=url, referrer_url=url, user_agent=user_agent, ip_address=address)
    found = origin_of(sent, Shop())
    assert merged(found, found) == found
    is_bot(user_agent)
