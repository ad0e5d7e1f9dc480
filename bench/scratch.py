"""A database of its own for each measurement, so that none meets what another left."""

from __future__ import annotations

from urllib.parse import urlsplit

import psycopg
from psycopg import sql


def fresh_database(server_url: str, name: str) -> str:
    """An empty database of this name; what it held before is gone."""
    identifier = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(identifier))
        admin.execute(sql.SQL("create database {}").format(identifier))
        admin.execute("checkpoint")
    return urlsplit(server_url)._replace(path=f"/{name}").geturl()
