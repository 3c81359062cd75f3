"""The virtual environment `.venv`, and in it exactly what `requirements/` locks."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts import pip_settings
from scripts.machine import ROOT, VENV, apt_install, say, version_of, works

PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
REQUIREMENTS = ROOT / "requirements"
# What was installed last. Without it, or when it says something else, everything is brought in line again.
STAMP = VENV / "frontdesk-installed.json"
# Not `sys.executable`, which may be the very one of `.venv` that is replaced here.
BASE_PYTHON = str(getattr(sys, "_base_executable", sys.executable))
IS_NEW_ENOUGH = "import sys; sys.exit(sys.version_info < (3, 11))"


def install(*groups: str) -> None:
    """Make `.venv` hold the packages of `groups`, and of those that were asked for before."""
    with _alone():
        _environment()
        stamp = _stamp()
        wanted = [
            group for group in sorted({"tools", *groups, *stamp.get("groups", ())}) if _file(group).exists()
        ]
        now = {"groups": wanted, "fingerprint": fingerprint(wanted)}
        if stamp == now:
            return
        STAMP.unlink(missing_ok=True)
        _bring_in_line(wanted)
        STAMP.write_text(json.dumps(now), encoding="utf-8")


def fingerprint(groups: Iterable[str]) -> str:
    """A hash of everything that decides what `.venv` holds; it changes when any of it does."""
    digest = hashlib.sha256(f"{ROOT}\n{PYTHON.resolve()}\n".encode())
    sources = [ROOT / "pyproject.toml", ROOT / "src" / "frontdesk" / "__init__.py", *map(_file, groups)]
    for source in sources:
        digest.update(source.name.encode() + b"\0" + hashlib.sha256(source.read_bytes()).digest())
    return digest.hexdigest()


def run_uv(arguments: Sequence[str], ignoring: Sequence[str] = ()) -> None:
    """Run uv with this machine's index settings, except those `ignoring` names.

    Errors:  `SystemExit` when it fails; it has said why.
    """
    listing = subprocess.run((*_pip(), "config", "list"), capture_output=True, text=True, check=False).stdout
    settings = {name: value for name, value in pip_settings.parse(listing).items() if name not in ignoring}
    offline = ["--no-index"] if settings.get("no-index", "").lower() in ("1", "true", "yes", "on") else []
    command = [str(UV), *arguments, *offline]
    environment = pip_settings.for_uv(settings, os.environ)
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
        sys.exit(f"This failed: {' '.join(command)}")


def _environment() -> None:
    if PYTHON.exists() and _runs(PYTHON, "-c", IS_NEW_ENOUGH):
        return
    say(f"creating .venv with Python {sys.version.split()[0]}")
    shutil.rmtree(VENV, ignore_errors=True)
    # Without pip: Debian keeps `ensurepip` in a package of its own, which may be missing.
    command = (BASE_PYTHON, "-m", "venv", "--without-pip", str(VENV))
    if not _runs(*command) and not (apt_install(_venv_package()) and _runs(*command)):
        sys.exit(f"Python cannot create .venv. This installs what it lacks: {_venv_command()}")


def _bring_in_line(groups: Sequence[str]) -> None:
    if not UV.exists() or version_of(UV) is None:
        say("installing uv into .venv")
        lock = ("--quiet", "--require-hashes", "--requirement", str(_file("tools")))
        if not works((*_pip(), "install", *lock)):
            sys.exit("pip could not install uv; what it said stands above.")
    say(f"installing the packages of {', '.join(f'requirements/{group}.txt' for group in groups)}")
    into = ("--quiet", "--python", str(PYTHON))
    run_uv(("pip", "sync", *into, "--require-hashes", *(str(_file(group)) for group in groups)))
    # Its build tools are locked in requirements/tools.txt, so nothing is fetched for it.
    run_uv(("pip", "install", *into, "--no-cache", "--no-deps", "--no-build-isolation", "--editable", "."))


def _pip() -> tuple[str, ...]:
    """A pip that installs into `.venv`: of the Python that runs this, or else one of its own."""
    outside = (BASE_PYTHON, "-m", "pip", "--python", str(PYTHON))
    inside = (str(PYTHON), "-m", "pip")
    if _runs(*outside, "--version"):
        return outside
    if _runs(*inside, "--version"):
        return inside
    say("installing pip into .venv")
    ensure = (str(PYTHON), "-m", "ensurepip")
    if _runs(*ensure) or (apt_install(_venv_package()) and _runs(*ensure)):
        return inside
    sys.exit(f"There is no pip. This installs one: {_venv_command()}")


def _venv_package() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


def _venv_command() -> str:
    return f"sudo apt-get install -y {_venv_package()}"


def _file(group: str) -> Path:
    return REQUIREMENTS / f"{group}.txt"


def _stamp() -> dict[str, Any]:
    try:
        stamp: dict[str, Any] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp


def _runs(*command: str | Path) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def _alone() -> Iterator[None]:
    """Two `make` at once take turns."""
    folder = os.open(REQUIREMENTS, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
