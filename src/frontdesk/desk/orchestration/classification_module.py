"""Module `classification`, by rules: which categories what a visitor wrote belongs to.

A category has keywords and regular expressions; each that is found is a point. How sure a category is is its
share of all points.

Source:  orchestration.md, section 15.3, which leaves the form of it to us.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from frontdesk.desk.chats import Chats
from frontdesk.desk.orchestration.modules import Delivery, Request
from frontdesk.desk.orchestration.patterns import Patterns, TooLong, check_pattern
from frontdesk.domain.events import Said
from frontdesk.errors import NotFound, Refused

TEXT_CHARS_MAX = 20_000  # The newest of it: what a chat is about is said again.
VISITOR = 1


class Category(Struct, frozen=True):
    """What texts of one category have in them, whatever the case; keywords are whole words, or several."""

    keywords: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


class Found(Struct, frozen=True):
    """A category that a text belongs to. Shape: `confidence` is a share in per cent; `matches` is why."""

    category: str
    confidence: int
    matches: tuple[str, ...]


def checked(categories: Mapping[str, Category]) -> Mapping[str, Category]:
    """Errors: `Refused("pattern_invalid")`, naming the category."""
    for name, category in categories.items():
        for pattern in category.patterns:
            try:
                check_pattern(pattern)
            except Refused as refused:
                raise Refused("pattern_invalid", f"{name}: {refused.text}") from None
    return categories


class ClassificationModule:
    """Classifies chats, and texts that documents give. `screen` says which categories match at all."""

    def __init__(self, delivery: Delivery, chats: Chats, categories: Mapping[str, Category]) -> None:
        self._delivery = delivery
        self._chats = chats
        self._categories = categories
        self._patterns = Patterns()

    async def carry_out(self, request: Request) -> None:
        """Answer. Errors: `Unavailable`."""
        try:
            event = request.done(await self._answer(request))
        except Refused as refused:
            event = request.failed(refused.code, refused.text)
        except NotFound:
            event = request.failed("notfound", "there is no such interaction")
        except TooLong as too_long:
            event = request.failed("timeout", str(too_long))
        await self._delivery.deliver(request.session_id, (event,), key=request.request_id)

    async def drop(self, request: Request) -> None:
        """It is answered at once: there is nothing to stop."""

    async def aclose(self) -> None:
        self._patterns.close()

    async def _answer(self, request: Request) -> dict[str, Any]:
        if request.action not in ("classify", "screen"):
            raise Refused("unsupported", f"{request.action} is not available")
        if not self._categories:
            raise Refused("unsupported", "not configured: there are no categories in the settings")
        among = self._among(request.attributes.get("categories"))
        interaction_id = request.attributes.get("interactionid")
        text = request.attributes.get("text")
        if text is None:
            text = await self._said(interaction_id)
        if not isinstance(text, str):
            raise Refused("invalidattribute", "text must be a text")
        found = await self.classify(text[-TEXT_CHARS_MAX:], among)
        answer: dict[str, Any] = {"interactionid": interaction_id} if interaction_id else {}
        if request.action == "screen":
            return answer | {"matches": sorted(one.category for one in found)}
        if found:
            answer |= {"category": found[0].category, "confidence": found[0].confidence}
        return answer | {
            "categories": [
                {"category": one.category, "confidence": one.confidence, "matches": list(one.matches)}
                for one in found
            ]
        }

    async def classify(self, text: str, among: Mapping[str, Category]) -> list[Found]:
        """The categories that a text belongs to, the surest first. Errors: `TooLong`."""
        wanted = tuple(dict.fromkeys(p for category in among.values() for p in category.patterns))
        fitting = await self._patterns.matching(wanted, text)
        folded = text.casefold()
        matches = {
            name: (
                *(word for word in category.keywords if _has_word(folded, word)),
                *(pattern for pattern in category.patterns if pattern in fitting),
            )
            for name, category in among.items()
        }
        points = sum(map(len, matches.values()))
        found = [
            Found(name, round(100 * len(matched) / points), matched)
            for name, matched in matches.items()
            if matched
        ]
        return sorted(found, key=lambda one: (-len(one.matches), one.category))

    def _among(self, asked: Any) -> Mapping[str, Category]:
        """The categories that a document asks about: all, or those in its list or text with commas."""
        if asked in (None, "", []):
            return self._categories
        names = [name.strip() for name in asked.split(",")] if isinstance(asked, str) else asked
        if not isinstance(names, Iterable) or any(name not in self._categories for name in names):
            raise Refused("invalidattribute", f"categories are: {', '.join(sorted(self._categories))}")
        return {name: self._categories[name] for name in names}

    async def _said(self, interaction_id: Any) -> str:
        """The subject of a chat, and all that its visitor wrote."""
        if not isinstance(interaction_id, str) or not interaction_id:
            raise Refused("invalidattribute", "interactionid or text is missing")
        _, full = await self._chats.full(interaction_id)
        history = await self._chats.history(interaction_id)
        events = (told.event for told in history)
        said = [event.text for event in events if isinstance(event, Said) and event.party_id == VISITOR]
        return "\n".join((full.state.subject, *said))


def _has_word(folded: str, word: str) -> bool:
    """Whether a text has a word, or several in a row, as a whole."""
    parts = r"\s+".join(re.escape(part) for part in word.casefold().split())
    return re.search(rf"(?<!\w){parts}(?!\w)", folded) is not None
