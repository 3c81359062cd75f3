"""Packages of npm that tests read: fetched once, by exact version and hash, to where git does not look."""

import base64
import fcntl
import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path

HERE = Path(__file__).parent
KEPT = HERE / "node_modules"
FETCH_S = 110


def unpacked(npm: Path, name: str, version: str, integrity: str) -> Path:
    """The folder of a package's files.

    Errors:  `AssertionError`: what came is not what `integrity` (as lock files write it) says.
    """
    folder = KEPT / f"{name.rpartition('/')[2]}-{version}"
    with (HERE / "packages.py").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Tests run in several processes.
        if not folder.is_dir():
            coming = KEPT / f"coming-{folder.name}"
            shutil.rmtree(coming, ignore_errors=True)
            coming.mkdir(parents=True)
            _fetch(npm, f"{name}@{version}", integrity, coming)
            (coming / "package").rename(folder)
            shutil.rmtree(coming)
    return folder


def _fetch(npm: Path, what: str, integrity: str, folder: Path) -> None:
    subprocess.run(
        [npm, "pack", "--silent", what, "--pack-destination", folder],
        cwd=folder,
        check=True,
        timeout=FETCH_S,
        capture_output=True,
    )
    (archive,) = folder.glob("*.tgz")
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    assert f"sha512-{digest}" == integrity, f"{what} is not the package that the tests were written for"
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
