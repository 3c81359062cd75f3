"""Which pages may read what the journey collector answers. Source: the Fetch standard, "CORS protocol".

The origins are those of the deployment, which may change at any time, so nothing is made beforehand.
"""

from frontdesk.domain.journey.taking_in import Site
from frontdesk.edges.asgi import Headers

ANY = "*"
_VARY = (b"vary", b"Origin")
_READABLE: Headers = [
    (b"access-control-allow-credentials", b"true"),  # Beacons have them, and nothing here looks at them.
    (b"access-control-expose-headers", b"etag, retry-after"),
]
_PREFLIGHT: Headers = [
    (b"access-control-allow-methods", b"GET, POST, DELETE, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type, if-none-match"),
    (b"access-control-max-age", b"7200"),
]


def admits(site: Site, origin: bytes) -> bool:
    """Whether a page of this origin may use a deployment; programs that are no pages have no origin."""
    return not origin or ANY in site.origins or origin.decode("latin-1").lower() in site.origins


def headers(site: Site | None, origin: bytes) -> Headers:
    """What every answer carries, refusals too; of no deployment anybody may hear that there is none."""
    if not origin or (site is not None and not admits(site, origin)):
        return [_VARY]
    return [_VARY, (b"access-control-allow-origin", origin), *_READABLE]


def preflight(site: Site | None, origin: bytes) -> Headers:
    """What answers the question whether a request may be made at all."""
    made = headers(site, origin)
    return [*made, *_PREFLIGHT] if len(made) > 1 else made
