"""Measurements: what a message, a poll, a chat and a connection cost, beside what they cost elsewhere.

`python -m bench` runs them; docs/performance.md says how to read them.
"""
