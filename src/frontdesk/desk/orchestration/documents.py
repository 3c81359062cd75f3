"""Where sessions find the documents of applications."""

from typing import Protocol

from frontdesk.desk.orchestration.application_files import Document


class Applications(Protocol):
    """The applications that there are."""

    async def document(self, name: str, version: str = "") -> Document:
        """A version of an application; the one that new sessions are to have when none is named.

        Errors:  `NotFound`; `Refused` when it cannot be run.
        """
