"""The Standard Webhooks channel: one signed POST and what came of it; no retry, no database.

HTTP is httpcore's, the layer below the httpx client: the client would log the whole URL, and only
here can the address be pinned and every wait be cut at one deadline.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

import httpcore
import httpx

from lineage.channels.guard import Endpoint, EndpointRefused, check_endpoint
from lineage.channels.keys import UnusableSecret
from lineage.channels.pinned import Deadline, PinnedBackend
from lineage.channels.port import Delivery, Outcome
from lineage.channels.reply import AnswerUnreadable, read_answer, retry_after_seconds
from lineage.channels.secrets import SecretUnavailable, resolve_all
from lineage.channels.signing import sign

TIMEOUT_SECONDS: Final = 15.0
RESPONSE_BYTES_MAX: Final = 65_536
_THROTTLES: Final = frozenset({429, 502, 503, 504})


def _utc_now() -> datetime:
    return datetime.now(UTC)


class WebhookChannel:
    """Sends notices as Standard Webhooks 1.0.0. One may serve many threads.

    `timeout_seconds` is the limit of the whole attempt, from the connection to the last byte that
    is read. `clock` gives the time of the signature, which the recipient compares with its own.
    """

    def __init__(
        self,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
        response_bytes_max: int = RESPONSE_BYTES_MAX,
        clock: Callable[[], datetime] = _utc_now,
        check: Callable[..., Endpoint] = check_endpoint,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """Take the limits; `check` and `ssl_context` are for installations with their own."""
        self._timeout_seconds = timeout_seconds
        self._response_bytes_max = response_bytes_max
        self._clock = clock
        self._check = check
        self._ssl_context = ssl_context or httpx.create_ssl_context()

    def send(self, delivery: Delivery) -> Outcome:
        """Make one attempt: no redirect is followed, and trouble on the way is an outcome."""
        try:
            signed = self._signed(delivery)
            endpoint = self._check(delivery.url, allow_loopback_http=delivery.allow_loopback_http)
        except SecretUnavailable:
            return Outcome(kind="failed", error="secret_unavailable")
        except UnusableSecret:
            return Outcome(kind="failed", error="secret_unusable")
        except EndpointRefused as refused:
            return Outcome(kind="failed", error=refused.reason)
        try:
            return self._post(endpoint, signed, delivery.body)
        except (httpcore.ConnectError, OSError) as error:
            return Outcome(kind="failed", error=_connect_error(error))
        except httpcore.TimeoutException:
            return Outcome(kind="failed", error="timeout")
        except (httpcore.NetworkError, httpcore.ProtocolError):
            return Outcome(kind="failed", error="connection_broken")

    def _signed(self, delivery: Delivery) -> dict[str, str]:
        return sign(
            resolve_all(delivery.secrets),
            message_id=delivery.notice_id,
            timestamp=int(self._clock().timestamp()),
            body=delivery.body,
        )

    def _post(self, endpoint: Endpoint, signed: dict[str, str], body: bytes) -> Outcome:
        backend = PinnedBackend(endpoint.addresses, Deadline(self._timeout_seconds))
        url = httpcore.URL(
            scheme=endpoint.scheme.encode(),
            host=endpoint.host.encode(),
            port=endpoint.port,
            target=endpoint.target.encode(),
        )
        headers = {
            "Host": _host_header(endpoint),
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Accept": "application/json",
            "Accept-Encoding": "identity",  # a small compressed body may be a very large one
            "Connection": "close",
            "User-Agent": "lineage",
            **signed,
        }
        with (
            httpcore.ConnectionPool(ssl_context=self._ssl_context, network_backend=backend) as pool,
            pool.stream("POST", url, headers=list(headers.items()), content=body) as response,
        ):
            return self._outcome(response)

    def _outcome(self, response: httpcore.Response) -> Outcome:
        status = response.status
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in response.headers
        }
        if 200 <= status < 300:
            return self._delivered(response, headers)
        if status == 410:
            return Outcome(kind="gone", status=status, error="endpoint_gone")
        wait = retry_after_seconds(headers, now=self._clock()) if status in _THROTTLES else None
        error = "redirect" if 300 <= status < 400 else "http_error"
        return Outcome(kind="failed", status=status, error=error, retry_after_seconds=wait)

    def _delivered(self, response: httpcore.Response, headers: Mapping[str, str]) -> Outcome:
        """Report the success; whatever is wrong with the body, the notice has arrived."""
        try:
            body = self._body(response, headers)
            answer = read_answer(headers.get("content-type", ""), body)
        except (
            AnswerUnreadable,
            httpcore.TimeoutException,
            httpcore.NetworkError,
            httpcore.ProtocolError,
        ):
            return Outcome(kind="delivered", status=response.status, error="answer_unreadable")
        return Outcome(kind="delivered", status=response.status, answer=answer)

    def _body(self, response: httpcore.Response, headers: Mapping[str, str]) -> bytes:
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise AnswerUnreadable
        body = bytearray()
        for piece in response.iter_stream():
            body += piece
            if len(body) > self._response_bytes_max:
                raise AnswerUnreadable
        return bytes(body)


def _host_header(endpoint: Endpoint) -> str:
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    default = {"http": 80, "https": 443}[endpoint.scheme]
    return host if endpoint.port == default else f"{host}:{endpoint.port}"


def _connect_error(error: BaseException) -> str:
    """Tell a certificate from a closed port: the first needs a person, the second may pass."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls_failed"
        if isinstance(cause, ConnectionRefusedError):
            return "connection_refused"
        cause = cause.__cause__ or cause.__context__
    return "connect_failed"
