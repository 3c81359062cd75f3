"""What the guide to orchestration shows happens as it is shown."""

import re
from pathlib import Path

from frontdesk.desk.orchestration.application_files import ApplicationSettings, document_of
from frontdesk.desk.orchestration.checking.application_check import look_over
from frontdesk.desk.orchestration.trial import Trial
from frontdesk.edges.openapi import describe

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "how-to" / "orchestration.md").read_text("utf-8")
PROMPT = "› "


def block(language: str, holding: str = "") -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return next(text for text in found if holding in text)


FILES = {
    "application.toml": block("ini").encode(),
    "application.scxml": block("xml").encode(),
}


def test_nothing_is_found_in_the_application_as_the_guide_says() -> None:
    document = document_of(FILES)
    assert look_over(document) == []
    shown = block("console", "orchestration check")
    assert f"{document.name}: nothing found in {len(FILES)} files." in shown


def test_it_goes_as_the_guide_shows_when_it_is_tried() -> None:
    shown = block("console", "orchestration run").splitlines()[2:]
    trial = Trial(document_of(FILES))
    told = [f"{line.kind:<8}{line.text}" for line in trial.begin()]
    for line in shown:
        if line.startswith(PROMPT):
            told.append(line)
            told += [f"{one.kind:<8}{one.text}" for one in trial.take(line.removeprefix(PROMPT))]
    assert told == shown


def test_every_key_of_an_applications_settings_is_explained() -> None:
    explained = re.findall(r"^\| `\[?(\w+)[^`]*` \|", PAGE.partition("\n## Check\n")[0], re.MULTILINE)
    assert sorted(explained) == sorted(ApplicationSettings.__struct_fields__)


def test_the_addresses_that_programs_ask_are_there() -> None:
    paths = describe("/2", "/3", has_cometd=False, has_programs=True)["paths"]
    asked = re.findall(r"https://chat\.example(/scxml\S+)", PAGE)
    assert asked
    for address in asked:
        assert any(re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), address) for path in paths), address
