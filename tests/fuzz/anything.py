"""What people and programs might send, likely and unlikely.

The examples are the same on every run, so that a failure is somebody's change and not chance. To look for
new ones: `pytest tests/fuzz --hypothesis-profile=search`.
"""

from typing import Any

import hypothesis
from hypothesis import strategies as st

# Bounds that keep each test at a few seconds.
hypothesis.settings.register_profile("search", max_examples=2000, deadline=None)
IS_SEARCH = hypothesis.settings.get_current_profile_name() == "search"


def tries(count: int) -> hypothesis.settings:
    """How often a test is tried; the search decides for itself."""
    patient = hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.too_slow])
    return patient if IS_SEARCH else hypothesis.settings(patient, max_examples=count, derandomize=True)


NASTY = (
    "\u202egnp.exe\u202c",  # Turned around.
    "\u2066\u2069\u200f\u200e\u061c",
    "e\u0301\u0301\u0301\u0301",
    "\ufeffbom",
    "\uffff\ufffe\ufdd0",
    "\U0010ffff",
    "\u2028\u2029\x85",
    "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "\x00",
    "a\x1b[31m\x07\x08\x7f",
    "\r\n\r\nHTTP/1.1 200 OK\r\n",
    "<script>alert(1)</script>",
    "'; DROP TABLE events; --",
    "{start:123456789}",
    "%00%ff%",
    "null",
    "NaN",
    "-0",
    "\t \n",
)
texts = st.one_of(st.sampled_from(NASTY), st.text(st.characters(codec="utf-8"), max_size=40))
names = st.one_of(
    st.sampled_from(
        (
            "message",
            "text",
            "nickname",
            "transcriptPosition",
            "userData[a]",
            "userData[a][b][]",
            "userData[",
            "userData[]]",
            'userData["q"]',
            "userData" + "[a]" * 20,
            "keys",
            "keys[]",
            "pushUrl",
            "eventAttributes",
            "messageType",
            "alias",
            "emailAddress",
            "subject",
            "x" * 1500,
        )
    ),
    texts,
)
positions = st.one_of(
    st.integers().map(str),
    st.sampled_from(("", "0", "-1", "1e9", "NaN", "0x1", "١", " 1", "9" * 400, "-" * 9)),
)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**30, max_value=10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
# JSON, nearly JSON, and what some parsers take for JSON.
json_texts = st.sampled_from(
    (
        '{"a":"\\ud800"}',
        '{"\\udc00\\ud800":1}',
        '{"a":NaN}',
        '{"a":Infinity}',
        '{"a":1e400}',
        '{"a":-1e-400}',
        '{"a":' + "9" * 400 + "}",
        '{"a":0.' + "9" * 400 + "}",
        '{"a":1,"a":2}',
        '{"a":' * 40 + "1" + "}" * 40,
        '{"a":' * 3000 + "1" + "}" * 3000,
        "[" * 3000,
        '{"a":"' + "x" * 20_000 + '"}',
        "{'a':1}",
        "{",
        "[]",
        "null",
        '"',
        '{"a":1}x',
        "\ufeff{}",
        '{"":{"":[]}}',
    )
)
