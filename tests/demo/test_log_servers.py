"""The demo opens no log server to the network: Airflow would let it listen on every address."""

from __future__ import annotations

from airflow.cli import cli_parser

from demo import airflow


def test_no_part_of_airflow_serves_its_logs() -> None:
    parser = cli_parser.get_parser()
    asked = {
        name: parser.parse_args([name, *options]) for name, options in airflow.COMPONENTS.items()
    }
    able = {name for name, given in asked.items() if hasattr(given, "skip_serve_logs")}
    assert able == {"scheduler", "triggerer"}, "those that would"
    assert all(asked[name].skip_serve_logs for name in able)
