"""The servers of the conformance tests serve here too."""

from tests.conformance.conftest import house, shared_house, visitors

__all__ = ["house", "shared_house", "visitors"]
