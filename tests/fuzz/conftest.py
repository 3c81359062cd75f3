"""The servers of the conformance tests, for those who mean them harm."""

from tests.conformance.conftest import house, shared_house, visitors

__all__ = ["house", "shared_house", "visitors"]
