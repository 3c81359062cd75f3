"""Addresses of pages: cleaned of what is nobody's business, taken apart, and made comparable.

Addresses come from anybody, so nothing here raises, whatever it is given. What no browser would send as the
address of a page (no host, another scheme) is no address: it becomes empty.

Source:  journey.md §12.4 (cleaning), §3.2 (parts), §6.6 (comparing).
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import quote, unquote, unquote_plus

from msgspec import Struct
from msgspec.structs import replace

from frontdesk.domain.journey.registrable_domains import registrable_domain
from frontdesk.domain.journey.tracking import Tracking
from frontdesk.domain.journey.web_events import Page, Referrer

URL_CHARS_MAX = 2048
HOST_CHARS_MAX = 255
ADDRESSES_KEPT_MAX = 256  # Of the newest it is remembered what they consist of: most are asked for again.
ENCODED_TIMES_MAX = 8  # What is wrapped more often than this hides something, and goes.

ALWAYS_EXCLUDED = frozenset(
    (
        *("token", "access_token", "id_token", "refresh_token", "code", "state", "password", "pwd", "secret"),
        *("key", "apikey", "signature", "sig", "auth", "session", "sid"),
        *("email", "e-mail", "mail", "phone", "tel", "ssn", "iban"),
    )
)
DEFAULT_PORTS = {"http": ":80", "https": ":443"}

# Browsers take any run of slashes, either way, for the two before a host.
_ADDRESS = re.compile(
    r"(?:(https?):[/\\]*|([a-z][a-z0-9.+]*-app)://)([^/\\?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?",
    re.IGNORECASE | re.DOTALL,
)
_CONTROLS = dict.fromkeys((*range(32), 127))
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_BETWEEN = re.compile(r"([&;])")
_HIDES_NOTHING = re.compile(r"[\w.,:~+ -]*")
_NOT_IN_HOSTS = re.compile(r"[\x00-\x20\x7f\s/\\?#@<>|^%]")
_WHERE_NAMES_BEGIN = r"(?:^|[?&;#=/{,])[\s\"']*"
_CREDENTIALS = r"//[^/?#\s]*@"


class UrlRules(Struct, frozen=True, eq=False):
    """What is kept of addresses. Made once from the settings of a deployment.

    Shape:   all names are in lower case; `kept` empty is any name that is not excluded; `hidden` finds a
             parameter to be excluded, or credentials, inside something else.
    """

    excluded: frozenset[str]
    kept: frozenset[str]
    keeps_fragment: bool
    search: tuple[str, ...]
    hidden: re.Pattern[str]

    @classmethod
    def of(cls, tracking: Tracking) -> "UrlRules":
        excluded = ALWAYS_EXCLUDED.union(map(_name, tracking.excluded_query_parameters)) - {""}
        names = "|".join(re.escape(name) for name in sorted(excluded))
        registrable_domain("")  # The list behind it is read now and not with the first visitor.
        return cls(
            excluded=excluded,
            kept=frozenset(map(_name, tracking.keep_only_query_parameters)),
            keeps_fragment=tracking.should_keep_url_fragment,
            search=tuple(map(_name, tracking.search_query_parameters)),
            hidden=re.compile(
                rf"{_WHERE_NAMES_BEGIN}(?:{names})(?:\[[^\]=&]*\])?(?:\s*=|[\"']\s*:)|{_CREDENTIALS}",
                re.IGNORECASE,
            ),
        )


class _Parts(Struct, frozen=True, gc=False):
    """One address. Shape: `host` is in lower case, with its port where one was given."""

    scheme: str
    host: str
    path: str
    query: str
    fragment: str


# --- cleaning ---------------------------------------------------------------------------------------


@lru_cache(ADDRESSES_KEPT_MAX)
def cleaned(url: str, rules: UrlRules) -> str:
    """The address as it may be kept: no credentials, no excluded parameters; empty if it is none."""
    parts = _parts(url)
    if parts is None:
        return ""
    query = _kept(parts.query, rules) if parts.query else ""
    fragment = _kept_fragment(parts.fragment, rules) if rules.keeps_fragment and parts.fragment else ""
    kept = f"{parts.scheme}://{parts.host}{_kept_path(parts.path, rules)}"
    if query:
        kept = f"{kept}?{query}"
    if fragment:
        kept = f"{kept}#{fragment}"
    kept = kept.rstrip()
    return kept if len(kept) <= URL_CHARS_MAX else ""


def parameters(url: str) -> Mapping[str, str]:
    """All parameters of an address as it came: names in lower case, the first value of each."""
    parts = _parts(url)
    found: dict[str, str] = {}
    for piece in _BETWEEN.split(parts.query)[::2] if parts is not None and parts.query else ():
        name, _, value = piece.partition("=")
        found.setdefault(_name(name), unquote_plus(value))
    return found


@lru_cache(ADDRESSES_KEPT_MAX)
def searched(url: str, rules: UrlRules) -> str:
    """What somebody searched the site for, by the address of the page as it came; empty if nothing."""
    if not rules.search or "?" not in url:
        return ""
    found = parameters(url)
    return next((found[name].strip() for name in rules.search if found.get(name, "").strip()), "")


@lru_cache(ADDRESSES_KEPT_MAX)
def _parts(url: str) -> _Parts | None:
    url = url[:URL_CHARS_MAX]
    if not url.isprintable():
        url = url.translate(_CONTROLS).encode("utf-8", "replace").decode()  # Half a character is none.
    found = _ADDRESS.fullmatch(url.strip())
    if found is None:
        return None
    web, app, authority, path, query, fragment = found.groups(default="")
    if "@" in authority or "%" in authority:
        authority = _unwrapped(authority).rpartition("@")[2]
    host = authority.strip().translate(_LOWER)
    if not host or len(host) > HOST_CHARS_MAX or _NOT_IN_HOSTS.search(host):
        return None
    if web and "\\" in path:
        path = path.replace("\\", "/")
    return _Parts((web or app).translate(_LOWER), host, path, query, fragment)


def _kept(text: str, rules: UrlRules, *, keeps_bare: bool = False) -> str:
    """The parameters that may be kept, in their order, as they were written."""
    pieces = _BETWEEN.split(text)
    kept: list[str] = []
    for number in range(0, len(pieces), 2):
        piece = pieces[number]
        if not piece.strip() or _is_excluded(piece, rules):
            continue
        if rules.kept and not (keeps_bare and "=" not in piece) and _name(piece) not in rules.kept:
            continue
        if kept:
            kept.append(pieces[number - 1])
        kept.append(piece)
    return "".join(kept)


def _kept_fragment(fragment: str, rules: UrlRules) -> str:
    """Fragments hold parameters too: `#access_token=…`, and `#/cart?token=…` of single pages."""
    head, _, query = fragment.partition("?")
    head = _kept(head, rules, keeps_bare=True)
    query = _kept(query, rules)
    return f"{head}?{query}" if query else head


def _kept_path(path: str, rules: UrlRules) -> str:
    """Steps of a path may have parameters of their own: `/cart;sid=…`."""
    if ";" not in path and "%" not in path and "=" not in path and "@" not in path:
        return path
    steps = (
        ";".join(piece for piece in step.split(";") if not _is_excluded(piece, rules))
        for step in path.split("/")
    )
    return "/".join(steps)


def _is_excluded(piece: str, rules: UrlRules) -> bool:
    name, _, value = piece.partition("=")
    if _HIDES_NOTHING.fullmatch(value) and "%" not in name and "?" not in name:
        return name != piece and _name(name) in rules.excluded
    plain = _unwrapped(piece)
    if "%" in plain and unquote_plus(plain) != plain:
        return True
    return _name(plain) in rules.excluded or rules.hidden.search(plain) is not None


def _name(piece: str) -> str:
    """The name of a parameter as it is compared: `Token[]=…` is `token`."""
    name = piece.partition("=")[0]
    if "%" in name or "+" in name:
        name = _unwrapped(name)
    return name.partition("=")[0].partition("[")[0].strip().lower()


def _unwrapped(text: str) -> str:
    """The text without percent encoding, however often it was encoded, up to a bound."""
    for _ in range(ENCODED_TIMES_MAX):
        plain = unquote_plus(text)
        if plain == text:
            return plain
        text = plain
    return text


# --- taking apart -----------------------------------------------------------------------------------


@lru_cache(ADDRESSES_KEPT_MAX)
def page(url: str, *, title: str = "", lang: str = "", keywords: str = "") -> Page:
    """The page at an address that was cleaned, the same one for everybody who looks at it."""
    return replace(_page(url), title=title, lang=lang, keywords=keywords)


@lru_cache(ADDRESSES_KEPT_MAX)
def _page(url: str) -> Page:
    parts = _parts(url)
    if parts is None:
        return Page()
    hostname = _hostname(parts.host)
    return Page(
        url=url,
        domain=registrable_domain(hostname),
        hostname=hostname,
        pathname=parts.path or "/",
        query_string=parts.query,
        fragment=parts.fragment,
        breadcrumb=_breadcrumb(parts.path),
    )


@lru_cache(ADDRESSES_KEPT_MAX)
def referrer(url: str) -> Referrer:
    """The parts of the address, which was cleaned, of the page that led here; what kind it is, is derived."""
    parts = _parts(url)
    if parts is None:
        return Referrer()
    hostname = _hostname(parts.host)
    return Referrer(
        url=url,
        domain=registrable_domain(hostname),
        hostname=hostname,
        pathname=parts.path or "/",
        query_string=parts.query,
        fragment=parts.fragment,
    )


def domain_of(url: str) -> str:
    """The domain that the owner of the page at an address has registered; empty if it is none."""
    parts = _parts(url)
    return registrable_domain(_hostname(parts.host)) if parts is not None else ""


def _hostname(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].rstrip(".")


def _breadcrumb(path: str) -> str:
    """The steps of a path as people read them: `/shoes/red%20ones` is `shoes > red ones`."""
    if "%" in path:
        path = unquote(path)
    return " > ".join(filter(None, path.split("/")))


# --- comparing --------------------------------------------------------------------------------------


def comparable(url: str, rules: UrlRules) -> str:
    """An address in the one way of writing it that conditions compare; itself in lower case if it is none.

    Shape:   as `cleaned`, without the default port, a host of foreign letters and whatever else is not ASCII
             encoded as browsers do, and in one case.
    """
    once = _comparable(url, rules)
    return once if url.isascii() else _comparable(once, rules)  # Encoded, it may show what has to go.


def _comparable(url: str, rules: UrlRules) -> str:
    parts = _parts(cleaned(url, rules))
    if parts is None:
        return ascii_only(url).lower()
    host = _ascii_host(parts.host.removesuffix(DEFAULT_PORTS.get(parts.scheme, "")))
    rest = "".join(_rest_of(parts))
    return f"{parts.scheme}://{host}{ascii_only(rest)}".lower()[:URL_CHARS_MAX]  # It is longer than it was.


def without_slash(url: str) -> str:
    """A comparable address without the slash at the end of its path, which whole addresses may differ in."""
    found = re.search(r"[?#]", url)
    end = found.start() if found else len(url)
    return url[: end - 1] + url[end:] if url[:end].endswith("/") else url


def ascii_only(text: str) -> str:
    """The text with everything encoded that browsers encode in addresses."""
    return text if text.isascii() else quote(text, safe=_ASCII, errors="replace")


_ASCII = "".join(map(chr, range(0x21, 0x7F)))


def _rest_of(parts: _Parts) -> Iterator[str]:
    yield parts.path or "/"
    if parts.query:
        yield f"?{parts.query}"
    if parts.fragment:
        yield f"#{parts.fragment}"


def _ascii_host(host: str) -> str:
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host
