"""Every event of sessions about interactions, messages and chats, with its attributes.

Source:  orchestration, sections 7.2, 8 and 11.3, without what is marked there as voice.
"""

from collections.abc import Mapping

INTERACTION_ACTIONS = (
    "terminate",
    "redirect",
    "associate",
    "attach",
    "detach",
    "accept",
    "clear",
    "singlesteptransfer",
    "singlestepconference",
)
DONE = {"requestid", "interactionid"}
FAILED = {"requestid", "error", "description"}
PARTY = {"interactionid", "focusdeviceid", "partyid", "partystate"}

RESULTS: Mapping[str, set[str]] = {
    f"interaction.{action}.done": DONE | ({"resource"} if action == "clear" else set())
    for action in INTERACTION_ACTIONS
} | {
    "msgbased.createmessage.done": DONE | {"srid"},
    "msgbased.sendmessage.done": DONE,
    "chat.getcontent.done": DONE,
    "chat.sendchatmessage.done": DONE | {"messageid"},
    "chat.gettranscript.done": DONE | {"transcript"},
}
ERRORS: Mapping[str, set[str]] = {f"error.{name.removesuffix('.done')}": FAILED for name in RESULTS}
HAPPENINGS: Mapping[str, set[str]] = {
    "interaction.added": {"interactionid", "focusdeviceid"},
    "interaction.deleted": {"interactionid", "resultof"},
    "interaction.present": {"interactionid"},
    "interaction.notcontrolled": {"interactionid", "resultof"},
    "interaction.partyadded": PARTY,
    "interaction.partydeleted": PARTY,
    "interaction.partystatechanged": PARTY,
    "interaction.udata.changed": {"interactionid", "changed"},
    "interaction.ondivert": {
        "interactionid",
        "divertingpartyid",
        "divertingresource",
        "divertingpartystate",
        "newdestination",
    },
    "interaction.onrouterequest": {"interactionid"},
    "interaction.onsinglesteptransfer": {
        "interactionid",
        "transferringpartyid",
        "transferringresource",
        "transferringpartystate",
        "newdestination",
    },
    "interaction.onsinglestepconference": {
        "interactionid",
        "conferencingpartyid",
        "conferencingresource",
        "conferencingpartystate",
        "addedpartyid",
        "addedresource",
        "addedpartystate",
    },
    "interaction.onmerge": {
        "frominteractionid",
        "tointeractionid",
        "activeresource",
        "activepartyid",
        "activepartystate",
        "heldresource",
        "heldpartyid",
        "heldpartystate",
        "hints",
    },
    "interaction.property.changed": {"interactionid", "changed"},
    "chat.message": {"interactionid", "message"},
}
EVENTS: Mapping[str, set[str]] = RESULTS | ERRORS | HAPPENINGS
