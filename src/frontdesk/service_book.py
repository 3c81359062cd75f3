"""From the settings to the services, queues and opening hours as the desk knows them."""

from frontdesk.desk.services import Service, ServiceBook
from frontdesk.settings import Settings


def service_book(settings: Settings) -> ServiceBook:
    """Every service and queue that the settings name."""
    hours = {name: section.hours() for name, section in settings.hours.items()}
    services = {
        name: Service(
            name=name,
            is_open=section.is_open,
            queue=section.queue,
            bot=section.bot,
            application=section.application,
            hours=hours.get(section.hours),
            open_chats_max=section.open_chats_max,
            readable_keys=frozenset(section.visitor_readable_keys),
            rules=section.rules,
        )
        for name, section in settings.services.items()
    }
    return ServiceBook(services, {name: section.rules(hours) for name, section in settings.queues.items()})
