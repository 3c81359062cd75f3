"""Which part of a host name somebody registered: `www.shop.example.co.uk` belongs to `example.co.uk`.

Source:  the Public Suffix List, as the package `publicsuffixlist` carries it; nothing is fetched.
"""

from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList

HOSTS_KEPT_MAX = 4096  # A site has few hosts, and few sites lead to it.


@lru_cache(HOSTS_KEPT_MAX)
def registrable_domain(hostname: str) -> str:
    """The registrable domain, or the name itself if it has none: an IP address, `localhost`, `com`."""
    if hostname.startswith("[") or hostname.rpartition(".")[2].isdigit():
        return hostname
    return _suffixes().privatesuffix(hostname) or hostname


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
