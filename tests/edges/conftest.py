"""The servers of the conformance tests serve here too."""

from tests.conformance.conftest import clock, clocked, house, shared_house, visitors

__all__ = ["clock", "clocked", "house", "shared_house", "visitors"]
