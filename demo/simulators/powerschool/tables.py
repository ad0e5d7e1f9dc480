"""/ws/schema: tables and named queries, with paging, counts, sorting and access by field."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from demo.simulators.powerschool.answers import (
    ApiError,
    counted,
    forbidden,
    invalid,
    listed,
    not_found,
)
from demo.simulators.powerschool.config import DEFAULT_PAGE, Behaviour
from demo.simulators.powerschool.fiql import where
from demo.simulators.powerschool.plugin import Plugin, Query
from demo.simulators.powerschool.schema import TABLES, key_of
from demo.simulators.powerschool.store import Store

Params = Mapping[str, str]
_TEXT = frozenset({"att_code", "storecode", "grade", "course_number", "student_number"})


class Schema:
    """The database as one plugin may see it."""

    def __init__(self, store: Store, behaviour: Behaviour, plugin: Plugin) -> None:
        self.store, self.behaviour, self.plugin = store, behaviour, plugin

    def tables(self) -> dict[str, Any]:
        seen = sorted({name.split(".")[0] for name in self.plugin.fields})
        return listed([{"name": name} for name in seen], "table", self.behaviour)

    def metadata(self, table: str) -> dict[str, Any]:
        columns = [
            {"name": name, "access": "ViewOnly" if self._may(table, name) else "NoAccess"}
            for name in self._columns(table)
        ]
        return {"name": table, "columns": columns}

    def page(self, table: str, params: Params, *, lie: int = 0) -> dict[str, Any]:
        columns, condition, values = self._asked(table, params)
        order = params.get("sort", key_of(table)).lower()
        if order not in TABLES[table]:
            raise invalid(table, "sort")
        down = " desc" if params.get("sortdescending") == "true" else ""
        limit, offset = self._paging(params, "schema_table_query")
        named = ", ".join(f'"{name}"' for name in columns)
        rows = self.store.select(
            f'select {named}, "{key_of(table)}" as "@id" from "{table}" where {condition}'
            f' order by "{order}"{down} limit {limit} offset {offset}', values,
        )  # fmt: skip
        records = [
            {"id": int(row.pop("@id")), "name": table, "tables": {table: _texts(row)}}
            for row in rows
        ]
        return {"name": table, **listed(records, "record", self.behaviour), "@extensions": ""}

    def count(self, table: str, params: Params, *, lie: int = 0) -> dict[str, Any]:
        self._columns(table)
        condition, values = where(params.get("q"), TABLES[table], set(TABLES[table]) - _TEXT)
        found = self.store.select(f'select count(*) as n from "{table}" where {condition}', values)
        return counted(int(found[0]["n"]) + lie, self.behaviour)

    def row(self, table: str, key: str) -> dict[str, Any]:
        self._columns(table)
        found = self.store.one(table, int(key)) if key.isdigit() else None
        if found is None:
            raise not_found()
        seen = {name: value for name, value in found.items() if self._may(table, name)}
        return {"id": int(key), "name": table, "tables": {table: _texts(seen)}}

    def run(self, name: str, body: bytes, params: Params, *, lie: int = 0) -> dict[str, Any]:
        """POST /ws/schema/query/{name}."""
        query, values = self._query(name, body)
        limit, offset = self._paging(params, "schema_table_query")
        order = ""
        if "order" in params:
            order = f" order by {self._order(query, params['order'])}"
        rows = self._select(
            f"select * from ({query.sql}){order} limit {limit} offset {offset}", query, values
        )
        records: list[dict[str, Any]] = []
        for row in rows:
            flat = _texts(row)
            core = {"id": int(row.get(key_of(query.core_table)) or 0), "name": query.core_table}
            records.append(
                {**core, "tables": {query.core_table: flat}} if self.behaviour.nested else flat
            )
        found: dict[str, Any] = {"name": query.core_table}
        if params.get("count") == "true":
            found["count"] = self._total(query, values) + lie
        return {**found, **listed(records, "record", self.behaviour), "@extensions": ""}

    def run_count(self, name: str, body: bytes, *, lie: int = 0) -> dict[str, Any]:
        """POST /ws/schema/query/{name}/count."""
        query, values = self._query(name, body)
        return counted(self._total(query, values) + lie, self.behaviour)

    def _total(self, query: Query, values: dict[str, Any]) -> int:
        found = self.store.select(f"select count(*) as n from ({query.sql})", values)
        return int(found[0]["n"])

    def _select(self, sql: str, query: Query, values: dict[str, Any]) -> list[dict[str, Any]]:
        rows = self.store.select(sql, values)
        hidden = {n for n, field in query.fields.items() if not self._granted(field)}
        if rows and len(rows[0]) != len(query.fields):
            raise ApiError(500, "The number of columns does not match the query")
        # the columns of the definition name those of the SQL by their place
        named = [dict(zip(query.fields, row.values(), strict=True)) for row in rows]
        return [{n: v for n, v in row.items() if n not in hidden} for row in named]

    def _query(self, name: str, body: bytes) -> tuple[Query, dict[str, Any]]:
        query = self.plugin.queries.get(name)
        if query is None:
            raise not_found()
        if self.behaviour.ungranted == "refuse" and not all(
            self._granted(field) for field in query.fields.values()
        ):
            raise forbidden()
        try:
            given = json.loads(body or b"{}")
        except json.JSONDecodeError:
            raise invalid(name, "body", "InvalidArgument") from None
        if not isinstance(given, dict) or query.required - set(given):
            raise invalid(name, ", ".join(sorted(query.required)), "MissingArgument")
        unknown = set(given) - query.required - set(query.optional)
        if unknown:
            raise invalid(name, ", ".join(sorted(unknown)), "InvalidArgument")
        values = {**query.optional, **given}
        return query, {n: _bound(value) for n, value in values.items()}

    def _order(self, query: Query, text: str) -> str:
        name, _, way = text.partition(";")
        if name.lower() not in query.fields:
            raise invalid(query.name, "order")
        return f'"{name.lower()}"' + (" desc" if way == "desc" else "")

    def _asked(self, table: str, params: Params) -> tuple[list[str], str, dict[str, object]]:
        known = self._columns(table)
        projection = params.get("projection")
        if not projection:
            raise invalid(table, "projection", "MissingParameter")
        wanted = list(known) if projection == "*" else projection.lower().split(",")
        if set(wanted) - set(known):
            raise invalid(table, "projection")
        readable = [name for name in wanted if self._may(table, name)]
        if projection != "*" and len(readable) < len(wanted):
            raise forbidden()
        condition, values = where(params.get("q"), known, set(known) - _TEXT)
        return readable, condition, values

    def _columns(self, table: str) -> tuple[str, ...]:
        if table not in TABLES:
            raise not_found()
        if not self.behaviour.core_tables:
            raise forbidden(": core tables are not available here")
        if not any(self._may(table, name) for name in TABLES[table]):
            raise forbidden()
        return TABLES[table]

    def _may(self, table: str, name: str) -> bool:
        return self._granted(f"{table}.{name}")

    def _granted(self, field: str) -> bool:
        return self.plugin.may_read(field, self.behaviour.revoked)

    def _paging(self, params: Params, kind: str) -> tuple[int, int]:
        most = self.behaviour.page_size(kind)
        try:
            page = int(params.get("page", "1"))
            size = int(params.get("pagesize", str(min(most, DEFAULT_PAGE))))
        except ValueError:
            raise invalid("paging", "page") from None
        if page < 1 or size < 0:
            raise invalid("paging", "page")
        if size == 0:
            return -1, 0  # everything
        if size > most:
            if self.behaviour.over_size == "refuse":
                raise invalid("paging", "pagesize", "TooLarge")
            size = most
        return size, (page - 1) * size


def _texts(row: Mapping[str, Any]) -> dict[str, str]:
    """All values as text; what is null is not there."""
    return {name: _text(value) for name, value in row.items() if value not in (None, "")}


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _bound(value: Any) -> Any:
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?\d+", value) else value
