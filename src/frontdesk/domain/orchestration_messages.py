"""Message interactions as scripts of sessions see them.

Source:  orchestration, section 5.4, `msgbased`.
"""

from collections.abc import Mapping
from typing import Any

from frontdesk.domain.interaction import Interaction
from frontdesk.domain.mail_facts import Automatic

Object = dict[str, Any]

KINDS: Mapping[str, str] = {
    "acknowledgement": "OutboundAcknowledgement",
    "auto_response": "OutboundAutoResponse",
    "outbound_new": "OutboundNew",
    "inbound_collaboration_reply": "InboundCollaborationReply",
    "outbound_collaboration_invite": "OutboundCollaborationInvite",
    "outbound_notification": "OutboundNotification",
    "redirect": "OutboundRedirect",
    "forwarded": "OutboundRedirect",
}
"""What documents ask for, and what it is then."""


def message_object(state: Interaction, medium_state: str) -> Object:
    """The object `msgbased` of an interaction."""
    box = state.mailbox
    return {
        "type": _type(state),
        "state": medium_state,
        "media": "TMediaEMail",
        "from": box.sender,
        "to": list(box.to),
        "cc": list(box.cc),
        "queue": state.queue or state.service,
        "view": state.queue or state.service,
        "subject": box.subject,
        "categories": [],
        "externalID": box.answers or (box.thread[0] if box.thread else ""),
    }


def _type(state: Interaction) -> str:
    """What began it, or came in since."""
    box = state.mailbox
    if box.automatic is Automatic.BOUNCE:
        return "InboundNDR"
    if box.received:
        follows = state.related or len(box.received) > 1 or box.outgoing
        return "InboundCustomerReply" if follows else "InboundNew"
    written = box.outgoing[0].kind if box.outgoing else ""
    return KINDS.get(written, "OutboundReply" if state.related else "OutboundNew")
