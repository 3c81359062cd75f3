"""Passwords: what is kept of them, and what it costs to try one."""

import subprocess
import sys

from argon2 import extract_parameters
from argon2.profiles import CHEAPEST

from frontdesk.desk import passwords

KEEP_ONE = "from frontdesk.desk import passwords; print(passwords.kept_of('correct horse'))"


def test_what_is_kept_costs_what_rfc_9106_recommends_where_memory_is_scarce() -> None:
    """In a process of its own: in this one they are cheap."""
    kept = subprocess.run([sys.executable, "-c", KEEP_ONE], capture_output=True, text=True, check=True).stdout
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.is_right("correct horse", kept.strip())
    assert not passwords.is_right("wrong horse", kept.strip())


def test_two_of_the_same_are_not_kept_alike() -> None:
    assert passwords.kept_of("correct horse") != passwords.kept_of("correct horse")


def test_nobodys_takes_as_long_to_refuse_as_anybodys() -> None:
    assert extract_parameters(passwords.kept_of_nobody()) == CHEAPEST
    assert extract_parameters(passwords.kept_of("correct horse")) == CHEAPEST
    assert not passwords.is_right("", passwords.kept_of_nobody())
    assert passwords.kept_of_nobody() != passwords.kept_of_nobody()


def test_what_is_no_hash_is_of_no_password() -> None:
    assert not passwords.is_right("-", "-")
