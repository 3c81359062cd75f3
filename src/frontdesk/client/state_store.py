"""What a visitor's side keeps for the next time: in memory, or in a file that only its owner can read.

Browsers keep the same things, under the same names, in cookies."""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

log = logging.getLogger(__name__)


class Storage(Protocol):
    """Where the state lies."""

    def read(self) -> object:
        """What was last written, or `None`."""

    def write(self, state: Mapping[str, Any]) -> None:
        """Keep `state` in place of all that was kept before."""


class MemoryStorage:
    """State that lasts as long as this object."""

    def __init__(self) -> None:
        self._text = "{}"

    def read(self) -> object:
        """What was last written, as a copy."""
        return json.loads(self._text)

    def write(self, state: Mapping[str, Any] | None) -> None:
        """Keep a copy of `state`; `None` is nothing."""
        self._text = json.dumps(state if state is None else dict(state))


class FileStorage:
    """State in a JSON file with mode 600, because it holds the keys of a session.

    Shape:   the file is replaced as a whole, so a crash leaves the old state or the new one.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)

    def read(self) -> object:
        """What was last written; `None` when there is no file."""
        try:
            return json.loads(self._path.read_text())
        except FileNotFoundError:
            return None

    def write(self, state: Mapping[str, Any] | None) -> None:
        """Replace the file; without any state there is no file."""
        if not state:
            self._path.unlink(missing_ok=True)
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(f"{self._path.name}.new")
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(dict(state), file)
        beside.replace(self._path)


class StateStore:
    """Named values over a storage.

    Shape:   what cannot be read counts as nothing kept; what cannot be written is logged, for a chat goes on
             without it.
    """

    def __init__(self, storage: Storage | None = None) -> None:
        self._storage = MemoryStorage() if storage is None else storage
        self._values = self._read()

    def get(self, name: str) -> Any:
        """The value kept under `name`, or `None`."""
        return self._values.get(name)

    def set(self, name: str, value: object) -> None:
        """Keep `value`, which must be JSON, under `name`."""
        self.update({name: value})

    def update(self, values: Mapping[str, object]) -> None:
        """Keep several values in one writing."""
        if any(self._values.get(name) != value for name, value in values.items()):
            self._values.update(values)
            self._write()

    def remove(self, *names: str) -> None:
        """Keep nothing under `names` any longer."""
        kept = {name: value for name, value in self._values.items() if name not in names}
        if len(kept) != len(self._values):
            self._values = kept
            self._write()

    def _read(self) -> dict[str, Any]:
        try:
            state = self._storage.read()
        except (OSError, ValueError) as error:
            log.warning("the kept state cannot be read: %s", error)
            return {}
        return dict(state) if isinstance(state, Mapping) else {}

    def _write(self) -> None:
        try:
            self._storage.write(self._values)
        except OSError as error:
            log.warning("the state cannot be kept: %s", error)
