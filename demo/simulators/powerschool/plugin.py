"""The plugin that a district installed: which fields it may read, and its named queries."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from demo.simulators.powerschool.schema import TABLES

SPACE = "{http://plugin.powerschool.pearson.com}"
READS = {"ViewOnly", "FullAccess"}


class PluginError(Exception):
    """The plugin cannot be installed."""


@dataclass(frozen=True, slots=True)
class Query:
    """One named query."""

    name: str
    core_table: str
    sql: str
    fields: dict[str, str]  # column of the answer -> table.field
    required: frozenset[str]
    optional: dict[str, str] = field(default_factory=dict)  # argument -> its default


@dataclass(frozen=True, slots=True)
class Plugin:
    """An installed plugin. `fields` holds `table.field` in lower case."""

    name: str
    version: str
    fields: frozenset[str]
    queries: dict[str, Query]

    def may_read(self, name: str, revoked: set[str]) -> bool:
        return (
            name in self.fields
            and name not in revoked
            and name.split(".", maxsplit=1)[0] not in revoked
        )


def install(path: Path) -> Plugin:
    """Read a plugin from its folder or its ZIP, as the district's administrator installs it."""
    files = _files(path)
    if "plugin.xml" not in files:
        raise PluginError("plugin.xml is not at the root of the plugin")
    root = ET.fromstring(files["plugin.xml"])
    if root.tag != f"{SPACE}plugin" or not re.fullmatch(r"[0-9.]+", root.get("version", "")):
        raise PluginError("plugin.xml is no plugin with a version")
    if root.find(f"{SPACE}oauth") is None:
        raise PluginError("plugin.xml asks for no OAuth client")
    if root.find(f"{SPACE}publisher/{SPACE}contact") is None:
        raise PluginError("plugin.xml names no publisher with a contact")
    fields: set[str] = set()
    for wanted in root.findall(f"{SPACE}access_request/{SPACE}field"):
        table, name = wanted.get("table", "").lower(), wanted.get("field", "").lower()
        if name not in TABLES.get(table, ()):
            raise PluginError(f"access_request: no field {table}.{name}")
        if wanted.get("access") in READS:
            fields.add(f"{table}.{name}")
    queries = {
        query.name: query
        for name, text in sorted(files.items())
        if re.fullmatch(r"queries_root/[\w.]+\.named_queries\.xml", name)
        for query in _queries(text)
    }
    return Plugin(root.get("name", ""), root.get("version", ""), frozenset(fields), queries)


def _files(path: Path) -> dict[str, bytes]:
    if path.is_file():
        with zipfile.ZipFile(path) as packed:
            return {name: packed.read(name) for name in packed.namelist()}
    return {
        str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()
    }


def _queries(text: bytes) -> list[Query]:
    found = []
    for node in ET.fromstring(text).findall("query"):
        name = node.get("name", "")
        if not re.fullmatch(r"[a-z]\w*(\.[a-z]\w*){3,}", name):
            raise PluginError(f"query {name}: expected a dotted name of four parts or more")
        fields = {
            (column.text or "").strip().lower(): column.get("column", "").lower()
            for column in node.findall("columns/column")
        }
        for field_name in fields.values():
            table, _, column_name = field_name.partition(".")
            if column_name not in TABLES.get(table, ()):
                raise PluginError(f"query {name}: no field {field_name}")
        given = {arg.get("name", ""): arg for arg in node.findall("args/arg")}
        required = frozenset(n for n, arg in given.items() if arg.get("required") == "true")
        defaults = {n: arg.get("default", "") for n, arg in given.items() if n not in required}
        sql = (node.findtext("sql") or "").strip()
        bound = set(re.findall(r"(?<!:):([a-z]\w*)", re.sub(r"'[^']*'", "", sql)))
        if bound - set(given):
            raise PluginError(f"query {name}: {sorted(bound - set(given))} is no argument of it")
        core = node.get("coreTable", "").lower()
        found.append(Query(name, core, sql, fields, required, defaults))
    return found
