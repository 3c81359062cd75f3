"""Delays as CSS writes times: `1s`, `.5s`, `200ms`."""

import re

_TIME = re.compile(r"\+?(?P<number>\d+(\.\d+)?|\.\d+)(?P<unit>ms|s)?", re.IGNORECASE)


def milliseconds(written: str) -> int | None:
    """The delay in milliseconds, or None when this is none. A number alone is taken for milliseconds.

    Source:  SCXML 1.0, section 6.2.4; CSS 2, "Times".
    """
    found = _TIME.fullmatch(written.strip())
    if found is None:
        return None
    number = float(found["number"])
    return round(number * 1000) if (found["unit"] or "").lower() == "s" else round(number)
