"""Set up what a target of the Makefile needs: `python -m scripts.prepare run|test|check|docs|bench`.

A second time it finds everything there and is done at once. What it may not install it names, with the one
command that does; the tests that need it are then skipped by name.
"""

import argparse

from scripts import machine, packages, widget
from scripts.machine import say

GROUPS = {
    "run": ("run",),
    "test": ("run", "dev"),
    "check": ("run", "dev"),
    "docs": ("run", "docs"),
    "bench": ("run", "dev"),
    "lock": (),
}
NEED_NODE = ("run", "test", "check", "bench")
NEED_WIDGET = ("run", "test", "bench")
NEED_BROWSER = ("test", "bench")


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts.prepare", description=__doc__)
    parser.add_argument("target", choices=sorted(GROUPS))
    target = parser.parse_args().target
    packages.install(*GROUPS[target])
    if target in NEED_NODE:
        _node()
    if target in NEED_WIDGET:
        _widget()
    elif target in NEED_NODE:
        widget.install()
    if target in NEED_BROWSER:
        _browser(opens_many_windows=target == "test")


def _node() -> None:
    if machine.node() is None or machine.npm() is None:
        say(f"this machine has no Node {machine.NODE_MAJOR_MIN} with npm: taking the one that PyPI has")
        packages.install("node")
    if machine.node() is None:
        say(f"Node does not run; tests that need it are skipped. To have it: {machine.NODE_COMMAND}")


def _widget() -> None:
    if not widget.build():
        say("the widget is not built; without it, /widget/ is empty and tests that need it fail")


def _browser(*, opens_many_windows: bool) -> None:
    if (
        opens_many_windows
        and not machine.is_cheapest(machine.headless())
        and machine.apt_knows(machine.HEADLESS)
    ):
        machine.apt_install(machine.HEADLESS)  # Any other will do as well, at four times the price.
    if machine.chromium() is None:
        machine.apt_install("chromium")
    if machine.chromium() is None:
        say(f"there is no Chromium; tests that need it are skipped. To have it: {machine.CHROMIUM_COMMAND}")


if __name__ == "__main__":
    main()
