"""A PostgreSQL of one's own, with the durability that it has by default."""

import contextlib
from collections.abc import Iterator

import msgspec

from tests.postgres import stoppable_server


class Postgres(msgspec.Struct, frozen=True):
    """A running cluster; `pid` is the process above all its others, when its CPU time is to count."""

    url: str
    pid: int | None = None


@contextlib.contextmanager
def postgres() -> Iterator[Postgres]:
    """A new cluster (`fsync` and `synchronous_commit` on), gone at the end."""
    with stoppable_server() as server:
        yield Postgres(server.get_uri(), server.get_pid())
