"""A site's page with the headless chat over each of the protocols."""

import json
from typing import Any

from tests.browser.site import Site
from tests.browser.test_webchat_service_live import EARS

TRANSPORTS = ("v2-cometd", "v3")
CADENCE = {"pollRateMin": 250, "pollRateMax": 500}


def speaking(transport: str, server_url: str, service: str = "demo", **more: Any) -> dict[str, Any]:
    """The `webchat` object of a page; `more` goes where this protocol has its options."""
    match transport:
        case "v2":
            return {"dataURL": f"{server_url}/genesys/2/chat/{service}", **CADENCE, **more}
        case "v2-cometd":
            cometd = {
                "enabled": True,
                "cometURL": f"{server_url}/genesys/cometd",
                "channel": f"/service/chatV2/{service}",
                "apiURL": f"{server_url}/genesys/2/chat-ntf",
            }
            return {"cometD": cometd, **more}
        case _:
            v3 = {
                "type": "pureengage-v3-rest",
                "dataURL": f"{server_url}/nexus/v3/chat/sessions",
                "endpoint": service,
                "headers": {"x-api-key": "any"},
                "pollTimeout": 250,
                **more,
            }
            return {"transport": v3}


def page_with(site: Site, webchat: dict[str, Any], *scripts: str) -> str:
    """The address of a page with the headless plugins, on which everything is heard."""
    settings = f"window._genesys = {{widgets: {{webchat: {json.dumps(webchat)}}}}}"
    tags = [site.script(text, f"own{place}") for place, text in enumerate((settings, *scripts))]
    return site.page(*tags, site.widget("cxbus.min.js"), site.script(EARS, "ears"))
