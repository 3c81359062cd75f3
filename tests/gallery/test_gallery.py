"""Every application of the gallery is one that `check` finds nothing in."""

import pytest

from frontdesk.desk.orchestration.application_files import document_of, folders_in, read_folder
from frontdesk.desk.orchestration.checking.application_check import look_over
from tests.gallery.shop import EXAMPLES


@pytest.mark.parametrize("name", [folder.name for folder in folders_in(EXAMPLES)])
def test_nothing_is_found_in_it(name: str) -> None:
    document = document_of(read_folder(EXAMPLES / name))
    assert document.name == name
    assert look_over(document) == []
