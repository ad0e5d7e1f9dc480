"""What the dbt project promises about itself, as checks of its manifest.

Each check takes the manifest (the dict that dbt writes) and returns findings: sentences that name
the node and what to do. No finding means that the promise holds.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from include.dbt_command import PROJECT
from include.sources.files import load_layouts

Manifest = dict[str, Any]
Node = dict[str, Any]

PROMISED_SCHEMAS = ("marts", "risk", "features", "reporting")
# Where sources become one: every later room stands on these columns.
CONTRACTED_SCHEMAS = ("identity", "canonical", *PROMISED_SCHEMAS)
PII = ("none", "indirect", "direct")

# Which room may read which. Staging reads sources and crosswalks only; the staging folders that
# reporting may read are the ledger of loads, which holds no student's record, and what the forecast
# wrote.
MAY_READ = {
    "staging": {"staging", "xwalk"},
    # when a row became known stands in the ledger of loads
    "canonical": {"staging", "identity", "canonical", "xwalk"},
    # of several sources, which is of record when
    "identity": {"policy"},
    # the ledger of loads, and what layouts say, are of no source
    "intermediate": {"canonical", "intermediate", "xwalk", "policy"}
    | {"staging.ops", "staging.layouts"},
    "marts": {"canonical", "intermediate", "marts", "xwalk", "policy"},
    "risk": {"intermediate.policy", "marts", "risk", "policy"},
    "features": {"intermediate.policy", "marts", "risk", "features", "policy"},
    "reporting": {
        # codes that no crosswalk knows: they hold no student and are no mart
        "intermediate.codes",
        # how many rows of a load have a known student: counts, for the health of feeds
        "intermediate.loads",
        "intermediate.policy",
        "marts",
        "risk",
        "reporting",
        "policy",
        "privacy",
        "staging.ops",
        "staging.ml",
    },
}
# Folders of staging that are no vendor's.
OUR_STAGING = {"ops", "ml", "layouts"}


def vendor_names() -> list[str]:
    """Every name of a vendor or of its product: of its staging folder, or in its layout."""
    folders = {path.name for path in (PROJECT / "models" / "staging").iterdir() if path.is_dir()}
    found = folders - OUR_STAGING
    for layout in load_layouts().values():
        found |= {layout.source, *layout.title.split()[:1], layout.title}
    spelled = {name.lower() for name in found}
    return sorted({other for name in spelled for other in _spellings(name)}, key=len, reverse=True)


def _spellings(name: str) -> set[str]:
    """Ed-Fi, edfi, ed_fi: with and without what stands between its words."""
    words = re.split(r"[-_ ]", "ed-fi" if name == "edfi" else name)
    return {sign.join(words) for sign in ("", "-", "_", " ")}


VENDOR_NAMES = re.compile(
    rf"(?<![a-z])(?:{'|'.join(map(re.escape, vendor_names()))})(?![a-z])", re.IGNORECASE
)
CLOCKS = re.compile(
    r"\b(?:current_date|current_timestamp|localtimestamp|getdate|sysdate|now\s*\(|clock_timestamp)",
    re.IGNORECASE,
)
# A number with meaning: compared with, or multiplied by, something. 0, 1 and 100 count and scale.
POLICY_NUMBER = re.compile(
    r"(?:[<>]=?|(?<![a-z_])=|\bbetween\b)\s*(\d+(?:\.\d+)?)\b", re.IGNORECASE
)
QUALIFIED_STAR = re.compile(r"\b[a-z_]+\.\*")
STAR = re.compile(r"\bselect\s+(?:distinct\s+)?\*[^\n]*", re.IGNORECASE)
# from one relation, with at most a filter behind it: a join or a further column is no import
IMPORT_OR_LAST = re.compile(
    r"select \* from (?:\{\{ (?:ref|source)\([^)]*\) \}\}|\w+)\s*(?=where\b|union\b|\)|$)",
    re.IGNORECASE,
)
HARMLESS_NUMBERS = {"0", "1", "100"}


def models(manifest: Manifest, *schemas: str) -> list[Node]:
    """All models, or those of the schemas given."""
    return [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and (not schemas or node["schema"] in schemas)
    ]


def canonical_inputs() -> dict[str, dict[str, str]]:
    """By entity and source the model of staging, as the macro of that name says."""
    text = (PROJECT / "macros" / "canonical" / "canonical_inputs.sql").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = ast.literal_eval(
        text[text.index("return(") + len("return(") : text.rindex(") }}")]
    )
    return found


def room(node: Node) -> str:
    """The room a node stands in: its first folder, or the folder of its seed."""
    if node["resource_type"] == "seed":
        return str(node["schema"])
    return str(node["path"]).split("/", 1)[0]


def code_without_comments(node: Node) -> str:
    """The model's SQL without comments, which may name anything."""
    sql = re.sub(r"\{#.*?#\}", "", node["raw_code"], flags=re.DOTALL)
    return re.sub(r"--[^\n]*", "", sql)


def without_contract(manifest: Manifest) -> Iterator[str]:
    """Canonical models and all from marts on promise their columns and types."""
    for node in models(manifest, *CONTRACTED_SCHEMAS):
        if not node["config"]["contract"]["enforced"]:
            yield f"{node['name']}: no enforced contract; add one to its YAML"


def badly_described(manifest: Manifest) -> Iterator[str]:
    """From marts on, models and columns have a description, PII mark, owner."""
    for node in models(manifest, *PROMISED_SCHEMAS):
        name = node["name"]
        if not node["description"].strip():
            yield f"{name}: no description; say what one row is"
        owners = {**node["config"].get("meta", {}), **node.get("meta", {})}
        model_owner = owners.get("owner") or node["config"].get("group") or node.get("group")
        if not node["columns"]:
            yield f"{name}: no columns; describe each"
        for column in node["columns"].values():
            meta = {**column.get("config", {}).get("meta", {}), **column.get("meta", {})}
            if not column["description"].strip():
                yield f"{name}.{column['name']}: no description"
            if meta.get("pii") not in PII:
                yield f"{name}.{column['name']}: meta.pii is {meta.get('pii')!r}, expected {PII}"
            if not (meta.get("owner") or model_owner):
                yield f"{name}.{column['name']}: no owner, in its meta or its model's"


def sources_outside_staging(manifest: Manifest) -> Iterator[str]:
    """source() appears only in staging."""
    for node in models(manifest):
        if node["schema"] == "staging":
            continue
        for parent in node["depends_on"]["nodes"]:
            if parent.startswith("source."):
                yield f"{node['name']}: reads {parent}; only staging may call source()"


def vendors_after_staging(manifest: Manifest) -> Iterator[str]:
    """After staging nothing names a vendor, in its name or in its SQL."""
    for node in models(manifest):
        if room(node) == "staging":
            continue
        if VENDOR_NAMES.search(node["name"]):
            yield f"{node['name']}: names a vendor; name it after what it holds"
        # an import of a vendor's staging model is the one place where the union happens
        sql = re.sub(r"ref\(\s*'stg_[^']*'\s*\)", "", code_without_comments(node))
        found = VENDOR_NAMES.search(sql)
        if found:
            yield f"{node['name']}: its SQL names {found.group()!r}; map it before, in staging"
        yield from _vendors_described(node)


def _vendors_described(node: dict[str, Any]) -> Iterator[str]:
    # a model after staging holds whatever source tells of it, and its description too
    for name, one in (("", node), *node["columns"].items()):
        if found := VENDOR_NAMES.search(one["description"]):
            yield f"{node['name']} {name}: its description names {found.group()!r}"


def skipped_rooms(manifest: Manifest) -> Iterator[str]:
    """Each room reads only what MAY_READ allows."""
    for node in models(manifest):
        allowed = MAY_READ.get(room(node))
        if allowed is None:
            yield f"{node['name']}: stands in unknown room {room(node)!r}; add it to MAY_READ"
            continue
        for parent_id in node["depends_on"]["nodes"]:
            parent = manifest["nodes"].get(parent_id)
            if parent is None or parent["resource_type"] not in ("model", "seed"):
                continue
            folder = ".".join(str(parent["path"]).split("/")[:2])
            if room(parent) not in allowed and folder not in allowed:
                yield f"{node['name']}: {room(node)} may not read {parent['name']} ({folder})"


def clocks(manifest: Manifest) -> Iterator[str]:
    """No model reads the clock: a rerun of last Tuesday gives last Tuesday's answer."""
    for node in models(manifest):
        found = CLOCKS.search(code_without_comments(node))
        if found:
            yield f"{node['name']}: reads the clock ({found.group()}); use as_of_date()"


def policy_numbers(manifest: Manifest) -> Iterator[str]:
    """Rules compare with the policy, never with a number in SQL."""
    for node in models(manifest, "risk"):
        sql = re.sub(r"preference\s*=\s*1", "", code_without_comments(node))
        for number in POLICY_NUMBER.findall(sql):
            if number not in HARMLESS_NUMBERS:
                yield f"{node['name']}: compares with {number}; make it a row of risk_policy"


# What the meta of a model or seed says: whose it is, what macro keep_grain looks through, and what
# include/seed_rows.py does before a seed is loaded.
META = {"owner", "grain", "unique", "not_null", "distinct"}


def without_grain(manifest: Manifest) -> Iterator[str]:
    """Each model and seed states its grain, in its meta and nowhere else, and has it kept."""
    for node in manifest["nodes"].values():
        if node["resource_type"] not in ("model", "seed"):
            continue
        meta = node["config"]["meta"]
        for key in sorted(set(meta) - META):
            yield f"{node['name']}: meta {key!r} means nothing; known are {sorted(META)}"
        if not meta.get("grain"):
            yield f"{node['name']}: no `grain` in its meta; say which columns no two rows share"
        named = [c for key in ("grain", "unique", "not_null") for c in meta.get(key, [])]
        if len(set(named)) < len(named):
            yield f"{node['name']}: grain, unique and not_null name a column twice"
        hooks = [hook["sql"] for hook in node["config"]["post-hook"]]
        if "{{ keep_grain() }}" not in hooks:
            yield f"{node['name']}: nothing keeps its grain; see +post-hook of dbt_project.yml"


def grain_as_test(manifest: Manifest) -> Iterator[str]:
    """What keep_grain looks through is no test as well: each would be a node more every night."""
    for node in manifest["nodes"].values():
        metadata = node.get("test_metadata") if node["resource_type"] == "test" else None
        if metadata and metadata["name"] in ("unique", "not_null"):
            yield f"{node['name']}: say it in the meta of {node['attached_node']}"


def without_header(manifest: Manifest) -> Iterator[str]:
    """Each model opens with a comment that says what one row is."""
    for node in models(manifest):
        if not node["raw_code"].lstrip().startswith("-- "):
            yield f"{node['name']}: does not open with a comment saying what one row is"


def reasons_missing(manifest: Manifest) -> Iterator[str]:
    """Whoever carries a tier carries reasons that are never null: no alert without them."""
    carriers = ("tier", "rule_tier")
    # the ledgers of past tiers and the plain mapping are no messages to anybody
    ledgers = {"risk_tier_observations", "risk_tier_history", "risk_levels", "rpt_tier_calibration"}
    for node in models(manifest, "risk", "reporting"):
        if node["name"] in ledgers or not set(carriers) & set(node["columns"]):
            continue
        constraints = node["columns"].get("reasons", {}).get("constraints", [])
        is_kept = any(constraint["type"] == "not_null" for constraint in constraints)
        if not is_kept and "reasons" not in node["config"]["meta"].get("not_null", []):
            yield f"{node['name']}: has a tier but no not-null column `reasons`"


def stars_between(manifest: Manifest) -> Iterator[str]:
    """`select *` imports and hands over; in between every column is named.

    A star may stand in an import (from a relation, a filter allowed), in the branch of a union, and
    in the last line.
    """
    for node in manifest["nodes"].values():
        if node["resource_type"] not in ("model", "test") or node.get("test_metadata"):
            continue
        sql = code_without_comments(node)
        if found := QUALIFIED_STAR.search(sql):
            yield f"{node['name']}: {found.group()!r}; name the columns"
        for found in STAR.finditer(sql):
            if not IMPORT_OR_LAST.match(sql, found.start()):
                yield f"{node['name']}: {found.group()!r} is no import; name the columns"


def short_aliases(manifest: Manifest) -> Iterator[str]:
    """No relation has a name of one letter."""
    for node in models(manifest):
        found = re.search(r"\b(?:from|join)\s+\S+\s+as\s+(\w)\b", code_without_comments(node))
        if found:
            yield f"{node['name']}: alias {found.group(1)!r}; use a word"


def constraints_nobody_keeps(manifest: Manifest) -> Iterator[str]:
    """A not_null constraint stands where dbt makes it: on a table with a contract.

    A view takes none, an incremental table built before keeps what it was built with, and without a
    contract dbt says nothing and makes nothing. Such a column stands in `not_null` of the meta.
    """
    for node in models(manifest):
        materialized = node["config"]["materialized"]
        if materialized == "table" and node["config"]["contract"]["enforced"]:
            continue
        why = f"is {materialized}" if materialized != "table" else "has no enforced contract"
        named = {
            column["name"]
            for column in node["columns"].values()
            if any(constraint["type"] == "not_null" for constraint in column["constraints"])
        }
        for constraint in node["constraints"]:
            if constraint["type"] == "not_null":
                named.update(constraint["columns"])
        for name in sorted(named):
            yield f"{node['name']}.{name}: not_null, but the model {why}; say it in its meta"


def long_unit_test_names(manifest: Manifest) -> Iterator[str]:
    """Postgres cuts names at 63 bytes; a longer unit test cannot run."""
    for node in manifest["unit_tests"].values():
        if len(node["name"]) > 63:
            yield f"{node['name']}: {len(node['name'])} characters, at most 63"


def nulls_that_no_grain_takes(manifest: Manifest) -> Iterator[str]:
    """What a unit test says may be null is no part of a grain: the build would stop at it."""
    by_name = {node["name"]: node for node in models(manifest)}
    for test in manifest["unit_tests"].values():
        rows = test["expect"]["rows"]
        node = by_name.get(test["model"])
        if node is None or not isinstance(rows, list):
            continue
        meta = node["config"]["meta"]
        kept = {*meta.get("grain", []), *meta.get("not_null", [])}
        for name in sorted({name for row in rows for name, value in row.items() if value is None}):
            if name in kept:
                yield f"{test['name']}: expects {node['name']}.{name} to be null"


CHECKS = (
    without_contract,
    badly_described,
    sources_outside_staging,
    vendors_after_staging,
    skipped_rooms,
    clocks,
    policy_numbers,
    without_grain,
    grain_as_test,
    without_header,
    reasons_missing,
    stars_between,
    short_aliases,
    constraints_nobody_keeps,
    long_unit_test_names,
    nulls_that_no_grain_takes,
)


def policy_names() -> list[str]:
    """The policy names of the seed policy_names."""
    import csv
    from pathlib import Path

    seeds = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds" / "policy"
    with (seeds / "policy_names.csv").open(encoding="utf-8") as file:
        return [row["policy_name"] for row in csv.DictReader(file)]


def policy_columns(sql: str) -> list[str]:
    """The policy names that a model lists with their types, for the macro policy_value."""
    return re.findall(r"^ +'(\w+)': '(?:numeric|integer|boolean)'", sql, re.MULTILINE)
