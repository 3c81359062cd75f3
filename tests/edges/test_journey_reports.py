"""Reports of journeys over HTTP."""

import csv
import io
from collections.abc import AsyncIterator

import pytest

from frontdesk.desk.journeys.reading import stamp
from frontdesk.domain.journey.facts import (
    Block,
    Blocked,
    Emitter,
    Fact,
    Moved,
    OutcomeAchieved,
    Qualified,
    Reason,
    Stage,
    State,
    VisitBegan,
)
from frontdesk.edges.journey_csv import MARK
from tests.desk.journeys.site import SEGMENT, a_map
from tests.edges.journey_office import VIEWER, Office, office

pytestmark = pytest.mark.anyio
DAY_MS = 86_400_000
VISIT = "60000000-0000-4000-8000-{:012}"
CUSTOMER = "d0000000-0000-4000-8000-{:012}"


class Figures:
    """A map of which six actions qualified: four offered, three accepted, two engaged, one of them sold."""

    def __init__(self, desk: Office, map_id: str, from_ms: int) -> None:
        self.desk = desk
        self.map_id = map_id
        self.between = f"from={stamp(from_ms)}&to={stamp(desk.now_ms + 1000)}".replace("+", "%2B")
        self.interval = f"{stamp(from_ms)}/{stamp(desk.now_ms + 1000)}"


@pytest.fixture(scope="module")
async def figures() -> AsyncIterator[Figures]:
    async with office() as desk:
        segment = (await desk.answers("POST", "/segments", SEGMENT)).json()["id"]
        made = await desk.answers("POST", "/actionmaps", a_map(segment, displayName='=SUM("Help")'))
        map_id, from_ms = made.json()["id"], desk.now_ms

        def moved(number: int, state: State, stage: Stage = Stage.INVITATION) -> Moved:
            return Moved(f"a{number}", state, Emitter.BROWSER, stage)

        stories: list[list[Fact]] = [
            [Blocked((Block("a0", Reason.PAGE_URL),))] * 2,
            [],
            [moved(2, State.OFFERED), moved(2, State.REJECTED)],
            [moved(3, State.OFFERED), moved(3, State.ACCEPTED), moved(3, State.REJECTED, Stage.FORM)],
        ]
        for n in (4, 5):
            chat = [State.OFFERED, State.ACCEPTED, State.STARTED, State.ENGAGED]
            stories.append([moved(n, state) for state in chat])
        for number, facts in enumerate(stories):
            visit = VISIT.format(number)
            began = VisitBegan(visit, "d", desk.now_ms)
            qualified = Qualified(f"a{number}", map_id, 1, visit, "webchat")
            for fact in (began, qualified, *facts):
                await desk.happens(CUSTOMER.format(number), fact)
        sold = OutcomeAchieved("sale", VISIT.format(5), after_engaged=(map_id,), after_offered=(map_id,))
        await desk.happens(CUSTOMER.format(5), sold)
        yield Figures(desk, map_id, from_ms)


async def test_the_table_has_a_row_for_each_map(figures: Figures) -> None:
    answer = (await figures.desk.answers("GET", f"/reports/actionmaps?{figures.between}")).json()
    (row,) = answer["actionMaps"]
    assert (row["qualified"], row["blocked"], row["blockedSessions"]) == (6, 2, 1)
    assert (row["offered"], row["accepted"], row["started"], row["engaged"]) == (4, 3, 2, 2)
    assert (row["rejected"], row["abandoned"], row["outcomes"], row["outcomesAchieved"]) == (2, 0, 1, 1)
    assert row["offeredPercent"] == pytest.approx(200 / 3)
    assert set(answer["definitions"]) < set(row)


async def test_without_anything_to_divide_by_there_is_no_share(figures: Figures) -> None:
    path = f"/reports/actionmaps/{figures.map_id}?from=2001-01-01T00:00Z&to=2001-01-02T00:00Z"
    (row,) = (await figures.desk.answers("GET", path)).json()["actionMaps"]
    assert (row["qualified"], row["offeredPercent"]) == (0, None)
    written = await figures.desk.answers("GET", path, accept="text/csv")
    (line,) = csv.DictReader(io.StringIO(written.text))
    assert (line["Qualified"], line["Offered %"]) == ("0", "")


async def test_a_file_has_its_times_in_its_name_rounds_shares_and_holds_no_formula(figures: Figures) -> None:
    path = f"/reports/actionmaps?{figures.between}&timeZone=Europe/Berlin&bom=true"
    answer = await figures.desk.answers("GET", path, accept="text/csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="action-maps-20')
    assert answer.text.startswith(MARK)
    (line,) = csv.DictReader(io.StringIO(answer.text.removeprefix(MARK)))
    assert (line["Name"], line["Offered %"], line["Accepted %"]) == ('\'=SUM("Help")', "66.7", "75.0")
    assert line["From"].endswith(("+01:00", "+02:00"))


async def test_buckets_add_up(figures: Figures) -> None:
    path = f"/reports/actionmaps/{figures.map_id}?{figures.between}&granularity=PT5S"
    (row,) = (await figures.desk.answers("GET", path)).json()["actionMaps"]
    assert len(row["buckets"]) > 2
    for column in ("qualified", "blocked", "offered", "engaged", "outcomesAchieved"):
        assert sum(bucket[column] for bucket in row["buckets"]) == row[column]


async def test_diagnostics_are_told_apart_from_the_table(figures: Figures) -> None:
    path = f"/reports/actionmaps/{figures.map_id}/diagnostics?{figures.between}"
    row = (await figures.desk.answers("GET", path)).json()
    assert (row["rejectedInvitationPercent"], row["agentConnectPercent"], row["lift"]) == (25, 100, None)
    assert row["formDropPercent"] == pytest.approx(100 / 3)
    assert row["medianWaitMs"] == 1000
    assert set(row["definitions"]) < set(row)


async def test_metrics_by_group(figures: Figures) -> None:
    query = {
        "interval": figures.interval,
        "metrics": ["nWebActionsOffered", "nJourneySessions", "nJourneyActionsBlocked"],
        "groupBy": ["journeyActionMapId"],
    }
    url = "/../../v2/analytics/journeys/aggregates/query"
    answer = await figures.desk.answers("POST", url, query)
    assert answer.status_code == 200, answer.text
    found = {
        one["group"]["journeyActionMapId"]: {
            m["metric"]: m["stats"]["count"] for m in one["data"][0]["metrics"]
        }
        for one in answer.json()["results"]
    }
    assert found == {
        figures.map_id: {"nWebActionsOffered": 4, "nJourneySessions": 0, "nJourneyActionsBlocked": 2},
        None: {"nWebActionsOffered": 0, "nJourneySessions": 6, "nJourneyActionsBlocked": 0},
    }


async def test_metrics_by_filter(figures: Figures) -> None:
    where = {"predicates": [{"dimension": "journeyActionMapId", "value": figures.map_id}]}
    query = {"interval": figures.interval, "metrics": ["nWebActionsEngaged"], "filter": where}
    url = "/../../v2/analytics/journeys/aggregates/query"
    (group,) = (await figures.desk.answers("POST", url, query)).json()["results"]
    assert group["data"][0]["metrics"][0]["stats"]["count"] == 2
    where["predicates"][0]["value"] = "another"
    (group,) = (await figures.desk.answers("POST", url, query)).json()["results"]
    assert group["data"][0]["metrics"][0]["stats"]["count"] == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"interval": "yesterday"}, "interval"),
        ({"granularity": "hourly"}, "granularity"),
        ({"timeZone": "Mars"}, "timeZone"),
        ({"metrics": ["nClicks"]}, "metrics[0]"),
        ({"groupBy": ["mood"]}, "groupBy[0]"),
        ({"filter": {"predicates": [{"dimension": "mood", "value": "x"}]}}, "filter.predicates[0].dimension"),
        ({"metrics": []}, None),
        ({"basis": "luck"}, None),
        ({"granularity": "PT0.1S"}, "granularity"),
    ],
)
async def test_a_query_that_cannot_be_says_what_is_wrong(
    figures: Figures, changes: dict[str, object], field: str | None
) -> None:
    query = {"interval": figures.interval, "metrics": ["nJourneySessions"], **changes}
    answer = await figures.desk.answers("POST", "/../../v2/analytics/journeys/aggregates/query", query)
    assert (answer.status_code, answer.json().get("field")) == (400, field)
    assert answer.json()["message"]


async def test_reports_are_for_those_who_may_see_them(figures: Figures) -> None:
    for key, status in (("", 401), ("wrong", 401), (VIEWER, 403)):
        answer = await figures.desk.answers("GET", "/reports/actionmaps", key=key)
        assert answer.status_code == status
    assert (await figures.desk.signed_in("sue", "GET", "/reports/actionmaps")).status_code == 200
    assert (await figures.desk.signed_in("amy", "GET", "/reports/actionmaps")).status_code == 403
