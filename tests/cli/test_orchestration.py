"""`frontdesk orchestration`: applications looked over, taken in, rolled back."""

from pathlib import Path

from tests.cli.programs import Program
from tests.cli.terminal import Terminal

SETTINGS = 'name = "hello"\n'
CHART = """<scxml xmlns="http://www.w3.org/2005/07/scxml" datamodel="ecmascript" version="1.0">
  <state id="a"><transition event="go" target="b"/></state>
  <state id="b"/>
  {more}
</scxml>"""


def written(terminal: Terminal, more: str = "", settings: str = SETTINGS) -> str:
    folder = terminal.folder / "hello"
    folder.mkdir(exist_ok=True)
    (folder / "application.toml").write_text(settings, "utf-8")
    (folder / "application.scxml").write_text(CHART.format(more=more), "utf-8")
    return str(folder)


def version(terminal: Terminal) -> str:
    """The version that new sessions run."""
    line = next(
        line
        for line in terminal.run("orchestration", "versions", "hello").output.splitlines()
        if line.startswith("*")
    )
    return line.split()[1]


def test_what_is_fine_is_said_to_be(terminal: Terminal) -> None:
    ran = terminal.run("orchestration", "check", written(terminal))
    assert (ran.code, ran.output) == (0, "hello: nothing found in 2 files.\n")


def test_what_is_found_is_told_with_file_and_line(terminal: Terminal) -> None:
    ran = terminal.run("orchestration", "check", written(terminal, '<state id="c"/>'))
    assert ran.code == 1
    assert ran.output.splitlines() == [
        (
            "application.scxml:4: unreachable: "
            "no transition leads to the state 'c' (add one, or remove the state)"
        ),
        "hello: 1 found in 2 files.",
    ]


def test_mistakes_of_the_settings_and_missing_folders_are_told(terminal: Terminal, tmp_path: Path) -> None:
    ran = terminal.run("orchestration", "check", written(terminal, settings='nmae = "x"'))
    assert ran.code == 1
    assert "nmae: there is no such setting; did you mean name?" in ran.errors
    assert "there is no folder" in terminal.run("orchestration", "check", str(tmp_path / "no")).errors


def test_versions_come_and_go_back(terminal: Terminal) -> None:
    assert "no applications yet" in terminal.run("orchestration", "list").output
    assert "new sessions run version" in terminal.run("orchestration", "upload", written(terminal)).output
    first = version(terminal)
    terminal.run("orchestration", "upload", written(terminal, '<state id="c"/>'))
    second = version(terminal)
    assert second != first
    again = terminal.run("orchestration", "upload", written(terminal)).output
    assert f"version {first} is there, and new sessions run {second}" in again
    assert terminal.run("orchestration", "rollback", "hello").code == 0
    assert version(terminal) == first
    assert "no version before" in terminal.run("orchestration", "rollback", "hello").errors
    terminal.run("orchestration", "rollback", "hello", second[:6])
    assert version(terminal) == second
    assert terminal.run("orchestration", "list").output.splitlines()[1].split()[:2] == ["hello", second]


def test_a_version_may_only_be_kept(terminal: Terminal) -> None:
    terminal.run("orchestration", "upload", written(terminal))
    first = version(terminal)
    ran = terminal.run("orchestration", "upload", written(terminal, '<state id="c"/>'), "--only-keep")
    assert f"new sessions run {first}" in ran.output
    assert version(terminal) == first


def test_what_cannot_run_is_not_taken_in(terminal: Terminal) -> None:
    ran = terminal.run("orchestration", "upload", written(terminal, "<stat/>"))
    assert ran.code == 1
    assert "application.scxml:4: <stat> cannot stand in <scxml>" in ran.errors
    assert "no applications yet" in terminal.run("orchestration", "list").output


def test_what_is_not_there_is_told(terminal: Terminal) -> None:
    assert "there is no application 'no'" in terminal.run("orchestration", "versions", "no").errors
    terminal.configure('[database]\nurl = "memory:"')
    assert "nothing that is done here would be kept" in terminal.run("orchestration", "list").errors


def test_an_application_is_tried_out_with_the_time_going_by(terminal: Terminal) -> None:
    folder = Path(written(terminal))
    chart = CHART.format(more="").replace(
        '<state id="a">', '<state id="a"><onentry><send event="go" delay="100ms"/></onentry>'
    )
    (folder / "application.scxml").write_text(chart, "utf-8")
    program = Program("orchestration", "run", str(folder), "--real", folder=terminal.folder)
    program.says("in b")
    program.types("/quit")
    assert program.ends() == 0


def test_values_that_are_no_object_are_refused(terminal: Terminal) -> None:
    ran = terminal.run("orchestration", "run", written(terminal), "--data", "[1")
    assert (ran.code, "--data must be a JSON object" in ran.errors) == (1, True)
