"""The migrations of schema ops are one chain: two that follow the same one stop every night."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

FOLDER = Path(__file__).resolve().parents[2] / "include" / "landing" / "migrations"


def test_the_migrations_are_one_chain_in_the_order_of_their_files() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    chain = [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]
    files = sorted(path.stem[:4] for path in (FOLDER / "versions").glob("0*.py"))
    assert chain[::-1] == files
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1
