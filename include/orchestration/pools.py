"""The pools of a district: how many tasks may use one of its systems at once."""

from __future__ import annotations


def edfi(district_code: str) -> str:
    """The pool of the Ed-Fi API."""
    return f"edfi__{district_code}"


def files(district_code: str) -> str:
    """The pool of the vendors' file deliveries."""
    return f"files__{district_code}"


def warehouse(district_code: str) -> str:
    """The pool of the warehouse: one dbt command at a time, they share a target folder."""
    return f"warehouse__{district_code}"


def of(district_code: str) -> list[tuple[str, int, str]]:
    """Name, slots and description of every pool of a district, for whoever installs it."""
    return [
        (edfi(district_code), 2, "Ed-Fi API: as many tasks at once as its host allows"),
        (files(district_code), 2, "file deliveries of assessment vendors"),
        (warehouse(district_code), 1, "dbt: one command at a time"),
    ]
