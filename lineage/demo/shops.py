"""The mapping table: what each of the five shops collects, and who gets which categories from it.

Data only. ``mapping`` turns it into events, ``expected`` counts holders by it, ``docs/demo.md``
prints it. Each row follows what the shop's policy says or leaves open; recipients are invented.
"""

from __future__ import annotations

from lineage.demo.columns import (
    Abroad,
    Partner,
    Share,
    Shop,
    advertising,
    affiliate,
    email,
    host,
    logistics,
    payment,
)

ACCOUNTS = "/services/accounts"
CHECKOUT = "/services/checkout"
ORDERS = "/services/orders"
SHIPPING = "/services/shipping"
MARKETING = "/services/marketing"

BUYER = ("buyer_name", "buyer_phone", "buyer_address")
CONSIGNEE = ("consignee_name", "consignee_address", "consignee_phone")

# Surfaces after the fan-out, at the shop of the person that the demo shows: a share of the year of
# the orders that was recorded only today. No row of the year.
LATE = Share(
    recipient="RingBack",
    kind="service_provider",
    functions=("customer_service",),
    categories=("email", "phone"),
    purpose="customer_service",
    region="IE",
)

SHOPS: dict[str, Shop] = {
    # 000: buyers' data comes from platforms; no affiliates, and advertising partners may get
    # nothing that identifies: only a marketing supplier, allowed without consent.
    "sesiiduo": Shop(
        account=("email", "phone", "login_password", "name", "country"),
        ordering=(*BUYER, "buyer_order_info"),
        platform="MarketSquare",
        kept=("buyer_order_info",),
        hosted=(*BUYER, "buyer_order_info"),
        refund=("transaction_info",),
        mailed=("email", "buyer_order_info"),
        passed_on=("buyer_name", "buyer_address"),
        host=host("CloudHarbor", "US", ("email", "phone", "login_password", "name", "country")),
        email=email("MailWing", ("email", "name")),
        payment=payment("PayWay", ("name", "transaction_info")),
        carrier=logistics("FastParcel", BUYER),
        forwarder=logistics("ParcelBridge", BUYER),
        partners=(
            Partner(
                percent=30,
                first="nothing",
                share=Share(
                    recipient="PromoKite",
                    kind="service_provider",
                    functions=("marketing",),
                    categories=("email", "name"),
                    purpose="marketing",
                    region="IE",
                ),
            ),
        ),
        abroad=Abroad(basis="standard_terms", safeguards=("dpa",)),
    ),
    # 001: the payment recipient gets order number and amount only; affiliates what is necessary;
    # advertising partners need no consent; a purchase abroad started by the person may leave.
    "seestar": Shop(
        account=("account_id", "email", "device_info"),
        ordering=("consignee_name", "shipping_address", "phone"),
        kept=("order_no", "order_info", "transaction_amount", "payment_method"),
        hosted=("order_no", "order_info", "consignee_name", "shipping_address"),
        refund=("order_no", "transaction_amount"),
        mailed=("email", "order_no"),
        passed_on=("consignee_name", "shipping_address", "phone"),
        host=host("LotusCloud", "PRC", ("account_id", "email")),
        email=email("PostLark", ("email",)),
        payment=payment("CardBridge", ("order_no", "transaction_amount")),
        carrier=logistics("SwiftVan", ("consignee_name", "shipping_address", "phone", "order_no")),
        forwarder=logistics(
            "ParcelBridge", ("consignee_name", "shipping_address", "phone", "email", "order_no")
        ),
        partners=(
            Partner(
                percent=15,
                first="nothing",
                share=affiliate("StarClub", ("account_id", "email"), basis="contract"),
            ),
            Partner(
                percent=25,
                first="nothing",
                share=advertising("AdVista", ("email", "device_info"), basis="none"),
            ),
        ),
        abroad=Abroad(basis="purchase"),
    ),
    # 002: names no carrier and no payment provider, though orders need them; affiliates and
    # advertising are not covered, so both wait for the person's consent.
    "store-002": Shop(
        account=("name", "email", "phone", "contact_preferences"),
        ordering=("mailing_address", "payment_method"),
        kept=("order_info", "order_no"),
        hosted=("name", "mailing_address", "order_info"),
        refund=("order_no", "transaction_amount"),
        mailed=("email", "name", "order_no"),
        passed_on=("name", "mailing_address"),
        host=host("RackHaven", "GB", ("name", "email", "phone")),
        email=email("MailWing", ("email", "name")),
        payment=payment("PayWay", ("name", "payment_method", "order_no", "transaction_amount")),
        carrier=logistics("SwiftVan", ("name", "mailing_address")),
        forwarder=logistics("ParcelBridge", ("name", "mailing_address", "phone")),
        partners=(
            Partner(
                percent=12,
                first="consent",
                share=affiliate("StarClub", ("name", "email"), basis="consent"),
            ),
            Partner(
                percent=20,
                first="consent",
                share=advertising("AdVista", ("email", "contact_preferences"), basis="consent"),
            ),
        ),
        abroad=Abroad(basis=None, safeguards=("encryption", "dpa")),
    ),
    # 003: payment and carrier are those the person chose; anyone else only after a notice with the
    # choice not to share; advertising partners get cookie data.
    "senro": Shop(
        account=("phone", "email", "username", "login_password", "cookie_id"),
        ordering=CONSIGNEE,
        kept=("order_info", "transaction_info"),
        hosted=(*CONSIGNEE, "order_info"),
        refund=("transaction_info",),
        mailed=("email", "order_info"),
        passed_on=CONSIGNEE,
        host=host("RackHaven", "GB", ("phone", "email", "username", "login_password")),
        email=email("MailWing", ("email", "username")),
        payment=payment("PayWay", ("transaction_info",)),
        carrier=logistics("FastParcel", CONSIGNEE),
        forwarder=logistics("ParcelBridge", CONSIGNEE),
        partners=(
            Partner(
                percent=15,
                first="notice",
                share=affiliate("StarClub", ("username", "email"), basis="consent"),
            ),
            Partner(
                percent=25,
                first="nothing",
                share=advertising("AdVista", ("cookie_id",), basis="none"),
            ),
        ),
        abroad=Abroad(basis="purchase"),
        chosen_by_user=True,
    ),
    # 004: the logistics information system hands on to the carrier the seller names; affiliates
    # get account data; advertising gets identifying data, and data leaves, only with consent.
    "easydser": Shop(
        account=("account_id", "member_name", "name", "phone", "email"),
        ordering=(*CONSIGNEE, "payment_account_name", "payment_method"),
        kept=("order_no", "order_info", "transaction_amount", "payment_method"),
        hosted=(*CONSIGNEE, "order_no", "order_info"),
        refund=("order_no", "transaction_amount"),
        mailed=("email", "order_no"),
        passed_on=(*CONSIGNEE, "order_no"),
        host=host("LotusCloud", "PRC", ("account_id", "member_name", "name", "phone", "email")),
        email=email("PostLark", ("email", "member_name")),
        payment=payment(
            "CardBridge",
            ("payment_account_name", "order_no", "transaction_amount", "payment_method"),
        ),
        carrier=logistics("LogiGrid", (*CONSIGNEE, "order_no", "order_info")),
        forwarder=logistics("ParcelBridge", (*CONSIGNEE, "order_no", "order_info")),
        partners=(
            Partner(
                percent=15,
                first="nothing",
                share=affiliate("StarClub", ("account_id", "member_name"), basis="contract"),
            ),
            Partner(
                percent=20,
                first="consent",
                form="permission",
                share=advertising("AdVista", ("email", "member_name"), basis="consent"),
            ),
        ),
        abroad=Abroad(basis="consent", consent=True),
        second_hop="FastParcel",
    ),
}
