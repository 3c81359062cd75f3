"""What clients have already is not sent again."""

import pytest

from frontdesk.edges.etags import is_known

TAG = '"abc"'


@pytest.mark.parametrize("said", ['"abc"', 'W/"abc"', '"x", W/"abc" ,"y"', "*", " * "])
def test_what_they_have_is_known(said: str) -> None:
    assert is_known(TAG, said)


@pytest.mark.parametrize("said", ["", '"abcd"', "abc", '"*"', '"x","y"'])
def test_anything_else_is_sent(said: str) -> None:
    assert not is_known(TAG, said)
