"""Writing a generated stream and its truth to files."""

import json
from collections.abc import Callable
from pathlib import Path

from lineage.generator.stream import Generated
from lineage.generator.truth import Counts

LINES_PER_PROGRESS = 1000


def write(
    generated: Generated,
    events_path: Path,
    truth_path: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> Counts:
    """Write one event a line, and the truth where asked.

    `progress` is called with the number of lines written so far, every 1,000 and at the end.
    """
    encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
    written = 0
    with events_path.open("w", encoding="utf-8") as file:
        for event in generated:
            file.write(encode(event) + "\n")
            written += 1
            if progress is not None and written % LINES_PER_PROGRESS == 0:
                progress(written)
    if progress is not None and written % LINES_PER_PROGRESS:
        progress(written)
    truth = generated.truth
    if truth_path is not None:
        truth.write(truth_path)
    return truth.counts
