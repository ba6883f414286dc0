"""The demo's own checks can fail: each kind of difference is found."""

from collections.abc import Callable

import pytest

from lineage.demo.checks import check_told
from lineage.demo.endpoints import Book, Told
from lineage.demo.expected import Holding, Person
from lineage.demo.selection import REFUSED, Asking

ACCEPTED = Asking(1, "senro", "c1")
REFUSING = Asking(min(REFUSED), "senro", "c2")
EXPECTED: dict[Person, set[Holding]] = {
    ("senro", "c1"): {("FastParcel", "name"), ("PayWay", "name"), ("/services/orders", "name")},
    ("senro", "c2"): {("FastParcel", "name")},
}


def told(recipient: str, *, person: str = "c1@shop.example", word: str = "name") -> Told:
    """One entry in a recipient's book."""
    return Told(
        notice_id=f"{recipient}-{person}-{word}",
        controller="senro",
        recipient=recipient,
        person=frozenset({person}),
        categories=frozenset({word}),
        body=b"",
    )


def book(*entries: Told) -> Book:
    """A book with these entries."""
    made = Book()
    for entry in entries:
        made.enter(entry)
    return made


def found(made: Book) -> tuple[str, ...]:
    """What the check finds wrong with a book."""
    return check_told(made, [ACCEPTED, REFUSING], expected=EXPECTED, late={}).differing


def test_a_right_book_is_right() -> None:
    """Both holders were told, our own system got no notice, the refused request none either."""
    made = book(told("FastParcel"), told("PayWay", person="c1"))
    checked = check_told(made, [ACCEPTED, REFUSING], expected=EXPECTED, late={})
    assert checked.ok
    assert checked.compared == 2


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: book(told("FastParcel")),
        lambda: book(told("FastParcel"), told("PayWay"), told("NordPost")),
        lambda: book(told("FastParcel"), told("PayWay", word="email")),
        lambda: book(told("FastParcel"), told("PayWay"), told("PayWay", word="email")),
        lambda: book(told("FastParcel"), told("PayWay"), told("PayWay", person="c2")),
        lambda: book(told("FastParcel"), told("PayWay"), told("PayWay", person="c3")),
        book,
    ],
    ids=["one short", "one more", "other word", "more words", "refused", "a stranger", "empty"],
)
def test_each_difference_is_found(wrong: Callable[[], Book]) -> None:
    """Too few, too many, other categories, another person, a refused request, nothing at all."""
    assert found(wrong())


def test_what_surfaced_late_must_have_been_told() -> None:
    """A supplementary notice that never came is a difference."""
    late = {("senro", "c1"): {"RingBack": {"email"}}}
    short = book(told("FastParcel"), told("PayWay"))
    assert not check_told(short, [ACCEPTED], expected=EXPECTED, late=late).ok
    short.enter(told("RingBack", word="email"))
    assert check_told(short, [ACCEPTED], expected=EXPECTED, late=late).ok


def test_a_check_of_nothing_proves_nothing() -> None:
    """No comparison is not an agreement."""
    assert not check_told(book(), [], expected=EXPECTED, late={}).ok
