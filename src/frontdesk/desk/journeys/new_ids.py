"""New ids of the journey API, which are random UUIDs, made many at a time: page views are many."""

import secrets
from collections.abc import Callable

AT_ONCE = 256
_BYTES = 16
_VARIANTS = "89ab"


def new_ids() -> Callable[[], str]:
    """What gives a new id each time it is called. Source: RFC 9562 §5.4."""
    waiting: list[str] = []

    def new_id() -> str:
        if not waiting:
            digits = secrets.token_hex(_BYTES * AT_ONCE)
            waiting.extend(digits[at : at + 2 * _BYTES] for at in range(0, len(digits), 2 * _BYTES))
        one = waiting.pop()
        variant = _VARIANTS[int(one[16], 16) & 3]
        return f"{one[:8]}-{one[8:12]}-4{one[13:16]}-{variant}{one[17:20]}-{one[20:]}"

    return new_id
