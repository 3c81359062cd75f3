"""The deployments as the collector needs them, made once for each change of what is defined."""

from frontdesk.domain.journey.compiling import Compiled
from frontdesk.domain.journey.definitions import Definitions
from frontdesk.domain.journey.keys import CONTACT
from frontdesk.domain.journey.taking_in import Site


class Sites:
    """What is defined now, compiled, and each deployment's site. `take` replaces it as a whole.

    Shape:   `asks_of_contacts` whether anything depends on what is known of people.
    """

    def __init__(self, definitions: Definitions) -> None:
        self._take(Compiled(definitions))

    def take(self, definitions: Definitions) -> None:
        """These are the definitions from now on."""
        self._take(Compiled(definitions, self.compiled))

    def _take(self, compiled: Compiled) -> None:
        definitions, self.compiled = compiled.definitions, compiled
        privacy = definitions.settings.privacy
        self.asks_of_contacts = asks_of_contacts(compiled)
        self._sites = {one.id: Site.of(one, privacy) for one in definitions.deployments.values()}

    def get(self, deployment_id: str) -> Site | None:
        """The site of a deployment, if there is one."""
        return self._sites.get(deployment_id)


def asks_of_contacts(compiled: Compiled) -> bool:
    """Whether anything depends on what is known of people."""
    return any(
        check.key.startswith(CONTACT)
        for matcher in compiled.matchers
        for checks in (matcher.context, *(pattern.checks for pattern in matcher.patterns))
        for check in checks
    )
