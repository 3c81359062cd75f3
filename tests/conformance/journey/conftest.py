"""What tests of journeys may ask for."""

import pytest

from tests.conformance.journey.tracked import Ticking


@pytest.fixture(scope="module")
def time() -> Ticking:
    """The clock of the servers of a file."""
    return Ticking()
