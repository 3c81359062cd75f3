"""HTTP clients for servers of tests, which have no TLS."""

import ssl
from typing import Any

import httpx2

from tests.patience import PATIENCE_S

# Trusts nobody. Reading what the machine trusts takes longer than most tests need, and each client would.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def http_client(timeout: float = PATIENCE_S, **options: Any) -> httpx2.AsyncClient:
    """A client of `http:` addresses alone, as patient as a test."""
    return httpx2.AsyncClient(timeout=timeout, verify=NO_TLS, **options)
