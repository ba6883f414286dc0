"""What a service takes erasure orders with: verified, carried out once, answered.

>>> from lineage.client.orders import SqliteAnswers, WebhookOrders, erased
>>> def erase(order):
...     ...  # order.person, order.categories
...     return erased()
>>> orders = WebhookOrders(secret, erase, answers=SqliteAnswers("answers.db"))
>>> response = orders.handle(headers, body)
"""

from __future__ import annotations

from lineage.channels.port import Answer
from lineage.client.orders.answers import acknowledged, erased, kept_by_law, refused, working
from lineage.client.orders.carrying_out import CarryingOut, Erase
from lineage.client.orders.errors import OrderError, OrderRefused, TryLater
from lineage.client.orders.kept import AnswerStore, Kept, SqliteAnswers
from lineage.client.orders.later import answer_event, answer_later
from lineage.client.orders.order import ErasureOrder, KnownBy, parse_order
from lineage.client.orders.webhook import Response, WebhookOrders
from lineage.kafka.reply_topic import reply_topic

__all__ = [
    "Answer",
    "AnswerStore",
    "CarryingOut",
    "Erase",
    "ErasureOrder",
    "Kept",
    "KnownBy",
    "OrderError",
    "OrderRefused",
    "Response",
    "SqliteAnswers",
    "TryLater",
    "WebhookOrders",
    "acknowledged",
    "answer_event",
    "answer_later",
    "erased",
    "kept_by_law",
    "parse_order",
    "refused",
    "reply_topic",
    "working",
]
