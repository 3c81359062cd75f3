"""Lock every dependency group with hashes into `requirements/`: `python -m scripts.lock [--upgrade]`.

The files name no index and no platform: each machine fetches the same bytes from wherever it is used to.
"""

import sys

from scripts.machine import ROOT, say
from scripts.packages import REQUIREMENTS, run_uv
from scripts.pip_settings import OF_THIS_MACHINE_ONLY

FORM = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-header",
    "--quiet",
)
# Each one agrees with those before it, because they share one environment.
LOCKS = {
    "tools": ("--group", "tools"),
    "run": ("pyproject.toml",),
    "dev": ("pyproject.toml", "--all-extras", "--group", "dev"),
    "docs": ("pyproject.toml", "--group", "docs"),
    "node": ("--group", "node"),
}


def main() -> None:
    before: list[str] = []
    for name, what in LOCKS.items():
        output = str((REQUIREMENTS / f"{name}.txt").relative_to(ROOT))
        say(f"locking {output}")
        run_uv(
            ("pip", "compile", *FORM, *what, *before, "-o", output, *sys.argv[1:]),
            ignoring=OF_THIS_MACHINE_ONLY,
        )
        before += ["--constraint", output]


if __name__ == "__main__":
    main()
