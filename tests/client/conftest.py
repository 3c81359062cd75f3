"""The server of the conformance tests serves here too."""

from tests.conformance.conftest import house

__all__ = ["house"]
