"""What the demo prints: tables and short sentences. It decides nothing and asks nothing."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from lineage.demo.checks import Checked
from lineage.service.answers import HolderRow, Holders, RecipientSubjects, RequestStatus

STATES = (
    "erased",
    "kept_by_law",
    "refused",
    "acknowledged",
    "working",
    "sent",
    "planned",
    "overdue",
    "awaiting_person",
    "unreachable",
)
FINAL = frozenset({"erased", "kept_by_law", "refused"})
STYLES = {"erased": "green", "kept_by_law": "yellow", "refused": "yellow"}


def chapter(console: Console, number: int, title: str) -> None:
    """Open a part of the demo."""
    console.print()
    console.print(Rule(f"[bold]{number}. {title}", align="left", style="cyan"))


def plain_table(*columns: str) -> Table:
    """A table that reads well in a terminal, a file and a mail."""
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column)
    return table


def holders_table(answer: Holders) -> Table:
    """One row per holder: what it holds, since when, by which way."""
    table = plain_table("holder", "kind", "holds", "since", "way")
    by_holder: dict[str, list[HolderRow]] = {}
    for row in answer.holders:
        if row.held:
            by_holder.setdefault(row.holder, []).append(row)
    for holder, rows in by_holder.items():
        ways = sorted({tuple(path) for row in rows for path in row.paths}, key=len)
        table.add_row(
            holder,
            rows[0].recipient_kind or "own system",
            ", ".join(row.category for row in rows),
            f"{min(row.since for row in rows):%Y-%m-%d}",
            "\n".join(" > ".join(way) for way in ways),
        )
    return table


def reverse_table(answer: RecipientSubjects) -> Table:
    """Whose data one recipient holds."""
    table = plain_table("person", f"{answer.recipient} holds", "since")
    people: dict[str, list[str]] = {}
    since: dict[str, str] = {}
    for row in answer.rows:
        people.setdefault(row.subject, []).append(row.category)
        since.setdefault(row.subject, f"{row.since:%Y-%m-%d}")
    for subject, categories in people.items():
        table.add_row(subject, ", ".join(categories), since[subject])
    return table


def requests_table(statuses: Iterable[RequestStatus]) -> Table:
    """One row per shop: its requests, and how far the notices are."""
    by_shop: dict[str, list[RequestStatus]] = {}
    for status in statuses:
        by_shop.setdefault(status.controller, []).append(status)
    states = states_of(status for rows in by_shop.values() for status in rows)
    table = plain_table("shop", "requests", "accepted", "refused", *states)
    for shop, rows in by_shop.items():
        counts = notices_by_state(rows)
        outcomes = Counter(status.outcome for status in rows)
        table.add_row(
            shop,
            str(len(rows)),
            str(outcomes["accepted"]),
            str(outcomes["refused"]),
            *(str(counts[state]) for state in states),
        )
    return table


def answers_table(statuses: Sequence[RequestStatus]) -> Table:
    """One row per recipient: what became of its notices, and how many attempts that took."""
    counts: dict[str, Counter[str]] = {}
    attempts: Counter[str] = Counter()
    for status in statuses:
        for notice in status.notices:
            counts.setdefault(notice.recipient, Counter())[notice.state] += 1
            attempts[notice.recipient] += notice.attempts
    states = states_of(statuses)
    table = plain_table("recipient", "notices", "attempts", *states)
    for recipient in sorted(counts, key=lambda name: (-counts[name].total(), name)):
        row = counts[recipient]
        shown = (
            f"[{STYLES.get(state, 'red')}]{row[state]}[/]" if row[state] else "" for state in states
        )
        table.add_row(recipient, str(row.total()), str(attempts[recipient]), *shown)
    return table


def states_of(statuses: Iterable[RequestStatus]) -> list[str]:
    """The notice states that occur, those that are final first."""
    found = notices_by_state(statuses)
    return sorted(found, key=lambda state: STATES.index(state) if state in STATES else len(STATES))


def notices_by_state(statuses: Iterable[RequestStatus]) -> Counter[str]:
    """How many notices are in which state."""
    return Counter(notice.state for status in statuses for notice in status.notices)


def closing_table(rows: Mapping[str, str]) -> Table:
    """The last table: name and number."""
    table = Table(box=box.ROUNDED, show_header=False, title="the demo in numbers")
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def verdict(console: Console, checked: Checked, *, agreed: str, differ: str) -> None:
    """Say how a check went; a difference is loud and names where to look."""
    if checked.ok:
        console.print(f"[green]{agreed}[/]")
    else:
        console.print(f"[bold red]{differ}: {', '.join(checked.differing[:10]) or 'none'}[/]")


def next_steps(url: str, person: tuple[str, str], *, five: str) -> Text:
    """Commands to copy, as they must be typed here.

    ``five`` is the store of the log that all five policies were asked about.
    """
    controller, subject = person
    there = f"--controller {controller} --store {shlex.quote(five)}"
    lineage = program()
    commands = (
        f"export LINEAGE_STORE={shlex.quote(url)}",
        f"{lineage} show {subject} --controller {controller}",
        f"{lineage} holders {subject} --controller {controller} --as-of 2011-06-24",
        f"{lineage} recipient subjects NordPost --controller {controller}",
        f"{lineage} request list",
        f"{lineage} verify",
        f"{lineage} rebuild",
        f"{lineage} check --subject {subject} {there}",
        f"{lineage} retention {subject} --as-of 2012-01-18 {there}",
    )
    text = Text("Where to look next:\n")
    return text.append("\n".join(f"  {command}" for command in commands), style="cyan")


def show_steps(console: Console, steps: Text) -> None:
    """Print them without breaking a line, so that each can be copied."""
    console.print(steps, soft_wrap=True)


def program() -> str:
    """The command as it can be typed: bare where it is on the PATH, else by its place."""
    if shutil.which("lineage") is not None:
        return "lineage"
    path = Path(sys.prefix) / "bin" / "lineage"
    if path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return shlex.quote(str(path))
