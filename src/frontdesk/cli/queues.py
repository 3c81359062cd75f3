"""`frontdesk queues`: the queues that the settings name, in words."""

from cyclopts import App

from frontdesk.cli.configuration import Config, settings_of
from frontdesk.cli.console import harmless, output
from frontdesk.domain.queues import in_words

app = App(name="queues", help="The queues of the settings.")


@app.command(name="list")
def list_(*, config: Config = None) -> None:
    """Say of each queue who takes what waits there."""
    settings = settings_of(config)
    if not settings.queues:
        output.print("No queue has settings of its own: chats go to anybody, those who wait longest first.")
    for name, queue in sorted(settings.queues.items()):
        services = ", ".join(sorted(n for n, s in settings.services.items() if s.queue == name))
        output.print(f"{harmless(name)}: " + (f"for {harmless(services)}" if services else "of no service"))
        for line in in_words(queue.rules({})):
            output.print(f"  {harmless(line)}")
        if queue.overflow_queue and queue.overflow_s:
            output.print(f"  after {queue.overflow_s} s it waits in {harmless(queue.overflow_queue)}")
