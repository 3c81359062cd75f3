"""Chat API version 2: what the address of a request names.

Source:  chat-api-v2 §§2, 11 and 17.8.
"""

from sys import intern

from msgspec import Struct

from frontdesk.edges.chat_v2_session import OPERATIONS

START = "start"
REFRESH = "refresh"
UNKNOWN = "unknown"
UPLOAD = "file"
BY_FORM = "chat-ntf"
LIMITS = "file/limits"
DOWNLOAD = "file/download"
OF_A_FILE = (DOWNLOAD, "file/delete")
SIMPLE = frozenset((*OPERATIONS, UPLOAD, LIMITS))


class Place(Struct, frozen=True):
    """Where a request is addressed to.

    Shape:   `operation` is empty when a chat is requested; `name` is the operation as metrics name it, one of
             a fixed set; `file_id` is the file of `file/{fileId}/download` and `file/{fileId}/delete`.
    """

    service: str
    chat_id: str
    operation: str
    name: str
    file_id: str = ""

    @property
    def is_download(self) -> bool:
        return self.name == DOWNLOAD


BY_ITS_FORM = Place("", "", BY_FORM, BY_FORM)


def place_of(path: str) -> Place:
    """The place that a path names, after the prefix."""
    service, _, rest = path.strip("/").partition("/")
    service = intern(service)  # Every chat keeps it.
    chat_id, _, operation = rest.partition("/")
    if operation in SIMPLE:
        return Place(service, chat_id, operation, operation)
    if not operation:
        return Place(service, chat_id, "", UNKNOWN if chat_id else START)
    parts = operation.split("/")
    if len(parts) == 3 and parts[0] == "file" and f"file/{parts[2]}" in OF_A_FILE:
        return Place(service, chat_id, operation, f"file/{parts[2]}", parts[1])
    return Place(service, chat_id, operation, UNKNOWN)
