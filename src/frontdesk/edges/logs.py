"""Logs: one JSON object a line, with interaction ids and never a word that was said."""

import logging
import sys
from typing import Any

import structlog

from frontdesk.domain.card import InteractionCard
from frontdesk.domain.interaction import Phase
from frontdesk.settings import LogSettings

_log = structlog.get_logger("main")


def configure(settings: LogSettings) -> None:
    """Send the logs of this process to standard error, ours and the libraries' alike."""
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(sort_keys=True)
        if settings.as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    quieten(level)


def quieten(level: int) -> None:
    """Have libraries log at this level, but for what was said and whom it was about."""
    for talkative in ("uvicorn", "uvicorn.error", "asyncio", "websockets", "httpcore2"):
        logging.getLogger(talkative).setLevel(max(level, logging.INFO))  # Below, they log what was said.
    # It tells every address that is asked, with what applications put into it of visitors.
    logging.getLogger("httpx2").setLevel(max(level, logging.WARNING))


def log_end(interaction_id: str, card: InteractionCard) -> None:
    """Say of an interaction that it has ended, if it has."""
    if card.phase is Phase.ENDED:
        _log.info("ended", interaction_id=interaction_id, service=card.service, reason=card.end_reason)
