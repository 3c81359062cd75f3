"""How this machine reaches its package index: pip's settings, said in uv's words.

uv reads neither pip's configuration files nor its environment variables, and a machine behind a mirror or a
proxy is usually told about it there.
"""

import ast
from collections.abc import Mapping

# pip's option: uv's variable, and what stands between several values.
TRANSLATIONS = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "client-cert": ("SSL_CLIENT_CERT", " "),
    "proxy": ("ALL_PROXY", " "),
    "default-timeout": ("UV_HTTP_TIMEOUT", " "),
    "timeout": ("UV_HTTP_TIMEOUT", " "),
}
# A lock must hold on other machines too, so it is made from the main index alone.
OF_THIS_MACHINE_ONLY = ("extra-index-url", "find-links")
# Later ones win, as in pip.
SECTIONS = ("global", "install", ":env:")


def parse(listing: str) -> dict[str, str]:
    """The settings in the output of `pip config list`, by option name.

    Shape:   lines such as `global.index-url='…'`; sections of other commands are passed over.
    """
    found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for line in listing.splitlines():
        key, equals, value = line.partition("=")
        section, dot, option = key.rpartition(".")
        if equals and dot and section in found:
            found[section][option] = ast.literal_eval(value)
    return {option: value for section in SECTIONS for option, value in found[section].items()}


def for_uv(pip: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` with what uv needs to see of pip's settings. Whatever is said to uv itself stays."""
    told = dict(environment)
    for option, (variable, separator) in TRANSLATIONS.items():
        if option in pip:
            told.setdefault(variable, separator.join(pip[option].split()))
    if "UV_INDEX_URL" in environment and "UV_DEFAULT_INDEX" not in environment:
        told.pop("UV_DEFAULT_INDEX", None)
    if "UV_INDEX" in told:
        # As pip does: look at every index. What is installed is fixed by its hash, wherever it lies.
        told.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return told
