"""The doctor sees by itself how many servers are at work."""

import os
from pathlib import Path

import pytest

from frontdesk.cli.checks import Finding, findings
from frontdesk.settings import DatabaseSettings, Settings
from tests.conformance.house import serving, settings_in

pytestmark = pytest.mark.anyio


async def told(settings: Settings) -> list[Finding]:
    return [finding async for finding in findings(settings, nodes=1) if "at work" in finding.text]


async def test_several_servers_with_a_folder_each_are_told_of(postgres_database: str, tmp_path: Path) -> None:
    settings = settings_in(tmp_path, database=DatabaseSettings(url=postgres_database, migrate_on_start=True))
    async with serving(settings):
        assert await told(settings) == []
        async with serving(settings):
            (finding,) = await told(settings)
            assert (finding.level, finding.subject) == ("bad", "files")
            assert finding.text.startswith("2 servers are at work: ")
            assert finding.text.count(f":{os.getpid()}") == 2
            assert "files.s3_bucket" in finding.advice
        assert await told(settings) == []


async def test_an_sqlite_file_has_one_server_and_needs_no_counting(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    async with serving(settings):
        assert await told(settings) == []
