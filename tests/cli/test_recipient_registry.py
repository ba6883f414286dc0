"""``lineage recipient list|show|test``: what is shown of the registry, and a real test notice."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from standardwebhooks.webhooks import Webhook
from typer.testing import CliRunner, Result

from lineage.cli.main import make_app
from tests.channels.recipient import Recipient, running

SECRET = "whsec_" + b64encode(bytes(range(32))).decode()
PAIR: dict[str, str] = json.loads(
    (Path(__file__).parents[1] / "vectors/standard-webhooks/asymmetric-values.json").read_text()
)["cases"][0]


@pytest.fixture
def recipient() -> Iterator[Recipient]:
    """Run a recipient for one test."""
    with running() as started:
        yield started


class Registry:
    """A registry file, and the command run with it in a folder of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        webhook = {"channel": "webhook", "url": url, "allow_loopback_http": True}
        self.entries: dict[str, dict[str, Any]] = {
            "FastParcel": {**webhook, "secret": "env:HOOK", "kind": "logistics", "region": "EU"},
            "PayWay": {**webhook, "secret": ["env:PAIR", "env:HOOK"], "agreement": "signed"},
            "Lost": {**webhook, "secret": "env:NO_SUCH_SECRET"},
            "Wrong": {**webhook, "secret": "env:WRONG"},
            "PaperMill": {"channel": "manual", "forward_duty": True, "contact": "a@mill.example"},
        }
        self.others: dict[str, dict[str, Any]] = {"FastParcel": {"channel": "manual"}}

    def run(self, *words: str) -> Result:
        """Run the command; no store is where it would look for one."""
        path = self.folder / "recipients.yaml"
        document = {"shop": {"recipients": self.entries}, "other": {"recipients": self.others}}
        path.write_text(yaml.safe_dump({"controllers": document}))
        env = {
            "LINEAGE_RECIPIENTS": str(path),
            "COLUMNS": "200",
            "HOOK": SECRET,
            "PAIR": PAIR["key"],
            "WRONG": "hunter2-hunter2",
            "LINEAGE_STORE": f"sqlite:///{self.folder / 'none' / 'lineage.db'}",
        }
        return CliRunner().invoke(make_app(plugins=False), ["recipient", *words], env=env)

    def answer(self, *words: str) -> Any:
        """Run the command, which must succeed, and return its JSON."""
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture
def registry(tmp_path: Path, recipient: Recipient) -> Registry:
    """A registry whose webhooks lead to the running recipient."""
    return Registry(tmp_path, recipient.url())


def test_all_recipients(registry: Registry) -> None:
    """By controller and name, with what can be had of each secret, and never a secret."""
    rows = registry.answer("list")
    assert [(row["controller"], row["recipient"]) for row in rows] == [
        ("other", "FastParcel"),
        *(("shop", name) for name in sorted(registry.entries)),
    ]
    found = {row["recipient"]: row["secrets"] for row in rows if row["controller"] == "shop"}
    assert found["FastParcel"] == [
        {"reference": "env:HOOK", "versions": ["v1"], "public_keys": [], "problem": None}
    ]
    assert [one["versions"] for one in found["PayWay"]] == [["v1a"], ["v1"]]
    assert found["Lost"][0]["problem"] == "not set in the environment"
    assert "signs" in found["Wrong"][0]["problem"]
    assert found["PaperMill"] == []
    shown = registry.run("list").stdout
    assert "env:NO_SUCH_SECRET: not set in the environment" in shown
    assert "cannot be told now, for want of a secret: Lost, Wrong" in shown
    for text in (shown, json.dumps(rows)):
        assert not [one for one in (SECRET[6:], PAIR["key"][5:], "hunter2") if one in text]


def test_those_of_one_controller(registry: Registry) -> None:
    """One controller's alone; one that is not in the file is an error."""
    (only,) = registry.answer("list", "-c", "other")
    assert (only["channel"], only["url"], only["accepts"]) == ("manual", None, ["subject"])
    assert "for want of a secret" not in registry.run("list", "-c", "other").stdout
    wrong = registry.run("list", "-c", "nobody")
    assert wrong.exit_code == 2
    assert "name one of" in wrong.stderr.lower()
    registry.entries, registry.others = {}, {}
    assert "names no recipient" in registry.run("list").stdout


def test_one_recipient(registry: Registry) -> None:
    """All that its entry says, and of a pair the public key to give away."""
    row = registry.answer("show", "PayWay")
    assert row["secrets"][0]["public_keys"] == [PAIR["public_key"]]
    assert (row["agreement"], row["answer_within_days"]) == ("signed", 30)
    shown = registry.run("show", "PayWay").stdout
    assert f"public key, for the recipient: {PAIR['public_key']}" in shown
    assert PAIR["key"][5:] not in shown
    manual = registry.run("show", "PaperMill").stdout
    assert "passes notices on: yes" in manual
    assert "contact: a@mill.example" in manual
    assert "address" not in manual


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("show", "Nobody"), "the registry does not name Nobody"),
        (("show", "FastParcel"), "FastParcel is a recipient of other, shop"),
        (("test", "FastParcel", "-c", "other"), "FastParcel has no webhook to be tested"),
        (("test", "PaperMill"), "its channel is manual"),
    ],
)
def test_what_cannot_be_asked(registry: Registry, words: tuple[str, ...], says: str) -> None:
    """Exit code 2, and what to do."""
    result = registry.run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr


def test_no_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a file there is nothing to show, and it is said how to name one."""
    monkeypatch.delenv("LINEAGE_RECIPIENTS", raising=False)
    result = CliRunner().invoke(make_app(plugins=False), ["recipient", "list"])
    assert result.exit_code == 2
    assert "--recipients or LINEAGE_RECIPIENTS" in result.stderr


def test_a_test_notice(registry: Registry, recipient: Recipient) -> None:
    """It is signed as a notice is, of its own type, about nobody; and no store is made for it."""
    recipient.headers = {"Content-Type": "application/json"}
    recipient.body = b'{"status":"erased","evidence":"log 7"}'
    answer = registry.answer("test", "PayWay")
    (got,) = recipient.received
    said = Webhook(SECRET).verify(got.body, got.headers)
    assert said["type"] == "lineage.test.v1"
    data = said["data"]
    assert (data["action"], data["person"], data["categories"]) == ("test", [], [])
    assert (data["controller"], data["recipient"]) == ("shop", "PayWay")
    assert data["notice_id"] == answer["notice_id"] == got.headers["webhook-id"]
    assert (answer["ok"], answer["status"], answer["error"]) == (True, 200, None)
    assert 0 < answer["seconds"] < 10
    assert (answer["answer"]["status"], answer["answer"]["evidence"]) == ("erased", "log 7")
    assert sorted(path.name for path in registry.folder.iterdir()) == ["recipients.yaml"]


def test_every_test_is_another_notice(registry: Registry, recipient: Recipient) -> None:
    """A recipient that keeps ids, as it should, answers each test."""
    first, second = registry.answer("test", "PayWay"), registry.answer("test", "PayWay")
    assert first["notice_id"] != second["notice_id"]
    assert len(recipient.received) == 2


def test_how_a_test_looks(registry: Registry, recipient: Recipient) -> None:
    """One line says whether it was taken, another what was answered."""
    recipient.headers = {"Content-Type": "application/json"}
    recipient.body = b'{"status":"refused","evidence":"\\u001b[31mno"}'
    shown = registry.run("test", "PayWay")
    assert shown.exit_code == 0
    assert "PayWay of shop: taken · HTTP 200" in shown.stdout
    assert "it answers: refused · other · " in shown.stdout
    assert "\x1b" not in shown.stdout
    recipient.body = b""
    silent = registry.run("test", "PayWay").stdout
    assert "it answers" not in silent
    assert "Nothing was recorded." in silent


@pytest.mark.parametrize(
    ("name", "status", "error"),
    [("PayWay", 401, "http_error"), ("PayWay", 410, "endpoint_gone")],
)
def test_a_recipient_that_does_not_take_it(
    registry: Registry, recipient: Recipient, name: str, status: int, error: str
) -> None:
    """Exit code 1 with the status and the code of the error, for people and as JSON."""
    recipient.status = status
    result = registry.run("test", name, "--json")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert (answer["ok"], answer["status"], answer["error"]) == (False, status, error)
    shown = registry.run("test", name)
    assert shown.exit_code == 1
    assert f"not taken · HTTP {status} · {error.replace('_', ' ')}" in shown.stdout


@pytest.mark.parametrize(
    ("name", "error"), [("Lost", "secret_unavailable"), ("Wrong", "secret_unusable")]
)
def test_nothing_leaves_without_a_signature(
    registry: Registry, recipient: Recipient, name: str, error: str
) -> None:
    """A secret that cannot be had fails the test before anything is sent."""
    result = registry.run("test", name, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"] == error
    assert recipient.received == []
    assert "no answer" in registry.run("test", name).stdout
