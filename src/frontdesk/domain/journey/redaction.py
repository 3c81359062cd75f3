"""What nobody should have typed into a page goes before it is kept: numbers of cards and phones, addresses.

Every text of an event passes here, so most of them are told apart by a quick look at what is not in them, and
hostile ones cost time in proportion to their length.

Source:  journey.md §12.5. Luhn's check is ISO/IEC 7812-1, that of an IBAN ISO 7064 mod 97-10 (ISO 13616), the
         length of an international number ITU-T E.164, the parts of a token RFC 7515 §3.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from urllib.parse import quote, unquote

from frontdesk.domain.journey.web_events import Scalar

EMAIL, CARD, IBAN, PHONE, TOKEN = "[email]", "[card]", "[iban]", "[phone]", "[token]"
CARD_DIGITS = range(13, 20)
IBAN_CHARS = range(15, 35)
PHONE_DIGITS = range(8, 16)
LOCAL_PART_CHARS_MAX = 64
ENCODED_TIMES_MAX = 4
PASSES_MAX = 6

_AT = re.compile(
    r"(?:@|%(?:25){0,3}40)(?:[\w-]{1,63}\.)+(?:xn--[a-z0-9-]{2,59}|[^\W\d_]{2,63})", re.IGNORECASE
)
_LOCAL_PART = re.compile(r"[\w.!$'*+^`{|}~%-]+\Z")
_TOKEN = re.compile(r"(?<![\w-])e[yw][\w-]{8,}+\.[\w-]{4,}+(?:\.[\w-]*+){1,3}", re.ASCII)
_DIGITS = re.compile(r"\d[ .()/-]{0,2}\d[ .()/-]{0,2}\d[ .()/-]{0,2}\d", re.ASCII)  # Every IBAN has as many.
_NUMBERS = re.compile(r"(?:\d[ .()/-]{0,2}){7}\d", re.ASCII)
_GROUPS = re.compile(r"(?<![\d.])(?:\d++(?:[ -]\d++)*+)(?!\.\d)", re.ASCII)
_IBAN_BEGINS = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?=[ -]?[A-Za-z0-9])")
_IBAN_GROUP = re.compile(r"[ -]?([A-Za-z0-9]{1,30})(?![A-Za-z0-9])")
_PHONE = re.compile(
    r"\+(?:[ .()/-]{0,2}\d){8,15}(?!\d)|(?<![\w.+])(?<!\d[ .()/-])00(?:[ .()/-]{0,2}\d)++", re.ASCII
)
_DIGIT_GROUP = re.compile(r"\d+")
_IN_ADDRESSES = re.compile(r"([/?&=;#]+)")
_UNCHANGED = "!$'()*,:@[]~"  # Characters that stay as they are where a part of an address is written anew.


def redacted(text: str) -> str:
    """The text without what it should not say. Redacting it again changes nothing."""
    return _settled(text, _once)


def redacted_url(url: str) -> str:
    """The address likewise; what is percent encoded in it is read as well."""
    return _settled(url, _address_once) if "%" in url or "+" in url else redacted(url)


def redacted_value(value: Scalar) -> Scalar:
    """The value of an attribute likewise; a whole number may be that of a card."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, int) and not isinstance(value, bool):
        digits = str(abs(value)) if abs(value) < 10**CARD_DIGITS.stop else ""
        return CARD if len(digits) in CARD_DIGITS and _is_valid(_sums(digits), 0, len(digits)) else value
    return value


def _settled(text: str, once: Callable[[str], str]) -> str:
    """What is left when nothing more is found: what stood between two numbers may have hidden a third."""
    for _ in range(PASSES_MAX):
        found = once(text)
        if found == text:
            break
        text = found
    return text


def _once(text: str) -> str:
    if "ey" in text or "ew" in text:
        text = _TOKEN.sub(TOKEN, text)
    if "@" in text or "40" in text:
        text = _without(text, _emails(text), EMAIL)
    if _DIGITS.search(text) is None:
        return text
    text = _without(text, _ibans(text), IBAN)
    if _NUMBERS.search(text) is None:
        return text
    text = _GROUPS.sub(_cards_of, text)
    if "+" in text or "00" in text:
        text = _PHONE.sub(_phone_of, text)
    return text


def _without(text: str, spans: Iterator[tuple[int, int]], instead: str) -> str:
    kept: list[str] = []
    end = 0
    for begin, until in spans:
        kept += (text[end:begin], instead)
        end = until
    return "".join((*kept, text[end:])) if kept else text


def _emails(text: str) -> Iterator[tuple[int, int]]:
    end = 0
    for found in _AT.finditer(text):
        at = found.start()
        local = _LOCAL_PART.search(text[max(end, at - LOCAL_PART_CHARS_MAX) : at])
        if local is not None:
            end = found.end()
            yield at - len(local.group()), end


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    end = 0
    for found in _IBAN_BEGINS.finditer(text):
        if found.start() < end:
            continue
        until = _end_of_iban(text, found)
        if until is not None:
            end = until
            yield found.start(), end


def _end_of_iban(text: str, found: re.Match[str]) -> int | None:
    """Where the IBAN ends that begins there, or None. In groups, it ends where its check digits say so."""
    characters, end = found.group(), found.end()
    while group := _IBAN_GROUP.match(text, end):
        characters += group.group(1)
        end = group.end()
        if len(characters) >= IBAN_CHARS.stop:
            return None
        if len(characters) in IBAN_CHARS and _is_iban(characters):
            return end
    return None


def _is_iban(characters: str) -> bool:
    turned = characters[4:] + characters[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def _cards_of(found: re.Match[str]) -> str:
    """The groups of digits, with those together replaced that are the number of a card."""
    text = found.group()
    groups = [group.span() for group in _DIGIT_GROUP.finditer(text)]
    digits = _DIGIT_GROUP.findall(text)
    return _without(text, _cards(groups, _sums("".join(digits))), CARD)


def _cards(
    groups: Sequence[tuple[int, int]], sums: tuple[Sequence[int], Sequence[int]]
) -> Iterator[tuple[int, int]]:
    ends = list(accumulate(end - begin for begin, end in groups))
    number = 0
    while number < len(groups):
        first, before = number, ends[number - 1] if number else 0
        number += 1
        for last in range(first, len(groups)):
            until = ends[last]
            if until - before >= CARD_DIGITS.stop:
                break
            if until - before in CARD_DIGITS and _is_valid(sums, before, until):
                yield groups[first][0], groups[last][1]
                number = last + 1
                break


def _sums(digits: str) -> tuple[Sequence[int], Sequence[int]]:
    """Running sums of the digits as Luhn's check counts them, for ends at even places and at odd ones."""
    plain, doubled = [int(digit) for digit in digits], [_DOUBLED[int(digit)] for digit in digits]
    at_even, at_odd = (
        list(accumulate((plain[n] if n % 2 == last else doubled[n] for n in range(len(digits))), initial=0))
        for last in (0, 1)
    )
    return at_even, at_odd


def _is_valid(sums: tuple[Sequence[int], Sequence[int]], begin: int, end: int) -> bool:
    running = sums[(end - 1) % 2]
    return (running[end] - running[begin]) % 10 == 0


_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def _phone_of(found: re.Match[str]) -> str:
    """Numbers that begin with 00 are those of phones when they are in groups; others are of articles."""
    text = found.group()
    digits = "".join(filter(str.isdigit, text))
    if text.startswith("00"):
        digits = digits[2:] if digits != text else ""
    return PHONE if len(digits) in PHONE_DIGITS and digits[0] != "0" else text


def _address_once(url: str) -> str:
    return _once("".join(map(_part_redacted, _IN_ADDRESSES.split(url))))


def _part_redacted(part: str) -> str:
    """A part of an address, written anew only if there is something in it."""
    if "%" not in part and "+" not in part:
        return part
    plain = part
    for _ in range(ENCODED_TIMES_MAX):
        before, plain = plain, unquote(plain)
        if plain == before:
            break
    for read in (plain, plain.replace("+", " ")):
        found = _once(read)
        if found != read:
            return quote(found, safe=_UNCHANGED, errors="replace")
    return part
