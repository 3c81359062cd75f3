"""Named groups of agents."""

from pathlib import Path

import pytest

from frontdesk.errors import Refused
from frontdesk.settings_file import load_settings


def test_a_group_is_a_skill_expression_or_everybody(tmp_path: Path) -> None:
    file = tmp_path / "frontdesk.toml"
    file.write_text('[groups.Loans]\nskills = "loans>=3 & English > 0"\n[groups.All]\n', "utf-8")
    groups = load_settings(file, {}).groups
    assert {name: group.who() for name, group in groups.items()} == {
        "Loans": "loans >= 3 & english > 0",
        "All": "",
    }


@pytest.mark.parametrize("skills", ["loans", "$(StatAgentLoading) > 5"])
def test_what_cannot_be_read_or_is_no_skill_is_refused(tmp_path: Path, skills: str) -> None:
    file = tmp_path / "frontdesk.toml"
    file.write_text(f'[groups.Loans]\nskills = "{skills}"\n', "utf-8")
    with pytest.raises(Refused, match=r"groups\.Loans"):
        load_settings(file, {})
