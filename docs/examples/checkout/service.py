# ruff: noqa: INP001, T201 - a script of its own that prints
"""A checkout that commits every order together with the event that says who gets the data.

Usage: service.py DATABASE ORDERS, such as: service.py sqlite:///checkout.db 3

Kill it whenever you like: there is no order without its event, and no event without its order.
"""

import sys
from uuid import uuid4

import sqlalchemy as sa

from lineage.events import DataShared
from lineage.outbox import OutboxEmitter, outbox_table

CARRIERS = ("FastParcel", "SwiftVan")

metadata = sa.MetaData()
orders = sa.Table(
    "orders",
    metadata,
    sa.Column("order_id", sa.Text, primary_key=True),
    sa.Column("customer", sa.Text, nullable=False),
    sa.Column("carrier", sa.Text, nullable=False),
)
outbox_table(metadata)
emitter = OutboxEmitter(source="/services/checkout", controller="senro")


def place_order(connection: sa.Connection, *, customer: str, carrier: str) -> str:
    """Write the order and its event in the caller's transaction."""
    order_id = f"o-{uuid4()}"
    connection.execute(
        orders.insert().values(order_id=order_id, customer=customer, carrier=carrier)
    )
    emitter.emit(
        connection,
        DataShared(
            recipient=carrier,
            recipient_kind="logistics",
            categories=("consignee_name", "consignee_address"),
            purpose="delivery",
            order_id=order_id,
        ),
        subject=customer,
    )
    return order_id


def main(database: str, count: int) -> None:
    """Place orders, one transaction each."""
    # An error that repeats a statement's values could name a person.
    engine = sa.create_engine(database, hide_parameters=True)
    metadata.create_all(engine)
    for number in range(count):
        with engine.begin() as connection:
            order_id = place_order(
                connection, customer=f"m{number % 50}", carrier=CARRIERS[number % len(CARRIERS)]
            )
        print("placed", order_id, flush=True)
    engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
