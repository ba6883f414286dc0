"""What a letter says, part by part; every form of it says the same, and nothing else. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lineage.policy.recipients import SUBJECT
from lineage.render.text import plain
from lineage.service.letter_answers import Letter, LetterNotice

TITLE: Final = "Notice to erase personal data"
_CHARS_MAX: Final = 2000  # an identifier is never cut: it would be that of somebody else

PLEASE: Final = "Please erase what is named below of one person, wherever you keep it."
FORWARD: Final = "Pass this notice on to everybody to whom you gave this data, and tell us so."
WITH_WHAT: Final = "Quote the reference, and say of each category one of these."
UNANSWERED: Final = "As long as you have not answered for all of them, the notice stays open."
ANSWERS: Final = (
    "It is erased: which categories, and on which day.",
    "It is not erased yet: by when it will be.",
    "You keep it because a law says so: which law, which categories, and until when.",
    "You refuse: on what authorisation of your own you rest.",
)


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with what stands under it: sentences, then rows of cells, then points."""

    heading: str
    says: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    points: tuple[str, ...] = ()


def heads(letter: Letter) -> list[tuple[str, str]]:
    """Who writes to whom, and when: names and values."""
    found = [("From", shown(letter.name)), ("To", shown(letter.recipient))]
    if letter.contact is not None:
        found.append(("Office", shown(letter.contact)))
    return [*found, ("Date", letter.written_on.isoformat())]


def parts(letter: Letter) -> Iterator[Part]:
    """The parts of the letter in their order."""
    yield Part(
        "What we ask",
        (f"You hold personal data that came from {shown(letter.name)}. {PLEASE}",),
    )
    yield Part(
        "Whom it is about",
        ("You know the person by this. If you find nobody by it, tell us so.",),
        ("identifier", "value"),
        tuple((_known_by(one.type), shown(one.value)) for one in letter.person),
    )
    yield Part(
        "What to erase, and by when",
        (),
        ("reference", "categories", "erase by"),
        tuple(_row(notice) for notice in letter.notices),
    )
    yield Part("Why", tuple(dict.fromkeys(_ground(letter, one) for one in letter.notices)))
    if letter.forward_duty:
        yield Part(
            "Pass it on",
            (FORWARD,),
        )
    yield _answer(letter)


def shown(text: str) -> str:
    """A name or a value on one line, whole; what cannot be seen is written as an escape."""
    return plain(text, chars_max=_CHARS_MAX)


def _row(notice: LetterNotice) -> tuple[str, str, str]:
    when = "as soon as you can" if notice.erase_by is None else notice.erase_by.isoformat()
    return (shown(notice.notice_id), ", ".join(map(_spoken, notice.categories)), when)


def _ground(letter: Letter, notice: LetterNotice) -> str:
    whose = (
        f"Rule {notice.rule} of the privacy policy of {shown(letter.name)}"
        if notice.duty == "policy"
        else f"Our rule {notice.rule}, where the privacy policy of {shown(letter.name)} is silent"
    )
    return f"{whose}." if notice.says is None else f"{whose}: {shown(notice.says)}"


def _answer(letter: Letter) -> Part:
    by = min(notice.answer_by for notice in letter.notices)
    to = "" if letter.reply_to is None else f" to {shown(letter.reply_to)}"
    return Part(
        "How to answer",
        (f"Please answer in writing{to} by {by.isoformat()}. {WITH_WHAT}", UNANSWERED),
        points=ANSWERS,
    )


def _known_by(kind: str) -> str:
    return "our id of the person" if kind == SUBJECT else _spoken(kind)


def _spoken(word: str) -> str:
    return shown(word).replace("_", " ")
