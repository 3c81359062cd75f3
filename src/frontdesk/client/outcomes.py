"""What came of a request, for whoever asked."""

from collections.abc import Mapping
from typing import Any

from frontdesk.client.promise import CommandRejected
from frontdesk.client.transport import Answer, Credentials, Outcome


def granted(answer: Answer) -> Credentials | None:
    """The credentials of the session that was started; `None` when none was."""
    credentials = answer.credentials
    is_started = answer.outcome is Outcome.DONE and credentials is not None and credentials.session_id
    return credentials if is_started else None


def settled(answer: Answer) -> Mapping[str, Any]:
    """The response of a request that went well, or may go well later.

    Errors:  `CommandRejected` with the response otherwise.
    """
    if answer.outcome in (Outcome.DONE, Outcome.LATER):
        return answer.response
    raise CommandRejected(answer.response)
