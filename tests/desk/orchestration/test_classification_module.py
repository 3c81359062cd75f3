"""Classification by rules: what visitors write about."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from frontdesk.desk.orchestration.classification_module import Category, ClassificationModule, checked
from frontdesk.desk.orchestration.modules import Request
from frontdesk.desk.orchestration.patterns import Patterns, TooLong
from frontdesk.domain.commands import Say
from frontdesk.errors import Refused
from tests.desk.nodes import Node
from tests.desk.orchestration.deliveries import Deliveries

pytestmark = pytest.mark.anyio

CATEGORIES = checked(
    {
        "billing": Category(("invoice", "pay back"), (r"\bEUR\s*\d+",)),
        "shipping": Category(("parcel", "Straße")),
    }
)
EXPLODES = r"^(a+)+$"


class Classifying:
    def __init__(self, categories: Any = CATEGORIES) -> None:
        self.node = Node()
        self.heard = Deliveries()
        self.module = ClassificationModule(self.heard, self.node.chats, categories)

    async def ask(self, action: str = "classify", **attributes: Any) -> tuple[str, dict[str, Any]]:
        request = Request("s1", f"s1.{len(self.heard.events)}", "classification", action, attributes, 0)
        await self.module.carry_out(request)
        return self.heard.last()


@pytest.fixture
async def classifying() -> AsyncIterator[Classifying]:
    made = Classifying()
    yield made
    await made.module.aclose()


async def test_the_category_with_the_most_points_comes_first(classifying: Classifying) -> None:
    name, data = await classifying.ask(text="My INVOICE says eur 42, where is the parcel?")
    assert name == "classification.classify.done"
    assert (data["requestid"], data["category"], data["confidence"]) == ("s1.0", "billing", 67)
    assert data["categories"] == [
        {"category": "billing", "confidence": 67, "matches": ["invoice", r"\bEUR\s*\d+"]},
        {"category": "shipping", "confidence": 33, "matches": ["parcel"]},
    ]


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("pay\n back", "billing"),
        ("STRASSE", "shipping"),
        ("my parcels", None),
        ("reinvoice", None),
        ("", None),
    ],
)
async def test_keywords_are_whole_words_whatever_their_case(
    classifying: Classifying, text: str, category: str | None
) -> None:
    _, data = await classifying.ask(text=text)
    assert data.get("category") == category
    assert bool(data["categories"]) is (category is not None)


async def test_a_chat_is_what_its_visitor_wrote_and_its_subject(classifying: Classifying) -> None:
    node = classifying.node
    chat_id = await node.start(subject="Invoice")
    await node.do(chat_id, Say(party_id=1, text="where is it?"))
    _, data = await classifying.ask(interactionid=chat_id)
    assert (data["category"], data["interactionid"]) == ("billing", chat_id)
    assert (await classifying.ask(interactionid="none"))[1]["error"] == "notfound"


async def test_screening_tells_all_that_match(classifying: Classifying) -> None:
    name, data = await classifying.ask("screen", text="parcel, invoice")
    assert (name, data["matches"]) == ("classification.screen.done", ["billing", "shipping"])
    _, data = await classifying.ask("screen", text="parcel, invoice", categories="shipping")
    assert data["matches"] == ["shipping"]


@pytest.mark.parametrize(
    ("action", "attributes", "error"),
    [
        ("classify", {}, "invalidattribute"),
        ("classify", {"text": 5}, "invalidattribute"),
        ("classify", {"text": "x", "categories": ["none"]}, "invalidattribute"),
        ("classify", {"text": "x", "categories": 5}, "invalidattribute"),
        ("train", {"text": "x"}, "unsupported"),
    ],
)
async def test_what_cannot_be_classified_is_an_error(
    classifying: Classifying, action: str, attributes: dict[str, Any], error: str
) -> None:
    name, data = await classifying.ask(action, **attributes)
    assert (name, data["error"], bool(data["description"])) == (f"error.classification.{action}", error, True)


async def test_without_categories_it_is_not_configured() -> None:
    bare = Classifying({})
    assert (await bare.ask(text="x"))[1]["error"] == "unsupported"
    await bare.module.aclose()


async def test_an_expression_that_explodes_is_stopped_and_the_next_text_is_classified() -> None:
    made = Classifying({"a": Category((), (EXPLODES,)), "b": Category(("fine",))})
    _, data = await made.ask(text="a" * 50 + "b")
    assert (data["error"], EXPLODES in data["description"]) == ("timeout", True)
    assert (await made.ask(text="fine"))[1]["category"] == "b"
    await made.module.aclose()


async def test_all_expressions_together_have_a_limit_too() -> None:
    patterns = Patterns(all_cpu_s=-1.0)
    with pytest.raises(TooLong):
        await patterns.matching(("a",), "a")
    patterns.close()


@pytest.mark.parametrize("category", [Category((), ("(",)), Category((), ("\\u{110000}",))])
def test_rules_that_cannot_be_meant_are_told(category: Category) -> None:
    with pytest.raises(Refused, match="billing: "):
        checked({"billing": category})
