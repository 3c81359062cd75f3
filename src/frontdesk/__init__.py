"""Frontdesk: self-hosted web chat on an append-only log."""

__version__ = "0.1.0"
