"""``python -m tests.fuzz SEED [COUNT]``: check compositions, show the first that breaks a law.

With COUNT 0 the composition of the seed is only shown.
"""

from __future__ import annotations

import sys

from tests.fuzz.checking import check
from tests.fuzz.compositions import composed


def main(seed: int, count: int) -> None:
    """Check so many compositions from a seed on."""
    if count == 0:
        print(composed(seed).shown())
        return
    check(range(seed, seed + count))
    print(f"{count} compositions from {seed} on break no law")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
