"""The tests of `web/` that need no browser, run by Vitest, and what its lock file may say."""

import json
import subprocess
from pathlib import Path

import pytest

from scripts import widget

VITEST_S = 90


def test_vitest_finds_nothing_wrong(node_path: Path) -> None:
    assert widget.install(), f"npm could not install the packages of web/ with {node_path}"
    command = (str(widget.WEB / "node_modules" / ".bin" / "vitest"), "run")
    done = subprocess.run(
        command,
        cwd=widget.WEB,
        env=widget.environment(),
        capture_output=True,
        text=True,
        timeout=VITEST_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_lock_file_names_no_registry_and_the_packages_are_exact() -> None:
    lock = json.loads((widget.WEB / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    package = json.loads((widget.WEB / "package.json").read_text(encoding="utf-8"))
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert [name for name, version in versions.items() if not version[0].isdigit()] == []


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house with as much as the fingerprint looks at."""
    for name in ("web/widget/launcher.ts", "web/node_modules/other.js", "src/frontdesk/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    monkeypatch.setattr(widget, "ROOT", tmp_path)
    monkeypatch.setattr(widget, "WEB", tmp_path / "web")
    monkeypatch.setattr(widget, "VERSION_FILE", tmp_path / "src/frontdesk/__init__.py")
    return tmp_path


@pytest.mark.parametrize("name", ["web/widget/launcher.ts", "web/package.json", "src/frontdesk/__init__.py"])
def test_a_change_of_what_is_built_is_seen(house: Path, name: str) -> None:
    before = widget.fingerprint()
    (house / name).write_text("other", encoding="utf-8")
    assert widget.fingerprint() != before


@pytest.mark.parametrize(
    "name", ["web/node_modules/other.js", "web/README.md", "web/widget/launcher.test.ts"]
)
def test_a_change_of_what_is_not_built_is_nothing(house: Path, name: str) -> None:
    before = widget.fingerprint()
    (house / name).write_text("other", encoding="utf-8")
    assert widget.fingerprint() == before
