"""What is kept of addresses, what they consist of, and how they are compared."""

from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from frontdesk.domain.journey.registrable_domains import registrable_domain
from frontdesk.domain.journey.tracking import Tracking
from frontdesk.domain.journey.urls import (
    ALWAYS_EXCLUDED,
    URL_CHARS_MAX,
    UrlRules,
    cleaned,
    comparable,
    domain_of,
    page,
    parameters,
    referrer,
    searched,
    without_slash,
)

RULES = UrlRules.of(Tracking())
WITH_FRAGMENT = UrlRules.of(Tracking(should_keep_url_fragment=True))
SECRET = "s3cr3tvalue"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://x.test/r?token=abc&q=shoes&utm_source=n#frag", "https://x.test/r?q=shoes&utm_source=n"),
        ("https://x.test/r?q=shoes&TOKEN=abc", "https://x.test/r?q=shoes"),
        ("https://x.test/r?to%6Ben=abc&%74oken=d&a=1", "https://x.test/r?a=1"),
        ("https://x.test/r?token[]=abc&a[]=1", "https://x.test/r?a[]=1"),
        ("https://x.test/r?token=1&token=2", "https://x.test/r"),
        ("https://x.test/r?a=1;sid=2&b=3", "https://x.test/r?a=1&b=3"),
        ("https://x.test/cart;sid=abc/pay", "https://x.test/cart/pay"),
        ("https://amy:word@x.test/r", "https://x.test/r"),
        ("https:\\\\amy:word@x.test\\r", "https://x.test/r"),
        ("https://amy:word%40x.test/r", "https://x.test/r"),
        ("https://x.test/?next=https%3A%2F%2Fy.test%2F%3Ftoken%3Dabc&a=1", "https://x.test/?a=1"),
        ("https://x.test/?next=https%3A%2F%2Famy%3Aword%40y.test%2F&a=1", "https://x.test/?a=1"),
        ("https://x.test/?next=%2Fcart&state=ny", "https://x.test/?next=%2Fcart"),
        ("https://x.test/?a=1 &token=b", "https://x.test/?a=1"),
        ("https://x.test/?next=%252Fcart", "https://x.test/?next=%252Fcart"),
        (f"https://x.test/?next=%{'25' * 20}3D&a=1", "https://x.test/?a=1"),
        ("https://x.test/?filter=state:open", "https://x.test/?filter=state:open"),
        ('https://x.test/?data={"token":"abc"}&a=1', "https://x.test/?a=1"),
        ("HTTPS://X.Test:443/Cart?A=b", "https://x.test:443/Cart?A=b"),
        ("  https://x.test/\n\tr ", "https://x.test/r"),
        ("https://[::1]:8443/r?key=1", "https://[::1]:8443/r"),
        ("https://müller.test/käse?q=ä", "https://müller.test/käse?q=ä"),
        ("https://x.test/%ff%fe%?a=%zz&token=%", "https://x.test/%ff%fe%?a=%zz"),
        ("android-app://com.example.app/x?token=1", "android-app://com.example.app/x"),
    ],
)
def test_what_is_kept_of_an_address(url: str, kept: str) -> None:
    assert cleaned(url, RULES) == kept


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/cart",
        "amy:word@x.test/r",
        "javascript:alert(1)",
        "mailto:amy@x.test",
        "data:text/html,token=abc",
        "file:///letters/amy.html",
        "https://",
        "https://?a=1",
        "https://a b.test/",
        "https://a%2fb.test/",
        "https://" + "a" * 300 + ".test/",
    ],
)
def test_what_is_no_address_of_a_page_is_not_kept(url: str) -> None:
    assert cleaned(url, RULES) == ""


def test_a_site_excludes_parameters_of_its_own() -> None:
    rules = UrlRules.of(Tracking(excluded_query_parameters=("Customer Number",)))
    assert cleaned("https://x.test/?customer+number=7&a=1&token=2", rules) == "https://x.test/?a=1"


def test_a_site_can_keep_only_what_it_names_and_never_what_is_always_excluded() -> None:
    rules = UrlRules.of(Tracking(keep_only_query_parameters=("Q", "token"), should_keep_url_fragment=True))
    url = "https://x.test/?q=a&token=b&page=2&bare#top"
    assert cleaned(url, rules) == "https://x.test/?q=a#top"


@pytest.mark.parametrize(
    ("fragment", "kept"),
    [
        ("reviews", "#reviews"),
        ("access_token=abc&state=d", ""),
        ("/cart?token=abc&step=2", "#/cart?step=2"),
        ("/cart;sid=1", "#/cart"),
        ("%2Fcart%3Ftoken%3Dabc", ""),
    ],
)
def test_a_fragment_that_is_kept_is_cleaned_too(fragment: str, kept: str) -> None:
    assert cleaned(f"https://x.test/#{fragment}", WITH_FRAGMENT) == f"https://x.test/{kept}"


def test_the_search_is_read_before_anything_is_removed() -> None:
    rules = UrlRules.of(Tracking(search_query_parameters=("query", "Q"), excluded_query_parameters=("q",)))
    url = "https://x.test/?query=+&q=red+shoes%21"
    assert searched(url, rules) == "red shoes!"
    assert cleaned(url, rules) == "https://x.test/?query=+"


def test_there_is_no_search_where_none_is_configured() -> None:
    assert searched("https://x.test/?q=shoes", RULES) == ""


def test_parameters_are_read_by_their_names_in_lower_case_and_the_first_of_each_counts() -> None:
    assert parameters("https://x.test/?UTM_Source=News&utm_source=other&b#c=1") == {
        "utm_source": "News",
        "b": "",
    }


# --- whatever comes ---------------------------------------------------------------------------------

BITS = st.sampled_from(
    (
        *(
            "https://",
            "http:",
            "//",
            "/",
            "\\",
            "?",
            "&",
            ";",
            "#",
            "=",
            "%",
            "@",
            ":443",
            ".",
            "+",
            "%25",
            "%2525",
        ),
        *("%3D", "%26", "%3f", "%40", "%2f", "%zz", "{", '"', " ", "'", ",", "|", "]"),
        *("x.test", "amy", "token", "q", "a", "ſid", "é", "\ud800", "\u202e", "\x00", "\n", " ", "İ", "xn--"),
        *("[::1]", "[", "127.0.0.1", "password", "s" * 700),
    )
)
ANY_URL = st.one_of(
    st.text(max_size=80), st.lists(BITS, max_size=30).map(lambda bits: "https://x.test/" + "".join(bits))
) | st.lists(BITS, max_size=30).map("".join)
ANY_RULES = st.sampled_from(
    (
        RULES,
        WITH_FRAGMENT,
        UrlRules.of(Tracking(keep_only_query_parameters=("q",), should_keep_url_fragment=True)),
    )
)


@given(ANY_URL, ANY_RULES)
@example("https://x.test/" + "%25" * 2000, RULES)
@example("https://x.test/?" + "a=b&" * 2000, RULES)
@example("https://" + "[" * 5000, RULES)
def test_whatever_comes_cleaning_twice_is_cleaning_once(url: str, rules: UrlRules) -> None:
    once = cleaned(url, rules)
    assert cleaned(once, rules) == once
    assert len(once) <= URL_CHARS_MAX
    once.encode()


@given(ANY_URL, ANY_RULES)
def test_whatever_comes_nothing_raises(url: str, rules: UrlRules) -> None:
    assert page(url).hostname == referrer(url).hostname
    assert page(url).domain == domain_of(url)
    once = comparable(url, rules)
    assert comparable(once, rules) == once
    without_slash(once)
    searched(url, rules)


def _encoded(text: str, times: int) -> str:
    for _ in range(times):
        text = "".join(f"%{byte:02X}" for byte in text.encode())
    return text


@st.composite
def _hidden(draw: st.DrawFn) -> str:
    """An excluded parameter with a secret as its value, in some disguise."""
    name = draw(st.sampled_from(sorted(ALWAYS_EXCLUDED)))
    name = draw(
        st.sampled_from((name, name.upper(), name.title(), f"{name}[]", f" {name}", _encoded(name, 1)))
    )
    pair = f"{name}={SECRET}"
    times = draw(st.integers(0, 3))
    if draw(st.booleans()):
        pair = f"next=https://y.test/a?b=1&{pair}"
        times = max(times, 1)
    return _encoded(pair, times) if draw(st.booleans()) else quote(pair, safe="=") if times else pair


HARMLESS = st.sampled_from(("a=1", "q=red+shoes", "utm_source=n", "b=%2Fc", ""))


@given(
    st.lists(st.one_of(_hidden(), HARMLESS), max_size=4),
    st.lists(st.one_of(_hidden(), HARMLESS), max_size=4),
    st.sampled_from(("", f"amy:{SECRET}@", f"{SECRET}@", f"{SECRET}:x%40")),
    st.sampled_from(("&", ";")),
    st.sampled_from(("#", "#/cart?", "#?")),
    st.one_of(st.just(""), _hidden().map(lambda pair: f";{quote(pair, safe='=%')}")),
    ANY_RULES,
)
def test_no_excluded_value_survives_anywhere(
    query: list[str],
    fragment: list[str],
    credentials: str,
    between: str,
    mark: str,
    step: str,
    rules: UrlRules,
) -> None:
    url = f"https://{credentials}x.test/cart{step}/pay?{between.join(query)}{mark}{between.join(fragment)}"
    kept = cleaned(url, rules)
    shown = [kept, *(str(getattr(referrer(kept), name)) for name in referrer(kept).__struct_fields__)]
    assert not [text for text in shown for times in range(4) if _encoded(SECRET, times) in text]
    assert kept.startswith("https://x.test/cart")


# --- parts ------------------------------------------------------------------------------------------


def test_a_page_has_parts() -> None:
    found = page("https://www.shop.co.uk:8443/red%20shoes/size-7?q=a&b#top", title="Shoes", lang="en")
    assert (found.hostname, found.domain, found.pathname) == (
        "www.shop.co.uk",
        "shop.co.uk",
        "/red%20shoes/size-7",
    )
    assert (found.query_string, found.fragment, found.breadcrumb) == ("q=a&b", "top", "red shoes > size-7")
    assert (found.title, found.lang, found.keywords) == ("Shoes", "en", "")


def test_the_root_of_a_site_is_a_path() -> None:
    assert (page("https://x.test").pathname, page("https://x.test").breadcrumb) == ("/", "")


@pytest.mark.parametrize(
    ("hostname", "domain"),
    [
        ("www.shop.example", "shop.example"),
        ("a.b.shop.co.uk", "shop.co.uk"),
        ("amy.github.io", "amy.github.io"),
        ("co.uk", "co.uk"),
        ("localhost", "localhost"),
        ("10.1.2.3", "10.1.2.3"),
        ("[::1]", "[::1]"),
        ("..", ".."),
        ("", ""),
    ],
)
def test_which_domain_somebody_registered(hostname: str, domain: str) -> None:
    assert registrable_domain(hostname) == domain


# --- comparing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HTTPS://X.Test:443/Cart", "https://x.test/cart"),
        ("http://x.test:80", "http://x.test/"),
        ("https://x.test/a#top", "https://x.test/a"),
        ("https://x.test/a?sid=1&b=2", "https://x.test/a?b=2"),
        ("https://x.test/käse", "https://x.test/k%C3%A4se"),
        ("https://müller.test/", "https://xn--mller-kva.test/"),
    ],
)
def test_addresses_that_are_written_differently_are_the_same(one: str, other: str) -> None:
    assert comparable(one, RULES) == comparable(other, RULES)


def test_other_ports_and_kept_fragments_tell_addresses_apart() -> None:
    assert comparable("https://x.test:8443/", RULES) != comparable("https://x.test/", RULES)
    assert comparable("https://x.test/#a", WITH_FRAGMENT) != comparable("https://x.test/#b", WITH_FRAGMENT)


@pytest.mark.parametrize(
    ("url", "without"),
    [
        ("https://x.test/a/", "https://x.test/a"),
        ("https://x.test/a//", "https://x.test/a/"),
        ("https://x.test/a/?b=/", "https://x.test/a?b=/"),
        ("https://x.test/a", "https://x.test/a"),
    ],
)
def test_one_slash_at_the_end_may_be_left_out(url: str, without: str) -> None:
    assert without_slash(url) == without
