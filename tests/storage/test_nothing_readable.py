"""Nothing of an identifier can be read in the files of a store, nor in what is logged.

A thousand people, every way in which an event can name one, and the ways in which a message can be
refused: then the bytes of all files are searched for each id and each e-mail address, in clear, in
base64 at each alignment, and in hexadecimal.
"""

import base64
import json
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from lineage.generator import generate
from lineage.tracker import Tracker
from tests.storage.shop import Message, collected, event, linked, open_shop, share

PEOPLE = 1_000
WINDOW = 12
"""Bytes of a needle's beginning that are looked up first; every needle is longer."""


def named_in(message: object) -> Iterator[str]:
    """Every id of a person and every e-mail address in a generated event."""
    if isinstance(message, dict):
        for key, value in message.items():
            if key in {"subject", "account", "guardian_id"} and isinstance(value, str):
                yield value
            yield from named_in(value)
    elif isinstance(message, list):
        for value in message:
            yield from named_in(value)
    elif isinstance(message, str):
        if "@" in message:
            yield message
        if message.startswith("person:"):
            yield message.removeprefix("person:")


def spellings(name: str) -> Iterator[bytes]:
    """The name in clear, in hexadecimal, and in base64 wherever in a longer text it begins."""
    clear = name.encode()
    yield clear
    yield clear.hex().encode()
    yield clear.hex().upper().encode()
    for skipped in range(3):
        padded = base64.b64encode(b"\0" * skipped + clear)
        # The first and last characters share bits with what stands beside the name.
        whole = padded[4 if skipped else 0 : len(padded) - 4]
        yield whole
        yield whole.translate(bytes.maketrans(b"+/", b"-_"))


def found_in(content: bytes, names: Iterable[str]) -> set[str]:
    """The names that can be read in these bytes, in one pass over them."""
    by_start: dict[bytes, list[tuple[bytes, str]]] = {}
    for name in names:
        for needle in spellings(name):
            by_start.setdefault(needle[:WINDOW], []).append((needle, name))
    assert all(len(start) == WINDOW for start in by_start)
    found = set()
    for at in range(len(content) - WINDOW + 1):
        for needle, name in by_start.get(content[at : at + WINDOW], ()):
            if content.startswith(needle, at):
                found.add(name)
    return found


def person(number: int) -> str:
    """An id long enough not to occur by chance."""
    return f"readable-person-{number:04d}"


def mail(number: int) -> str:
    """An e-mail address in a reserved domain."""
    return f"readable.mail.{number:04d}@shop.example"


def odd_ways() -> list[Message]:
    """Persons named in every place that the contract has for one."""
    return [
        share(subject=mail(1)),
        linked(mail(2), subject=person(1)),
        collected(subject=person(2), account=person(3)),
        event("user_registered", {"guardian_id": person(4)}, subject=person(5)),
        share(f"person:{person(6)}", "name", kind="counterparty", subject=person(5)),
        event(
            "data_inbound_received",
            {"sender": f"person:{person(7)}", "categories": ["name"]},
            subject=person(5),
        ),
        event(
            "breach_detected",
            {"subjects": [person(8), mail(3)], "categories": ["email"]},
            subject=None,
        ),
        event(
            "data_shared",
            {
                "recipient": "MailBlast",
                "recipient_kind": "service_provider",
                "categories": ["email"],
                "identifiers": [{"type": "email", "value": mail(4)}],
            },
            subject=person(9),
            correlationid=person(10),
            causationid=person(11),
            traceparent=person(12),
            partitionkey=person(13),
        ),
    ]


def refused() -> list[Message | bytes | str]:
    """Messages that are refused, each naming somebody where it is wrong."""
    reused = share(subject=person(20))
    return [
        f'{{"subject": "{person(21)}", "cut of'.encode(),
        f"{person(22)} {mail(22)} is no JSON",
        json.dumps(share(subject=person(23), controller="nobody-knows")),
        share(subject=person(24)) | {mail(24): 1},
        event("data_shared", {mail(25): [mail(26)]}, subject=person(25)),
        event(person(27), {}, subject=person(27)),
        share("FastParcel", mail(28), subject=person(28)),
        share(subject=person(29), time=mail(29)),
        share(subject=person(30), source="/lineage"),
        reused,
        share("BlueVan", subject=person(20), id=reused["id"]),
        json.dumps(share(subject=mail(31) * 60_000)).encode(),
    ]


def ask(tracker: Tracker) -> None:
    """A request with its plan, frozen bodies and a dispatch that fails; and all the questions."""
    for number in (1, 9):
        tracker.open_request(person(number), controller="sesiiduo", request_id=f"r{number}")
        tracker.decide_request(f"r{number}", outcome="accepted", controller="sesiiduo")
    assert tracker.request_status("r9", controller="sesiiduo").notices
    assert tracker.dispatch().claimed
    tracker.recipient_subjects("FastParcel", controller="sesiiduo")
    tracker.lineage(person(5), controller="sesiiduo")
    assert tracker.replay_dead_letters().refused
    tracker.rebuild()
    assert tracker.verify().ok


def test_nothing_readable_of_anybody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not one of a thousand ids and their e-mail addresses stands in the database, its WAL or what
    is logged or printed: not in clear, not in base64, not in hexadecimal.
    """
    caplog.set_level(logging.DEBUG)
    registry = tmp_path / "recipients.yaml"
    registry.write_text(
        "controllers:\n  sesiiduo:\n    recipients:\n      FastParcel:\n        channel: webhook\n"
        "        url: http://127.0.0.1:9/\n        secret: env:NO_SUCH_SECRET\n"
        "        allow_loopback_http: true\n"
    )
    stream = list(generate(PEOPLE, PEOPLE * 10, 5, controllers=("sesiiduo", "seestar")))
    names = {name for message in stream for name in named_in(message)}
    names |= {person(n) for n in range(40)} | {mail(n) for n in range(40)}
    assert len(names) > PEOPLE * 1.1
    with open_shop(tmp_path, recipients=registry) as tracker:
        receipt = tracker.record([*stream, *odd_ways()])
        assert (receipt.refused, receipt.problems) == (0, [])
        assert tracker.record(refused()).refused == 11
        ask(tracker)
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert {"shop.db", "shop.db-wal", "shop.db-shm"} <= {path.name for path in files}
        for path in files:
            assert found_in(path.read_bytes(), names) == set(), path.name
    content = (tmp_path / "shop.db").read_bytes()
    assert found_in(content, names) == set()
    assert found_in(content, ["/services/checkout"])  # what is no person's may be read
    said = "\n".join([caplog.text, *capfd.readouterr()])
    assert found_in(said.encode(), names) == set()


@pytest.mark.parametrize("before", ["", "x", "xx", "xxx"])
def test_search_finds_what_is_there(before: str) -> None:
    """The search itself would find a name in each of the spellings, wherever it begins."""
    name = mail(7)
    text = f"{before}{name} and more".encode()
    for content in (text, base64.b64encode(text), base64.urlsafe_b64encode(text)):
        assert found_in(b"--" + content, [name]) == {name}
    assert found_in(text.hex().encode(), [name]) == {name}
    assert found_in(text.hex().upper().encode(), [name]) == {name}
