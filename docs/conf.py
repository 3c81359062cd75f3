"""How the documentation is built: `make docs`."""

import logging

from frontdesk import __version__

project = "Frontdesk"
author = "The Frontdesk authors"
project_copyright = "The Frontdesk authors"
release = version = __version__

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "Frontdesk"
html_show_sphinx = False
html_show_sourcelink = False


def is_worth_a_word(record: logging.LogRecord) -> bool:
    """Not that a list of pages is empty: they are patterns, so that a page is found where it lies."""
    return "didn't match any documents" not in str(record.msg)


logging.getLogger("sphinx.sphinx.directives.other").addFilter(is_worth_a_word)
