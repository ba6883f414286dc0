"""The commands over Kafka, added to ``lineage`` by entry point; what they need loads with the work.

No command lives here: each has a module of its own.
"""

import typer

from streams import emit_command, lag_command, outbox_command, topics_command, work_command


def add_to(app: typer.Typer) -> None:
    """Add them all."""
    for module in (topics_command, emit_command, work_command, lag_command, outbox_command):
        module.add_to(app)
