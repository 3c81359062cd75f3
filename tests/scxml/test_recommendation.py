"""Every test document of the W3C's suite for SCXML 1.0 with the ECMAScript data model."""

from pathlib import Path

import pytest

from frontdesk.scxml.faults import DocumentRefused
from frontdesk.scxml.memory import Status
from frontdesk.scxml.reading import load
from frontdesk.scxml.rehearsal import Rehearsal
from tests.scxml.staging import Folder

SUFFIX = ".txml.scxml"
LONGEST_MS = 60_000  # The suite's longest delay is 30 s.
AUTOMATIC = 197

# A person has to judge these; what a person would look at is checked below.
REFUSED = {"test301"}  # names a script that is not there
END = {"test178", "test230", "test250", "test307", "test415"}  # end without saying how


@pytest.fixture(scope="module")
def suite(published: Path) -> dict[str, Path]:
    """The documents that are started; those that only others invoke have no such names."""
    return {path.name.removesuffix(SUFFIX): path for path in (published / "w3c-ecma").glob(f"*{SUFFIX}")}


def rehearsed(path: Path) -> Rehearsal:
    stage = Rehearsal(Folder())
    stage.start(load(path.read_bytes(), str(path), Folder()), "s")
    stage.pass_time(LONGEST_MS)
    return stage


def test_each_document_that_says_how_it_ends_passes(suite: dict[str, Path]) -> None:
    outcomes = {
        name: [log.text for log in rehearsed(path).logged("s") if log.label == "Outcome"]
        for name, path in suite.items()
        if name not in REFUSED | END
    }
    assert {name: outcome for name, outcome in outcomes.items() if outcome != ["pass"]} == {}
    assert len(outcomes) == AUTOMATIC


def test_each_of_them_passes_when_it_is_put_away_and_taken_up_again_at_every_step(
    suite: dict[str, Path],
) -> None:
    failed = []
    for name, path in suite.items():
        if name in REFUSED | END:
            continue
        stage = Rehearsal(Folder(), is_resting=True)
        stage.start(load(path.read_bytes(), str(path), Folder()), "s")
        stage.pass_time(LONGEST_MS)
        if [log.text for log in stage.logged("s") if log.label == "Outcome"] != ["pass"]:
            failed.append(name)
    assert failed == []


def test_a_document_whose_script_is_missing_is_refused(suite: dict[str, Path]) -> None:
    with pytest.raises(DocumentRefused, match="cannot be read"):
        rehearsed(suite["test301"])


def test_both_values_of_one_name_are_sent(suite: dict[str, Path]) -> None:
    """Test 178 wants both to be seen in the message."""
    chart = suite["test178"].read_text(encoding="utf-8").replace("_event.raw", "_event.data")
    stage = Rehearsal()
    stage.start(load(chart.encode(), "test178"), "s")
    assert [log.text for log in stage.logged("s")] == ["{Var1:[2, 3]}"]


def test_an_event_that_was_forwarded_looks_as_it_did(suite: dict[str, Path]) -> None:
    """Test 230 logs the fields of an event and of its forwarded copy, for comparison."""
    stage = rehearsed(suite["test230"])
    mine = [(log.label, log.text) for log in stage.logged("s")]
    child = next(name for name in stage.sessions if name != "s")
    theirs = [(log.label, log.text) for log in stage.logged(child)]
    assert len(mine) >= 6
    assert [text for _, text in mine[:2]] == [text for _, text in theirs[:2]]


def test_a_cancelled_session_leaves_its_states(suite: dict[str, Path]) -> None:
    """Test 250 logs in the `<onexit>` of what it cancels."""
    stage = rehearsed(suite["test250"])
    child = next(name for name in stage.sessions if name != "s")
    assert len(stage.logged(child)) == 2
    assert stage.sessions[child].status is Status.FINISHED


def test_late_and_missing_values_are_told_alike(suite: dict[str, Path]) -> None:
    """Test 307 looks at a data item before its time, and at a field that is not there."""
    logged = [log for log in rehearsed(suite["test307"]).logged("s") if log.label.startswith("ent")]
    assert [log.text for log in logged] == ["undefined", "undefined"]


def test_a_final_state_at_the_top_ends_the_session(suite: dict[str, Path]) -> None:
    """Test 415 only asks for the session to be over."""
    assert rehearsed(suite["test415"]).sessions["s"].status is Status.FINISHED
