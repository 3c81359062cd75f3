"""`frontdesk queues`: the queues that the settings name, in words."""

from collections.abc import Iterator

from cyclopts import App

from frontdesk.cli.configuration import Config, settings_of
from frontdesk.cli.console import harmless, output
from frontdesk.domain.queues import in_words
from frontdesk.settings import QueueSettings

app = App(name="queues", help="The queues of the settings.")


@app.command(name="list")
def list_(*, config: Config = None) -> None:
    """Say of each queue who takes what waits there, and what happens when it is closed, full or deserted."""
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
        for line in _reception(queue):
            output.print(f"  {harmless(line)}")


def _reception(queue: QueueSettings) -> Iterator[str]:
    """When a chat is not simply let in to wait, and what becomes of it then."""
    if queue.hours:
        yield f"outside of the hours {queue.hours}: {queue.when_closed}"
    if queue.waiting_max:
        yield f"when {queue.waiting_max} wait and nobody is free: {queue.when_full}"
    if queue.when_nobody != "wait":
        yield f"when nobody is ready who may take it: {queue.when_nobody}"
