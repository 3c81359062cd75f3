"""Writes the pages of docs/reference that are made from the code: `python -m scripts.reference`."""

from collections.abc import Callable, Mapping

from scripts import cli_reference, event_reference, journey_reference, settings_reference
from scripts.machine import ROOT

FOLDER = ROOT / "docs" / "reference"
PAGES: Mapping[str, Callable[[], str]] = {
    "cli.md": cli_reference.page,
    "events.md": event_reference.page,
    "journey-api.md": journey_reference.page,
    "settings.md": settings_reference.page,
}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
