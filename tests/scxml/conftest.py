"""The test documents that the recommendation's authors and SCION's author published."""

from pathlib import Path

import pytest

from tests.scxml.packages import unpacked

FRAMEWORK = (
    "@scion-scxml/test-framework",
    "2.0.16",
    "sha512-5rRd5CdFLUzmPaO43NSamBmhq6uW/0kUmUneEnqRSbAj0FiFVAINd1DfadUkdECT+xHLARCJZU7meQD4nqYyKw==",
)


@pytest.fixture(scope="session")
def published(npm_path: Path) -> Path:
    """The folder of the published test documents."""
    return unpacked(npm_path, *FRAMEWORK) / "test"
