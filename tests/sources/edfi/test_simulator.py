"""The simulated ODS/API answers as the contract says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from demo.simulators.edfi import Behaviour, Running, serve
from tests.sources.edfi.helpers import record_id, store_of, student


def token(server: Running, **options: Any) -> requests.Response:
    options.setdefault("data", {"grant_type": "client_credentials"})
    return requests.post(f"{server.url}/oauth/token", timeout=5, **options)


def get(server: Running, path: str, **headers: str) -> requests.Response:
    answer = token(server, auth=(server.key, server.secret)).json()
    bearer = {"Authorization": f"Bearer {answer['access_token']}", **headers}
    return requests.get(f"{server.url}{path}", headers=bearer, timeout=5)


@pytest.fixture
def modern() -> Iterator[Running]:
    with serve(store_of(60)) as running:
        yield running


GRANT = {"grant_type": "client_credentials"}


@pytest.mark.parametrize(
    ("options", "status", "error"),
    [
        pytest.param({"auth": ("nobody", "x")}, 401, "invalid_client", id="wrong key"),
        pytest.param({}, 401, "invalid_request", id="no credentials"),
        pytest.param(
            {"headers": {"Authorization": "Digest abc"}}, 401, "invalid_client", id="not Basic"
        ),
        pytest.param(
            {"headers": {"Authorization": "Basic !!!"}}, 400, "invalid_request", id="bad base64"
        ),
        pytest.param(
            {"auth": ("simulated-key", "simulated-secret"), "data": {"grant_type": "password"}},
            400,
            "unsupported_grant_type",
            id="other grant",
        ),
        pytest.param(
            {"auth": ("simulated-key", "x"), "data": {**GRANT, "client_id": "k"}},
            400,
            "invalid_client",
            id="both ways at once",
        ),
        pytest.param(
            {"auth": ("simulated-key", "simulated-secret"), "data": {**GRANT, "scope": "x"}},
            400,
            "invalid_scope",
            id="bad scope",
        ),
    ],
)
def test_token_refusals(modern: Running, options: dict[str, Any], status: int, error: str) -> None:
    answer = token(modern, **options)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_token_lasts_1800_seconds_and_works_by_json_too(modern: Running) -> None:
    body = {**GRANT, "client_id": modern.key, "client_secret": modern.secret}
    answer = token(modern, data=None, json=body).json()
    assert (answer["expires_in"], answer["token_type"]) == (1800, "bearer")


def test_limits_and_totals(modern: Running) -> None:
    plain = get(modern, "/data/v3/ed-fi/students")
    assert len(plain.json()) == 25
    assert "Total-Count" not in plain.headers
    bare = get(modern, "/data/v3/ed-fi/students?totalCount=true&limit=0")
    assert (bare.json(), bare.headers["Total-Count"]) == ([], "60")


def test_over_limit_in_both_manners(behaviour: Behaviour) -> None:
    with serve(store_of(1, behaviour), behaviour) as server:
        answer = get(server, "/data/v3/ed-fi/students?limit=501")
    assert answer.status_code == 400
    if behaviour.version == "7.3":
        body = answer.json()
        assert body["type"] == "urn:ed-fi:api:bad-request:parameter-validation-failed"
        assert body["errors"] == ["Limit must be omitted or set to a value between 0 and 500."]
    else:
        assert set(answer.json()) == {"message"}


@pytest.mark.parametrize(
    "query", ["pageSize=10", "pageToken=MSw5&limit=5", "pageToken=MSw5&totalCount=true"]
)
def test_cursor_parameters_cannot_be_mixed(modern: Running, query: str) -> None:
    assert get(modern, f"/data/v3/ed-fi/students?{query}").status_code == 400


def test_the_cursor_walks_to_an_empty_page(modern: Running) -> None:
    answer, seen = get(modern, "/data/v3/ed-fi/students?limit=25"), 0
    while answer.json():
        seen += len(answer.json())
        cursor = answer.headers["Next-Page-Token"]
        answer = get(modern, f"/data/v3/ed-fi/students?pageSize=25&pageToken={cursor}")
    assert seen == 60
    assert "Next-Page-Token" not in answer.headers


def test_deletes_and_key_changes_carry_flat_key_values(modern: Running) -> None:
    modern.store.change_key("students", record_id(1), {"studentUniqueId": "N"})
    modern.store.delete("students", record_id(1))
    (deleted,) = get(modern, "/data/v3/ed-fi/students/deletes?minChangeVersion=1").json()
    (renamed,) = get(modern, "/data/v3/ed-fi/students/keyChanges").json()
    assert deleted == {
        "id": record_id(1),
        "changeVersion": 2,
        "keyValues": {"studentUniqueId": "N"},
    }
    assert renamed["oldKeyValues"] == {"studentUniqueId": "S00001"}


def test_fields_by_version(behaviour: Behaviour) -> None:
    store = store_of(0, behaviour)
    store.load("studentSchoolAssociations", [{"schoolReference": {"schoolId": 1}}])
    with serve(store, behaviour) as server:
        (row,) = get(server, "/data/v3/ed-fi/studentSchoolAssociations").json()
    assert "_etag" in row
    assert ("_lastModifiedDate" in row) is (behaviour.version == "7.3")
    assert row["schoolReference"]["link"]["rel"] == "School"


def test_a_key_without_organisations_gets_empty_lists(modern: Running) -> None:
    modern.behaviour.hidden = {"*"}
    modern.store.delete("students", record_id(1))
    for part in ("", "/deletes"):
        answer = get(modern, f"/data/v3/ed-fi/students{part}?totalCount=true")
        assert (answer.status_code, answer.json(), answer.headers["Total-Count"]) == (200, [], "0")


def test_snapshots_of_7_refuse_writing_and_absence(modern: Running) -> None:
    use = {"Use-Snapshot": "true"}
    assert get(modern, "/data/v3/ed-fi/students", **use).status_code == 404
    answer = token(modern, auth=(modern.key, modern.secret)).json()
    headers = {"Authorization": f"Bearer {answer['access_token']}", **use}
    url = f"{modern.url}/data/v3/ed-fi/students"
    assert requests.post(url, headers=headers, timeout=5).status_code == 405


def test_the_command_serves_a_folder_and_obeys_its_control_file(tmp_path: Path) -> None:
    (tmp_path / "students.jsonl").write_text(
        "".join(json.dumps(student(n)) + "\n" for n in range(4)), encoding="utf-8"
    )
    control = tmp_path / "control.jsonl"
    arguments = ["--data", str(tmp_path), "--port", "0", "--control", str(control)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-m", "demo.simulators.edfi", *arguments],
        cwd=root,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            url = line.split(" at ")[1].rsplit(":", 1)[0]
            answer = requests.post(
                f"{url}/oauth/token",
                auth=("simulated-key", "simulated-secret"),
                data=GRANT,
                timeout=5,
            ).json()
            bearer = {"Authorization": f"Bearer {answer['access_token']}"}
            students = f"{url}/data/v3/ed-fi/students"
            assert len(requests.get(students, headers=bearer, timeout=5).json()) == 4
            commands = [
                {"upsert": {"resource": "students", "record": student(9)}},
                {"delete": {"resource": "students", "record_id": record_id(0)}},
                {"fault": {"kind": "error", "match": "students", "status": 503}},
            ]
            control.write_text("".join(json.dumps(c) + "\n" for c in commands), encoding="utf-8")
            assert requests.get(students, headers=bearer, timeout=5).status_code == 503
            rows = requests.get(students, headers=bearer, timeout=5).json()
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert {row["id"] for row in rows} == {record_id(n) for n in (1, 2, 3, 9)}
