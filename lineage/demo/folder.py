"""The demo's own folder: new on each run, and never in the place of what no demo wrote."""

from __future__ import annotations

import shutil
from pathlib import Path

from lineage.service.errors import InvalidInput

MARKER = ".lineage-demo"


def fresh_folder(out: Path) -> Path:
    """Empty the folder if a demo wrote it, make it if there is none, refuse it otherwise."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise not_ours()
    if out.exists() and any(out.iterdir()):
        if not (out / MARKER).is_file():
            raise not_ours()
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARKER).write_text("Written by `lineage demo`, which replaces it on the next run.\n")
    return out


def not_ours() -> InvalidInput:
    """Why a folder is refused."""
    return InvalidInput(
        "the output folder holds something that no demo wrote",
        do="name another folder, or move what is in it elsewhere",
    )
