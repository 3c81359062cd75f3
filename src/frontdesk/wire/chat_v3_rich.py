"""Chat API version 3: rich content that does no harm to the clients that draw it.

Source:  chat-api-v3 §6.6; §9.3 for images, which clients fetch with the visitor's token in a header.
"""

from typing import Any

import msgspec

_STRUCTURED = "structured-content"
_OURS = "genesys-chat"
_decode_object = msgspec.json.Decoder(dict[str, Any]).decode


def safe_attributes(attributes: dict[str, Any] | None) -> dict[str, Any] | None:
    """What goes with a message; rich content that clients stumble over is left out, its text stays."""
    if not attributes or _STRUCTURED not in attributes:
        return attributes or None
    if _is_drawable(attributes[_STRUCTURED]):
        return attributes
    return {key: value for key, value in attributes.items() if key != _STRUCTURED} or None


def _is_drawable(structured: Any) -> bool:
    ours = structured.get(_OURS) if isinstance(structured, dict) else None
    rich = ours.get("content") if isinstance(ours, dict) else None
    if isinstance(rich, str):
        try:
            rich = _decode_object(rich)
        except (msgspec.DecodeError, RecursionError):
            return False
    if not isinstance(rich, dict) or not isinstance(rich.get("contentType"), str):
        return False
    content = rich.get("content")
    return isinstance(content, list) and all(_is_harmless(item) for item in content)


def _is_harmless(item: Any) -> bool:
    """Whether an item is one, and no image that clients would fetch from another site with the token."""
    return isinstance(item, dict) and item.get("type") != "image"
