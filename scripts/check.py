"""Hold the code against every rule: `python -m scripts.check [name …]`.

All are tried, and those that fail are named at the end.
"""

import subprocess
import sys
import time
from pathlib import Path

from scripts.machine import ROOT, say

BIN = Path(sys.executable).parent
CHECKS = {
    "lint": ("ruff", "check", "--quiet", "."),
    "format": ("ruff", "format", "--quiet", "--diff", "."),
    "types": ("mypy",),
    "types of scripts": ("mypy", "scripts"),
    "layers": ("lint-imports", "--no-logo"),
    "dependencies": ("deptry", "src"),
    "house rules": ("pytest", "--quiet", "tests/test_house.py"),
}


def passes(name: str) -> bool:
    """Run one check; what it says is shown when it fails."""
    program, *arguments = CHECKS[name]
    started = time.monotonic()
    done = subprocess.run((BIN / program, *arguments), cwd=ROOT, capture_output=True, text=True, check=False)
    outcome = "passed" if done.returncode == 0 else "FAILED"
    say(f"{name} ({program}): {outcome} in {time.monotonic() - started:.1f} s")
    if done.returncode != 0:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


def main() -> None:
    unknown = [name for name in sys.argv[1:] if name not in CHECKS]
    if unknown:
        sys.exit(f"No such check: {', '.join(unknown)}. There are: {', '.join(CHECKS)}")
    failed = [name for name in sys.argv[1:] or CHECKS if not passes(name)]
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
