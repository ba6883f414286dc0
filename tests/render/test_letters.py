"""A letter says all that the notice says, in each of its forms, and lets no name do harm."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any, Final

import pytest

from lineage.render.letters.as_html import letter_html
from lineage.render.letters.as_text import WIDTH, letter_text
from lineage.service.letter_answers import Letter, LetterIdentifier, LetterNotice

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)
Form = Callable[[Letter], str]


class Page(HTMLParser):
    """What a browser makes of a page: its tags, its words, and whether every tag is closed."""

    VOID: Final = frozenset({"meta"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)


def words_of_html(letter: Letter) -> str:
    """The words that a reader of the page sees."""
    return " ".join(" ".join(Page(letter_html(letter)).words).split())


def words_of_text(letter: Letter) -> str:
    """The words of the plain letter, as if on one line."""
    return " ".join(letter_text(letter).split())


FORMS = pytest.mark.parametrize("words", [words_of_html, words_of_text], ids=["html", "text"])


def notice(**changed: Any) -> LetterNotice:
    """One open notice."""
    fields: dict[str, Any] = {
        "notice_id": "ntc_1",
        "categories": ["buyer_address", "email"],
        "erase_by": date(2026, 3, 14),
        "answer_by": date(2026, 3, 14),
        "duty": "policy",
        "rule": "000.F.3",
        "says": "Recipients are told of an accepted deletion.",
    }
    return LetterNotice(**{**fields, **changed})


def letter(**changed: Any) -> Letter:
    """A letter to an invented paper mill."""
    fields: dict[str, Any] = {
        "controller": "shop",
        "policy_version": "1",
        "as_of": NOW,
        "known_at": NOW,
        "complete_up_to": {"local": 3},
        "complete_from": NOW,
        "request": "r-jane-doe",
        "recipient": "Paper Mill",
        "name": "The Shop",
        "contact": "office@papermill.example",
        "written_on": date(2026, 3, 4),
        "person": [LetterIdentifier(type="email", value="ann@home.example")],
        "notices": [notice()],
        "forward_duty": False,
        "reply_to": None,
    }
    return Letter(**{**fields, **changed})


@FORMS
def test_what_a_letter_says(words: Form) -> None:
    """Who writes to whom, about whom, what to erase by when, why, and how to answer."""
    said = words(letter(reply_to="privacy@shop.example"))
    for expected in (
        "The Shop",
        "Paper Mill",
        "office@papermill.example",
        "2026-03-04",
        "email",
        "ann@home.example",
        "ntc_1",
        "buyer address, email",
        "2026-03-14",
        "Rule 000.F.3 of the privacy policy of The Shop: Recipients are told",
        "answer in writing to privacy@shop.example by 2026-03-14",
        "It is erased",
        "a law says so",
    ):
        assert expected in said
    assert "r-jane-doe" not in said, "the id of a request is ours, and whoever opened it chose it"


@FORMS
def test_what_is_not_on_record_is_not_said(words: Form) -> None:
    """Without an office, an address of ours, a day or a duty nothing is said of them."""
    said = words(letter(contact=None, notices=[notice(erase_by=None, says=None)]))
    assert "Office" not in said
    assert "answer in writing by 2026-03-14" in said
    assert "as soon as you can" in said
    assert "Pass this notice on" not in said
    assert "privacy policy of The Shop." in said
    assert "None" not in said


@FORMS
def test_our_own_id_is_called_so(words: Form) -> None:
    """`subject` is a word of the contract, and says nothing to who reads a letter."""
    said = words(letter(person=[LetterIdentifier(type="subject", value="m1")]))
    assert "our id of the person" in said
    assert "subject" not in said


@FORMS
def test_a_duty_to_pass_it_on(words: Form) -> None:
    """Who must pass notices on is told so."""
    assert "Pass this notice on to everybody" in words(letter(forward_duty=True))


@FORMS
def test_whose_rule_it_is(words: Form) -> None:
    """A default of ours is not passed off as the policy's word."""
    said = words(letter(notices=[notice(duty="default", rule="D-01")]))
    assert "Our rule D-01, where the privacy policy of The Shop is silent: " in said


@FORMS
def test_several_notices(words: Form) -> None:
    """Each with its reference and day; one ground is said once, and the first day counts."""
    later = notice(notice_id="ntc_2", categories=["phone"], answer_by=date(2026, 4, 1))
    said = words(letter(notices=[later, notice()]))
    assert "ntc_1" in said
    assert "ntc_2" in said
    assert said.count("Rule 000.F.3") == 1
    assert "by 2026-03-14. Quote" in said


HOSTILE = (
    "</dd></dl><script>alert(1)</script>",
    '"><img src=https://evil.example/x.png onerror=alert(1)>',
    "{{7*7}} &amp; &lt;b&gt; 'x' `y`",
    "</style></head><body onload=x>",
    "right\u202eto left",
    "a\x00b\x1b[31mred\r\nTo: somebody else",
    "x" * 1500,
)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("place", ["recipient", "contact", "name", "reply_to", "person", "notice"])
def test_a_hostile_name_stays_text(name: str, place: str) -> None:
    """Whatever a name holds, the page has the same tags, and the reader sees all of the name."""
    changed: dict[str, Any] = {place: name}
    if place == "person":
        changed = {"person": [LetterIdentifier(type="email", value=name)]}
    elif place == "notice":
        changed = {"notices": [notice(notice_id=name, says=name)]}
    usual = letter(reply_to="us@shop.example")
    fields = usual.model_dump() | changed
    hostile, harmless = Page(letter_html(Letter(**fields))), Page(letter_html(usual))
    assert hostile.tags == harmless.tags
    assert hostile.open == []
    for words in (" ".join(hostile.words), letter_text(Letter(**fields))):
        assert not {"\x00", "\x1b", "\r", "\u202e"} & set(words)
    escaped = name.replace("\u202e", "\\u202e").replace("\x00", "\\x00").replace("\x1b", "\\x1b")
    escaped = escaped.replace("\r\n", "\\r\\n")
    assert escaped in " ".join(hostile.words), "no part of a name is lost"
    assert " ".join(escaped.split()) in words_of_text(Letter(**fields))


def test_the_page_stands_alone() -> None:
    """Nothing is loaded and nothing runs: no link, no picture, no script, no address in a style."""
    page = letter_html(letter(reply_to="https://shop.example/answer"))
    parsed = Page(page)
    assert {tag for tag, _ in parsed.tags} <= {
        *("html", "head", "meta", "title", "style", "body", "h1", "h2", "dl", "dt", "dd", "p"),
        *("table", "thead", "tbody", "tr", "th", "td", "ul", "li"),
    }
    attributes = {name for _, found in parsed.tags for name in found}
    assert attributes == {"lang", "charset", "http-equiv", "content", "name"}
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert "@page { size: A4;" in style
    assert "url(" not in style
    assert "@import" not in style
    assert "default-src 'none'" in page


def test_lines_are_short_and_values_whole() -> None:
    """The plain letter is wrapped, but an identifier is never torn apart."""
    value = "a-very-long-name." * 6 + "@home.example"
    text = letter_text(letter(person=[LetterIdentifier(type="email", value=value)]))
    assert value in text
    assert [line for line in text.splitlines() if len(line) > WIDTH and value not in line] == []
    assert text.endswith(".\n")
