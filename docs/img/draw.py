# ruff: noqa: INP001, T201 - a script of its own that prints
"""Draw the picture of how-it-is-built.md: `python docs/img/draw.py > docs/img/one-event.svg`."""

from html import escape

INK, SOFT, LINE, ROOM, STEP, STORE = "#1c2733", "#55636f", "#8a97a3", "#f4f6f8", "#fff", "#e8eef6"
parts: list[str] = []


def text(
    x: int, y: int, words: str, *, size: int = 13, bold: bool = False, soft: bool = False
) -> None:
    """One line of text."""
    weight = ' font-weight="600"' if bold else ""
    fill = SOFT if soft else INK
    parts.append(
        f'<text x="{x}" y="{y}" font-size="{size}"{weight} fill="{fill}">{escape(words)}</text>'
    )


def box(
    x: int, y: int, width: int, height: int, *, fill: str, head: str, lines: tuple[str, ...]
) -> None:
    """A box with a heading and lines under it."""
    parts.append(
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{fill}"'
        f' stroke="{LINE}"/>'
    )
    text(x + 12, y + 22, head, bold=True)
    for number, line in enumerate(lines):
        text(x + 12, y + 42 + 17 * number, line, size=12, soft=True)


def arrow(*points: tuple[int, int], label: str = "", at: tuple[int, int] = (0, 0)) -> None:
    """A line through the points with a head at its end."""
    path = " ".join(f"{x},{y}" for x, y in points)
    parts.append(
        f'<polyline points="{path}" fill="none" stroke="{INK}" stroke-width="1.4"'
        ' marker-end="url(#head)"/>'
    )
    if label:
        text(*at, label, size=12, soft=True)


def band(y: int, height: int, name: str, where: str) -> None:
    """A layer: a band across the page with its name on the left."""
    parts.append(f'<rect x="10" y="{y}" width="980" height="{height}" rx="8" fill="{ROOM}"/>')
    text(24, y + 24, name, bold=True)
    text(24, y + 42, where, size=11, soft=True)


band(10, 96, "entrances", "cli, render, demo")
band(120, 120, "use cases", "tracker, service")
band(254, 120, "pure core", "events, policy, domain")
band(388, 190, "edges", "storage, channels")

box(
    190,
    24,
    200,
    68,
    fill=STEP,
    head="message",
    lines=("a line of a file, a mapping,", "an Event from Python"),
)
box(
    560,
    24,
    190,
    68,
    fill=STEP,
    head="question",
    lines=("show, holders, plan, ...", "as of, known at"),
)
box(780, 24, 190, 68, fill=STEP, head="lineage dispatch", lines=("until nothing is due",))

box(
    190,
    136,
    200,
    88,
    fill=STEP,
    head="1  record",
    lines=("read, check, refuse", "one by one, in batches"),
)
box(
    410,
    136,
    130,
    88,
    fill=STEP,
    head="4  follow",
    lines=("notices, inside the", "same transaction"),
)
box(
    560,
    136,
    190,
    88,
    fill=STEP,
    head="5  answer",
    lines=("holders with paths, rule", "and freshness, or unknown"),
)
box(
    780,
    136,
    190,
    88,
    fill=STEP,
    head="6  dispatch",
    lines=("claim, call outside any", "transaction, record"),
)

box(
    190,
    270,
    200,
    88,
    fill=STEP,
    head="models, policy",
    lines=("fields, class, rank, marks;", "category words, versions"),
)
box(
    410,
    270,
    130,
    88,
    fill=STEP,
    head="3  fold",
    lines=("a person's events", "to facts, in order"),
)
box(
    560,
    270,
    190,
    88,
    fill=STEP,
    head="holdings, plan, dates",
    lines=("worked out from edges", "and erasures"),
)

parts.append(
    '<rect x="190" y="404" width="560" height="158" rx="6" fill="none"'
    f' stroke="{LINE}" stroke-dasharray="5 4"/>'
)
text(202, 424, "2  one transaction", bold=True)
box(
    202,
    436,
    170,
    112,
    fill=STORE,
    head="ledger",
    lines=("subjects (keys)", "events, sealed", "tiles, head of the log"),
)
box(
    385,
    436,
    170,
    112,
    fill=STORE,
    head="facts",
    lines=("edges, erasures", "requests, notices", "made anew by rebuild"),
)
box(
    568,
    436,
    170,
    112,
    fill=STORE,
    head="operations",
    lines=("tasks, attempts", "dead letters, sealed", "never rebuilt"),
)
box(
    780,
    404,
    190,
    68,
    fill=STEP,
    head="webhook",
    lines=("signed, guarded, one id", "over all attempts"),
)
box(
    780,
    494,
    190,
    68,
    fill=STEP,
    head="key folder",
    lines=("outside the database:", "root key, epoch keys"),
)

arrow((290, 92), (290, 136))
arrow((290, 270), (290, 224))
arrow((230, 224), (230, 252), (180, 252), (180, 500), (202, 500))
arrow((475, 270), (475, 224))
arrow((345, 436), (345, 380), (440, 380), (440, 358))
arrow((475, 358), (475, 436))
arrow((540, 180), (550, 180), (550, 404))
arrow((655, 136), (655, 92))
arrow((655, 270), (655, 224))
arrow((515, 436), (515, 380), (600, 380), (600, 358))
arrow((875, 92), (875, 136))
arrow((900, 224), (900, 404))
arrow((738, 490), (765, 490), (765, 240), (800, 240), (800, 224))

print(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 590" role="img"'
    ' font-family="system-ui, sans-serif">\n'
    "<title>The path of one event</title>\n"
    "<desc>A message is checked, sealed and recorded with what follows in one transaction; facts"
    " are folded from the ledger; answers are worked out from facts; dispatch tells"
    " recipients.</desc>\n"
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
    f' orient="auto"><path d="M0 0L8 4L0 8z" fill="{INK}"/></marker></defs>\n'
    '<rect width="1000" height="590" fill="#fff"/>\n' + "\n".join(parts) + "\n</svg>"
)
