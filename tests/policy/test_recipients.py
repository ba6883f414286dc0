"""The recipient registry: what an entry needs, and which addresses a notice may go to."""

from datetime import timedelta
from pathlib import Path

import pytest

from lineage.policy.errors import PolicyError
from lineage.policy.recipients import RecipientRegistry, load_recipients

_TEXT = """\
controllers:
  sesiiduo:
    recipients:
      FastParcel:
        kind: logistics
        channel: webhook
        url: https://erase.fastparcel.example/notices
        secret: env:FASTPARCEL_SECRET
        accepts: [subject, email]
        agreement: signed
        region: US
        answer_within: {days: 14}
      Paper Mill:
        channel: manual
      Loop:
        channel: webhook
        url: http://127.0.0.1:8099/hook
        secret: file:/run/secrets/loop
        allow_loopback_http: true
    sources:
      /services/checkout:
        silent_after: {hours: 36}
      /services/shop:
        silent_after: {days: 2}
  senro: {}
"""


def _load(tmp_path: Path, *changes: tuple[str, str]) -> RecipientRegistry:
    text = _TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file = tmp_path / "recipients.yaml"
    file.write_text(text, encoding="utf-8")
    return load_recipients(file)


def test_what_is_declared(tmp_path: Path) -> None:
    """A recipient has what its entry says, and the defaults where it says nothing."""
    registry = _load(tmp_path)
    parcel = registry.recipient("sesiiduo", "FastParcel")
    assert parcel is not None
    assert (parcel.kind, parcel.channel, parcel.region) == ("logistics", "webhook", "US")
    assert (parcel.accepts, parcel.agreement) == (("subject", "email"), "signed")
    assert parcel.answer_within.days == 14
    mill = registry.recipient("sesiiduo", "Paper Mill")
    assert mill is not None
    assert (mill.channel, mill.url, mill.secret, mill.kind) == ("manual", None, None, None)
    assert (mill.accepts, mill.answer_within.days) == (("subject",), 30)
    assert mill.allow_loopback_http is False


def test_two_live_secrets(tmp_path: Path) -> None:
    """One reference, or several while a secret is rotated, in the order of the file."""
    one = _load(tmp_path).recipient("sesiiduo", "FastParcel")
    both = _load(tmp_path, ("env:FASTPARCEL_SECRET", "[env:NEW, file:/run/secrets/old]")).recipient(
        "sesiiduo", "FastParcel"
    )
    assert one is not None
    assert both is not None
    assert one.secret == ("env:FASTPARCEL_SECRET",)
    assert both.secret == ("env:NEW", "file:/run/secrets/old")


def test_a_duty_to_pass_notices_on(tmp_path: Path) -> None:
    """A recipient has none unless its entry says so, with the office that answers for it."""
    duty = "region: US\n        forward_duty: true\n        contact: erasure@fastparcel.example"
    registry = _load(tmp_path, ("region: US", duty))
    parcel = registry.recipient("sesiiduo", "FastParcel")
    mill = registry.recipient("sesiiduo", "Paper Mill")
    assert parcel is not None
    assert mill is not None
    assert (parcel.forward_duty, parcel.contact) == (True, "erasure@fastparcel.example")
    assert (mill.forward_duty, mill.contact) == (False, None)


def test_who_is_not_declared(tmp_path: Path) -> None:
    """A name that is not there is None, also under a controller that is not there."""
    registry = _load(tmp_path)
    assert registry.recipient("sesiiduo", "fastparcel") is None
    assert registry.recipient("senro", "FastParcel") is None
    assert registry.recipient("seestar", "FastParcel") is None
    assert RecipientRegistry().recipient("sesiiduo", "FastParcel") is None


def test_silence_of_a_source(tmp_path: Path) -> None:
    """Only a declared source can count as silent, after its own length of time."""
    registry = _load(tmp_path)
    checkout = registry.source("sesiiduo", "/services/checkout")
    shop = registry.source("sesiiduo", "/services/shop")
    assert checkout is not None
    assert shop is not None
    assert checkout.silent_after.delta == timedelta(hours=36)
    assert shop.silent_after.delta == timedelta(days=2)
    assert registry.source("sesiiduo", "/services/other") is None
    assert registry.source("seestar", "/services/shop") is None


@pytest.mark.parametrize(
    ("old", "new", "key", "line", "expected"),
    [
        ("  senro: {}", "  senro: {x: 1}", "controllers.senro.x", 25, "only known keys"),
        ("  senro: {}", "  Senro: {}", "controllers.Senro", 25, "a controller id"),
        ("      Paper Mill:", '      "":', "controllers.sesiiduo.recipients.", 13, "at least 1"),
        (
            "      Paper Mill:",
            "      controller:",
            "controllers.sesiiduo.recipients.controller",
            13,
            "res",
        ),
        ("kind: logistics", "kind: carrier", "...FastParcel.kind", 5, "one of 'logistics'"),
        (
            "channel: webhook",
            "channel: pigeon",
            "...FastParcel.channel",
            6,
            "'webhook' or 'manual'",
        ),
        (
            "        channel: manual\n",
            "        region: US\n",
            "...Paper Mill.channel",
            13,
            "required",
        ),
        ("channel: manual", "channel: webhook", "...Paper Mill", 13, "url and secret"),
        ("channel: webhook", "channel: manual", "...FastParcel", 4, "neither url nor secret"),
        ("env:FASTPARCEL_SECRET", "hunter2", "...FastParcel.secret", 8, "never the secret itself"),
        ("env:FASTPARCEL_SECRET", "[env:A, hunter2]", "...FastParcel.secret", 8, "never the sec"),
        ("env:FASTPARCEL_SECRET", "[env:A, env:A]", "...FastParcel.secret", 8, "each reference"),
        ("env:FASTPARCEL_SECRET", "[]", "...FastParcel.secret", 8, "at least 1"),
        (
            "env:FASTPARCEL_SECRET",
            "[env:A, env:B, env:C, env:D, env:E]",
            "...FastParcel.secret",
            8,
            "at most 4",
        ),
        ("env:FASTPARCEL_SECRET", "7", "...FastParcel.secret", 8, "list"),
        ("env:FASTPARCEL_SECRET", "'env:'", "...FastParcel.secret", 8, "never the secret itself"),
        ("[subject, email]", "[subject, e-mail]", "...FastParcel.accepts", 9, "'subject' and cat"),
        ("[subject, email]", "[email, email]", "...FastParcel.accepts", 9, "each once"),
        ("[subject, email]", "[]", "...FastParcel.accepts", 9, "at least 1"),
        ("agreement: signed", "agreement: yes", "...FastParcel.agreement", 10, "one of 'signed'"),
        ("region: US", "region: CN", "...FastParcel.region", 11, "EU, PRC"),
        ("region: US", "region: NO", "...FastParcel.region", 11, "text (in quotes"),
        (
            "agreement: signed",
            "forward_duty: 1",
            "...FastParcel.forward_duty",
            10,
            "true or false",
        ),
        ("agreement: signed", "contact: ''", "...FastParcel.contact", 10, "at least 1"),
        ("{days: 14}", "{days: 0}", "...FastParcel.answer_within.days", 12, "greater than"),
        ("{days: 14}", "{hours: 14}", "...FastParcel.answer_within.hours", 12, "only known keys"),
        (
            "allow_loopback_http: true",
            "allow_loopback_http: 1",
            "...Loop.allow_l",
            19,
            "true or false",
        ),
        ("{hours: 36}", "{hours: 36, days: 1}", "...checkout.silent_after", 22, "either days or"),
        ("{hours: 36}", "{}", "...checkout.silent_after", 22, "either days or hours"),
    ],
)
def test_wrong_entry(
    tmp_path: Path, *, old: str, new: str, key: str, line: int, expected: str
) -> None:
    """A wrong entry is named by line and key, and no secret pasted by mistake is repeated."""
    with pytest.raises(PolicyError) as caught:
        _load(tmp_path, (old, new))
    error = caught.value
    assert key.removeprefix("...") in error.key
    assert expected in error.expected
    assert "hunter2" not in f"{error}{error.__cause__}"
    assert error.line == line


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://erase.fastparcel.example/notices", True),
        ("https://erase.fastparcel.example:8443", True),
        ("https://127.0.0.1/x", True),
        ("http://localhost:1/x", True),
        ("http://127.8.9.1/x", True),
        ("http://[::1]:8080/x", True),
        ("http://erase.fastparcel.example/x", False),
        ("http://10.0.0.1/x", False),
        ("http://127.0.0.1.fastparcel.example/x", False),
        ("ftp://127.0.0.1/x", False),
        ("https://", False),
        ("https:///x", False),
        ("/x", False),
        ("https://me:pw@fastparcel.example/x", False),
        ("https://fastparcel.example/x#y", False),
        ("https://fastparcel.example/a b\\nc", False),
        ("https://fastparcel.example:99999/x", False),
        ("https://[fastparcel.example/x", False),
        ("https://f\\u00e4st.example/x", False),
    ],
)
def test_addresses(tmp_path: Path, url: str, fine: bool) -> None:
    """Notices go to https, or to a loopback host by plain http where the entry allows that."""
    change = ("http://127.0.0.1:8099/hook", f'"{url}"')
    if fine:
        entry = _load(tmp_path, change).recipient("sesiiduo", "Loop")
        assert entry is not None
        assert entry.url == url
    else:
        with pytest.raises(PolicyError, match="url of the form https://host/path"):
            _load(tmp_path, change)


def test_loopback_needs_the_permission(tmp_path: Path) -> None:
    """Plain http to this machine is refused where the entry does not allow it."""
    with pytest.raises(PolicyError, match="allow_loopback_http: true"):
        _load(tmp_path, ("        allow_loopback_http: true\n", ""))
