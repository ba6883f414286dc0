"""A shop's stream of events with known truth, for tests and benchmarks; knows no fold, no store."""

from lineage.generator.files import write
from lineage.generator.stream import Generated, generate
from lineage.generator.truth import Counts, Truth, TruthLine, held_at, read_truth

__all__ = [
    "Counts",
    "Generated",
    "Truth",
    "TruthLine",
    "generate",
    "held_at",
    "read_truth",
    "write",
]
