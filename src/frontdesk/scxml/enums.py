"""The enumerations of interactions: names and integers, as events, hints and scripts have them.

Source:  orchestration, sections 5.6, 5.7, 5.8, 9.1 to 9.3 and 15.2. Names whose values are nowhere told
         stand for themselves.
"""

from collections.abc import Mapping


def _counted(names: str, first: int = 0) -> dict[str, int]:
    return {name: first + at for at, name in enumerate(names.split())}


def _same(names: str) -> dict[str, str]:
    return {name: name for name in names.split()}


CC_EVENTS: Mapping[str, int] = {
    f"CallControlEvent_{name}": number
    for name, number in _counted(
        "Bridged ConnectionCleared Delivered Established Failed Held Offered Originated Queued Retrieved "
        "ServiceInitiated Transfered Conferenced Diverted"
    ).items()
}
CC_CAUSES: Mapping[str, int] = {
    f"CCEventCause_{name}": number
    for name, number in _counted(
        "unknown busy conference distributed distributionDelay enteringDistribution normal redirected "
        "singleStepConference singleStepTransfer transfer"
    ).items()
}
CALL_STATES: Mapping[str, int] = {
    f"CallState{name}": number
    for name, number in (
        _counted(
            "Ok Transferred Conferenced GeneralError SystemError RemoteRelease Busy NoAnswer SitDetected "
            "AnsweringMachineDetected AllTrunksBusy SitInvalidnum SitVacant SitIntercept SitUnknown "
            "SitNocircuit SitReorder FaxDetected QueueFull Cleared Overflowed Abandoned Redirected Forwarded "
            "Consult Pickedup Dropped Droppednoanswer Unknown Covered ConverseOn Bridged SilenceDetected"
        )
        | _counted("Deafened Held", first=49)
    ).items()
}
MEDIA_TYPES: Mapping[str, int] = {
    f"TMedia{name}": number
    for name, number in _counted(
        "Voice VoIP EMail VMail SMail Chat Video Cobrowsing Whiteboard AppSharing Webform WorkItem Callback "
        "Fax IMChat BusinessEvent Alert SMS OutboundPreview OpenMedia NativeSMS"
    ).items()
}
RESOURCE_TYPES: Mapping[str, int | str] = {
    **_counted("CFGNoDN CFGExtension CFGACDPosition CFGACDQueue CFGRoutingPoint"),
    **_same("any CFGCellular CFGChat CFGCoBrowse CFGEmail CFGFAX CFGVideo CFGVoiceMail CFGVoIP CFGWorkflow"),
}
LOOKUP_ORDER: Mapping[str, int | str] = {
    "StartFromStrategy": -1,
    **_same("StartFromRouter StartFromTenant StartFromTserver StartFromCDN"),
}
ROUTE_TYPES: Mapping[str, str] = _same(
    "RouteTypeUnknown RouteTypeDefault RouteTypeLabel RouteTypeOverwriteDNIS RouteTypeDDD RouteTypeIDDD "
    "RouteTypeDirect RouteTypeReject RouteTypeAnnouncement RouteTypePostFeature RouteTypeDirectAgent "
    "RouteTypeGetFromDN"
)

# What stands where under `_genesys`.
TABLES: Mapping[str, Mapping[str, Mapping[str, int | str]]] = {
    "ixn": {"callState": CALL_STATES, "ccEvent": CC_EVENTS, "ccEventCause": CC_CAUSES},
    "queue": {
        "rType": ROUTE_TYPES,
        "usecapcond": _same("Never Only OnStatError"),
        "overwriteType": _same("UseANI UseConfig UseDNIS UseNone"),
    },
    "session": {"lookupseq": LOOKUP_ORDER},
    "resource": {"resourceType": RESOURCE_TYPES},
}
