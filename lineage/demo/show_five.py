"""The table of the five policies: how their answers are written. Nothing is asked or judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from rich import box
from rich.table import Table

from lineage.demo.alike import CANCELLED, STOPPED, SUBJECT, alike_orders
from lineage.demo.five import Day, PolicyAnswers, Rule

RIGHTS = {"entitled": "entitled", "not_entitled_by_text": "no right by the text"}
STYLES = {"violation": "red", "default_violation": "yellow", "gap": "cyan"}
STATES = {"awaiting_deletion_request": "deletes nothing by itself", "erasing": "erase"}
INTRO = (
    "The orders of {subject} once more: {orders} orders of one year, now the same events under "
    "each policy. Payment, carrier, host and e-mail provider get what they need, AdVista gets "
    "e-mail and phone for advertising. On {asks} the person asks for deletion, on {cancels} "
    "the account is cancelled, on the day after each policy is asked. Who is told is shown as if "
    "the request were accepted."
)
COLUMNS = ("policy", "reply, outcome", "told", "our own data", "found", "cancelled")
WIDTHS = {"told": 18}  # the longest name
DATE = 10


def five_intro() -> str:
    """What happened in the log."""
    orders = alike_orders()
    last = orders[-1].time
    return INTRO.format(
        subject=SUBJECT,
        orders=len(orders),
        asks=(last + STOPPED).date(),
        cancels=(last + CANCELLED).date(),
    )


def five_table(answers: Mapping[str, PolicyAnswers]) -> Table:
    """A row per policy; under each answer stands the rule that gives it."""
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, show_lines=True)
    for column in COLUMNS:
        table.add_column(column, min_width=WIDTHS.get(column, DATE), overflow="fold")
    for controller, said in answers.items():
        verdict, rule = said.right
        table.add_row(
            with_rule(f"[bold]{controller}[/]\n{RIGHTS.get(verdict, verdict)}", rule),
            "\n".join(limits(said)),
            told(said),
            "\n".join(own_data(said)),
            "\n".join(found(said)),
            cancelled(*said.cancelled),
        )
    return table


def with_rule(text: str, rule: Rule) -> str:
    """An answer, and its rule below it."""
    return text if rule is None else f"{text}\n[dim]{rule}[/]"


def day(due: Day) -> str:
    """A day, or a dash where no rule gives one."""
    return "-" if due is None else f"{due}"


def limits(said: PolicyAnswers) -> Iterable[str]:
    """By when the request is answered, from the day that the policy aims at; by when it is done."""
    target, limit, rule = said.reply
    aim = "" if target is None else f"{target} to "
    yield with_rule(f"reply\n{aim}{day(limit)}", rule)
    due, rule = said.outcome
    yield with_rule(f"outcome\n{due}" if due else "outcome -", rule)


def told(said: PolicyAnswers) -> str:
    """Who is told under which duty, and by when they must have erased."""
    under: dict[tuple[str, str], list[str]] = {}
    for name, duty, rule in sorted(said.told):
        under.setdefault((duty, rule), []).append(name)
    rows = [
        f"{', '.join(names)}\n[dim]{duty} {rule}[/]"
        for (duty, rule), names in sorted(under.items(), key=lambda entry: -len(entry[1]))
    ]
    if said.told_erase_by is not None:
        rows.append(f"erased by {said.told_erase_by}")
    return "\n".join(rows)


def own_data(said: PolicyAnswers) -> Iterable[str]:
    """What we must keep of each order, and by when the rest must be gone."""
    kept: dict[Rule, list[str]] = {}
    for order, until, rule in sorted(said.kept, key=lambda entry: entry[1]):
        kept.setdefault(rule, []).append(f"order {order} until {until}")
    for rule, orders in kept.items():
        yield with_rule("\n".join(["[bold]keep[/]", *orders]), rule)
    for due, rule in sorted(said.erased, key=lambda entry: entry[0] or date.max):
        yield with_rule(f"erase by {day(due)}", rule)


def found(said: PolicyAnswers) -> Iterable[str]:
    """The findings, the gravest first."""
    kinds = list(STYLES)
    rows = sorted(said.found, key=lambda row: (kinds.index(row[0]), row[1] or "", row[2]))
    for kind, rule, party, times in rows:
        often = "" if times == 1 else f" x {times}"
        name = kind.replace("_", " ")
        yield f"[{STYLES[kind]}]{name}[/] {rule}\n[dim]{party}{often}[/]"


def cancelled(state: str, by: Day, rule: Rule) -> str:
    """What the cancellation of the account makes of the data."""
    says = STATES.get(state, state)
    return with_rule(says if by is None else f"{says} by {by}", rule)
