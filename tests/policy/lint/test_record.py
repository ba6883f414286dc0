"""What the record has and the files lack, over a real store on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lineage.policy.lint.running import lint_files
from lineage.policy.loader import LIBRARY
from lineage.service.policy_answers import LintRow
from lineage.tracker import Tracker
from tests.policy.lint.small import Said, head, rule
from tests.storage.shop import CHECKOUT, OTHER_CONTROLLER, Message, event, open_shop, share
from tests.support.places import StorePlace
from tests.support.statements import statements_of

CONTROLLER = "sesiiduo"
FORWARDED = {
    "sender": "FastParcel",
    "recipient": "LastMile",
    "recipient_kind": "logistics",
    "categories": ["email"],
}


@pytest.fixture
def tracker(store_place: StorePlace) -> Iterator[Tracker]:
    """A tracker over an empty store, with the policies of the package."""
    with open_shop(store_place) as opened:
        yield opened


class Desk:
    """Files in a folder, linted beside a store."""

    def __init__(self, folder: Path, tracker: Tracker) -> None:
        self.folder = folder
        self.tracker = tracker

    def lint(self, *rules: Said, registry: dict[str, Any] | None = None) -> list[LintRow]:
        """Lint a policy of these rules and a registry of this controller's entries."""
        policy = self.folder / "policy.yaml"
        policy.write_text(yaml.safe_dump(head(*rules, id=CONTROLLER)), encoding="utf-8")
        path = None
        if registry is not None:
            path = self.folder / "registry.yaml"
            value = {"controllers": {CONTROLLER: registry}}
            path.write_text(yaml.safe_dump(value), encoding="utf-8")
        return self.tracker.lint(lint_files(policy, path))


@pytest.fixture
def desk(tmp_path: Path, tracker: Tracker) -> Desk:
    """A desk with both."""
    return Desk(tmp_path, tracker)


def found(rows: list[LintRow]) -> list[tuple[str, str, str]]:
    """Code, path and the first word of the sentence, which names who is meant."""
    return [(row.code, row.path, row.says.split()[0]) for row in rows]


def record(tracker: Tracker, *events: Message) -> None:
    """Record these; none may be refused."""
    receipt = tracker.record(events)
    assert receipt.problems == []


def evidence(kind: str, *but: str, **more: Any) -> Said:
    """A rule that asks for this evidence of all but these kinds."""
    return rule("evidence_needed", "D", evidence=kind, not_recipients=list(but), **more)


def test_who_holds_data_and_is_not_registered(desk: Desk) -> None:
    """Direct recipients and those behind them, each once; of another controller none, and no
    natural person.
    """
    record(
        desk.tracker,
        share("FastParcel", subject="m1"),
        share("FastParcel", subject="m2"),
        share("PayWay", kind="payment"),
        share("person:m9", kind="counterparty"),
        share("Elsewhere", controller=OTHER_CONTROLLER),
        event("data_onward_shared", FORWARDED),
    )
    registry: dict[str, dict[str, Any]] = {
        "recipients": {"PayWay": {"channel": "manual"}},
        "sources": {CHECKOUT: {"silent_after": {"days": 2}}},
    }
    assert found(desk.lint(registry=registry)) == [
        (
            "recipient-not-registered",
            f"controllers.{CONTROLLER}.recipients.FastParcel",
            "FastParcel",
        ),
        ("recipient-not-registered", f"controllers.{CONTROLLER}.recipients.LastMile", "LastMile"),
    ]
    registry["recipients"] |= {name: {"channel": "manual"} for name in ("FastParcel", "LastMile")}
    assert desk.lint(registry=registry) == []


def test_a_source_that_is_not_registered(desk: Desk) -> None:
    """Services only: what we write ourselves cannot be silent."""
    record(desk.tracker, share(source="/services/shop"))
    desk.tracker.open_request("m1", controller=CONTROLLER)
    registered = {"recipients": {"FastParcel": {"channel": "manual"}}}
    [row] = desk.lint(registry=registered)
    assert (row.code, row.path) == (
        "source-not-registered",
        f"controllers.{CONTROLLER}.sources./services/shop",
    )
    assert Path(row.file).name == "registry.yaml"


def test_without_a_registry_nobody_is_missed_in_it(desk: Desk) -> None:
    """Only what the policy itself demands is compared."""
    record(desk.tracker, share())
    assert desk.lint() == []


@pytest.mark.parametrize(
    ("kind", "code", "name", "data"),
    [
        (
            "confidentiality",
            "agreement-not-on-record",
            "agreement_signed",
            {"agreement_kind": "confidentiality"},
        ),
        (
            "data_protection",
            "agreement-not-on-record",
            "agreement_signed",
            {"agreement_kind": "data_protection"},
        ),
        ("ad_guidelines", "ad-guidelines-not-on-record", "ad_guidelines_accepted", {}),
        ("api_test", "api-test-not-on-record", "api_security_tested", {"result": "failed"}),
    ],
)
def test_evidence_that_is_not_on_record(
    desk: Desk, kind: str, code: str, name: str, data: dict[str, str]
) -> None:
    """Of who gets data and is not excepted; that of another recipient does not do, its own does,
    and a test that failed is on record.
    """
    record(
        desk.tracker,
        share("FastParcel"),
        share("TaxOffice", kind="public_authority"),
        event("data_onward_shared", FORWARDED),
        event(name, {"recipient": "PayWay", **data}, subject=None),
    )
    asked = evidence(kind, "public_authority")
    [row] = desk.lint(asked)
    assert (row.code, row.path, row.rule) == (code, "rules[0].evidence", "900.D.1")
    assert row.says.startswith("FastParcel ")
    assert Path(row.file).name == "policy.yaml"
    record(desk.tracker, event(name, {"recipient": "FastParcel", **data}, subject=None))
    assert desk.lint(asked) == []


def test_an_agreement_of_the_other_kind(desk: Desk) -> None:
    """Is none; one in the registry counts for both, and for nothing but agreements."""
    signed = {"recipient": "FastParcel", "agreement_kind": "confidentiality"}
    record(desk.tracker, share(), event("agreement_signed", signed, subject=None))
    asked = (evidence("data_protection"), evidence("api_test"))
    codes = [row.code for row in desk.lint(*asked)]
    assert codes == ["agreement-not-on-record", "api-test-not-on-record"]
    entry = {"channel": "manual", "agreement": "signed"}
    sources = {CHECKOUT: {"silent_after": {"days": 2}}}
    registry = {"recipients": {"FastParcel": entry}, "sources": sources}
    assert [row.code for row in desk.lint(*asked, registry=registry)] == ["api-test-not-on-record"]
    entry["agreement"] = "none"
    assert [row.code for row in desk.lint(*asked, registry=registry)] == codes


def test_of_whom_evidence_is_asked(desk: Desk) -> None:
    """Of the kinds a rule names; of who got only what identifies nobody, where it says so."""
    blank = share("AdVista", kind="advertising_analytics")
    blank["data"] |= {"deidentified": True, "reidentifiable": False}
    record(desk.tracker, blank, share("PayWay", kind="payment"))
    only = {"recipients": ["advertising_analytics"]}
    assert desk.lint(evidence("ad_guidelines", **only)) == []
    [row] = desk.lint(evidence("ad_guidelines", **only, personal=False))
    assert row.says.startswith("AdVista ")


def test_encryption_is_not_looked_for(desk: Desk) -> None:
    """Each share says it for itself, and is judged."""
    record(desk.tracker, share())
    assert desk.lint(evidence("encryption")) == []


def test_the_latest_version_counts(tmp_path: Path, tracker: Tracker) -> None:
    """Of several versions in a folder."""
    record(tracker, share())
    for name, day, rules in (
        ("first", None, (evidence("api_test"),)),
        ("second", "2026-03-01", (evidence("ad_guidelines"),)),
    ):
        value = head(*rules, id=CONTROLLER, version=name, effective_from=day)
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(value), encoding="utf-8")
    rows = tracker.lint(lint_files(tmp_path))
    assert [(Path(row.file).stem, row.code) for row in rows] == [
        ("second", "ad-guidelines-not-on-record")
    ]


def test_a_retracted_share_was_none(desk: Desk) -> None:
    """What never happened needs no recipient in the registry."""
    wrong = share("Typo")
    taken_back = {
        "retracted_source": wrong["source"],
        "retracted_id": wrong["id"],
        "reason": "typo",
    }
    record(desk.tracker, wrong, event("event_retracted", taken_back))
    sources = {"sources": {CHECKOUT: {"silent_after": {"days": 2}}}}
    assert desk.lint(registry=sources) == []


def test_the_statements_do_not_grow_with_people(desk: Desk) -> None:
    """As many for a hundred people and recipients as for one."""
    registry: dict[str, Any] = {"recipients": {}}
    asked = evidence("api_test")
    record(desk.tracker, share())
    with statements_of(desk.tracker.store.engine) as few:
        desk.lint(asked, registry=registry)
    record(desk.tracker, *(share(f"Carrier{n}", subject=f"p{n}") for n in range(100)))
    with statements_of(desk.tracker.store.engine) as many:
        rows = desk.lint(asked, registry=registry)
    assert len(many) == len(few)
    assert len(rows) == 2 * 101 + 1


def test_a_store_with_nothing_in_it(tracker: Tracker) -> None:
    """Nothing is missing where nothing is on record, for any policy of the package."""
    assert tracker.lint(lint_files(LIBRARY, Path("docs/examples/recipients.yaml"))) == []
