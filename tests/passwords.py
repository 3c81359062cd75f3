"""Passwords that cost nothing to speak of: servers of tests have several, and nobody is after them."""

from argon2.profiles import CHEAPEST

from frontdesk.desk import passwords


def make_cheap() -> None:
    """From now on, in this process."""
    passwords.COST = CHEAPEST
