"""A misspelt key of the dbt project is found: on Postgres dbt 1.11 says nothing of one."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from dbt.jsonschemas.jsonschemas import project_schema, resources_schema
from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match

from tests.parsed_project import PROJECT

Properties = dict[str, Any]
NOT_PROPERTIES = {"dbt_project.yml", "profiles.yml"}
FILES = sorted(
    file for file in PROJECT.rglob("*.yml") if file.name not in NOT_PROPERTIES
)  # fmt: skip
# the keys that we give to the config of a test of a foreign key
TEST_CONFIG = {"severity", "where", "warn_if", "error_if", "limit", "tags", "meta", "enabled"}


def misspelt(properties: Properties) -> Iterator[str]:
    """What dbt's own schema of properties does not know, each with its place."""
    for error in Draft7Validator(resources_schema()).iter_errors(_as_the_schema_knows(properties)):
        named = best_match([error]) or error
        yield f"{'.'.join(map(str, error.absolute_path))}: {named.message}"


def _as_the_schema_knows(properties: Properties) -> Properties:
    """The properties without two things that dbt reads and the schema it ships with lacks.

    They are `meta` of a column, and `config` of a test of a foreign key.
    """
    known = copy.deepcopy(properties)
    for kind in ("models", "seeds"):
        for node in known.get(kind, []):
            for column in node.get("columns", []):
                column.pop("meta", None)
                for test in column.get("data_tests", []):
                    if isinstance(test, dict) and "relationships" in test:
                        config = test["relationships"].get("config", {})
                        if set(config) <= TEST_CONFIG:
                            test["relationships"].pop("config", None)
    return known


def read(file: Path) -> Properties:
    properties: Properties = yaml.safe_load(file.read_text(encoding="utf-8"))
    return properties


def test_there_are_properties() -> None:
    assert len(FILES) > 20


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PROJECT)))
def test_properties_are_spelt_as_dbt_reads_them(file: Path) -> None:
    assert list(misspelt(read(file))) == []


def _rendered(settings: Any) -> Any:
    """The settings with an answer where dbt renders an expression to one: `+enabled`."""
    if not isinstance(settings, dict):
        return settings
    return {
        name: True if name == "+enabled" and str(value).startswith("{{") else _rendered(value)
        for name, value in settings.items()
    }


def test_the_project_file_is_spelt_as_dbt_reads_it() -> None:
    settings = _rendered(read(PROJECT / "dbt_project.yml"))
    errors = Draft7Validator(project_schema()).iter_errors(settings)
    assert [error.message for error in errors] == []


def _model(properties: Properties) -> dict[str, Any]:
    model: dict[str, Any] = properties["models"][0]
    return model


def _data_test_of_a_model(properties: Properties) -> None:
    _model(properties)["data_test"] = ["x"]


def _data_test_of_a_column(properties: Properties) -> None:
    _model(properties)["columns"][0]["data_test"] = ["not_null"]


def _contract(properties: Properties) -> None:
    _model(properties)["config"] = {"contrac": {"enforced": True}}


def _enforced(properties: Properties) -> None:
    _model(properties)["config"] = {"contract": {"enforce": True}}


def _materialized(properties: Properties) -> None:
    _model(properties)["config"] = {"materialised": "view"}


def _severity(properties: Properties) -> None:
    _model(properties)["columns"][0]["data_tests"] = [
        {"relationships": {"arguments": {"to": "ref('x')", "field": "x"}, "config": {"severty": 1}}}
    ]


@pytest.mark.parametrize(
    "misspell",
    [
        _data_test_of_a_model,
        _data_test_of_a_column,
        _contract,
        _enforced,
        _materialized,
        _severity,
    ],
)
def test_a_misspelt_key_is_seen(misspell: Callable[[Properties], None]) -> None:
    properties = read(PROJECT / "models" / "risk" / "_risk__models.yml")
    misspell(properties)
    assert list(misspelt(properties)) != []


MATERIALIZED = {"model": {"table", "view", "incremental"}, "seed": {"seed"}, "test": {"test"}}


def misset(nodes: Iterable[Any]) -> Iterator[str]:
    """Settings of nodes, from properties or from SQL, that dbt takes without reading them."""
    for node in nodes:
        # fails no earlier than at the model's turn in a night
        known = MATERIALIZED.get(node.resource_type, {node.config.materialized})
        if node.config.materialized not in known:
            yield f"{node.name}: materialized {node.config.materialized!r}"
        # what dbt does not know it keeps as an extra; `indexes` is Postgres's own
        for key in set(node.config._extra) - {"indexes"}:
            yield f"{node.name}: {key}"
        # `limit` caps what `error_if` and `warn_if` count: a threshold above it is never reached
        is_capped = node.resource_type == "test" and node.config.limit is not None
        if is_capped and {node.config.error_if, node.config.warn_if} != {"!= 0"}:
            yield f"{node.name}: limit beside a threshold"


def test_no_setting_of_a_node_goes_unread(parsed: Any) -> None:
    assert parsed.nodes
    assert list(misset(parsed.nodes.values())) == []


@pytest.mark.parametrize(
    ("resource_type", "setting", "named"),
    [
        ("model", {"materialized": "veiw"}, "veiw"),
        ("model", {"_extra": {"materialised": "view"}}, "materialised"),
        ("test", {"limit": 10, "error_if": ">50"}, "limit"),
        ("test", {"limit": 10, "warn_if": ">50"}, "limit"),
    ],
)
def test_a_wrong_setting_is_seen(
    parsed: Any, resource_type: str, setting: dict[str, Any], named: str
) -> None:
    first = next(node for node in parsed.nodes.values() if node.resource_type == resource_type)
    node = copy.deepcopy(first)
    for key, value in setting.items():
        setattr(node.config, key, value)
    assert [finding for finding in misset([node]) if named in finding]


def test_rows_of_this_in_a_unit_test_need_no_table(parsed: Any) -> None:
    """Other forms ask the table for its columns, which does not stand before a first build."""
    own = [
        (unit_test.name, given.format.value)
        for unit_test in parsed.unit_tests.values()
        for given in unit_test.given
        if given.input == "this"
    ]
    assert own
    assert [name for name, form in own if form != "sql"] == []


def read_by_position(unit_tests: Iterable[Any]) -> Iterator[str]:
    """Expected rows whose columns stand in another order than those of the first row.

    dbt puts the rows together by position: values are exchanged, and a wrong expectation may pass.
    """
    for unit_test in unit_tests:
        rows = unit_test.expect.rows
        if not isinstance(rows, list):
            continue
        for number, row in enumerate(rows[1:], start=2):
            if [name.lower() for name in row] != [name.lower() for name in rows[0]]:
                yield f"{unit_test.name}: expected row {number}"


def test_expected_rows_list_their_columns_in_one_order(parsed: Any) -> None:
    assert list(read_by_position(parsed.unit_tests.values())) == []


def test_an_expected_row_in_another_order_is_seen(parsed: Any) -> None:
    one = next(
        unit_test
        for unit_test in parsed.unit_tests.values()
        if isinstance(unit_test.expect.rows, list) and len(unit_test.expect.rows) > 1
    )
    changed = copy.deepcopy(one)
    changed.expect.rows[1] = dict(reversed(changed.expect.rows[1].items()))
    assert list(read_by_position([changed])) == [f"{one.name}: expected row 2"]
