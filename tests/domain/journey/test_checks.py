"""What may be saved, and what is said of what may not."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from frontdesk.desk.journeys.reading import definition_of
from frontdesk.domain.journey.action_maps import MediaType
from frontdesk.domain.journey.action_targets import ActionTarget, ScheduleGroup
from frontdesk.domain.journey.checks.checking import Around, check, check_removal, check_room
from frontdesk.domain.journey.checks.wrong import Wrong
from frontdesk.domain.journey.defined import Ref
from frontdesk.domain.journey.defining import Kind
from frontdesk.domain.journey.definitions import SEGMENTS_MAX, Definitions
from frontdesk.domain.journey.segments import Outcome, Predictor, Segment
from frontdesk.domain.journey.templates import (
    ActionTemplate,
    ContentOffer,
    DisplayMode,
    LayoutMode,
    TemplateState,
)

S1, S2, O1, O2, T1, T2, A1, G1, G2 = (f"00000000-0000-4000-8000-00000000000{n}" for n in range(1, 10))
AROUND = Around(queues=("shop",), services=("demo",), is_key=lambda key: key.startswith("page."))
OFFER = ContentOffer(DisplayMode.TOAST, LayoutMode.TEXT_ONLY, title="Ferns")
SITE = Definitions(
    segments={
        S1: Segment(id=S1, display_name="Buyers"),
        S2: Segment(id=S2, display_name="Sleepers", is_active=False),
    },
    outcomes={
        O1: Outcome(id=O1, display_name="Bought"),
        O2: Outcome(id=O2, display_name="Old", is_active=False),
    },
    templates={
        T1: ActionTemplate(
            id=T1,
            name="Ferns",
            media_type=MediaType.CONTENT_OFFER,
            state=TemplateState.ACTIVE,
            content_offer=OFFER,
        ),
        T2: ActionTemplate(
            id=T2, name="Gone", media_type=MediaType.CONTENT_OFFER, state=TemplateState.DELETED
        ),
    },
    targets={A1: ActionTarget(id=A1, name="Shop", queue_id="shop")},
    schedule_groups={
        G1: ScheduleGroup(id=G1, name="Days"),
        G2: ScheduleGroup(id=G2, name="Fire", is_emergency=True),
    },
)


def of_page(operator: str = "equal", *values: str, key: str = "page.url") -> dict[str, Any]:
    return {"key": key, "operator": operator, "values": list(values or ["x"])}


def journey(*criteria: Mapping[str, Any]) -> dict[str, Any]:
    return {"patterns": [{"criteria": list(criteria), "count": 1}]}


def context(*criteria: Mapping[str, Any]) -> dict[str, Any]:
    return {"patterns": [{"criteria": list(criteria)}]}


def event(**more: Any) -> dict[str, Any]:
    return {"key": "page.url", "values": ["x"], "streamType": "Web", "sessionType": "web", **more}


def a_map(**more: Any) -> dict[str, Any]:
    return {
        "displayName": "Help",
        "triggerWithSegments": [S1],
        "action": {"mediaType": "webchat", "actionTargetId": A1},
        "activation": {"type": "immediate"},
        **more,
    }


def url(operator: str, *values: str) -> dict[str, Any]:
    return {"operator": operator, "values": list(values)}


def pages(*conditions: dict[str, Any]) -> dict[str, Any]:
    return a_map(pageUrlConditions=list(conditions))


def likely(maximum: float, now: float | None = None, outcome: str = O1) -> dict[str, Any]:
    condition = {"outcomeId": outcome, "maximumProbability": maximum, "probability": now}
    return a_map(triggerWithOutcomeProbabilityConditions=[condition])


def groups(group: str, emergency: str | None = None) -> dict[str, Any]:
    named: dict[str, Any] = {"actionMapScheduleGroup": {"id": group}}
    if emergency:
        named["emergencyActionMapScheduleGroup"] = {"id": emergency}
    return a_map(actionMapScheduleGroups=named)


def content(**more: Any) -> dict[str, Any]:
    offer = {"displayMode": "Modal", "layoutMode": "TextOnly", "title": "Hi", **more}
    return {"name": "N", "mediaType": "contentOffer", "state": "Active", "contentOffer": offer}


def opened(**schedule: Any) -> dict[str, Any]:
    return {"name": "Days", "openSchedules": [{"name": "Week", **schedule}]}


WEBHOOK = {"mediaType": "webhook", "webhookFields": {"url": "https://crm.example/hook"}}
SHOP = "https://shop.example"
FINE = [
    (Kind.SEGMENT, {"displayName": "S", "journey": journey(of_page())}),
    (Kind.SEGMENT, {"displayName": "S", "scope": "Customer"}),
    (Kind.SEGMENT, {"displayName": "S", "context": context(of_page("greaterThan", "2.5"))}),
    (Kind.OUTCOME, {"displayName": "O", "journey": journey(of_page("glob", "**/thanks"))}),
    (Kind.PREDICTOR, {"outcome": {"id": O1}}),
    (Kind.ACTION_MAP, a_map()),
    (Kind.ACTION_MAP, a_map(triggerWithSegments=[], triggerWithEventConditions=[event()])),
    (Kind.ACTION_MAP, a_map(triggerWithSegments=[S2], isActive=False)),
    (Kind.ACTION_MAP, likely(0.7, 0.3)),
    (Kind.ACTION_MAP, {**likely(0.7), "triggerWithSegments": []}),
    (Kind.ACTION_MAP, pages(url("equal", f"{SHOP}/a", f"{SHOP}/b"))),
    (Kind.ACTION_MAP, pages(url("containsAny", "/cart"), url("notContainsAny", "thank"))),
    (Kind.ACTION_MAP, pages(url("startsWith", f"{SHOP}/c"), url("endsWith", ".html", ".htm"))),
    (Kind.ACTION_MAP, pages(url("glob", "**/cart/*"))),
    (Kind.ACTION_MAP, a_map(activation={"type": "delay", "delayInSeconds": 0})),
    (Kind.ACTION_MAP, a_map(offerTimeoutSeconds=0)),
    (Kind.ACTION_MAP, a_map(offerTimeoutSeconds=5)),
    (Kind.ACTION_MAP, a_map(startDate="2026-01-01T00:00:00Z", endDate="2026-01-01T01:00:01+01:00")),
    (Kind.ACTION_MAP, a_map(action={"mediaType": "contentOffer", "actionTemplate": {"id": T1}})),
    (Kind.ACTION_MAP, a_map(action=WEBHOOK)),
    (Kind.ACTION_MAP, groups(G1, G2)),
    (Kind.TEMPLATE, content()),
    (Kind.TEMPLATE, {"name": "N", "mediaType": "webchat", "state": "Active"}),
    (Kind.TARGET, {"name": "T", "queueId": "shop", "supportedMediaTypes": ["webchat"]}),
    (Kind.SCHEDULE_GROUP, opened(week=["mon-fri 09:00-17:00"], days=["12-25 closed"])),
    (Kind.DEPLOYMENT, {"name": "D", "allowedOrigins": [SHOP, "http://localhost:8080"], "service": "demo"}),
    (Kind.DEPLOYMENT, {"name": "D", "tracking": {"ipFilters": [{"ipAddress": "192.0.2.0/24"}]}}),
    (Kind.SETTINGS, {"frequencyCaps": {"webchat": {"capOnceRejected": False}}, "timeZone": "Europe/Berlin"}),
]
WRONG = [
    (Kind.SEGMENT, {"displayName": "S"}, "journey.patterns", "no_condition"),
    (Kind.SEGMENT, {"displayName": "S", "context": {"patterns": []}}, "journey.patterns", "no_condition"),
    (
        Kind.SEGMENT,
        {"displayName": "S", "journey": journey(of_page(), of_page(key="moon.phase"))},
        "journey.patterns[0].criteria[1].key",
        "unknown_key",
    ),
    (
        Kind.SEGMENT,
        {"displayName": "S", "context": context(of_page("lessThan", "1", "2"))},
        "context.patterns[0].criteria[0].values",
        "invalid_value",
    ),
    (
        Kind.SEGMENT,
        {"displayName": "S", "journey": journey(of_page("lessThan", "many"))},
        "journey.patterns[0].criteria[0].values[0]",
        "invalid_value",
    ),
    (
        Kind.SEGMENT,
        {"displayName": "S", "journey": journey(of_page("containsAny", "a", ""))},
        "journey.patterns[0].criteria[0].values[1]",
        "invalid_value",
    ),
    (
        Kind.SEGMENT,
        {"displayName": "S", "journey": journey(*[of_page()] * 51)},
        "journey.patterns[0].criteria",
        "too_many_conditions",
    ),
    (
        Kind.SEGMENT,
        {"displayName": "S", "context": {"patterns": context(of_page())["patterns"] * 51}},
        "context.patterns",
        "too_many_conditions",
    ),
    (
        Kind.ACTION_MAP,
        pages(*[url("containsAny", "a")] * 51),
        "pageUrlConditions",
        "too_many_conditions",
    ),
    (Kind.OUTCOME, {"displayName": "O"}, "journey.patterns", "no_condition"),
    (Kind.PREDICTOR, {"outcome": {"id": S1}}, "outcome.id", "unknown_reference"),
    (Kind.PREDICTOR, {"outcome": {"id": O2}}, "outcome.id", "inactive_reference"),
    (Kind.ACTION_MAP, a_map(triggerWithSegments=[]), "triggerWithSegments", "no_trigger"),
    (
        Kind.ACTION_MAP,
        a_map(triggerWithEventConditions=[event()]),
        "triggerWithEventConditions",
        "mixed_triggers",
    ),
    (Kind.ACTION_MAP, a_map(triggerWithSegments=[S1, O1]), "triggerWithSegments[1]", "unknown_reference"),
    (Kind.ACTION_MAP, a_map(triggerWithSegments=[S2]), "triggerWithSegments[0]", "inactive_reference"),
    (
        Kind.ACTION_MAP,
        a_map(triggerWithSegments=[], triggerWithEventConditions=[event(key="moon")]),
        "triggerWithEventConditions[0].key",
        "unknown_key",
    ),
    (
        Kind.ACTION_MAP,
        likely(0.3, 0.3),
        "triggerWithOutcomeProbabilityConditions[0].probability",
        "invalid_value",
    ),
    (
        Kind.ACTION_MAP,
        likely(0.3, outcome=S1),
        "triggerWithOutcomeProbabilityConditions[0].outcomeId",
        "unknown_reference",
    ),
    (
        Kind.ACTION_MAP,
        a_map(triggerWithOutcomeQuantileConditions=[{"outcomeId": O2, "maxQuantileThreshold": 0.5}]),
        "triggerWithOutcomeQuantileConditions[0].outcomeId",
        "inactive_reference",
    ),
    (
        Kind.ACTION_MAP,
        pages(url("equal", f"{SHOP}/a"), url("containsAny", "a")),
        "pageUrlConditions",
        "too_many_conditions",
    ),
    (
        Kind.ACTION_MAP,
        pages(url("endsWith", "a"), url("endsWith", "b")),
        "pageUrlConditions",
        "too_many_conditions",
    ),
    *(
        (Kind.ACTION_MAP, pages(condition), f"pageUrlConditions[0].{field}", "invalid_value")
        for condition, field in (
            (url("equal", "shop.example/a"), "values[0]"),
            (url("notEqual", f"{SHOP}/a", "/b"), "values[1]"),
            (url("equal", "https:///a"), "values[0]"),
            (url("equal", "https://shop.example:port/"), "values[0]"),
            (url("equal", "ftp://shop.example/a"), "values[0]"),
            (url("containsAny", "/my cart"), "values[0]"),
            (url("containsAny", ""), "values[0]"),
            (url("startsWith", "/cart"), "values[0]"),
            (url("glob", "/cart/*"), "values[0]"),
            (url("greaterThan", "5"), "operator"),
        )
    ),
    (Kind.ACTION_MAP, a_map(activation={"type": "delay"}), "activation.delayInSeconds", "invalid_value"),
    (Kind.ACTION_MAP, a_map(offerTimeoutSeconds=4), "offerTimeoutSeconds", "invalid_value"),
    (Kind.ACTION_MAP, a_map(startDate="tomorrow"), "startDate", "invalid_value"),
    (Kind.ACTION_MAP, a_map(endDate="2026-01-01T00:00:00"), "endDate", "invalid_value"),
    (
        Kind.ACTION_MAP,
        a_map(startDate="2026-01-01T00:00:00Z", endDate="2026-01-01T00:00:00Z"),
        "endDate",
        "invalid_value",
    ),
    (Kind.ACTION_MAP, a_map(action={"mediaType": "openAction"}), "action.mediaType", "not_supported"),
    (Kind.ACTION_MAP, a_map(action={"mediaType": "webhook"}), "action.webhookFields", "invalid_value"),
    (
        Kind.ACTION_MAP,
        a_map(action=WEBHOOK, activation={"type": "on-next-session"}),
        "activation.type",
        "not_supported",
    ),
    (
        Kind.ACTION_MAP,
        {**pages(url("containsAny", "a")), "action": WEBHOOK},
        "pageUrlConditions",
        "not_supported",
    ),
    (
        Kind.ACTION_MAP,
        a_map(action={**WEBHOOK, "mediaType": "webchat"}),
        "action.webhookFields",
        "invalid_value",
    ),
    (Kind.ACTION_MAP, a_map(action={"mediaType": "contentOffer"}), "action.actionTemplate", "invalid_value"),
    *(
        (Kind.ACTION_MAP, a_map(action=action), f"action.{field}", code)
        for action, field, code in (
            (
                {"mediaType": "contentOffer", "actionTemplate": {"id": S1}},
                "actionTemplate.id",
                "unknown_reference",
            ),
            (
                {"mediaType": "contentOffer", "actionTemplate": {"id": T2}},
                "actionTemplate.id",
                "inactive_reference",
            ),
            ({"mediaType": "webchat", "actionTemplate": {"id": T1}}, "actionTemplate.id", "invalid_value"),
            ({"mediaType": "webchat", "actionTargetId": S1}, "actionTargetId", "unknown_reference"),
            ({**WEBHOOK, "actionTargetId": A1}, "actionTargetId", "invalid_value"),
            (
                {
                    "mediaType": "webchat",
                    "props": {"webchatSurvey": {"questions": [{"label": "?", "type": "select"}]}},
                },
                "props.webchatSurvey.questions[0].choices",
                "invalid_value",
            ),
        )
    ),
    (
        Kind.ACTION_MAP,
        groups(S1),
        "actionMapScheduleGroups.actionMapScheduleGroup.id",
        "unknown_reference",
    ),
    (
        Kind.ACTION_MAP,
        groups(G1, G1),
        "actionMapScheduleGroups.emergencyActionMapScheduleGroup.id",
        "invalid_value",
    ),
    (
        Kind.TEMPLATE,
        {"name": "N", "mediaType": "webhook", "state": "Active"},
        "mediaType",
        "invalid_value",
    ),
    (
        Kind.TEMPLATE,
        {"name": "N", "mediaType": "contentOffer", "state": "Active"},
        "contentOffer",
        "invalid_value",
    ),
    (Kind.TEMPLATE, {**content(), "mediaType": "webchat"}, "contentOffer", "invalid_value"),
    (Kind.TEMPLATE, content(layoutMode="LeftText"), "contentOffer.imageUrl", "invalid_value"),
    (Kind.TEMPLATE, content(imageUrl="javascript:alert(1)"), "contentOffer.imageUrl", "invalid_value"),
    (Kind.TEMPLATE, content(title=""), "contentOffer.title", "invalid_value"),
    (Kind.TARGET, {"name": "T", "queueId": "moon"}, "queueId", "unknown_reference"),
    (
        Kind.SETTINGS,
        {"frequencyCaps": {"webchat": {"capForPeriod": "25:00"}}},
        "frequencyCaps.webchat.capForPeriod",
        "invalid_value",
    ),
    (
        Kind.TARGET,
        {"name": "T", "supportedMediaTypes": ["webchat", "voice"]},
        "supportedMediaTypes[1]",
        "invalid_value",
    ),
    (Kind.SCHEDULE_GROUP, {"name": "G", "timeZone": "Mars/Base"}, "timeZone", "invalid_value"),
    (Kind.SCHEDULE_GROUP, opened(), "openSchedules[0].week", "invalid_value"),
    (Kind.SCHEDULE_GROUP, opened(week=["mon 9-5"]), "openSchedules[0].week[0]", "invalid_value"),
    (
        Kind.SCHEDULE_GROUP,
        {"name": "G", "holidaySchedules": [{"name": "H", "days": ["13-01 closed"]}]},
        "holidaySchedules[0].days[0]",
        "invalid_value",
    ),
    *(
        (Kind.DEPLOYMENT, {"name": "D", **fields}, field, code)
        for fields, field, code in (
            ({"allowedOrigins": [SHOP, f"{SHOP}/"]}, "allowedOrigins[1]", "invalid_value"),
            ({"allowedOrigins": ["shop.example"]}, "allowedOrigins[0]", "invalid_value"),
            ({"service": "moon"}, "service", "unknown_reference"),
            ({"offerTimeoutSeconds": 1}, "offerTimeoutSeconds", "invalid_value"),
            (
                {"tracking": {"ipFilters": [{"ipAddress": "office"}]}},
                "tracking.ipFilters[0].ipAddress",
                "invalid_value",
            ),
            (
                {"tracking": {"clickEvents": [{"selector": " ", "eventName": "x"}]}},
                "tracking.clickEvents[0].selector",
                "invalid_value",
            ),
            (
                {"tracking": {"searchQueryParameters": ["q", ""]}},
                "tracking.searchQueryParameters[1]",
                "invalid_value",
            ),
            ({"tracking": {"excludedQueryParameters": ["q"] * 201}}, "tracking.excludedQueryParameters", ""),
        )
    ),
    (Kind.SETTINGS, {"timeZone": "Mars/Base"}, "timeZone", "invalid_value"),
    (Kind.SETTINGS, {"frequencyCaps": {"webhook": {}}}, "frequencyCaps.webhook", "invalid_value"),
    (
        Kind.SETTINGS,
        {"maxOffersPerCustomer": {"count": 51, "days": 7}},
        "maxOffersPerCustomer.count",
        "invalid_value",
    ),
    (Kind.SETTINGS, {"offerTimeoutSeconds": 3}, "offerTimeoutSeconds", "invalid_value"),
]


@pytest.mark.parametrize(("kind", "fields"), FINE)
def test_it_may_be_saved(kind: Kind, fields: dict[str, Any]) -> None:
    check(SITE, definition_of(kind, fields), AROUND)


@pytest.mark.parametrize(("kind", "fields", "field", "code"), WRONG)
def test_it_may_not_be_saved(kind: Kind, fields: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(Wrong) as wrong:
        check(SITE, definition_of(kind, fields), AROUND)
    assert wrong.value.field == field
    assert wrong.value.code == (code or "invalid_value")
    assert wrong.value.text


def test_an_outcome_has_one_predictor() -> None:
    predicted = replace(SITE, predictors={"p": Predictor(id="p", outcome=Ref(O1))})
    with pytest.raises(Wrong) as wrong:
        check(predicted, Predictor(outcome=Ref(O1)), AROUND)
    assert wrong.value.code == "already_scored"
    with pytest.raises(Wrong) as used:
        check_removal(predicted, Kind.OUTCOME, O1)
    assert used.value.text == "it is used by its predictor: change that first"


def test_there_are_so_many_segments_and_no_more() -> None:
    most = {str(n): Segment(display_name="x") for n in range(SEGMENTS_MAX - 1)}
    check_room(Definitions(segments=most), Kind.SEGMENT)
    with pytest.raises(Wrong) as wrong:
        check_room(Definitions(segments={**most, "one": Segment(display_name="x")}), Kind.SEGMENT)
    assert (wrong.value.code, wrong.value.limit) == ("limit_reached", SEGMENTS_MAX)


@pytest.mark.parametrize(
    ("kind", "thing_id"),
    [(Kind.SEGMENT, S1), (Kind.TARGET, A1), (Kind.SCHEDULE_GROUP, G1), (Kind.SCHEDULE_GROUP, G2)],
)
def test_what_a_map_names_cannot_go(kind: Kind, thing_id: str) -> None:
    named = definition_of(Kind.ACTION_MAP, groups(G1, G2))
    site = msgspec.structs.replace(SITE, action_maps={"m": named})
    with pytest.raises(Wrong) as wrong:
        check_removal(site, kind, thing_id)
    assert wrong.value.code == "in_use"
    check_removal(SITE, kind, thing_id)
