"""A service that emits pays for nothing but the contract."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = (
    "aiokafka",
    "alembic",
    "cryptography",
    "faust",
    "httpx",
    "kafka",
    "lineage.domain",
    "lineage.outbox",
    "lineage.policy",
    "lineage.service",
    "lineage.storage",
    "lineage.tracker",
    "psycopg",
    "rich",
    "sqlalchemy",
    "typer",
    "yaml",
)
EMIT = """
import sys
from lineage.client import Emitter
from lineage.events import OrderCreated
emitter = Emitter.collecting(source="/services/checkout", controller="senro")
emitter.emit(OrderCreated(order_id="o1"), subject="m1")
print([name for name in {heavy!r} if name in sys.modules])
"""
TAKE_ORDERS = "from lineage.client.orders import WebhookOrders\n"


def loaded(code: str) -> str:
    """What of the heavy modules a process has loaded after some code."""
    done = subprocess.run(
        [sys.executable, "-c", code.format(heavy=HEAVY)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def test_emitting_loads_neither_store_nor_policies() -> None:
    """The client knows neither database nor policies, and Kafka only once it is asked for."""
    assert loaded(EMIT) == "[]"


def test_taking_orders_loads_neither_store_nor_policies() -> None:
    """Who verifies signatures pays for those as well."""
    assert loaded(TAKE_ORDERS + EMIT) == "['cryptography']"


def test_what_is_loaded_is_seen() -> None:
    """The search would notice."""
    assert loaded("import sqlalchemy\n" + EMIT) == "['sqlalchemy']"
