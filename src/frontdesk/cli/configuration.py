"""How commands find the settings."""

import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from frontdesk.settings import Settings
from frontdesk.settings_file import load_settings

DEFAULT_FILE = Path("frontdesk.toml")

Config = Annotated[
    Path | None,
    Parameter(
        name=("--config", "-c"),
        env_var="FRONTDESK_CONFIG",
        help="The settings, in TOML. By default `frontdesk.toml` of this folder, where there is one.",
    ),
]


def settings_of(config: Path | None) -> Settings:
    """The settings of a file and the environment. Errors: `Refused` naming every mistake."""
    if config is None and DEFAULT_FILE.exists():
        config = DEFAULT_FILE
    return load_settings(config, os.environ)
