"""The key folder: made once, closed to others, never replaced, never shown."""

import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lineage.storage.errors import KeysUnusable, StoreUnusable
from lineage.storage.keys import Keys, create_keys, load_keys
from lineage.storage.seal import Hasher
from lineage.tracker import open_tracker
from tests.conftest import PlaceIn
from tests.storage.shop import open_shop, share
from tests.support.places import Engine, StorePlace


@pytest.fixture
def folder(store_place: StorePlace) -> Path:
    """The key folder of a store that has one person."""
    with open_shop(store_place) as tracker:
        tracker.record([share(), b"{ damaged"])
    return store_place.keys


def test_fresh_keys_are_closed_to_others(folder: Path) -> None:
    """Keys are made with the store, in a folder and in files that only their owner can read."""
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = sorted(folder.iterdir())
    assert [path.name for path in files] == ["kek-1.key", "root.key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert len({path.read_text() for path in files}) == 2


def test_two_programs_make_one_store(tmp_path: Path, engine: Engine, place_in: PlaceIn) -> None:
    """Programs that open the same missing store at the same moment make one store with one set of
    keys, and all of them can use it.
    """
    for attempt in range(5):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        with place_in(folder, engine) as place:
            start = threading.Barrier(4)
            empty = place.at(place.url)

            def work(
                number: int, place: StorePlace = empty, start: threading.Barrier = start
            ) -> int:
                start.wait()
                with open_shop(place) as tracker:
                    return tracker.record([share(f"R{number}")]).recorded

            with ThreadPoolExecutor(4) as pool:
                assert list(pool.map(work, range(4))) == [1, 1, 1, 1]
            with open_shop(place) as tracker:
                assert len(tracker.holders("m1", controller="sesiiduo").holders) == 4
                assert tracker.verify().ok
            assert [path for path in folder.iterdir() if path.is_dir()] == [place.keys]


@pytest.mark.parametrize(
    ("name", "mode"),
    [("", 0o750), ("", 0o705), ("root.key", 0o640), ("kek-1.key", 0o604), ("root.key", 0o620)],
)
def test_keys_open_to_others_are_refused(
    folder: Path, store_place: StorePlace, name: str, mode: int
) -> None:
    """Keys that others can read or write are refused, and the error says the chmod to do."""
    (folder / name).chmod(mode)
    with pytest.raises(KeysUnusable, match="others") as caught:
        open_shop(store_place)
    assert caught.value.do.startswith("chmod 700" if name == "" else "chmod 600")


def test_store_without_its_keys_is_refused(folder: Path, store_place: StorePlace) -> None:
    """Where a store exists, no new keys are made for it: they could not read it."""
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(KeysUnusable, match="does not") as caught:
        open_shop(store_place)
    assert "backup" in caught.value.do
    assert not folder.exists()


def test_keys_without_their_store_serve_a_new_one(folder: Path, store_place: StorePlace) -> None:
    """Where keys exist and the store does not, the store is made and the keys stay as they are."""
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with open_shop(store_place.another()) as tracker:
        assert tracker.verify().events == 0
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_keys_of_a_file_lie_beside_it(tmp_path: Path) -> None:
    """Where no folder is named, the keys of an SQLite store are made beside its file."""
    with open_tracker(f"sqlite:///{tmp_path / 'shop.db'}") as tracker:
        tracker.record([share()])
    keys = load_keys(tmp_path / "shop.db.keys")
    with pytest.raises(KeysUnusable, match="no key folder by default"):
        open_tracker("postgresql+psycopg://db.example/lineage")
    assert set(keys.keks) == {1}


@pytest.mark.parametrize("name", ["root.key", "kek-1.key"])
def test_missing_key_is_refused(folder: Path, store_place: StorePlace, name: str) -> None:
    """A folder that lacks a key is refused, never completed."""
    (folder / name).unlink()
    with pytest.raises(KeysUnusable):
        open_shop(store_place)
    assert not (folder / name).exists()


@pytest.mark.parametrize("text", ["", "zz" * 32, "ab" * 31, "ab" * 33, "key \N{SNOWMAN}"])
def test_damaged_key_is_refused(folder: Path, store_place: StorePlace, text: str) -> None:
    """A key file of another length, or that is no hexadecimal, is refused and not repeated."""
    (folder / "root.key").write_text(text, encoding="utf-8")
    with pytest.raises(KeysUnusable, match="32 bytes") as caught:
        open_shop(store_place)
    assert not text or text not in str(caught.value)


def test_stray_file_in_the_folder_is_named(folder: Path, store_place: StorePlace) -> None:
    """A file that looks like a key and is of no epoch is named, and nothing is opened with it."""
    (folder / "kek-old.key").write_text("ab" * 32)
    with pytest.raises(KeysUnusable, match="kek-old"):
        open_shop(store_place)


@pytest.mark.parametrize("name", ["root.key", "kek-1.key"])
def test_keys_of_another_store_are_refused(
    folder: Path, store_place: StorePlace, tmp_path: Path, name: str
) -> None:
    """One wrong key is enough to be refused on opening: nothing is ever sealed under a key that
    the rest of the store does not know.
    """
    create_keys(tmp_path / "others")
    (folder / name).write_bytes((tmp_path / "others" / name).read_bytes())
    with pytest.raises(KeysUnusable, match="another store"):
        open_shop(store_place)


def test_lost_epoch_is_named(folder: Path, store_place: StorePlace) -> None:
    """What is sealed under an epoch whose key is gone says so, people and dead letters alike."""
    (folder / "kek-1.key").rename(folder / "kek-2.key")
    with open_shop(store_place) as tracker:
        with pytest.raises(KeysUnusable, match="epoch 1"):
            tracker.record([share("BlueVan")])
        with pytest.raises(KeysUnusable, match="epoch 1"):
            tracker.recipient_subjects("FastParcel", controller="sesiiduo")
        with pytest.raises(KeysUnusable, match="epoch 1"):
            tracker.dead_letter(1)
        assert not tracker.verify().ok


def test_new_epoch_serves_beside_the_old(folder: Path, store_place: StorePlace) -> None:
    """With a second key-encryption key, new people are wrapped under it and old ones still read."""
    (folder / "kek-2.key").write_text("ab" * 32 + "\n")
    (folder / "kek-2.key").chmod(0o600)
    with open_shop(store_place) as tracker:
        tracker.record([share(subject="m2"), share("BlueVan", subject="m1")])
        for subject, count in (("m1", 2), ("m2", 1)):
            assert len(tracker.holders(subject, controller="sesiiduo").holders) == count
        with tracker.store.reading() as conn:
            epochs = conn.exec_driver_sql("SELECT epoch FROM subjects ORDER BY epoch").scalars()
            assert list(epochs) == [1, 2]
        assert tracker.verify().ok


def test_repr_shows_nothing(folder: Path, store_place: StorePlace) -> None:
    """No secret stands in the repr of keys, hasher, keyring or what they make."""
    keys = load_keys(folder)
    secrets = [keys.root, *keys.keks.values()]
    with open_shop(store_place) as tracker, tracker.store.reading() as conn:
        ring = tracker.store.keyring
        rows = conn.exec_driver_sql("SELECT subject_ref FROM subjects").scalars().all()
        shown = [repr(x) for x in (keys, Hasher(keys), ring, ring.ciphers(conn, rows))]
    for text in shown:
        for secret in secrets:
            assert secret.hex() not in text
            assert repr(secret)[2:-1] not in text


def test_purposes_have_keys_of_their_own() -> None:
    """What is hashed for one purpose cannot be compared with what is hashed for another."""
    hasher = Hasher(Keys(b"r" * 32, {1: b"k" * 32}))
    same = b"the same bytes"
    found = {hasher.digest(same)[:16], hasher.fingerprint(same)[:16], hasher.head(same)[:16]}
    assert len(found | {hasher.lookup("a", "b", "c")[:16], hasher.event_key("a", "b")}) == 5
    assert hasher.lookup("ab", "c", "d") != hasher.lookup("a", "bc", "d")


def test_changed_row_is_said_and_not_a_traceback(folder: Path, store_place: StorePlace) -> None:
    """Naming a person whose row was changed says that the store is not sound, and what to do."""
    with open_shop(store_place) as tracker:
        with tracker.store.writing() as conn:
            conn.exec_driver_sql("UPDATE subjects SET wrapped_key = sealed_id")
        with pytest.raises(StoreUnusable) as caught:
            tracker.recipient_subjects("FastParcel", controller="sesiiduo")
    assert "lineage verify" in caught.value.do


def test_empty_folder_gets_the_keys(store_place: StorePlace) -> None:
    """A folder made beforehand and still empty is where a fresh store's keys go."""
    store_place.keys.mkdir()
    with open_shop(store_place) as tracker:
        tracker.record([share()])
    assert sorted(path.name for path in store_place.keys.iterdir()) == ["kek-1.key", "root.key"]
    assert stat.S_IMODE(store_place.keys.stat().st_mode) == 0o700
