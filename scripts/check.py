"""Hold the code against every rule: `python -m scripts.check [name …]`.

All are tried, and those that fail are named at the end.
"""

import subprocess
import sys
import time
from pathlib import Path

from scripts import widget
from scripts.machine import ROOT, say

BIN = Path(sys.executable).parent
WEB_BIN = widget.WEB / "node_modules" / ".bin"
CHECKS = {
    "lint": ("ruff", "check", "--quiet", "."),
    "format": ("ruff", "format", "--quiet", "--diff", "."),
    "types": ("mypy",),
    "types of scripts": ("mypy", "scripts"),
    "layers": ("lint-imports", "--no-logo"),
    "dependencies": ("deptry", "src"),
    "house rules": ("pytest", "--quiet", "tests/test_house.py"),
}
WEB_CHECKS = {
    "lint and format of web": ("biome", "check", "--error-on-warnings"),
    "types of web": ("tsc",),
    "types of web's examples": ("tsc", "--project", "tsconfig.examples.json"),
}


def passes(name: str) -> bool:
    """Run one check; what it says is shown when it fails."""
    is_web = name in WEB_CHECKS
    program, *arguments = (WEB_CHECKS if is_web else CHECKS)[name]
    folder, environment = (WEB_BIN, widget.environment()) if is_web else (BIN, None)
    started = time.monotonic()
    done = subprocess.run(
        (folder / program, *arguments),
        cwd=widget.WEB if is_web else ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    outcome = "passed" if done.returncode == 0 else "FAILED"
    say(f"{name} ({program}): {outcome} in {time.monotonic() - started:.1f} s")
    if done.returncode != 0:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


def main() -> None:
    every = [*CHECKS, *WEB_CHECKS]
    unknown = [name for name in sys.argv[1:] if name not in every]
    if unknown:
        sys.exit(f"No such check: {', '.join(unknown)}. There are: {', '.join(every)}")
    failed = [name for name in sys.argv[1:] or every if not passes(name)]
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
