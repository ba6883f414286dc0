"""The five policies as they are shipped, against the facts of their texts."""

import re
import time
from datetime import date

import pytest

from lineage.policy.categories import CANONICAL_CATEGORIES
from lineage.policy.loader import LIBRARY, load_library

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
    ("controller", "direct", "undecided", "refused"),
    [
        ("sesiiduo", ("policy", "000.F.3"), "000.F.5", "000.F.5"),
        ("seestar", ("default", "D-05"), "D-39", None),
        ("store-002", ("default", "D-05"), None, None),
        ("senro", ("default", "D-05"), None, None),
        ("easydser", ("policy", "004.F.2"), "004.F.2", "004.F.2"),
    ],
)
def test_downstream_rules(
    controller: str, direct: tuple[str, str], undecided: str | None, refused: str | None
) -> None:
    """Two texts demand the notice, three do not; later hops and late shares are our defaults."""
    down = _LIBRARY.versions(controller)[0].downstream
    assert (down.direct.duty, down.direct.rule) == direct
    assert (down.later_hops.duty, down.later_hops.rule) == ("default", "D-06")
    assert down.supplementary.rule == "D-15"
    exempt = down.exemptions
    assert (exempt.request_undecided and exempt.request_undecided.rule) == undecided
    assert (exempt.request_refused and exempt.request_refused.rule) == refused
    assert exempt.excluded_by_law.rule == "D-49"
    assert exempt.already_erased.rule == "D-50"


def test_documented_hop_counts_as_direct() -> None:
    """The carrier behind a logistics system is direct in easydser, a later hop elsewhere (D-06)."""
    path = ("logistics", "logistics")
    easydser = _LIBRARY.versions("easydser")[0].downstream
    assert easydser.duty_for(path).rule == "004.F.2"
    assert easydser.duty_for(("logistics",)).rule == "004.F.2"
    assert easydser.duty_for(("logistics", "service_provider")).rule == "D-06"
    assert easydser.duty_for(("logistics", None)).rule == "D-06"
    assert easydser.duty_for(("payment", "logistics")).rule == "D-06"
    assert easydser.duty_for(("logistics", "logistics", "logistics")).rule == "D-06"
    assert _LIBRARY.versions("sesiiduo")[0].downstream.duty_for(path).rule == "D-06"


def test_every_rule_of_the_text_names_its_section() -> None:
    """A rule of the text says where it stands, and each file has rules of both kinds."""
    for controller, prefix in _CONTROLLERS.items():
        rules = _LIBRARY.versions(controller)[0].every_rule()
        assert {rule.basis for rule in rules} == {"policy", "default"}
        for rule in rules:
            assert (rule.section is not None) == rule.rule.startswith(prefix)


def test_loading_is_fast() -> None:
    """Five files load in less than a millisecond a rule, at every start of the program."""
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        load_library(LIBRARY)
        seconds.append(time.perf_counter() - start)
    rules = sum(len(_LIBRARY.versions(name)[0].every_rule()) for name in _CONTROLLERS)
    assert min(seconds) < 0.001 * rules
