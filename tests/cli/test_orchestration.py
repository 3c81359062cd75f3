"""`frontdesk orchestration`: applications looked over, taken in, rolled back."""

import contextlib
import io
import json
from pathlib import Path

import anyio

from frontdesk.cli import orchestration
from frontdesk.domain.orchestration.session import Life
from frontdesk.errors import DeskError
from frontdesk.main import running
from frontdesk.scxml.events import Event
from frontdesk.settings_file import load_settings
from tests.cli.programs import Program
from tests.cli.terminal import Terminal
from tests.desk.orchestration.stage import has_come_to

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


def test_what_has_an_application_is_listed_and_told_when_it_is_not_there(terminal: Terminal) -> None:
    terminal.run("orchestration", "upload", written(terminal))
    terminal.configure(
        """
        [database]
        url = "sqlite:///frontdesk.db"
        [services.shop]
        application = "hello"
        [queues.vip]
        application = "helo"
        """
    )
    listed = terminal.run("orchestration", "list")
    assert listed.output.splitlines()[1].rstrip().endswith("service shop")
    assert listed.errors == "queue vip: there is no application 'helo'; upload it.\n"


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


def served(terminal: Terminal) -> tuple[str, str]:
    """Two sessions of a server that has stopped since: one goes on, one came to its end."""
    written(terminal, '<final id="end"/>')
    chart = terminal.folder / "hello" / "application.scxml"
    text = chart.read_text("utf-8").replace(
        '<state id="b"/>', '<state id="b"><transition event="end" target="end"/></state>'
    )
    chart.write_text(text, "utf-8")

    async def serve() -> tuple[str, str]:
        async with running(load_settings(terminal.folder / "frontdesk.toml", {})) as server:
            sessions = server.orchestration.sessions
            stays, ends = [await sessions.start("hello") for _ in range(2)]
            for number, event in enumerate(("go", "end")):
                await sessions.deliver(ends, [Event(event)], key=f"test/{number}")
            await has_come_to(server.orchestration, ends, Life.FINISHED)
            await has_come_to(server.orchestration, stays, Life.RUNNING)
            return stays, ends

    terminal.configure(
        """
        [server]
        port = 0
        [database]
        url = "sqlite:///frontdesk.db"
        [orchestration]
        folder = "."
        """
    )
    return anyio.run(serve)


def test_sessions_are_listed_and_told(terminal: Terminal) -> None:
    assert terminal.run("orchestration", "sessions").output.startswith("There are no such sessions. --ended")
    stays, ends = served(terminal)
    listed = terminal.run("orchestration", "sessions").output
    assert stays in listed
    assert ends not in listed
    assert ends in terminal.run("orchestration", "sessions", "--ended", "--application", "hello").output
    assert ends not in terminal.run("orchestration", "sessions", "--ended", "--application", "no").output
    told = terminal.run("orchestration", "trace", ends).output
    assert [line.strip() for line in told.splitlines() if "states:" in line or "on " in line] == [
        "states: – → a",
        "on go: a → b (line 2)",
        "states: a → b",
        "on end: b → end (line 3)",
        "states: b → end",
    ]
    assert told.rstrip().endswith("ended: finished")
    trace = json.loads(terminal.run("orchestration", "trace", stays, "--json").output)
    assert (trace["application"], trace["end"], trace["steps"][0]["after"]) == ("hello", "", ["a"])
    assert "there is no session nobody" in terminal.run("orchestration", "trace", "nobody").errors


async def on_a_running_server(terminal: Terminal, *runs: tuple[str, ...], key: str = "admin") -> list[str]:
    """What commands say, each run against a server that has the database open."""
    said = []
    async with running(load_settings(terminal.folder / "frontdesk.toml", {})) as server:
        for command, *arguments in runs:
            run = getattr(orchestration, command)
            given = [Path(one) if command == "upload" else one for one in arguments]
            told = io.StringIO()
            try:
                with contextlib.redirect_stdout(told):
                    await run(*given, server=server.url, key=key)
            except DeskError as error:
                told.write(str(error))
            said.append(told.getvalue())
    return said


def test_a_running_server_takes_versions_in_and_goes_back(terminal: Terminal) -> None:
    terminal.configure(
        """
        [server]
        port = 0
        [database]
        url = "sqlite:///frontdesk.db"
        [orchestration.http]
        manage_keys = ["admin"]
        """
    )
    first = written(terminal)
    (terminal.folder / "hello").rename(terminal.folder / "first")
    second = written(terminal, '<state id="c"/>')
    uploads = (("upload", first.replace("hello", "first")), ("upload", second))
    said = anyio.run(
        on_a_running_server,
        terminal,
        *uploads,
        ("rollback", "hello"),
        ("versions", "hello"),
        ("rollback", "hello", "ffff"),
        ("list_",),
        ("versions", "other"),
    )
    assert all("new sessions run version" in one for one in said[:3])
    versions = said[3].splitlines()
    assert [line.startswith("*") for line in versions[1:]] == [False, True]
    assert "there is nothing of this name" in said[4]
    assert said[5].splitlines()[1].split()[0] == "hello"
    assert "there is nothing of this name" in said[6]
    assert version(terminal) == versions[2].split()[1]


def test_without_the_key_of_a_running_server_nothing_is_taken_in(terminal: Terminal) -> None:
    terminal.configure(
        """
        [server]
        port = 0
        [database]
        url = "sqlite:///frontdesk.db"
        [orchestration.http]
        manage_keys = ["admin"]
        """
    )

    async def tried() -> list[str]:
        return await on_a_running_server(terminal, ("upload", written(terminal)), key="guess")

    assert "a key is needed" in anyio.run(tried)[0]
    assert "no applications yet" in terminal.run("orchestration", "list").output
