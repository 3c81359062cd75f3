"""What a session believes of one interaction when it goes by what it is told, and nothing else."""

from frontdesk.domain.orchestration_news import News

PREFIX = "interaction."
UNTOLD = ("onmerge",)
"""What also comes to sessions that have only the other interaction."""


class Belief:
    """One session's. Each thing that it is told has to make sense after all that it was told before."""

    def __init__(self) -> None:
        self.is_owned = False
        self.is_controlled = False
        self.parties: set[str] = set()

    def hears(self, news: News) -> None:
        kind, is_ours, name = news.name.partition(PREFIX)
        if kind or not is_ours or name.endswith(".done") or name in UNTOLD:
            return
        assert self.is_owned == (name != "added"), f"{name} of what is {'' if self.is_owned else 'not '}owned"
        party = news.data.get("partyid", "")
        match name:
            case "added":
                self.is_owned = True
                self.parties = set(seen(news)["parties"])
            case "present":
                assert not self.is_controlled, "given what it has"
                self.is_controlled = True
            case "notcontrolled":
                self.is_controlled = False
            case "deleted":
                assert not self.is_controlled
                assert list(news.sees.values()) == [None]
                self.is_owned = False
                return
            case "partyadded":
                assert party not in self.parties
                self.parties.add(party)
            case "partystatechanged":
                assert seen(news)["parties"][party]["state"] == news.data["partystate"]
            case "partydeleted":
                self.parties.remove(party)
                assert party not in seen(news)["parties"]
            case _:
                pass
        assert seen(news)["controlled"] == self.is_controlled, name
        assert set(seen(news)["parties"]) == self.parties, name

    def agrees(self, *, owns: bool, controls: bool, parties: set[str]) -> None:
        """What it believes is so."""
        assert (self.is_owned, self.is_controlled) == (owns, controls)
        if owns:
            assert self.parties == parties


def seen(news: News) -> dict[str, dict[str, dict[str, str]]]:
    (found,) = news.sees.values()
    assert found is not None
    return found
