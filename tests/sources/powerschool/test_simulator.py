"""The simulated PowerSchool answers as the contract says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import requests

from demo.simulators.powerschool import Fault, PluginError, Running, install, serve
from tests.sources.powerschool.helpers import PLUGIN, QUERY, bearer, get, post, store_of, student

GRANT = {"grant_type": "client_credentials"}
ALL = {"after_key": 0, "changed_since": "1900-01-01 00:00:00"}


@pytest.mark.parametrize(
    ("options", "status", "error"),
    [
        pytest.param({"auth": ("nobody", "x"), "data": GRANT}, 401, "invalid_client", id="secret"),
        pytest.param({"data": GRANT}, 401, "invalid_client", id="no credentials"),
        pytest.param({"json": GRANT}, 400, "invalid_request", id="not a form"),
        pytest.param(
            {"data": {"grant_type": "password"}}, 400, "unsupported_grant_type", id="other grant"
        ),
    ],
)
def test_token_refusals(server: Running, options: dict[str, Any], status: int, error: str) -> None:
    answer = requests.post(f"{server.url}/oauth/access_token", timeout=5, **options)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


@pytest.mark.parametrize("path", ["/oauth/access_token", "/oauth/access_token/"])
def test_a_token_lasts_thirty_days_and_says_so_as_text(server: Running, path: str) -> None:
    login = (server.client, server.secret)
    answer = requests.post(f"{server.url}{path}", data=GRANT, auth=login, timeout=5).json()
    assert (answer["expires_in"], answer["token_type"]) == ("2592000", "Bearer")


def test_a_token_that_is_not_known_is_refused(server: Running) -> None:
    answer = get(server, "/ws/v1/metadata", Authorization="Bearer nonsense")
    assert answer.status_code == 401
    assert "invalid_token" in answer.headers["WWW-Authenticate"]


def test_page_sizes_stand_in_the_metadata(server: Running) -> None:
    server.behaviour.page_sizes["student"] = 25
    found = get(server, "/ws/v1/metadata").json()["metadata"]
    assert (found["student_max_page_size"], found["schema_table_query_max_page_size"]) == (25, 10)


def test_without_accept_the_answer_is_xml(server: Running) -> None:
    answer = get(server, "/ws/v1/district", Accept="*/*")
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert "<district_number>990100</district_number>" in answer.text


def test_one_element_comes_as_an_object_and_none_not_at_all(server: Running) -> None:
    schools = get(server, "/ws/v1/district/school").json()["schools"]
    assert schools["school"]["school_number"] == 12  # nor the school of the graduates
    assert "school" not in get(server, "/ws/v1/district/school?page=2").json()["schools"]


def test_expansions_are_absent_unless_asked_for(server: Running) -> None:
    assert "school_enrollment" not in get(server, "/ws/v1/student/101").json()["student"]
    path = "/ws/v1/student/101?expansions=school_enrollment,demographics"
    found = get(server, path).json()["student"]
    assert found["school_enrollment"]["grade_level"] == 5
    assert found["demographics"]["birth_date"] == "2015-03-04"


def test_students_can_be_searched_and_counted(server: Running) -> None:
    server.store.upsert("students", student(3, enroll_status=2))
    path = "/ws/v1/district/student/count?q=school_enrollment.enroll_status==A"
    assert get(server, path).json() == {"count": 94}
    server.behaviour.counts = "resource"
    assert get(server, "/ws/v1/district/student/count").json() == {"resource": {"count": 95}}


def test_a_query_gives_flat_texts_without_what_is_null(server: Running) -> None:
    answer = post(server, f"{QUERY}.students?pagesize=1", ALL).json()
    record = answer["record"]  # one: an object
    assert (record["dcid"], record["dob"], record["grade_level"]) == ("101", "2015-03-04", "5")
    assert "middle_name" not in record
    assert answer["name"] == "students"


def test_the_columns_of_a_query_can_be_nested_below_the_table(server: Running) -> None:
    server.behaviour.nested = True
    record = post(server, f"{QUERY}.students?pagesize=1", ALL).json()["record"]
    assert record["tables"]["students"]["id"] == "1"


def test_queries_are_paged_counted_and_told_apart_by_their_arguments(server: Running) -> None:
    assert len(post(server, f"{QUERY}.students", ALL).json()["record"]) == 10
    last = post(server, f"{QUERY}.students?page=10", ALL).json()["record"]
    assert [row["id"] for row in last] == [str(n) for n in range(91, 96)]
    everything = post(server, f"{QUERY}.students?pagesize=0", ALL).json()["record"]
    assert len(everything) == 95
    assert post(server, f"{QUERY}.students/count", {**ALL, "after_key": 190}).json() == {"count": 5}
    counted = post(server, f"{QUERY}.students?count=true&page=11", ALL).json()
    assert (counted["count"], "record" in counted) == (95, False)


def test_a_page_that_is_too_large_is_cut_or_refused(server: Running) -> None:
    path = f"{QUERY}.students?pagesize=50"
    assert len(post(server, path, ALL).json()["record"]) == 10
    server.behaviour.over_size = "refuse"
    assert post(server, path, ALL).status_code == 400


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [("students", {}, 400), ("students", {**ALL, "more": 1}, 400), ("nothing", ALL, 404)],
    ids=["missing argument", "unknown argument", "unknown query"],
)
def test_refused_queries(server: Running, name: str, body: dict[str, Any], status: int) -> None:
    answer = post(server, f"{QUERY}.{name}", body)
    assert answer.status_code == status
    assert "message" in answer.json()


def test_changes_since_a_moment(server: Running) -> None:
    server.store.upsert("students", student(7, transaction_date="2026-11-20 16:30:00"))
    body = {"after_key": 0, "changed_since": "2026-11-20 16:30:00"}
    assert post(server, f"{QUERY}.students", body).json()["record"]["id"] == "7"


def test_a_silent_edit_moves_no_moment(server: Running) -> None:
    server.store.upsert("students", {"dcid": 107, "gender": "F"}, silent=True)
    row = server.store.one("students", 107)
    assert row is not None
    assert (row["gender"], row["transaction_date"]) == ("F", "2026-09-01 08:00:07")


def test_a_table_needs_a_projection_and_gives_what_was_granted(server: Running) -> None:
    assert get(server, "/ws/schema/table/students").status_code == 400
    path = "/ws/schema/table/students?projection=*&q=id=gt=90;last_name==Stu*&sort=dcid"
    records = get(server, path).json()["record"]
    tables = [record["tables"]["students"] for record in records]
    assert [row["id"] for row in tables] == [str(n) for n in range(91, 96)]
    assert not {"ssn", "guardianemail"} & set(tables[0])
    denied = get(server, "/ws/schema/table/students?projection=id,ssn")
    assert (denied.status_code, "not allowed" in denied.json()["message"]) == (403, True)
    assert get(server, "/ws/schema/table/students/count?q=id=le=5").json() == {"count": 5}


def test_core_tables_can_be_closed(server: Running) -> None:
    server.behaviour.core_tables = False
    assert get(server, "/ws/schema/table/students?projection=id").status_code == 403


def test_the_metadata_of_a_table_says_what_may_be_read(server: Running) -> None:
    found = get(server, "/ws/schema/table/students/metadata?expansions=access").json()
    access = {column["name"]: column["access"] for column in found["columns"]}
    assert (access["dob"], access["ssn"]) == ("ViewOnly", "NoAccess")


@pytest.mark.parametrize("what", ["students", "students.dob"])
def test_what_an_administrator_takes_away_is_refused(server: Running, what: str) -> None:
    server.behaviour.revoked.add(what)
    assert post(server, f"{QUERY}.students", ALL).status_code == 403


def test_the_log_gives_discipline_only_and_no_entry(server: Running) -> None:
    server.store.load(
        "log",
        [
            {"dcid": 1, "studentid": 1, "logtypeid": -100000, "entry_date": "2026-10-01",
             "entry": "private"},
            {"dcid": 2, "studentid": 1, "logtypeid": 5001, "entry_date": "2026-10-01"},
        ],
    )  # fmt: skip
    body = {"after_key": 0, "first_day": "2024-07-01", "log_type": -100000}
    record = post(server, f"{QUERY}.log", body).json()["record"]
    assert (record["dcid"], "entry" in record) == ("1", False)


def test_every_query_of_the_plugin_runs(server: Running) -> None:
    values = {**ALL, "first_yearid": 33, "first_day": "2024-07-01", "log_type": -100000}
    for name, query in PLUGIN.queries.items():
        body = {argument: values[argument] for argument in query.required}
        answer = post(server, f"/ws/schema/query/{name}?count=true", body)
        assert answer.status_code == 200, name


def test_requests_that_come_too_soon_are_told_to_wait() -> None:
    moments = iter(range(100))
    with serve(store_of(1), PLUGIN, clock=lambda: next(moments) / 10) as server:
        server.behaviour.min_interval_s = 0.15
        token = {"Authorization": f"Bearer {bearer(server)}", "Accept": "application/json"}
        first, second = (
            requests.get(f"{server.url}/ws/v1/metadata", headers=token, timeout=5) for _ in "ab"
        )
        assert first.status_code == 200
        # each request reads the clock for its token and once more for the interval: 0.2 s
        assert second.status_code == 200
        server.behaviour.min_interval_s = 0.5
        third = requests.get(f"{server.url}/ws/v1/metadata", headers=token, timeout=5)
        assert (third.status_code, third.headers["Retry-After"]) == (429, "1")


def test_a_portal_page_can_answer_with_200(server: Running) -> None:
    server.faults.add(Fault("html", match="metadata"))
    answer = get(server, "/ws/v1/metadata")
    assert (answer.status_code, "text/html" in answer.headers["Content-Type"]) == (200, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<oauth/>", ""),
        ('field="DCID"', 'field="NOTHING"'),
        ('version="1.0.0"', 'version="one"'),
        (":after_key", ":another"),
    ],
    ids=["no client", "unknown field", "version", "unknown argument"],
)
def test_a_broken_plugin_is_not_installed(tmp_path: Path, old: str, new: str) -> None:
    source = Path("include/sources/powerschool/plugin")
    with zipfile.ZipFile(tmp_path / "broken.zip", "w") as packed:
        for path in source.rglob("*.xml"):
            text = path.read_text(encoding="utf-8").replace(old, new)
            packed.writestr(str(path.relative_to(source)), text)
    with pytest.raises(PluginError):
        install(tmp_path / "broken.zip")


def test_it_serves_a_folder_from_the_command_line_under_control(tmp_path: Path) -> None:
    (tmp_path / "students.jsonl").write_text(json.dumps(student(1)) + "\n", encoding="utf-8")
    control = tmp_path / "control.jsonl"
    command = [
        sys.executable, "-m", "demo.simulators.powerschool", "--data", str(tmp_path),
        "--plugin", "include/sources/powerschool/plugin", "--control", str(control),
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": "."}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        url = line.split(" at ")[1].split(": ")[0]
        login = ("simulated-client", "simulated-secret")
        token = requests.post(f"{url}/oauth/access_token", data=GRANT, auth=login, timeout=5)
        told = {"Authorization": f"Bearer {token.json()['access_token']}",
                "Accept": "application/json"}  # fmt: skip
        control.write_text('{"delete": {"table": "students", "key": 101}}\n', encoding="utf-8")
        answer = requests.get(f"{url}/ws/v1/district/student/count", headers=told, timeout=5)
        assert answer.json() == {"count": 0}
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert "1 rows" in line
