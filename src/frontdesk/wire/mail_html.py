"""The words of a mail that is written in HTML: what a reader would see, and nothing that could do anything.

One pass over the page, which looks for each end once: however it is broken, it costs what its length says.
"""

import re
from collections.abc import Iterator
from html import unescape

# What begins a line of its own, and what stands apart from what is around it.
_LINES = frozenset(("address", "article", "br", "dd", "div", "dt", "footer", "header", "li", "section", "tr"))
_PARAGRAPHS = frozenset(("blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "table", "ul"))
# What is in the page and not to be read.
_UNSEEN = frozenset(("head", "noscript", "object", "script", "style", "svg", "template", "title"))
_TAG = re.compile(r"(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
_ADDRESS = re.compile(r"\bhref\s*=\s*[\"']?(https?://[^\s\"'<>]{1,2000})", re.IGNORECASE)


def text_of_html(page: str, chars_max: int) -> tuple[str, bool]:
    """The text of a page, and whether that is all of it: no more than `chars_max` characters are kept."""
    pieces: list[str] = []
    room = chars_max
    for piece in _pieces(page):
        pieces.append(piece[:room])
        room -= len(piece)
        if room < 0:
            break
    lines = [re.sub(r"[ \t\xa0]+", " ", line).strip() for line in "".join(pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), room >= 0


def _pieces(page: str) -> Iterator[str]:
    """What is to be read, piece by piece."""
    lowered = page.lower() if len(page.lower()) == len(page) else page  # Of few letters, other lengths.
    at, address = 0, ""
    while (tag_at := page.find("<", at)) >= 0:
        yield _read(page[at:tag_at])
        tag = _TAG.match(page, tag_at + 1)
        if page.startswith("<!--", tag_at):
            at = _after(page, "-->", tag_at)
            continue
        if tag is None and page[tag_at + 1 : tag_at + 2] not in ("!", "?", "/"):
            yield "<"
            at = tag_at + 1
            continue
        at = _after(page, ">", tag_at)
        if tag is None:
            continue
        is_end, name = bool(tag[1]), tag[2].lower()
        if name in _UNSEEN and not is_end:
            at = _after(page, ">", _after(lowered, f"</{name}", at))
        elif name == "a":
            if is_end and address:
                yield f" <{address}>"
            found = None if is_end else _ADDRESS.search(page[tag_at:at])
            address = unescape(found[1]) if found else ""
        else:
            yield _break(name, is_end=is_end)
    yield _read(page[at:])


def _after(page: str, end: str, at: int) -> int:
    """Where a page goes on after what ends with `end`; nowhere, when it does not end."""
    found = page.find(end, at)
    return found + len(end) if found >= 0 else len(page)


def _read(text: str) -> str:
    return unescape(re.sub(r"\s+", " ", text))


def _break(name: str, *, is_end: bool) -> str:
    if name in _PARAGRAPHS:
        return "\n\n"
    if name in _LINES:
        return "\n- " if name == "li" and not is_end else "\n"
    return " " if name in ("td", "th") else ""
