"""Where a stage's runbook can be read: a path of the repository, or a link where one is set."""

from __future__ import annotations

import re

from include.settings import Settings

_PATH = re.compile(r"docs/runbooks/(\w+)\.md")


def place(stage: str) -> str:
    """The link to a stage's runbook, if FIRSTBELL_DOCS_URL is set; else its path."""
    base, path = Settings().docs_url, f"docs/runbooks/{stage}.md"
    return path if base is None else f"{base.rstrip('/')}/{path.removeprefix('docs/')}"


def linked(text: str) -> str:
    """A Markdown text whose runbooks are links, where there is something to link to."""
    if Settings().docs_url is None:
        return text
    return _PATH.sub(lambda found: f"[{found[0]}]({place(found[1])})", text)
