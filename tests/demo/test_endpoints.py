"""The recipients of the demo: they believe only what is signed, and keep a true book of it."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lineage.channels.port import Delivery
from lineage.channels.signing import sign
from lineage.channels.webhook import WebhookChannel
from lineage.demo.endpoints import SLOW_SECONDS, Endpoints
from lineage.demo.registry import endpoints as places
from lineage.demo.registry import write_registry, write_secrets
from lineage.policy.loader import load_library
from lineage.policy.recipients import load_recipients


@pytest.fixture
def files(tmp_path: Path) -> dict[tuple[str, str], Path]:
    """A fresh secret for each endpoint."""
    return write_secrets(tmp_path / "secrets")


@pytest.fixture
def served(files: dict[tuple[str, str], Path]) -> Iterator[Endpoints]:
    """The server, running."""
    secrets = {place: path.read_text(encoding="ascii").strip() for place, path in files.items()}
    with Endpoints(secrets) as endpoints:
        yield endpoints


def notice(
    controller: str,
    recipient: str,
    *,
    notice_id: str = "n1",
    categories: tuple[str, ...] = ("email",),
) -> bytes:
    """The body of a notice."""
    data = {
        "notice_id": notice_id,
        "controller": controller,
        "recipient": recipient,
        "action": "erase",
        "person": [{"type": "email", "value": "c1@shop.example"}],
        "categories": list(categories),
    }
    return json.dumps({"type": "lineage.notice.v1", "data": data}).encode()


def delivery(
    served: Endpoints,
    files: dict[tuple[str, str], Path],
    place: tuple[str, str],
    *,
    notice_id: str = "n1",
) -> Delivery:
    """One notice on its way to a recipient of the demo."""
    return Delivery(
        notice_id=notice_id,
        recipient=place[1],
        body=notice(*place, notice_id=notice_id),
        url=served.url(*place),
        secrets=(f"file:{files[place]}",),
        allow_loopback_http=True,
    )


@pytest.mark.parametrize(
    ("place", "answer"),
    [
        (("sesiiduo", "FastParcel"), ("erased", None)),
        (("senro", "PayWay"), ("kept_by_law", "law")),
        (("seestar", "AdVista"), ("refused", "independent_authorisation")),
        (("senro", "AdVista"), ("erased", None)),
    ],
)
def test_each_answers_as_it_behaves(
    served: Endpoints,
    files: dict[tuple[str, str], Path],
    place: tuple[str, str],
    answer: tuple[str, str | None],
) -> None:
    """The channel reads their answers, and the book holds what they were told."""
    outcome = WebhookChannel().send(delivery(served, files, place))
    assert outcome.kind == "delivered"
    assert outcome.answer is not None
    assert (outcome.answer.status, outcome.answer.reason) == answer
    told = served.book.notices["n1"]
    assert (told.controller, told.recipient) == place
    assert told.categories == {"email"}
    assert told.person == {"c1@shop.example"}


def test_one_fails_first_and_then_takes_the_same_notice(
    served: Endpoints, files: dict[tuple[str, str], Path]
) -> None:
    """A notice that was answered with 500 is in no book until it comes again."""
    channel = WebhookChannel()
    sent = delivery(served, files, ("senro", "MailWing"))
    first = channel.send(sent)
    assert (first.kind, first.status) == ("failed", 500)
    assert not served.book.notices
    assert channel.send(sent).kind == "delivered"
    assert channel.send(sent).kind == "delivered"
    assert list(served.book.notices) == ["n1"]
    assert served.book.changed_bodies == 0
    assert served.book.attempts == 3


def test_one_is_slow(served: Endpoints, files: dict[tuple[str, str], Path]) -> None:
    """It answers in the end."""
    started = time.monotonic()
    assert WebhookChannel().send(delivery(served, files, ("senro", "StarClub"))).answer is not None
    assert time.monotonic() - started >= SLOW_SECONDS


def test_nobody_believes_an_unsigned_notice(
    served: Endpoints, files: dict[tuple[str, str], Path]
) -> None:
    """Neither one without a signature, nor one signed with the secret of another recipient."""
    body = notice("senro", "FastParcel")
    wrong = files["sesiiduo", "FastParcel"].read_text(encoding="ascii").strip()
    headers = sign([wrong], message_id="n1", timestamp=int(time.time()), body=body)
    url = served.url("senro", "FastParcel")
    assert httpx.post(url, content=body, headers=headers).status_code == 401
    assert httpx.post(url, content=body).status_code == 401
    assert httpx.post(served.url("senro", "Nobody"), content=body).status_code == 404
    assert served.book.unsigned == 2
    assert not served.book.notices


def test_a_notice_for_somebody_else_is_refused(
    served: Endpoints, files: dict[tuple[str, str], Path]
) -> None:
    """Signed as it may be, a notice is taken by the recipient it names only."""
    body = notice("senro", "PayWay")
    secret = files["senro", "FastParcel"].read_text(encoding="ascii").strip()
    headers = sign([secret], message_id="n1", timestamp=int(time.time()), body=body)
    answer = httpx.post(served.url("senro", "FastParcel"), content=body, headers=headers)
    assert answer.status_code == 400


def test_another_body_under_a_known_id_is_noticed(
    served: Endpoints, files: dict[tuple[str, str], Path]
) -> None:
    """The book says so when a retry does not repeat the frozen body."""
    place = ("senro", "FastParcel")
    channel = WebhookChannel()
    channel.send(delivery(served, files, place))
    other = Delivery(
        notice_id="n1",
        recipient="FastParcel",
        body=notice(*place, categories=("phone",)),
        url=served.url(*place),
        secrets=(f"file:{files[place]}",),
        allow_loopback_http=True,
    )
    channel.send(other)
    assert served.book.changed_bodies == 1


def test_the_registry_names_every_recipient_of_every_shop(
    served: Endpoints, files: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    """The file loads as any registry does; secrets stand in files of their owner alone."""
    path = tmp_path / "recipients.yaml"
    write_registry(path, url=served.url, files=files)
    registry = load_recipients(path)
    assert set(registry.controllers) == set(load_library().controllers)
    for controller, recipient in places():
        entry = registry.recipient(controller, recipient)
        assert entry is not None
        assert entry.url == served.url(controller, recipient)
        assert files[controller, recipient].stat().st_mode & 0o077 == 0
    assert "whsec_" not in path.read_text(encoding="utf-8")
