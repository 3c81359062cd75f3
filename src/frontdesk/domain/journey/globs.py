"""Patterns with `*` for anything but a slash and `**` for anything, which the whole text has to fit.

A regular expression would do for kind patterns; with others it tries again and again. So all possibilities
are followed at once, in one pass over the text.

Source:  journey.md §6.3, `glob`.
"""

import re
from collections.abc import Callable

_STARS = re.compile(r"\*+")


def globbed(pattern: str) -> Callable[[str], bool]:
    """Whether a text fits the pattern, as a function of the text."""
    literals = _STARS.split(pattern)
    if len(literals) == 1:
        return pattern.__eq__
    first, last = literals[0], literals[-1]
    inner = tuple(filter(None, literals[1:-1]))
    least = sum(map(len, literals))
    follow = _follower(pattern)

    def fits(text: str) -> bool:
        if len(text) < least or not text.startswith(first) or not text.endswith(last):
            return False
        return all(literal in text for literal in inner) and follow(text)

    return fits


def _follower(pattern: str) -> Callable[[str], bool]:
    """One bit for each place in the pattern that the text so far may have come to."""
    places: dict[str, int] = {}
    steps = anything = 0
    count = 0
    for part in re.findall(r"\*+|[^*]", pattern):
        bit = 1 << count
        if part == "*":
            steps |= bit
        elif part.startswith("*"):
            anything |= bit
        else:
            places[part] = places.get(part, 0) | bit
        count += 1
    stars, end = steps | anything, 1 << count

    def fits(text: str) -> bool:
        at = 1
        at |= (at & stars) << 1
        for character in text:
            stays = anything if character == "/" else stars
            at = ((at & places.get(character, 0)) << 1) | (at & stays)
            at |= (at & stars) << 1
            if not at:
                return False
        return bool(at & end)

    return fits
