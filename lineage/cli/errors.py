"""The one table from errors to exit codes, and how an error is said. No command lives here."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

OK: Final = 0
FOUND: Final = 1
USAGE: Final = 2
REFUSED: Final = 3
UNKNOWN: Final = 4
UNUSABLE: Final = 5
INTERNAL: Final = 70
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141

EXIT_CODES: Final[Mapping[int, str]] = MappingProxyType(
    {
        OK: "ok",
        FOUND: "`verify`, `doctor`, `policy lint`, `topics check` or `outbox` found a fault; "
        "`recipient test` failed; `due`: something is; `lag` is above `--max`",
        USAGE: "usage, a file that is not valid, or `--strict` refused the whole file",
        REFUSED: "some events were refused, the rest recorded",
        UNKNOWN: "unknown: not enough known to answer",
        UNUSABLE: "store, keys or broker cannot be used",
        INTERNAL: "a fault of this program",
        INTERRUPTED: "interrupted from the keyboard",
        PIPE_CLOSED: "the reader of the output went away",
    }
)


@dataclass(frozen=True)
class Verdict:
    """What an error means to the one who called: the exit code and what to do next."""

    exit_code: int
    next_step: str


# By name, so that `lineage --help` need not load the service; a test holds the names to it.
VERDICTS: Final[Mapping[str, Verdict]] = MappingProxyType(
    {
        "UnknownSubject": Verdict(UNKNOWN, "Check the id and --controller."),
        "NotFound": Verdict(USAGE, "List what there is: `lineage request list`, `lineage doctor`."),
        "Ambiguous": Verdict(USAGE, "Say which one with --controller."),
        "PlanChanged": Verdict(
            USAGE, "Look at the plan again with `lineage request plan` and decide with its ver."
        ),
        "InvalidInput": Verdict(USAGE, "See `lineage COMMAND --help` for what is expected."),
        "PolicyError": Verdict(USAGE, "Correct the file that is named, or name another one."),
        "StoreUnusable": Verdict(
            UNUSABLE, "Check --store or LINEAGE_STORE; `lineage db upgrade` makes or updates it."
        ),
        "KeysUnusable": Verdict(
            UNUSABLE,
            "Check --keys or LINEAGE_KEYS; the keys must be those the store was made with.",
        ),
        "BrokerUnusable": Verdict(UNUSABLE, "Check --kafka or LINEAGE_KAFKA."),
        "SecurityUnusable": Verdict(
            USAGE, "Check --kafka-security and the LINEAGE_KAFKA_ variables."
        ),
        "RoleUnusable": Verdict(USAGE, "See `lineage db grants --help`."),
        "VersionChanged": Verdict(
            USAGE, "Look at the plan again with `lineage request plan` and decide with its ver."
        ),
        "StorageError": Verdict(UNUSABLE, "Check --store and --keys; see `lineage doctor`."),
        "LineageError": Verdict(USAGE, "See `lineage COMMAND --help`."),
        "OSError": Verdict(
            UNUSABLE, "Check that the file or folder exists, is yours and has room."
        ),
    }
)


class CommandError(Exception):
    """A command that cannot be done as it was called."""

    def __init__(self, says: str, *, next_step: str, exit_code: int = USAGE) -> None:
        """Keep both sentences: what is wrong and what to do next."""
        super().__init__(says)
        self.verdict = Verdict(exit_code, next_step)


@dataclass(frozen=True)
class Said:
    """An error ready to be shown."""

    error: str
    says: str
    next_step: str
    exit_code: int


def explain(error: Exception) -> Said | None:
    """Return how an expected error is said; None for one that nobody expected."""
    if isinstance(error, CommandError):
        return Said("command_error", str(error), error.verdict.next_step, error.verdict.exit_code)
    for kind in type(error).__mro__:
        if (verdict := VERDICTS.get(kind.__name__)) is not None:
            says = _os_sentence(error) if isinstance(error, OSError) else str(error)
            name = _snake(type(error).__name__)
            advice = _as_sentence(getattr(error, "do", "")) or verdict.next_step
            return Said(name, says or _sentence(error), advice, verdict.exit_code)
    return None


def _os_sentence(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return f"{reason}: {error.filename}" if error.filename else reason


def _sentence(error: Exception) -> str:
    """Return the first line of the class's docstring, which is the sentence a person reads."""
    return (type(error).__doc__ or type(error).__name__).strip().splitlines()[0]


def _as_sentence(advice: str) -> str:
    """Return what the error itself advises, which knows more than the table, as a sentence."""
    return advice[:1].upper() + advice[1:].rstrip(".") + "." if advice else ""


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).strip(
        "_"
    )
