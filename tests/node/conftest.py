"""The packages of the official CometD client, and a server for it."""

import fcntl
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conformance.house import House, serving, settings_in

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def cometd(node_path: Path, npm_path: Path) -> Path:
    """A Node beside which the packages of package-lock.json are installed."""
    modules = HERE / "node_modules"
    with (HERE / "package.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Tests run in several processes.
        is_there = (modules / ".package-lock.json").is_file() and (
            (modules / ".package-lock.json").stat().st_mtime >= (HERE / "package-lock.json").stat().st_mtime
        )
        if not is_there:
            shutil.rmtree(modules, ignore_errors=True)
            subprocess.run(
                [npm_path, "ci", "--silent", "--no-audit", "--no-fund"], cwd=HERE, check=True, timeout=110
            )
    return node_path


@pytest.fixture(scope="module")
async def shared_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with serving(settings_in(tmp_path_factory.mktemp("house"))) as house:
        yield house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A server for one test alone."""
    async with serving(settings_in(tmp_path)) as own:
        yield own
