"""Words that are flags as well: `party.type == "Agent"` and `party.type.agent` both hold."""


class PartyType(str):
    """Who a party is, in the server's spelling.

    Shape:   `agent` holds for every person behind the desk, `external` for every machine.
    """

    __slots__ = ()

    @property
    def client(self) -> bool:
        """Whether this is the visitor."""
        return self == "Client"

    @property
    def agent(self) -> bool:
        """Whether this is an agent, or a supervisor who helps one."""
        return self in ("Agent", "Supervisor")

    @property
    def supervisor(self) -> bool:
        """Whether this is a supervisor."""
        return self == "Supervisor"

    @property
    def bot(self) -> bool:
        """Whether this is a bot."""
        return self == "Bot"

    @property
    def external(self) -> bool:
        """Whether this is no person: a bot or the system itself."""
        return self in ("External", "Bot")


class ContentType(str):
    """What a message holds."""

    __slots__ = ()

    @property
    def text(self) -> bool:
        """Whether it is something that was written."""
        return self == "text"

    @property
    def url(self) -> bool:
        """Whether it is an address for the visitor to open."""
        return self == "url"

    @property
    def notice(self) -> bool:
        """Whether it is a word between programs."""
        return self == "notice"

    @property
    def file(self) -> bool:
        """Whether it is a file that was handed over."""
        return self == "file"
