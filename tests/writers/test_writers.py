"""Several writers on one stream: what one would do, by the same receipt; and what fails is said."""

import json
import os
import signal
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from lineage import writers
from lineage.storage.errors import StorageError
from lineage.writers import Place, record_with_writers
from tests.conftest import PlaceIn
from tests.properties.stores import facts_dump
from tests.storage.shop import linked, share
from tests.support.places import StorePlace

pytestmark = pytest.mark.postgres


@pytest.fixture
def place(tmp_path: Path, place_in: PlaceIn) -> Iterator[StorePlace]:
    """A place on a server: a file has one writer."""
    with place_in(tmp_path, "postgresql") as found:
        yield found


def lines(count: int) -> list[bytes]:
    """Shares of a few people, some of whom turn out to be one, with a line that is none."""
    found: list[dict[str, Any]] = [
        share(f"R{n % 5}", "email", subject=f"m{n % 40}") for n in range(count)
    ]
    found += [linked(f"m{n}", subject=f"m{n + 1}") for n in range(0, 10, 2)]
    raw = [json.dumps(event).encode() for event in found]
    return [*raw[: count // 2], b"{this is no event", *raw[count // 2 :], raw[0]]


def recorded(place: StorePlace, raw: list[bytes], *, count: int) -> Any:
    """The receipt of recording by so many writers."""
    return record_with_writers(
        Place(place.url, place.keys), BytesIO(b"\n".join(raw)), writers=count, batch_size=20
    )


def test_two_writers_do_what_one_does(place: StorePlace) -> None:
    """The receipt, the facts and the proof are those of one writer, whoever came first."""
    raw = lines(300)
    other = place.another()
    with place.open() as two, other.open() as one:
        receipt = recorded(place, raw, count=2)
        alone = one.record(raw)
        assert (receipt.read, receipt.recorded, receipt.duplicates, receipt.refused) == (
            alone.read,
            alone.recorded,
            alone.duplicates,
            alone.refused,
        )
        assert [problem.line for problem in receipt.problems] == [151]
        assert two.verify().ok
        assert without_place(facts_dump(two)) == without_place(facts_dump(one))


def without_place(dump: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """A dump without when and in which log something was recorded."""
    return {
        table: sorted(
            tuple(x for x in row if not x.startswith(("recorded_at=", "log="))) for row in rows
        )
        for table, rows in dump.items()
    }


def test_a_writer_that_dies_is_an_error(place: StorePlace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A killed writer ends the recording with what to do; done again, everything is there once."""
    raw = lines(400)
    with place.open() as tracker:
        given = writers.Writers._give
        killed: list[int] = []

        def kill(self: writers.Writers, who: int) -> None:
            given(self, who)
            processes = list(self._pools[who]._processes)
            if processes and not killed and sum(map(len, self._given)) > 2:
                killed.append(processes[0])
                os.kill(processes[0], signal.SIGKILL)

        monkeypatch.setattr(writers.Writers, "_give", kill)
        with pytest.raises(StorageError, match="died") as caught:
            recorded(place, raw, count=2)
        assert "again" in caught.value.do
        monkeypatch.undo()
        receipt = recorded(place, raw, count=2)
        assert receipt.recorded + receipt.duplicates == len(raw) - 1
        report = tracker.verify()
        assert (report.ok, report.events) == (True, len(raw) - 2)


def test_a_store_that_cannot_be_used_is_an_error(place: StorePlace, tmp_path: Path) -> None:
    """What a writer meets when it opens the store ends the recording."""
    with place.open():
        pass
    wrong = Place(place.url, tmp_path / "no such keys")
    with pytest.raises(StorageError, match="key folder"):
        record_with_writers(wrong, BytesIO(b"\n".join(lines(10))), writers=2, batch_size=5)
