"""The commands on a real store: what one records, another one answers from."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from lineage.cli.main import make_app
from lineage.policy.loader import LIBRARY

HEAD = {"specversion": "1.0", "source": "/services/checkout", "subject": "m1"}
CONTROLLER = "sesiiduo"


def event(name: str, time: str, **data: Any) -> dict[str, Any]:
    """Return one event about the invented person m1."""
    return {
        **HEAD,
        "id": f"{name}-{time}",
        "type": f"lineage.{name}.v1",
        "time": time,
        "controller": CONTROLLER,
        "data": data,
    }


EVENTS = [
    event("data_collected", "2026-03-01", categories=["email"], source_kind="direct"),
    event(
        "data_shared",
        "2026-03-04T10:00:00Z",
        recipient="FastParcel",
        recipient_kind="logistics",
        categories=["email"],
        purpose="delivery",
        legal_basis="contract",
    ),
    event(
        "data_onward_shared",
        "2026-03-05",
        sender="FastParcel",
        recipient="LocalVan",
        recipient_kind="logistics",
        categories=["email"],
    ),
]
WRONG = event(
    "data_shared", "2026-03-06", recipient="X", recipient_kind="pigeon", categories=["email"]
)


class Shop:
    """A folder with a store of its own, and the command run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = f"sqlite:///{folder / 'lineage.db'}"
        self.app = make_app(plugins=False)

    def run(self, *words: str, stdin: str | None = None) -> Result:
        """Run the command on this store."""
        env = {"LINEAGE_STORE": self.store, "COLUMNS": "160"}
        return CliRunner().invoke(self.app, list(words), input=stdin, env=env)

    def answer(self, *words: str) -> Any:
        """Run the command, which must succeed, and return its JSON."""
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def record(self, *events: dict[str, Any]) -> Result:
        """Record these events from a file."""
        path = self.folder / "events.jsonl"
        path.write_text("\n".join(json.dumps(each) for each in events), encoding="utf-8")
        return self.run("record", str(path))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Return a shop that has recorded the events above."""
    made = Shop(tmp_path)
    result = made.record(*EVENTS)
    assert result.exit_code == 0, result.output
    return made


def test_recording_is_answered_from(shop: Shop) -> None:
    """Holders, lineage and the reverse question agree."""
    rows = shop.answer("holders", "m1", "--controller", CONTROLLER)["holders"]
    assert {(row["holder"], row["held"]) for row in rows} == {
        ("/services/checkout", True),
        ("FastParcel", True),
        ("LocalVan", True),
    }
    shown = shop.run("show", "m1", "-c", CONTROLLER)
    assert shown.exit_code == 0
    assert "email: shared · for delivery · basis contract · since 2026-03-04 10:00" in shown.stdout
    page = shop.answer("recipient", "subjects", "LocalVan", "-c", CONTROLLER)
    assert [row["subject"] for row in page["rows"]] == ["m1"]


def test_as_of_looks_back(shop: Shop) -> None:
    """A date is its beginning: what happened on that day at ten had not happened yet."""
    rows = shop.answer("holders", "m1", "-c", CONTROLLER, "--as-of", "2026-03-04")["holders"]
    assert [row["holder"] for row in rows] == ["/services/checkout"]


def test_recording_twice_changes_nothing(shop: Shop) -> None:
    """The second time all are duplicates, and that is no error."""
    again = shop.record(*EVENTS)
    assert again.exit_code == 0
    assert "0 recorded of 3 read · 3 already on record" in again.stdout


def test_a_wrong_event_is_named_kept_and_counted(shop: Shop) -> None:
    """Exit code 3, the line and the field, and a dead letter that can be looked at."""
    result = shop.record(EVENTS[0], WRONG)
    assert result.exit_code == 3
    assert "line 2: data.recipient_kind: expected one of logistics, payment" in result.stderr
    assert "pigeon" not in result.output
    letters = shop.answer("dead-letters", "list")
    assert letters["total"] == 1
    number = str(letters["rows"][0]["id"])
    assert "pigeon" in shop.answer("dead-letters", "show", number)["message"]
    assert shop.run("dead-letters", "replay").exit_code == 3


def test_strict_records_nothing(shop: Shop) -> None:
    """One wrong event, and the right one beside it is not recorded either."""
    path = shop.folder / "mixed.jsonl"
    new = event("data_collected", "2026-03-07", categories=["phone"])
    path.write_text(f"{json.dumps(new)}\n{json.dumps(WRONG)}\n", encoding="utf-8")
    assert shop.run("record", str(path), "--strict").exit_code == 2
    rows = shop.answer("holders", "m1", "-c", CONTROLLER)["holders"]
    assert "phone" not in {row["category"] for row in rows}


def test_standard_input_is_a_file_too(shop: Shop) -> None:
    """`... | lineage record -`."""
    new = event("data_collected", "2026-03-07", categories=["phone"])
    assert "1 recorded of 1 read" in shop.run("record", "-", stdin=json.dumps(new)).stdout


def test_no_text_at_all_is_exit_code_two(shop: Shop) -> None:
    """A compressed file is not taken for events."""
    path = shop.folder / "events.gz"
    path.write_bytes(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x00\xff\xfe")
    result = shop.run("record", str(path))
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")


def test_a_request_goes_its_way(shop: Shop) -> None:
    """Opened, looked at, decided with what was looked at, listed, followed."""
    opened = shop.answer("request", "open", "m1", "-c", CONTROLLER, "--id", "r1",
                         "--trigger", "account_cancelled")  # fmt: skip
    assert opened["state"] == "received"
    preview = shop.answer("request", "plan", "r1", "--if-accepted")
    assert {row["recipient"] for row in preview["notify"]} == {"FastParcel", "LocalVan"}
    ver = str(preview["ver"])
    stale = shop.run(*("request", "decide", "r1", "accepted", "--ver", "999", "--json"))
    assert stale.exit_code == 2
    assert json.loads(stale.stderr)["error"] == "plan_changed"
    decided = shop.answer("request", "decide", "r1", "accepted", "--ver", ver)
    assert len(decided["notify"]) == 2
    status = shop.answer("request", "status", "r1")
    assert {row["recipient"] for row in status["notices"]} == {"FastParcel", "LocalVan"}
    assert [row["request"] for row in shop.answer("request", "list")] == ["r1"]
    for words in (["status", "r1"], ["plan", "r1"], ["list"]):
        assert "r1" in shop.run("request", *words).stdout


def test_upkeep(shop: Shop) -> None:
    """Verify, rebuild, doctor and upgrade on a sound store."""
    assert shop.answer("verify")["ok"] is True
    assert shop.answer("rebuild")["edges"] == 3
    assert shop.answer("doctor")["ok"] is True
    assert "The store is at" in shop.run("db", "upgrade").stdout


def test_upgrade_makes_a_store_that_can_be_used(tmp_path: Path) -> None:
    """`db upgrade` first, then `record`: the keys are there too."""
    shop = Shop(tmp_path)
    assert shop.run("db", "upgrade").exit_code == 0
    assert shop.record(*EVENTS).exit_code == 0


def test_an_unknown_request_is_said(shop: Shop) -> None:
    """A name that is not on record is a usage error with advice."""
    result = shop.run("request", "status", "nothing")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 2


def test_a_store_that_is_none_is_exit_code_five(tmp_path: Path) -> None:
    """A file that is no database is not overwritten."""
    path = tmp_path / "lineage.db"
    path.write_text("this is not a database, it is a text " * 100, encoding="utf-8")
    result = Shop(tmp_path).run("holders", "m1")
    assert result.exit_code == 5
    assert result.stderr.startswith("error: ")
    assert path.read_text(encoding="utf-8").startswith("this is not")


def test_missing_keys_are_exit_code_five(shop: Shop) -> None:
    """A store without its keys is not opened with new ones."""
    (shop.folder / "lineage.db.keys").rename(shop.folder / "elsewhere")
    assert shop.run("holders", "m1").exit_code == 5
    keys = str(shop.folder / "elsewhere")
    assert shop.run("holders", "m1", "-c", CONTROLLER, "--keys", keys).exit_code == 0


def test_another_policy_is_tried(shop: Shop) -> None:
    """The counts are those of the rows, on the screen, as JSON and in the file that is kept."""
    words = ("policy", "simulate", str(LIBRARY / "store-002.yaml"), "-c", CONTROLLER)
    kept = shop.folder / "rows.jsonl"
    found = shop.answer(*words, "--to", str(kept))
    counted = Counter((row["what"], row["change"]) for row in found["rows"])
    assert counted
    assert {(w, c): n for w, of in found["counts"].items() for c, n in of.items()} == counted
    shown = shop.run(*words, "--to", str(kept))
    assert shown.exit_code == 0, shown.output
    assert "3 events of 1 people" in shown.stdout
    assert "retention changes" in shown.stdout
    none = shop.answer("policy", "simulate", str(LIBRARY / "sesiiduo.yaml"))
    assert (none["counts"], none["rows"]) == ({}, [])
    assert shop.run(*words, "--since", "never").exit_code == 2
    other = shop.run("policy", "simulate", str(LIBRARY / "sesiiduo.yaml"), "--to", str(kept))
    assert other.exit_code == 2
    assert "rows.jsonl is there already" in other.stderr
    folder = shop.run("policy", "simulate", str(LIBRARY))
    assert (folder.exit_code, folder.stdout) == (2, "")
    assert "Name the one policy file to try." in folder.stderr


def test_another_policy_is_tried_on_nobody(shop: Shop) -> None:
    """Nothing on record is not told as if everything had stayed the same."""
    words = ("policy", "simulate", str(LIBRARY / "sesiiduo.yaml"))
    assert "Nothing would have been different." in shop.run(*words).stdout
    nobody = shop.run(*words, "--subject", "nobody")
    assert nobody.exit_code == 0
    assert nobody.stdout.endswith("Nothing is on record of anybody: nothing could be compared.\n")
