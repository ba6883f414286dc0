"""The five policies as they are shipped, against the facts of their texts."""

import re
import time
from datetime import date
from pathlib import Path

import pytest

from lineage.domain.planning.rows import fan_out_rule
from lineage.policy.categories import CANONICAL_CATEGORIES
from lineage.policy.kinds.fan_out import Exemption, LegalCompulsion
from lineage.policy.loader import LIBRARY, Library, load_library

_CONTROLLERS = {
    "sesiiduo": "000",
    "seestar": "001",
    "store-002": "002",
    "senro": "003",
    "easydser": "004",
}
_LIBRARY = load_library()


def test_five_controllers() -> None:
    """The library has the five controllers, sorted, each with one version and its own rule ids."""
    assert _LIBRARY.controllers == tuple(sorted(_CONTROLLERS))
    for controller, prefix in _CONTROLLERS.items():
        (policy,) = _LIBRARY.versions(controller)
        assert policy.prefix == prefix
        assert policy.effective_from is None
        assert re.fullmatch(rf"{controller}@[0-9a-f]{{12}}", policy.version)
        assert _LIBRARY.in_force(controller, date(1990, 1, 1)) is policy
        assert _LIBRARY.categories(controller) == CANONICAL_CATEGORIES


_DEVICE_AND_LOG = {
    "device_info",
    "device_id",
    "location",
    "ip_address",
    "browser_info",
    "search_query",
    "browsing_history",
    "log_info",
}


@pytest.mark.parametrize(
    ("controller", "in_combination"),
    [
        ("sesiiduo", {"waybill_tracking"}),
        ("seestar", {"search_query", "search_history"}),
        (
            "store-002",
            {
                "occupation",
                "postal_area_code",
                "device_id",
                "referral_url",
                "location",
                "timezone",
                "search_query",
                "cookie_id",
            },
        ),
        ("senro", _DEVICE_AND_LOG | {"software_info"}),
        ("easydser", _DEVICE_AND_LOG | {"app_list"}),
    ],
)
def test_what_is_personal(controller: str, in_combination: set[str]) -> None:
    """Aggregates are never personal; each policy has its own words that are so in combination."""
    (policy,) = _LIBRARY.versions(controller)
    assert policy.never_personal == {"aggregate_stats"}
    assert policy.personal_in_combination == in_combination


@pytest.mark.parametrize(
    ("controller", "direct", "acquirer", "reasons"),
    [
        ("sesiiduo", "000.F.3", "000.F.3", ("000.F.5", "000.F.5", "000.F.4")),
        ("seestar", "D-05", "D-47", ("D-39", None, None)),
        ("store-002", "D-05", "D-47", (None, None, None)),
        ("senro", "D-05", "D-47", (None, None, None)),
        ("easydser", "004.F.2", "004.F.2", ("004.F.2", "004.F.2", "004.F.3")),
    ],
)
def test_who_is_told(
    controller: str,
    direct: str,
    acquirer: str,
    reasons: tuple[str | None, str | None, str | None],
) -> None:
    """Two texts demand the notice, three do not; later hops are told by our default."""
    (policy,) = _LIBRARY.versions(controller)
    told = {
        "direct": fan_out_rule(policy, ["payment"]),
        "acquirer": fan_out_rule(policy, ["ma_transferee"]),
        "later": fan_out_rule(policy, ["payment", "payment"]),
    }
    assert {name: rule and rule.rule for name, rule in told.items()} == {
        "direct": direct,
        "acquirer": acquirer,
        "later": "D-06",
    }
    exempt = {rule.reason: rule.rule for rule in policy.of(Exemption)}
    undecided, refused, by_grant = reasons
    assert exempt.get("request_undecided") == undecided
    assert exempt.get("request_refused") == refused
    assert exempt.get("independent_authorisation") == by_grant
    assert exempt["already_erased"] == "D-50"
    assert [rule.rule for rule in policy.of(LegalCompulsion)] == ["D-49"]


def test_documented_hop_counts_as_direct() -> None:
    """The carrier behind a logistics system is direct in easydser, a later hop elsewhere (D-06)."""
    path = ("logistics", "logistics")
    (easydser,) = _LIBRARY.versions("easydser")
    (sesiiduo,) = _LIBRARY.versions("sesiiduo")
    for kinds, rule in [
        (path, "004.F.2"),
        (("logistics",), "004.F.2"),
        (("logistics", "service_provider"), "D-06"),
        (("logistics", None), "D-06"),
        (("payment", "logistics"), "D-06"),
        (("logistics", "logistics", "logistics"), "D-06"),
    ]:
        found = fan_out_rule(easydser, kinds)
        assert found is not None
        assert found.rule == rule
    elsewhere = fan_out_rule(sesiiduo, path)
    assert elsewhere is not None
    assert elsewhere.rule == "D-06"


def test_every_rule_of_the_text_names_its_section() -> None:
    """A rule of the text says where it stands, and each file has rules of both kinds."""
    for controller, prefix in _CONTROLLERS.items():
        rules = _LIBRARY.versions(controller)[0].every_rule()
        assert {rule.basis for rule in rules} == {"policy", "default"}
        for rule in rules:
            assert (rule.section is not None) == rule.rule.startswith(prefix)


def test_loading_is_fast() -> None:
    """Five files load in less than a millisecond of work a rule, at every start of the program."""
    seconds = []
    for _ in range(5):
        start = time.process_time()
        load_library(LIBRARY)
        seconds.append(time.process_time() - start)
    rules = sum(len(_LIBRARY.versions(name)[0].every_rule()) for name in _CONTROLLERS)
    assert min(seconds) < 0.001 * rules


def test_files_are_named_for_their_controllers_and_agree() -> None:
    """What is read when it is first asked about is what all of the folder read at once gives."""
    together = load_library(LIBRARY)
    assert together.controllers == _LIBRARY.controllers
    for controller in _CONTROLLERS:
        assert together.versions(controller) == _LIBRARY.versions(controller)
        assert together.digest(controller) == _LIBRARY.digest(controller)


def test_policies_nobody_asks_about_are_not_read(tmp_path: Path) -> None:
    """A library of files reads one when its controller is asked about; it knows all their names."""
    file = tmp_path / "senro.yaml"
    library = Library.of_files({"absent": tmp_path / "absent.yaml", "senro": file})
    file.write_bytes((LIBRARY / "senro.yaml").read_bytes())
    assert library.controllers == ("absent", "senro")
    assert library.version_at("other")(0) == ""
    before = library.versions("senro")
    file.unlink()
    assert library.versions("senro") is before
    assert library.categories("senro") == CANONICAL_CATEGORIES
