"""`frontdesk serve`: the server."""

from frontdesk import main
from frontdesk.cli.configuration import Config, settings_of
from frontdesk.cli.console import errors
from frontdesk.edges import logs
from frontdesk.interpreter import run


def serve(*, config: Config = None) -> None:
    """Run the server until it is interrupted or told to stop; requests under way are answered first."""
    settings = settings_of(config)
    if not settings.services:
        errors.print("No services are configured: nobody can chat. Add [services.NAME] to the settings.")
    logs.configure(settings.log)
    run(main.serve(settings))
