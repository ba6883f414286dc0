"""The count made straight from the orders file: checked by hand-made examples and plain sums."""

import csv
import gzip
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import lineage.demo
from lineage.demo.expected import expected_holders, expected_told
from lineage.demo.orders import Order, read_orders

NOON = datetime(2011, 5, 5, 12, tzinfo=UTC)
ORDERS = Path(lineage.demo.__file__).parent / "data" / "online_retail_orders.csv.gz"


def order(invoice: str, customer: int, country: str) -> Order:
    """One order at noon."""
    return Order(invoice, customer, NOON, country, cancelled=invoice.startswith("C"))


def test_a_customer_who_only_cancelled_is_known_to_few() -> None:
    """No carrier, no order kept: the account, the host, the mail, and the refund."""
    found = expected_holders([order("C500001", 12346, "Norway")])
    assert found == {
        ("seestar", "c12346"): {
            ("/services/accounts", "account_id"),
            ("/services/accounts", "email"),
            ("/services/accounts", "device_info"),
            ("LotusCloud", "account_id"),
            ("LotusCloud", "email"),
            ("PostLark", "email"),
            ("CardBridge", "order_no"),
            ("CardBridge", "transaction_amount"),
        }
    }


def test_an_order_abroad_reaches_the_local_carrier_and_no_domestic_one() -> None:
    """The second hop counts as a holder; the carrier within the country never sees the order."""
    found = expected_holders([order("500001", 12340, "France")])["sesiiduo", "c12340"]
    told = expected_told(found)
    assert told["GalliaColis"] == {"buyer_name", "buyer_address"}
    assert told["ParcelBridge"] == {"buyer_name", "buyer_phone", "buyer_address"}
    assert "FastParcel" not in told
    assert not any(holder.startswith("/") for holder in told)


def test_the_count_agrees_with_plain_sums_over_the_file() -> None:
    """Customers with a delivered order to some countries, summed without any of our code."""
    reached: dict[str, set[str]] = {}
    with gzip.open(ORDERS, "rt", encoding="utf-8") as text:
        for row in csv.DictReader(text):
            if row["cancelled"] == "0":
                reached.setdefault(row["country"], set()).add(row["customer"])
    told = Counter(
        holder
        for holdings in expected_holders(read_orders()).values()
        for holder in expected_told(holdings)
    )
    assert told["IberPaq"] == len(reached["Spain"] | reached["Portugal"]) == 49
    assert told["AmberPaczka"] == len(
        reached["Poland"] | reached["Czech Republic"] | reached["Lithuania"]
    )
    home = reached["United Kingdom"] | reached["Unspecified"]
    assert told["LogiGrid"] == sum(int(customer) % 5 == 4 for customer in home)
    assert told["PayWay"] + told["CardBridge"] == 4_372
