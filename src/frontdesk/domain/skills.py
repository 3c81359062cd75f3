"""Skills: what somebody is good at, and how good.

A name is the same in any case, so that `German` and `german` are one skill and a slip loses nobody.
"""

import re
from collections.abc import Iterable, Mapping

from frontdesk.errors import Refused

NAME_CHARS_MAX = 126  # Source: orchestration §12.4.
LEVEL_MAX = 1_000_000
SKILLS_MAX = 500

_PLAIN = re.compile(r"[^\W\d]\w*")

Skills = Mapping[str, int]


def skill_name(name: str) -> str:
    """The one form of a skill's name. Errors: `Refused("skill_invalid")`."""
    name = name.strip().lower()
    if not 0 < len(name) <= NAME_CHARS_MAX or not name.isprintable() or "'" in name:
        text = f"a skill's name is 1 to {NAME_CHARS_MAX} printable characters without quotation marks (')"
        raise Refused("skill_invalid", text)
    return name


def is_plain(name: str) -> bool:
    """Whether a name stands in an expression as it is; others stand between single quotes."""
    return _PLAIN.fullmatch(name) is not None


def parse_skill(text: str) -> tuple[str, int]:
    """The name and the level of `german=7`; a level of 0 is no such skill.

    Errors:  `Refused("skill_invalid")` saying what would be right.
    """
    name, is_given, level = text.rpartition("=")
    if not is_given or not re.fullmatch(r"\s*[0-9]{1,7}\s*", level) or int(level) > LEVEL_MAX:
        example = f"write a name and a level from 0 to {LEVEL_MAX}, such as german=7"
        raise Refused("skill_invalid", f"{text!r} is no skill: {example}")
    return skill_name(name), int(level)


def changed(skills: Skills, texts: Iterable[str]) -> dict[str, int]:
    """Skills after what `german=7` and the like say, by name; the others stay.

    Errors:  `Refused` with `skill_invalid`, or `too_many_skills`.
    """
    after = {**skills, **dict(parse_skill(text) for text in texts)}
    kept = {name: level for name, level in sorted(after.items()) if level}
    if len(kept) > SKILLS_MAX:
        raise Refused("too_many_skills", f"somebody may have {SKILLS_MAX} skills", limit=SKILLS_MAX)
    return kept


def described(skills: Skills) -> str:
    """Skills as people read them: `english 5, german 7`."""
    return ", ".join(f"{name} {level}" for name, level in sorted(skills.items()))
