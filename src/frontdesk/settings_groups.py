"""Named groups of agents, as an operator sets them."""

from msgspec import Struct

from frontdesk.domain.queues import skills_alone


class GroupSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of agents, as applications name it in targets such as `Loans@.GA`.

    Errors:  making one: `Refused` when the skills cannot be read.
    """

    skills: str = ""
    """Who belongs to it: `loans >= 3 & english > 0`; empty for everybody."""

    def __post_init__(self) -> None:
        self.who()

    def who(self) -> str:
        """The skill expression in its one form."""
        return skills_alone(self.skills) if self.skills.strip() else ""
