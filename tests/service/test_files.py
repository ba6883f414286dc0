"""Files and callers: lines, an array, one document; cut, marked or ended in whatever way."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lineage.events import parse_event
from lineage.service import messages
from lineage.service.messages import MessageReader
from lineage.tracker import Tracker
from tests.storage.shop import Clock, Message, open_shop, share
from tests.support.places import StorePlace

BOM = b"\xef\xbb\xbf"


def shares(count: int = 3) -> list[Message]:
    """Shares of one person with as many recipients; texts with braces, brackets and quotes."""
    return [share(f'R{n} "quoted\\" }}]{{[', subject="m1") for n in range(count)]


def lines(found: list[Message], end: bytes = b"\n") -> bytes:
    """One message a line."""
    return b"".join(json.dumps(message).encode() + end for message in found)


def array(found: list[Message], indent: int | None = None) -> bytes:
    """All messages in one JSON array."""
    return json.dumps(found, indent=indent).encode()


FORMS: dict[str, bytes] = {
    "lines": lines(shares()),
    "lines without an end": lines(shares()).rstrip(),
    "lines of Windows": lines(shares(), b"\r\n"),
    "lines with empty ones": b"\n\n" + lines(shares(), b"\n \t\r\n\n"),
    "lines with a mark": BOM + lines(shares()),
    "array": array(shares()),
    "array over lines": array(shares(), indent=2),
    "array with a mark": BOM + array(shares()) + b"\r\n",
    "array after spaces": b" \n\t" + array(shares(), indent=1) + b"\n\n",
    "array of Windows": array(shares(), indent=2).replace(b"\n", b"\r\n"),
    "document": json.dumps(shares(1)[0], indent=2).encode(),
    "document on one line": json.dumps(shares(1)[0]).encode(),
    "document with a mark": BOM + json.dumps(shares(1)[0], indent=4).encode() + b"\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read(tmp_path: Path, tracker: Tracker, form: str) -> None:
    """Lines, an array or one document, with any line ends and with a byte order mark, are read."""
    path = tmp_path / "events"
    path.write_bytes(FORMS[form])
    receipt = tracker.record_file(path)
    count = 1 if "document" in form else 3
    assert (receipt.read, receipt.recorded, receipt.problems) == (count, count, [])
    assert len(tracker.holders("m1", controller="sesiiduo").holders) == count


@pytest.mark.parametrize("content", [b"", b"\n\n", BOM, b"[]", b" [ ] \n"])
def test_empty_files(tmp_path: Path, tracker: Tracker, content: bytes) -> None:
    """A file with nothing in it is read as nothing."""
    path = tmp_path / "events"
    path.write_bytes(content)
    receipt = tracker.record_file(path)
    assert (receipt.read, receipt.recorded, receipt.refused) == (0, 0, 0)


def test_file_cut_in_the_middle_of_a_line(tmp_path: Path, tracker: Tracker) -> None:
    """Of a file cut in a line all lines before it are recorded, and the line is named."""
    path = tmp_path / "events"
    path.write_bytes(lines(shares())[:-40])
    receipt = tracker.record_file(path)
    assert (receipt.recorded, receipt.refused) == (2, 1)
    [problem] = receipt.problems
    assert (problem.line, problem.reason) == (3, "bad_json")


@pytest.mark.parametrize("indent", [None, 2])
def test_file_cut_in_the_middle_of_an_array(
    tmp_path: Path, tracker: Tracker, indent: int | None
) -> None:
    """Of an array cut in a member all members before it are recorded, and the place is named."""
    content = array(shares(), indent)
    path = tmp_path / "events"
    path.write_bytes(content[:-60])
    receipt = tracker.record_file(path)
    assert (receipt.recorded, receipt.refused) == (2, 1)
    [problem] = receipt.problems
    begins = (
        1 if indent is None else content[: content.rindex(b'{\n    "specversion"')].count(b"\n") + 1
    )
    assert (problem.item, problem.line, problem.reason) == (3, begins, "bad_json")


def test_array_that_is_not_closed(tmp_path: Path, tracker: Tracker) -> None:
    """An array whose end is missing is said to be cut, though every member of it is whole."""
    path = tmp_path / "events"
    path.write_bytes(array(shares())[:-1] + b",")
    receipt = tracker.record_file(path)
    assert (receipt.recorded, receipt.refused) == (3, 1)
    path.write_bytes(array(shares())[:-1])
    receipt = tracker.record_file(path)
    assert (receipt.recorded, receipt.refused) == (3, 1)


def test_text_after_an_array_is_refused(tmp_path: Path, tracker: Tracker) -> None:
    """What follows an array is not passed over in silence."""
    path = tmp_path / "events"
    path.write_bytes(array(shares()) + b"\n" + lines(shares(1)))
    receipt = tracker.record_file(path)
    assert (receipt.recorded, receipt.refused) == (3, 1)
    assert [p.line for p in receipt.problems] == [2]


def test_document_cut_in_the_middle(tmp_path: Path, tracker: Tracker) -> None:
    """A document that is cut is one refused message, not one for each of its lines."""
    path = tmp_path / "events"
    path.write_bytes(json.dumps(shares(1)[0], indent=2).encode()[:-30])
    receipt = tracker.record_file(path)
    assert (receipt.read, receipt.recorded, receipt.refused) == (1, 0, 1)
    assert [p.line for p in receipt.problems] == [1]


def test_first_line_cut_and_the_rest_whole(tmp_path: Path, tracker: Tracker) -> None:
    """A file of lines whose first is damaged is still a file of lines."""
    path = tmp_path / "events"
    first, rest = lines(shares(1)).rstrip()[:-20], lines(shares(4))
    path.write_bytes(first + b"\n" + rest)
    receipt = tracker.record_file(path)
    assert (receipt.recorded, receipt.refused) == (4, 1)
    assert [p.line for p in receipt.problems] == [1]


def test_long_file_is_read_in_pieces(tmp_path: Path, tracker: Tracker) -> None:
    """Members that lie across the borders of what is read at a time come out whole, in either
    form, and progress ends at the size of the file.
    """
    forms: list[Callable[[list[Message]], bytes]] = [lines, array]
    for number, form in enumerate(forms):
        path = tmp_path / f"events-{number}"
        path.write_bytes(
            form([share("R" * (n % 200 + 1), subject=f"{number}-{n % 7}") for n in range(700)])
        )
        told: list[tuple[int, int | None]] = []
        receipt = tracker.record_file(
            path, batch_size=300, progress=lambda *now, told=told: told.append(now)
        )
        assert (receipt.read, receipt.recorded, receipt.problems) == (700, 700, [])
        size = path.stat().st_size
        assert told[-1] == (size, size)
        assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_huge_member_of_an_array(tmp_path: Path, tracker: Tracker) -> None:
    """A member of ten MiB is refused by its size, soon, and the members around it are recorded."""
    path = tmp_path / "events"
    path.write_bytes(array([*shares(1), share("x" * (10 << 20)), *shares(1)]))
    receipt = tracker.record_file(path)
    assert (receipt.recorded, receipt.reasons) == (2, {"too_large": 1})
    assert receipt.seconds < 5


def test_damaged_first_line_of_a_long_file(
    tmp_path: Path, tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the file, no line after a damaged first one is left unread."""
    monkeypatch.setattr(messages, "KEPT_BYTES_MAX", 20_000)
    path = tmp_path / "events"
    path.write_bytes(b'{"cut":\n' + lines(shares(200)))
    assert path.stat().st_size > 40_000
    receipt = tracker.record_file(path)
    assert (receipt.recorded, receipt.refused) == (200, 1)
    assert [p.line for p in receipt.problems] == [1]


def test_standard_input(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash reads standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines(shares()))))
    assert tracker.record_file("-").recorded == 3


def test_missing_file(tmp_path: Path, tracker: Tracker) -> None:
    """A file that is not there is an OSError that names it."""
    with pytest.raises(FileNotFoundError, match="nowhere"):
        tracker.record_file(tmp_path / "nowhere.jsonl")


def test_endless_line_is_kept_in_bounds() -> None:
    """Of a line without end only its beginning is kept, and the line after it is read."""
    stream = io.BytesIO(b'{"a": "' + b"x" * (40 << 20) + b'"}\n{"b": 1}\n')
    first, second = MessageReader(stream)
    assert len(first.raw) < 20 << 20
    assert (second.raw, second.line) == (b'{"b": 1}', 2)


def test_python_callers_may_send_any_form(tracker: Tracker) -> None:
    """Models, mappings, text and bytes are the same event; each form of it again is a duplicate."""
    message = share()
    forms: list[Any] = [
        parse_event(message),
        message,
        json.dumps(message),
        json.dumps(message).encode(),
    ]
    receipt = tracker.record(forms)
    assert (receipt.recorded, receipt.duplicates, receipt.refused) == (1, 3, 0)
    told: list[int] = []
    mixed: list[Any] = [share(), "{", 17]
    receipt = tracker.record(iter(mixed), batch_size=1, progress=told.append)
    assert (receipt.recorded, receipt.refused) == (1, 2)
    assert [p.item for p in receipt.problems] == [2, 3]
    assert [p.line for p in receipt.problems] == [None, None]
    assert told == [1, 2, 3]


def test_refused_model_and_mapping_are_kept(tracker: Tracker) -> None:
    """A refused model or mapping is kept as its JSON, and can be replayed."""
    model = parse_event(share(controller="nobody-knows", id="kept"))
    receipt = tracker.record([model, share() | {"extra": {1, 2}}])
    assert receipt.refused == 2
    kept = [tracker.dead_letter(row.id).message or "" for row in tracker.dead_letters().rows]
    assert json.loads(kept[0])["id"] == "kept"
    assert "extra" in json.loads(kept[1])


def test_replay_under_a_policy_that_knows(
    tmp_path: Path, store_place: StorePlace, clock: Clock
) -> None:
    """A message refused for its controller is recorded by replay once a policy for it is there,
    leaves the dead letters, and is answered from.
    """
    newcomer = share(controller="new-shop")
    with open_shop(store_place, clock) as tracker:
        receipt = tracker.record([newcomer, b"{", share()])
        assert receipt.reasons == {"bad_json": 1, "unknown_controller": 1}
    policies = tmp_path / "policies"
    policies.mkdir()
    for source in (Path(__file__).parents[2] / "lineage/policy/library").glob("sesiiduo.yaml"):
        text = source.read_text(encoding="utf-8")
        (policies / "new-shop.yaml").write_text(
            text.replace("id: sesiiduo", "id: new-shop"), encoding="utf-8"
        )
    with open_shop(store_place, clock, policies=policies) as tracker:
        receipt = tracker.replay_dead_letters()
        assert (receipt.read, receipt.recorded, receipt.refused) == (2, 1, 1)
        assert tracker.dead_letters().reasons == {"bad_json": 1}
        assert len(tracker.holders("m1", controller="new-shop").holders) == 1
        assert tracker.record([newcomer]).duplicates == 1
        assert tracker.replay_dead_letters().recorded == 0
