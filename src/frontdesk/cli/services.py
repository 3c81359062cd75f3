"""`frontdesk services`: the chat services that the settings name."""

from difflib import get_close_matches

import msgspec
from cyclopts import App
from rich.table import Table

from frontdesk.cli.configuration import Config, settings_of
from frontdesk.cli.console import harmless, output
from frontdesk.errors import NotFound
from frontdesk.settings import ServiceSettings

app = App(name="services", help="The chat services of the settings.")


@app.command(name="list")
def list_(*, config: Config = None) -> None:
    """List the services."""
    settings = settings_of(config)
    if not settings.services:
        output.print("There are no services yet: add [services.NAME] to the settings.")
        return
    table = Table("service", "open", "queue", "bot", "address", box=None, padding=(0, 2, 0, 0))
    for name, service in sorted(settings.services.items()):
        address = harmless(f"{settings.server.prefix}/2/chat/{name}")
        is_open = "yes" if service.is_open else "no"
        table.add_row(harmless(name), is_open, harmless(service.queue), harmless(service.bot) or "–", address)
    output.print(table)


@app.command
def show(name: str, /, *, config: Config = None) -> None:
    """Show every setting of a service; what is not the default is marked."""
    services = settings_of(config).services
    if name not in services:
        near = get_close_matches(name, services, n=1)
        advice = f"; did you mean {near[0]!r}?" if near else "; frontdesk services list names them"
        raise NotFound(f"there is no service {name!r}{advice}")
    defaults = dict(_flat(ServiceSettings()))
    table = Table("", "setting", "value", box=None, padding=(0, 2, 0, 0))
    for path, value in _flat(services[name]):
        changed = value != defaults[path]
        table.add_row("*" if changed else "", path, harmless(value), style="bold" if changed else "")
    output.print(table)


def _flat(section: msgspec.Struct, path: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for field in msgspec.structs.fields(section):
        value = getattr(section, field.name)
        if isinstance(value, msgspec.Struct):
            rows += _flat(value, f"{path}{field.name}.")
        else:
            rows.append((f"{path}{field.name}", msgspec.json.encode(value).decode()))
    return rows
