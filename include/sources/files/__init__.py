"""Files of assessment vendors: fetched by SFTP or from a folder, read as their layout says.

    for local in fetch(source, connection, into):
        for feed in open_feeds(local, source, as_of_school_year=2027):
            landing.land(dsn, feed.stream, …)

A vendor is data: include/layouts/<vendor>.yaml says which files it sends, how their columns were
named over the years, what identifies a row and what a value may be. There is no code per vendor.
What it says of results (subject, scores, levels) goes to the database as data, for dbt.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from include.sources.files.fetch import look
    from include.sources.files.layout_folders import get_layout, layout_files, load_layouts
    from include.sources.files.layouts import Layout
    from include.sources.files.local import LocalFile
    from include.sources.files.reader import FileFeed, not_read, open_feeds

__all__ = [
    "FileFeed",
    "Layout",
    "LocalFile",
    "get_layout",
    "layout_files",
    "load_layouts",
    "look",
    "not_read",
    "open_feeds",
]
_PLACES = {
    "FileFeed": "reader",
    "Layout": "layouts",
    "LocalFile": "local",
    "get_layout": "layout_folders",
    "layout_files": "layout_folders",
    "load_layouts": "layout_folders",
    "look": "fetch",
    "not_read": "reader",
    "open_feeds": "reader",
}


def __getattr__(name: str) -> Any:
    """A name of this package, imported when it is used: the registry stands in every DAG file."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
