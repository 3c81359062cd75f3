"""What kind of page led somebody to the site, and what they had searched for there.

Source:  the well-known ones; search engines that have a domain in each country are known by its first label.
"""

from collections.abc import Mapping

from frontdesk.domain.journey.registrable_domains import registrable_domain

SEARCH, SOCIAL, EMAIL, INTERNAL, UNKNOWN = "search", "social", "email", "internal", "unknown"

# The name, and the parameters that hold what was searched for.
_SEARCH_LABELS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "google": ("Google", ("q",)),
    "bing": ("Bing", ("q",)),
    "yahoo": ("Yahoo!", ("p", "q")),
    "duckduckgo": ("DuckDuckGo", ("q",)),
    "yandex": ("Yandex", ("text", "q")),
    "baidu": ("Baidu", ("wd", "word")),
    "ecosia": ("Ecosia", ("q",)),
    "qwant": ("Qwant", ("q",)),
    "startpage": ("Startpage", ("query", "q")),
    "ask": ("Ask", ("q",)),
    "aol": ("AOL", ("q", "query")),
    "seznam": ("Seznam", ("q",)),
    "naver": ("Naver", ("query",)),
    "sogou": ("Sogou", ("query",)),
    "kagi": ("Kagi", ("q",)),
    "mojeek": ("Mojeek", ("q",)),
}
_SEARCH_HOSTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "search.brave.com": ("Brave", ("q",)),
    "suche.t-online.de": ("T-Online", ("q",)),
    "suche.web.de": ("WEB.DE", ("su",)),
    "com.google.android.googlequicksearchbox": ("Google", ()),
}
_SOCIAL: Mapping[str, str] = {
    "facebook.com": "Facebook",
    "fb.com": "Facebook",
    "instagram.com": "Instagram",
    "threads.net": "Threads",
    "twitter.com": "X",
    "x.com": "X",
    "t.co": "X",
    "linkedin.com": "LinkedIn",
    "lnkd.in": "LinkedIn",
    "pinterest.com": "Pinterest",
    "reddit.com": "Reddit",
    "tiktok.com": "TikTok",
    "youtube.com": "YouTube",
    "youtu.be": "YouTube",
    "vk.com": "VK",
    "xing.com": "XING",
    "tumblr.com": "Tumblr",
    "snapchat.com": "Snapchat",
    "whatsapp.com": "WhatsApp",
    "t.me": "Telegram",
    "bsky.app": "Bluesky",
    "mastodon.social": "Mastodon",
    "quora.com": "Quora",
    "weibo.com": "Weibo",
}
_EMAIL: Mapping[str, str] = {
    "mail.google.com": "Gmail",
    "com.google.android.gm": "Gmail",
    "outlook.live.com": "Outlook",
    "outlook.office.com": "Outlook",
    "outlook.office365.com": "Outlook",
    "mail.yahoo.com": "Yahoo! Mail",
    "mail.aol.com": "AOL Mail",
    "navigator.web.de": "WEB.DE",
    "deref-web.de": "WEB.DE",
    "navigator.gmx.net": "GMX",
    "deref-gmx.net": "GMX",
    "mail.proton.me": "Proton Mail",
    "mail.zoho.com": "Zoho Mail",
    "app.fastmail.com": "Fastmail",
    "e.mail.ru": "Mail.ru",
    "mail.yandex.ru": "Yandex Mail",
}


def kind_of(hostname: str, page_domain: str) -> tuple[str, str, tuple[str, ...]]:
    """The medium, the name, and the parameters that may hold what was searched for; empty for no host."""
    if not hostname:
        return "", "", ()
    domain = registrable_domain(hostname)
    if domain == page_domain:
        return INTERNAL, "", ()
    if name := _EMAIL.get(hostname) or _EMAIL.get(domain):
        return EMAIL, name, ()
    engine = _SEARCH_HOSTS.get(hostname) or _SEARCH_LABELS.get(domain.partition(".")[0])
    if engine is not None:
        return SEARCH, *engine
    if name := _SOCIAL.get(domain):
        return SOCIAL, name, ()
    return UNKNOWN, "", ()
