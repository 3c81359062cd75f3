"""What the documentation shows works: settings can be loaded, programs compile, commands exist."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontdesk.cli.app import app
from frontdesk.settings_file import load_settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((*(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "how-to").glob("*.md"), ROOT / "README.md"))
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for number, block in enumerate(BLOCK.finditer(page.read_text("utf-8")), start=1):
            if block[2] == language:
                yield f"{page.name}-{number}", re.sub(rf"(?m)^{block[1]}", "", block[3])


def shown(language: str) -> list[object]:
    return [pytest.param(text, id=name) for name, text in blocks(language)]


@pytest.mark.parametrize("text", shown("toml"))
def test_settings_that_are_shown_can_be_loaded(tmp_path: Path, text: str) -> None:
    file = tmp_path / "frontdesk.toml"
    file.write_text(text, "utf-8")
    load_settings(file, {})


@pytest.mark.parametrize("text", shown("python"))
def test_programs_that_are_shown_are_python(text: str) -> None:
    compile(text, "shown", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_are_shown_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    shown_commands = [
        *re.findall(r"^\$ (frontdesk .*)", text, re.MULTILINE),
        *re.findall(r"`(frontdesk [a-z].*?)`", text),
    ]
    for command in shown_commands:
        words = [word for word in command.split()[1:] if re.fullmatch(r"[a-z]+", word)]
        found = app
        for word in words[: 2 if words[:1] in (["users"], ["services"]) else 1]:
            assert word in found, command
            found = found[word]
