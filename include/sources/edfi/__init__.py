"""Ed-Fi ODS/API: the catalogue of resources, the client, and each resource as a feed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from include.sources.edfi.client import Client
    from include.sources.edfi.resources import RESOURCES, Resource
    from include.sources.edfi.stream import EdfiStream, open_stream
    from include.sources.edfi.watermark import check_watermark
    from include.sources.edfi.years import DATED, school_years

__all__ = [
    "DATED",
    "RESOURCES",
    "Client",
    "EdfiStream",
    "Resource",
    "check_watermark",
    "open_stream",
    "school_years",
]
_PLACES = {
    "DATED": "years",
    "RESOURCES": "resources",
    "Client": "client",
    "EdfiStream": "stream",
    "Resource": "resources",
    "check_watermark": "watermark",
    "open_stream": "stream",
    "school_years": "years",
}


def __getattr__(name: str) -> Any:
    """A name of this package, imported when it is used: the registry stands in every DAG file."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
