"""The token that proves a session of Chat API v3: what it says. Whether it is genuine, the server knows.

Source:  chat-api-v3, section 3.2."""

import base64
import json

from frontdesk.client.transport import Credentials

CLAIMS = ("participantId", "transportId")


def read_token(token: object) -> Credentials | None:
    """The credentials that `token` is; `None` when it is no token with the ids of a session in it."""
    parts = token.split(".") if isinstance(token, str) else []
    if len(parts) != 3:
        return None
    claims = _claims(parts[1])
    if claims is None or not all(isinstance(claims.get(name), str) for name in ("sessionId", CLAIMS[0])):
        return None
    extra = {name: str(claims.get(name) or "") for name in CLAIMS}
    return Credentials(session_id=str(claims["sessionId"]), extra={**extra, "token": str(token)})


def _claims(part: str) -> dict[str, object] | None:
    """What is in the middle, in either alphabet and with or without padding."""
    try:
        text = base64.urlsafe_b64decode(part.replace("+", "-").replace("/", "_") + "=" * (-len(part) % 4))
        claims = json.loads(text)
    except ValueError:
        return None
    return claims if isinstance(claims, dict) else None
