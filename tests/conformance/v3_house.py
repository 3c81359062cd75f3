"""Servers for the checks of Chat API v3: services whose rules make each check short."""

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from frontdesk.domain.rules import FileRules, Rules
from frontdesk.settings import ChatV3Settings, ServiceSettings, Settings
from tests.conformance.house import settings_in
from tests.conformance.v3 import ORIGIN

CALM = Rules(asynchronous=False, idle_alert_s=0, client_silence_s=0)
LONG = Rules()
SMALL_FILES = FileRules(
    upload_max_files=3, upload_max_file_bytes=2000, upload_max_total_bytes=6000, upload_needs_agent=False
)


def v3_settings(folder: Path, **own: Any) -> Settings:
    """A server on a free port; `own` are settings of the protocol itself.

    Shape:   chats of `s` end when their visitor leaves, and have no timers; `long` is as services are by
             default; the others are named after what is different in them.
    """
    return settings_in(
        folder,
        chat_v3=ChatV3Settings(**own),
        services={
            "s": ServiceSettings(rules=CALM),
            "other": ServiceSettings(rules=CALM),
            "closed": ServiceSettings(is_open=False),
            "customers": ServiceSettings(rules=CALM, visitor_type="Customer"),
            "marked": ServiceSettings(rules=CALM, end_marker="TerminateChat"),
            "forgets": ServiceSettings(rules=replace(CALM, retention_s=1)),
            "silence": ServiceSettings(rules=replace(CALM, client_silence_s=1)),
            "warns": ServiceSettings(rules=replace(CALM, idle_alert_s=1, idle_close_s=30)),
            "small": ServiceSettings(rules=replace(CALM, files=SMALL_FILES)),
            "long": ServiceSettings(rules=LONG),
            "quiet": ServiceSettings(rules=replace(LONG, rest_after_s=1)),
            "brief": ServiceSettings(rules=replace(LONG, resting_s=1)),
            "guarded": ServiceSettings(rules=CALM, allowed_origins=(ORIGIN,)),
        },
    )
