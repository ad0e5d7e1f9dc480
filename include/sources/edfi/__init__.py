"""Ed-Fi ODS/API: the catalogue of resources, the client, and each resource as a feed."""

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
