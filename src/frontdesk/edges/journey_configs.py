"""What trackers are told of their site, made once for each change, with its ETag."""

import hashlib

from frontdesk.desk.journeys.sites import Sites
from frontdesk.domain.journey.taking_in import Site
from frontdesk.wire.journey_answers import config_answer


class Configs:
    """The answer for each site, and its ETag."""

    def __init__(self, sites: Sites) -> None:
        self._sites = sites
        self._made: dict[str, tuple[Site, bytes, bytes]] = {}

    def of(self, site: Site) -> tuple[bytes, bytes]:
        """The ETag and the body."""
        made = self._made.get(site.deployment.id)
        if made is None or made[0] is not site:
            body = config_answer(site.deployment, self._sites.compiled.definitions)
            etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'.encode()
            made = self._made[site.deployment.id] = (site, etag, body)
        return made[1], made[2]
