"""``lineage policy``: the policies in use and their rules; and files that are to be in use."""

import re
from datetime import UTC, datetime
from typing import Annotated

import typer

from lineage.cli.commands import policy_coverage, policy_files
from lineage.cli.commands.simulate import simulate
from lineage.cli.options import AsOf, Json, KnownAt, example
from lineage.cli.output import give, give_rows
from lineage.cli.place import Place, load_policies, opened, with_place
from lineage.cli.views.policies import policy_list_view, policy_view, rules_view
from lineage.cli.views.policy_diff import policy_diff_view

RULE = re.compile(r"[0-9]{3}\.[A-Z]\.[0-9]+|D-[0-9]+")

What = Annotated[
    str, typer.Argument(metavar="WHAT", help="A controller's slug, or the id of a rule.")
]
SideA = Annotated[
    str, typer.Argument(metavar="A", help="The policy before: a file, a slug, or slug@version.")
]
SideB = Annotated[str, typer.Argument(metavar="B", help="The policy after, likewise.")]


def list_policies(place: Place, *, as_json: Json = False) -> None:
    """List the policies in use: each version, from when on, and how many rules it has."""
    from lineage.service.policies import policy_rows

    give_rows(policy_rows(load_policies(place)), as_json=as_json, view=policy_list_view)


def show(
    place: Place,
    *,
    what: What,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Show the policy of a controller, or a rule: what it says, whose it is, where it stands.

    A rule is looked up in every policy in use, for a default (D-15) may stand in several.
    """
    from lineage.service.policies import check_controller, rules_with_id

    library = load_policies(place)
    if RULE.fullmatch(what):
        give_rows(rules_with_id(library, what), as_json=as_json, view=rules_view)
        return
    check_controller(library, what)
    with opened(place) as tracker:
        answer = tracker.policy_facts(controller=what, as_of=as_of, known_at=known_at)
    give(answer, as_json=as_json, view=policy_view)


def diff(place: Place, *, a: SideA, b: SideB, as_json: Json = False) -> None:
    """Show what changes from one policy to another, for people, for recipients and for us.

    A and B are each a policy file; or a controller's slug, its version in force today; or a
    version as `policy list` shows it. A file wins over a slug of the same name.

    Each row has the rule, a sentence, and, where its kind makes it certain, whether it protects
    people more (stricter) or less (looser), all other rules being equal. What is only worded
    otherwise stands apart. The exit code is 0 whether anything differs or not.
    """
    from lineage.service.policy_diffs import policy_diff

    answer = policy_diff(load_policies(place), a, b, today=datetime.now(UTC).date())
    give(answer, as_json=as_json, view=policy_diff_view)


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="The policies in use and their rules, and files that are to be in use.",
        no_args_is_help=True,
        epilog=example("lineage policy list"),
    )
    group.command("list", epilog=example("lineage policy list --json"))(with_place(list_policies))
    epilog = example("lineage policy show SLUG", "lineage policy show 004.F.3")
    group.command("show", epilog=epilog)(with_place(show))
    epilog = example("lineage policy diff SLUG next.yaml", "lineage policy diff SLUG OTHER --json")
    group.command("diff", epilog=epilog)(with_place(diff))
    policy_files.add_to(group)
    policy_coverage.add_to(group)
    epilog = example(
        "lineage policy simulate new.yaml --since 2026-01-01",
        "lineage policy simulate new.yaml --to changes.jsonl --json",
    )
    group.command("simulate", epilog=epilog)(with_place(simulate))
    app.add_typer(group, name="policy")
