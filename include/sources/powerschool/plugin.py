"""The plugin that a district installs: the fields that we read and one named query per table.

`python -m include.sources.powerschool.plugin --out firstbell.zip --contact EMAIL` packs it. The
files in plugin/ are what it packs, for the district to review; they follow from tables.yaml, and
`--write` renews them.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

from include.sources.powerschool.tables import NAMESPACE, TABLES, Column, Table

FOLDER = Path(__file__).with_name("plugin")
# PowerSchool takes an update only under a higher version: raise it with every change of the fields
VERSION = "1.0.0"
# of the files for review alone: who packs a plugin says who answers for it
CONTACT = "name@your-organisation.example"
QUERIES = f"queries_root/{NAMESPACE}.named_queries.xml"
DAY, MOMENT = "YYYY-MM-DD", "YYYY-MM-DD HH24:MI:SS"
# before everything: a row that was never stamped is read too
EPOCH = "1900-01-01 00:00:00"
ARGUMENTS = {
    "after_key": "rows with a higher key",
    "changed_since": f"rows written at that moment or later ({MOMENT}); {EPOCH} means all",
    "first_yearid": "the first school year to read, as its YEARID (31 is 2021-22)",
    "first_day": f"the first day of that school year ({DAY})",
    "log_type": "the log type that the district keeps discipline under",
}


def files(contact: str = CONTACT) -> dict[str, str]:
    """The plugin's files by name; `contact` is the address that PowerSchool shows with it."""
    return {"plugin.xml": _definition(contact), QUERIES: _queries()}


def pack(target: Path, contact: str) -> None:
    """Write the ZIP that PowerSchool's Plugin Management takes; the same bytes every time."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files(contact).items():
            packed.writestr(zipfile.ZipInfo(name), text)


def _definition(contact: str) -> str:
    fields = "\n".join(
        f'        <field table="{table.name.upper()}" field="{name.upper()}" access="ViewOnly"/>'
        for table in TABLES
        for name in sorted({column.name for column in table.columns})
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<plugin xmlns="http://plugin.powerschool.pearson.com" name="Firstbell" version="{VERSION}"
        description="Read-only access for early-warning analytics">
    <oauth/>
    <access_request>
{fields}
    </access_request>
    <publisher name="Firstbell">
        <contact email={quoteattr(contact)}/>
    </publisher>
</plugin>
"""


def _queries() -> str:
    found = "".join(_query(table) for table in TABLES)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<queries>\n{found}</queries>\n'


def _query(table: Table) -> str:
    columns = "\n".join(
        f'            <column column="{table.name.upper()}.{name.upper()}">{name}</column>'
        for name in (column.name for column in table.columns)
    )
    arguments = "\n".join(
        f'            <arg name="{name}" type="primitive" required="true" description='
        f"{quoteattr(ARGUMENTS[name])}/>"
        for name in table.arguments
    )
    return f"""    <query name="{table.query}" coreTable="{table.name}" flattened="true">
        <description>What Firstbell reads of {table.name}, in the order of {table.key}</description>
        <args>
{arguments}
        </args>
        <columns>
{columns}
        </columns>
        <sql><![CDATA[
{_sql(table)}
        ]]></sql>
    </query>
"""


def _sql(table: Table) -> str:
    selected = ",\n".join(f"    {_expression(column)}" for column in table.columns)
    conditions = [f"t.{table.key} > :after_key"]
    if table.changed:
        moment = f"to_date(:changed_since, '{MOMENT}')"
        conditions.append(f"(:changed_since = '{EPOCH}' or t.{table.changed} >= {moment})")
    conditions += [text for text in (table.since, table.only) if text]
    return (
        f"select\n{selected}\nfrom {table.name} t\nwhere "
        + "\n    and ".join(conditions)
        + f"\norder by t.{table.key}"
    )


def _expression(column: Column) -> str:
    """Dates in one form, whatever the server's own: JSON of a date differs between versions."""
    forms: Mapping[str, str] = {"date": DAY, "moment": MOMENT}
    form = forms.get(column.type)
    return f"to_char(t.{column.name}, '{form}') as {column.name}" if form else f"t.{column.name}"


def main() -> int:
    """Pack the plugin, or renew its files."""
    parser = argparse.ArgumentParser(prog="include.sources.powerschool.plugin", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--out", type=Path, help="the ZIP to write")
    what.add_argument("--write", action="store_true", help="renew the files in plugin/")
    parser.add_argument("--contact", metavar="EMAIL", help="who answers for it; with --out")
    options = parser.parse_args()
    if options.write:
        for name, text in files().items():
            (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
            (FOLDER / name).write_text(text, encoding="utf-8")
        return 0
    if not options.contact:
        parser.error("--out needs --contact: PowerSchool shows whom to ask about the plugin")
    pack(options.out, options.contact)
    sys.stdout.write(f"{options.out}: plugin {VERSION}, {len(TABLES)} queries\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
