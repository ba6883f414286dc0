"""A server that asks for passwords, for tests of who is let in and of what is never shown."""

from __future__ import annotations

import sqlalchemy as sa
from psycopg import sql

from tests.support.servers import OwnServer, connect

PASSWORD = "right-secret"
HBA = """
local all postgres trust
local all all scram-sha-256
host all all all scram-sha-256
"""


def guard(server: OwnServer) -> sa.URL:
    """Have it ask everybody but its owner for a password; gives one user's address there."""
    with connect(server.url) as conn:
        make = sql.SQL("CREATE ROLE visitor LOGIN PASSWORD {}")
        conn.execute(make.format(sql.Literal(PASSWORD)))
        [path] = conn.execute("SHOW hba_file").fetchone() or ("",)
        lines = sql.Literal(HBA.strip())
        rows = sql.SQL("SELECT regexp_split_to_table({}, E'\\n')").format(lines)
        conn.execute(sql.SQL("COPY ({}) TO {}").format(rows, sql.Literal(path)))
        conn.execute("SELECT pg_reload_conf()")
        assert conn.execute("SELECT count(*) FROM pg_hba_file_rules").fetchone() == (3,)
    return server.url.set(username="visitor", password=PASSWORD)
