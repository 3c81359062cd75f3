"""The widget of `web/`: install what its build needs, and build it when something changed.

Only the standard library, since the build of the package uses it as well (hatch_build.py).
"""

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts import machine
from scripts.machine import ROOT, say

WEB = ROOT / "web"
BUILT = ROOT / "src" / "frontdesk" / "edges" / "built"
# What was built last, and what was installed last.
BUILT_STAMP = BUILT / "fingerprint"
INSTALLED_STAMP = WEB / "node_modules" / ".frontdesk-installed"
NOT_BUILT = (".md", ".test.ts", ".test.tsx")
VERSION_FILE = ROOT / "src" / "frontdesk" / "__init__.py"


def build() -> bool:
    """Build the widget unless it is there; whether it is there now."""
    with _alone():
        if is_built():
            return True
        if not install_here():
            return False
        say("building the widget")
        BUILT_STAMP.unlink(missing_ok=True)
        if not npm("run", "--silent", "build"):
            return False
        BUILT_STAMP.write_text(fingerprint(), encoding="utf-8")
        return True


def install() -> bool:
    """Make `web/node_modules` hold exactly what the lock file names; whether it does."""
    with _alone():
        return install_here()


def install_here() -> bool:
    """As `install`, for who is alone already."""
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if INSTALLED_STAMP.is_file() and INSTALLED_STAMP.read_text(encoding="utf-8") == wanted:
        return True
    if not has_node():
        return False
    say("installing the packages of web/package-lock.json")
    if not npm("ci", "--silent"):
        return False
    INSTALLED_STAMP.write_text(wanted, encoding="utf-8")
    return True


def is_built() -> bool:
    """Whether the widget of these very sources is there."""
    return BUILT_STAMP.is_file() and BUILT_STAMP.read_text(encoding="utf-8") == fingerprint()


def fingerprint() -> str:
    """A hash of everything that decides what is built."""
    digest = hashlib.sha256()
    for source in [VERSION_FILE, *sources()]:
        name = source.relative_to(ROOT).as_posix()
        digest.update(name.encode() + b"\0" + hashlib.sha256(source.read_bytes()).digest())
    return digest.hexdigest()


def sources() -> list[Path]:
    """The files of `web/` that the build may read, in order."""
    found: list[Path] = []
    for folder, folders, files in os.walk(WEB):
        folders[:] = [name for name in folders if name != "node_modules"]
        found += [Path(folder) / name for name in files if not name.endswith(NOT_BUILT)]
    return sorted(found)


def has_node() -> bool:
    """Whether there is a Node with npm."""
    return machine.node() is not None and machine.npm() is not None


def npm(*arguments: str) -> bool:
    """Run npm in `web/`; whether it did what it should. When it did not, what it said is shown."""
    done = subprocess.run(
        (str(machine.npm()), *arguments),
        cwd=WEB,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        print(done.stdout + done.stderr, end="", flush=True)
    return done.returncode == 0


def environment() -> dict[str, str]:
    """With a Node that is new enough before any other."""
    node = machine.node()
    places = [str(node.parent)] if node else []
    return {**os.environ, "PATH": os.pathsep.join([*places, *os.get_exec_path()])}


@contextmanager
def _alone() -> Iterator[None]:
    """Two builds at once take turns."""
    BUILT.mkdir(parents=True, exist_ok=True)
    folder = os.open(BUILT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
