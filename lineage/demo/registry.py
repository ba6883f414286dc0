"""The recipient registry of the demo: who is reached where, written as a file for the tracker."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path

import yaml

from lineage.demo.columns import Share, Shop
from lineage.demo.orders import CONTROLLERS
from lineage.demo.places import DESTINATIONS
from lineage.demo.shops import LATE, SHOPS

SECRET_BYTES = 32


def direct(shop: Shop) -> dict[str, Share]:
    """The recipients that a shop itself gives data to."""
    partners = (partner.share for partner in shop.partners)
    shares = (shop.host, shop.email, shop.payment, shop.carrier, shop.forwarder, LATE, *partners)
    return {share.recipient: share for share in shares}


def local_carriers(shop: Shop) -> set[str]:
    """The recipients that get data from another recipient."""
    abroad = {place.local_carrier for place in DESTINATIONS.values()}
    return abroad if shop.second_hop is None else abroad | {shop.second_hop}


def endpoints() -> Iterable[tuple[str, str]]:
    """Every (controller, recipient) that a notice may go to."""
    for controller in CONTROLLERS:
        shop = SHOPS[controller]
        for name in sorted({*direct(shop), *local_carriers(shop)}):
            yield controller, name


def write_secrets(folder: Path) -> dict[tuple[str, str], Path]:
    """Draw a secret per endpoint; only the files hold them, readable by their owner alone."""
    folder.mkdir(mode=0o700)
    files: dict[tuple[str, str], Path] = {}
    for controller, name in endpoints():
        path = folder / f"{controller}-{name}"
        path.touch(mode=0o600)
        secret = base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
        path.write_text(f"whsec_{secret}\n", encoding="ascii")
        files[controller, name] = path
    return files


def write_registry(
    path: Path, *, url: Callable[[str, str], str], files: dict[tuple[str, str], Path]
) -> None:
    """Write the file that ``lineage.open_tracker(recipients=...)`` reads."""
    controllers: dict[str, dict[str, dict[str, object]]] = {}
    for (controller, name), secret in files.items():
        share = direct(SHOPS[controller]).get(name)
        entry: dict[str, object] = {
            "kind": "logistics" if share is None else share.kind,
            "channel": "webhook",
            "url": url(controller, name),
            "secret": f"file:{secret.resolve()}",
            "accepts": ["subject"] if share is None else ["email"],
            "allow_loopback_http": True,
        }
        if share is not None:
            entry["region"] = share.region
        controllers.setdefault(controller, {"recipients": {}})["recipients"][name] = entry
    text = yaml.safe_dump({"controllers": controllers}, sort_keys=False)
    path.write_text(text, encoding="utf-8")
