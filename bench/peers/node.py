"""Peers that run on Node: their packages, and how they start."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from bench.processes import Server, started

HERE = Path(__file__).parent


def is_possible() -> bool:
    """Whether this machine has Node."""
    return shutil.which("node") is not None and shutil.which("npm") is not None


async def installed(name: str) -> Path:
    """The folder `name` with its packages, which are installed when they are not there yet."""
    folder = HERE / name
    if not (folder / "node_modules").is_dir():
        npm = await asyncio.create_subprocess_exec(
            "npm", "ci", "--no-audit", "--no-fund", "--silent", cwd=folder
        )
        if await npm.wait() != 0:
            raise RuntimeError(f"npm could not install the packages of {name}")
    return folder


@contextlib.asynccontextmanager
async def on_node(
    name: str, env: Mapping[str, str] | None = None, roots: Sequence[int] = ()
) -> AsyncIterator[Server]:
    """The peer in the folder `name`, with its packages."""
    folder = await installed(name)
    async with started(["node", str(folder / "server.js")], env, roots) as server:
        yield server
