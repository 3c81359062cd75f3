"""A mail as it came in, before anything is true of it: what a wire reads and the desk takes in."""

from msgspec import Struct

from frontdesk.domain.attachment import Attachment
from frontdesk.domain.mail_facts import Automatic


class IncomingMail(Struct, frozen=True, kw_only=True):
    """A mail as it was read.

    Shape:   `message_id` is made up from the content when there is none; `returned` names the mails that it
             tells about, when it came back; `sender` is empty when it names nobody who could be answered.
    """

    message_id: str
    sender: str = ""
    sender_name: str = ""
    reply_to: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    is_cut: bool = False
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    automatic: Automatic = Automatic.NO
    attachments: tuple[Attachment, ...] = ()
    left_out: tuple[str, ...] = ()
