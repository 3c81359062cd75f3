"""How many documents the engine remembers, and that one which it has forgotten is told again."""

import pytest

from frontdesk.desk.orchestration import contexts, opening
from frontdesk.scxml.limits import Limits
from tests.desk.orchestration.stage import Shelf, stage, w3c

pytestmark = pytest.mark.anyio


async def test_a_document_that_was_forgotten_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contexts, "DOCUMENTS_MAX", 4)
    monkeypatch.setattr(opening, "LEARNED_MAX", 2)
    document = w3c('<state id="on"><transition event="more"><log expr="_event.data"/></transition></state>')
    names = [f"n{number}" for number in range(12)]
    async with stage(Shelf(**dict.fromkeys(names, document))) as node:
        ids = [await node.start(name) for name in names]
        for _ in range(2):
            for session_id in ids:
                await node.send(session_id, "more", 7)
                await node.after_s(61)
                await node.orchestration.runner.lives.rest()
        assert [await node.said(session_id) for session_id in ids] == [["7", "7"]] * len(ids)


def test_documents_are_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contexts, "DOCUMENTS_MAX", 3)
    engine = contexts.Contexts(Limits())
    files = {"main.scxml": w3c('<state id="on"/>')}
    for number in range(5):
        engine.ask(contexts.Learn(f"d{number}", "main.scxml", files))
    known = [f"d{n}" for n in range(5) if engine.ask(contexts.Open("s", f"d{n}")) == contexts.Closed()]
    assert known == ["d2", "d3", "d4"]
