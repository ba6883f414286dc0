"""How ``recipient list``, ``show`` and ``test`` look."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from lineage.cli.views.tables import lines, note, table, title
from lineage.render.text import plain, spoken, words
from lineage.service.registry_answers import RecipientRow, RecipientTest, SecretRow


def recipient_list_view(rows: list[RecipientRow]) -> Iterator[RenderableType]:
    """Yield one row per recipient, then whose secrets are missing."""
    if not rows:
        yield note("The registry names no recipient.")
        return
    yield table(
        *("recipient", "controller", "channel", "accepts", "region", "secrets"),
        rows=(
            [
                *(row.recipient, row.controller, row.channel),
                *(words(row.accepts), row.region or "", _secrets(row.secrets)),
            ]
            for row in rows
        ),
    )
    missing = [row.recipient for row in rows if any(one.problem for one in row.secrets)]
    if missing:
        yield note(f"cannot be told now, for want of a secret: {words(missing)}", style="bold red")


def recipient_view(row: RecipientRow) -> Iterator[RenderableType]:
    """Yield what the entry says, line by line, and what can be had of its secrets."""
    yield title(row.recipient, f"of {row.controller}")
    said = (
        ("kind", spoken(row.kind) if row.kind else "not said"),
        ("channel", row.channel),
        ("address", row.url),
        ("accepts", words(row.accepts)),
        ("agreement", row.agreement or "not on record"),
        ("region", row.region or "not said"),
        ("passes notices on", "yes" if row.forward_duty else "no"),
        ("contact", row.contact or "nobody named"),
        ("time to answer", f"{row.answer_within_days} days, where the policy has no word for it"),
        ("plain http to this machine", "allowed" if row.allow_loopback_http else None),
    )
    for name, value in said:
        if value is not None:
            yield note(f"{name}: {value}", style="")
    for secret in row.secrets:
        yield Text("secret: ").append(_secret(secret))
        for key in secret.public_keys:
            yield Text(f"public key, for the recipient: {key}")


def recipient_test_view(test: RecipientTest) -> Iterator[RenderableType]:
    """Yield whether the test notice arrived, and what was answered."""
    came = f"HTTP {test.status}" if test.status is not None else "no answer"
    why = f" · {spoken(test.error)}" if test.error else ""
    yield Text(
        f"{plain(test.recipient)} of {plain(test.controller)}: "
        f"{'taken' if test.ok else 'not taken'} · {came}{why} · {test.seconds:.1f} s",
        style="green" if test.ok else "bold red",
    )
    if test.answer is not None:
        detail = (test.answer.reason, test.answer.evidence)
        yield note(f"it answers: {' · '.join([test.answer.status, *filter(None, detail)])}")
    yield note("Nothing was recorded.")


def _secrets(secrets: list[SecretRow]) -> Text:
    return Text("\n").join(_secret(one) for one in secrets)


def _secret(one: SecretRow) -> Text:
    if one.problem is None:
        return lines(f"{one.reference}: found, signs {', '.join(one.versions)}", style="green")
    return lines(f"{one.reference}: {one.problem}", style="bold red")
