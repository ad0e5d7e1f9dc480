"""What the tree promises: rooms can be removed, files stay readable, nothing foreign is named."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from dotenv import dotenv_values

from include import errors
from include.settings import Settings

ROOT = Path(__file__).parents[2]
READ_BY_PEOPLE = (
    "*.py", "*.sql", "*.yml", "*.yaml", "*.md", "*.toml", "*.in", "*.sh", "*.txt",
    "Makefile", ".ci/run", ".env.example",
)  # fmt: skip
# Written by the locker, hashes and all.
LOCKS = {"requirements.txt", "requirements-dev.txt", "requirements-bootstrap.txt"}


def tracked(*patterns: str) -> list[Path]:
    """Files of the repository that match; from git, so that generated files do not count."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    files = [ROOT / line for line in listing.stdout.splitlines()]
    assert files, f"no file matches {patterns}"
    return [path for path in files if path.exists()]


@pytest.mark.parametrize("room", ["include", "ml", "dags", "dbt_project", "demo", "bench", "docs"])
def test_every_room_of_the_plan_is_there(room: str) -> None:
    assert (ROOT / room).is_dir()


@pytest.mark.parametrize(
    "removed", [("dags", "plugins"), ("demo",), ("bench",)], ids=["orchestration", "demo", "bench"]
)
def test_the_library_stands_without(removed: tuple[str, ...], tmp_path: Path) -> None:
    for room in {"include", "ml", "dags", "plugins", "demo", "bench"} - set(removed):
        if (ROOT / room).exists():
            shutil.copytree(
                ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__")
            )
    modules = sorted(
        ".".join(path.relative_to(tmp_path).with_suffix("").parts).removesuffix(".__init__")
        for room in ("include", "ml")
        for path in (tmp_path / room).rglob("*.py")
        if path.name != "__main__.py" and "migrations" not in path.parts
        and "orchestration" not in path.parts
    )  # fmt: skip
    script = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
    done = subprocess.run(
        [sys.executable, "-c", script, *modules],
        cwd=tmp_path, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_airflow_appears_only_under_orchestration() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in tracked("include/*.py", "ml/*.py")
        if "orchestration" not in path.parts
        and any(name.split(".")[0] == "airflow" for name in imported_names(path))
    ]
    assert found == []


def test_nobody_imports_the_dags() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in tracked("*.py")
        if any(name.split(".")[0] == "dags" for name in imported_names(path))
    ]
    assert found == []


def imported_names(path: Path) -> list[str]:
    """Every module a file imports, at the top or inside a function."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append(node.module)
    return names


def test_imports_inside_functions_are_found(tmp_path: Path) -> None:
    source = tmp_path / "late.py"
    source.write_text("def f():\n    from airflow.sdk import dag\n")
    assert imported_names(source) == ["airflow.sdk"]


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("left-over marker", r"\b(TODO|FIXME|XXX|HACK)\b"),
        ("package registry host", r"\b(pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian)"),
        ("path of one machine", r"(?<![\w.])/(home|Users|root)/\w"),
    ],
)
def test_no_file_holds(what: str, pattern: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked(*READ_BY_PEOPLE)
        if path != Path(__file__) and path.name not in LOCKS
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert found == [], what


def test_every_setting_is_explained() -> None:
    pattern = re.compile(r"\bFIRSTBELL_[A-Z_]+\b")
    used = {
        name
        for path in tracked("*.py", "*.yml", "*.sh", "Makefile", "docker-compose.yaml")
        if "tests" not in path.relative_to(ROOT).parts
        for name in pattern.findall(path.read_text(encoding="utf-8"))
    }
    # dbt's profile is filled by include.dbt_values from the district's connection
    used = {name.rstrip("_") for name in used if not name.startswith("FIRSTBELL_DBT_")}
    settings = {f"FIRSTBELL_{name.upper()}" for name in Settings.model_fields}
    explained = pattern.findall((ROOT / ".env.example").read_text(encoding="utf-8"))
    assert (used | settings) - {"FIRSTBELL"} - set(explained) == set()


def test_the_example_of_settings_means_the_same_to_a_shell_and_to_the_demo(tmp_path: Path) -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    file = tmp_path / ".env"
    file.write_text(re.sub(r"(?m)^# (?=[A-Z_]+=)", "", example), encoding="utf-8")
    script = f"set -a; . {file}; set +a; env -0"
    said = subprocess.run(
        ["sh", "-euc", script], check=True, capture_output=True, text=True, env={}
    )
    exported = dict(line.split("=", 1) for line in said.stdout.split("\0") if line)
    wanted = dotenv_values(file)
    assert {name: exported.get(name) for name in wanted} == wanted
    connections = [value for name, value in exported.items() if name.startswith("AIRFLOW_CONN_")]
    assert connections
    assert all("conn_type" in json.loads(value) for value in connections)


def test_the_drawing_of_the_errors_shows_each_below_its_base() -> None:
    drawn: dict[str, str] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if found := re.match(r"[\s│├└─]*\b([A-Z]\w+Error)\b", line):
            depth = (found.start(1) - len("    ")) // len("├── ")
            above[depth:] = [found[1]]
            drawn[found[1]] = above[depth - 1] if depth else "Exception"
    defined = {
        name: kind.__base__.__name__
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, Exception)
    }
    assert drawn == defined


def test_every_finding_is_listed_can_be_run_and_pins_what_it_installs() -> None:
    scripts = {path.name: path for path in tracked("findings/*.sh")}
    table = (ROOT / "findings" / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\| `(\w+\.sh)` \|", table)) == set(scripts)
    for name, path in scripts.items():
        assert os.access(path, os.X_OK), name
        installed = re.search(r"pip install ((?:.*\\\n)*.*)", path.read_text(encoding="utf-8"))
        assert installed, name
        packages = [word for word in installed[1].split() if word[0] not in "-\\"]
        assert packages, name
        assert all("==" in package for package in packages), name


@pytest.mark.parametrize("dag", sorted(path.stem for path in (ROOT / "dags").glob("*.py")))
def test_every_dag_has_its_runbook(dag: str) -> None:
    text = (ROOT / "docs" / "runbooks" / f"{dag}.md").read_text(encoding="utf-8")
    assert "**If it fails**" in text
    assert "**Safe to rerun**" in text


@pytest.mark.parametrize(
    "vendor", sorted(p.stem for p in (ROOT / "include/layouts").glob("*.y*ml"))
)
def test_every_vendor_has_its_page(vendor: str) -> None:
    assert (ROOT / "docs" / "sources" / f"{vendor}.md").is_file()


def test_no_test_of_the_data_sends_a_district_into_the_checkout() -> None:
    told = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "dbt_project" / "tests").rglob("*.sql"))
        if "seeds/xwalk" in path.read_text(encoding="utf-8")
    ]
    assert not told, "a district's own rows lie in the folder seeds beside the district files"
