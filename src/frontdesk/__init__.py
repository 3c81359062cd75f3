"""Frontdesk: self-hosted web chat on an append-only log.

`main` puts the parts together, `cli` is what people type; the rooms say themselves what lives there."""

__version__ = "0.1.0"
