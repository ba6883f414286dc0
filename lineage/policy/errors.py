"""What is said of a file that cannot be used: where and what was expected, never the value."""

from pathlib import Path


class PolicyError(Exception):
    """A policy file or recipient registry cannot be used.

    ``line`` counts from 1 and is 0 where the fault is of the file as a whole; ``key`` is a dotted
    path such as ``deadlines.deletion.reply.limit``, or empty.
    """

    def __init__(self, file: str | Path, *, line: int, key: str, expected: str) -> None:
        """Keep the parts, for callers that print a table of their own."""
        self.file = str(file)
        self.line = line
        self.key = key
        self.expected = expected
        place = f"{self.file}:{line}" if line else self.file
        super().__init__(
            f"{place}: {key}: expected {expected}" if key else f"{place}: expected {expected}"
        )
