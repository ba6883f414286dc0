"""What the record has and the files lack, over a real store on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lineage.policy.lint.people import StatedConsents
from lineage.policy.lint.running import lint_files
from lineage.policy.loader import LIBRARY
from lineage.service.policy_answers import LintRow
from lineage.tracker import Tracker
from tests.policy.lint.small import Said, head, rule
from tests.storage.shop import (
    CHECKOUT,
    OTHER_CONTROLLER,
    Message,
    event,
    linked,
    open_shop,
    retracted,
    share,
)
from tests.support.places import StorePlace
from tests.support.statements import statements_of

CONTROLLER = "sesiiduo"
CHUNK = 200
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
    record(desk.tracker, wrong, retracted(wrong))
    sources = {"sources": {CHECKOUT: {"silent_after": {"days": 2}}}}
    assert desk.lint(registry=sources) == []


def processed(consent_id: str | None, **attributes: Any) -> Message:
    """A use of data that rests on this consent."""
    data = {"categories": ["email"], "purpose": "delivery", "consent_id": consent_id}
    return event("data_processed", data, **attributes)


def granted(consent_id: str, **attributes: Any) -> Message:
    """A consent of this name."""
    return event("consent_granted", {"consent_id": consent_id}, **attributes)


def test_a_consent_that_nobody_recorded(desk: Desk) -> None:
    """Each source once, with how many events name such a consent, whoever sent the grant and
    whenever; a grant of another person, of another name or taken back is none. Nor is a withdrawal.
    """
    wrong = granted("c-3", subject="m3")
    record(
        desk.tracker,
        processed("c-1", source="/services/shop"),
        granted("c-1", at="2026-03-05"),
        processed("c-1", subject="m2"),
        granted("c-2", subject="m2"),
        wrong,
        retracted(wrong),
        processed("c-3", subject="m3"),
        processed("c-3", subject="m3"),
        event("consent_withdrawn", {"consent_id": "c-4"}, source="/services/shop"),
        processed("c-9", controller=OTHER_CONTROLLER),
        processed(None, source="/services/mail"),
    )
    rows = desk.lint()
    assert found(rows) == [
        ("consent-not-on-record", "id", CHECKOUT),
        ("consent-not-on-record", "id", "/services/shop"),
    ]
    assert [Path(row.file).name for row in rows] == ["policy.yaml"] * 2
    assert [row.says.partition(", in ")[2] for row in rows] == [
        "3 events: c-1, c-3",
        "1 event: c-4",
    ]


def test_a_grant_under_another_id_of_the_person(desk: Desk) -> None:
    """Counts for the whole person, once it is known who it is."""
    record(desk.tracker, processed("c-1", subject="m1"), granted("c-1", subject="guest-1"))
    assert [row.code for row in desk.lint()] == ["consent-not-on-record"]
    record(desk.tracker, linked("guest-1", subject="m1"))
    assert desk.lint() == []


def test_a_few_names_stand_for_many(desk: Desk) -> None:
    """The same ones whatever the order; how many there are is said of the events."""
    names = [f"c-{n}" for n in (5, 3, 1, 4, 2, 3)]
    record(desk.tracker, *(processed(name, subject=f"p-{n}") for n, name in enumerate(names)))
    [row] = desk.lint()
    assert row.says.endswith("in 6 events: c-1, c-2, c-3 and others")


def test_what_is_kept_of_names_does_not_grow() -> None:
    """However many there are."""
    stated = StatedConsents()
    for number in range(1000):
        stated.add(f"c-{number}")
    assert (stated.events, stated.names) == (1000, ["c-0", "c-1", "c-10", "c-100"])


def test_an_id_that_tells_who_it_is(desk: Desk) -> None:
    """Of whom events are on record; not the other id that a link names, and not an id of digits.
    No id is shown.
    """
    told = ("ann@mail.example", "bob@mail.example", "+49 (30) 123-4567", "tel:+4930123456")
    opaque = ("m1", "4930123456", "2026-03-04", "@ann", "ann@", "+12345", "a+4930123456")
    record(
        desk.tracker,
        *(share(subject=one) for one in (*told, *opaque)),
        share(subject="cyd@mail.example", controller=OTHER_CONTROLLER),
        linked("dan@mail.example", subject="m1"),
    )
    rows = desk.lint()
    assert [(row.code, row.path) for row in rows] == [("subject-tells-who", "id")] * 2
    assert [row.says for row in rows] == [
        "2 ids of people look like a telephone number",
        "2 ids of people look like an e-mail address",
    ]


def test_everybody_is_gone_through(desk: Desk) -> None:
    """However many there are, and whoever looks on is told how far it is."""
    record(desk.tracker, *(processed("c", subject=f"p{n}@mail.example") for n in range(CHUNK + 1)))
    record(desk.tracker, share(controller=OTHER_CONTROLLER))
    told: list[tuple[int, int]] = []
    policies = [desk.folder / name for name in (f"{CONTROLLER}.yaml", f"{OTHER_CONTROLLER}.yaml")]
    for prefix, file in zip(("900", "901"), policies, strict=True):
        value = head(id=file.stem, prefix=prefix)
        file.write_text(yaml.safe_dump(value), encoding="utf-8")
    linted = lint_files(desk.folder)
    rows = desk.tracker.lint(linted, progress=lambda done, total: told.append((done, total)))
    total = CHUNK + 2
    assert told == [(1, total), (CHUNK + 1, total), (total, total)]
    assert [row.says for row in rows] == [
        f"{CHECKOUT} names consents that nobody is on record to have given, in 201 events: c",
        "201 ids of people look like an e-mail address",
    ]


def test_the_statements_do_not_grow_with_people(desk: Desk) -> None:
    """As many for a hundred people, who are one chunk, and recipients as for one."""
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
