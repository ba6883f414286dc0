"""What the five policies must say about the same log: worked out by hand from their texts.

The tracker is never asked and no policy file is read. The customer asked on Monday, 9 January 2012,
cancelled the account on the 16th, and the questions are about the 17th. WD is a working day.
"""

from __future__ import annotations

from datetime import date

from lineage.demo.five import PolicyAnswers

DIRECT = ("AdVista", "MailWing", "ParcelBridge", "PayWay", "RackHaven")
HOST = "RackHaven"
BEHIND = "SouthernStarParcel"
ORDERS = 3


def told(duty: str, rule: str, *, behind: tuple[str, str]) -> frozenset[tuple[str, str, str]]:
    """The five recipients of the log by one rule, the carrier behind one of them by another."""
    return frozenset({*((name, duty, rule) for name in DIRECT), (BEHIND, *behind)})


BY_DEFAULT = told("default", "D-05", behind=("default", "D-06"))

SESIIDUO = PolicyAnswers(
    right=("entitled", "000.F.1"),
    reply=(date(2012, 1, 16), date(2012, 1, 18), "000.F.6"),  # 5 to 7 WD
    outcome=(None, None),
    told=told("policy", "000.F.3", behind=("default", "D-06")),
    told_erase_by=date(2012, 1, 20),  # "timely": 3 WD after the notice
    kept=frozenset(),
    erased=frozenset({(date(2012, 1, 16), "000.G.2")}),  # at once after the cancellation
    # the text keeps everything in the United States; the host is in Great Britain
    found=frozenset(
        {("violation", "000.E.2", "AdVista", 1), ("violation", "000.M.1", HOST, ORDERS)}
    ),
    cancelled=("erasing", date(2012, 1, 16), "000.G.2"),
)

SEESTAR = PolicyAnswers(
    right=("entitled", "001.F.1"),  # stopped using, and cancelled
    reply=(None, date(2012, 1, 30), "001.F.5"),  # 15 WD
    outcome=(None, None),
    told=BY_DEFAULT,
    told_erase_by=None,
    kept=frozenset(),
    erased=frozenset({(date(2012, 1, 30), "001.F.5")}),
    # a carrier gets what its own list of words names, and no other; AdVista may have it all
    found=frozenset({("violation", "001.D.2", "ParcelBridge", ORDERS)}),
    cancelled=("awaiting_deletion_request", None, "D-07"),
)

STORE_002 = PolicyAnswers(
    right=("entitled", "002.F.1"),
    reply=(None, date(2012, 1, 30), "002.F.3"),  # 15 WD
    outcome=(date(2012, 2, 20), "002.F.3"),  # 30 WD
    told=BY_DEFAULT,
    told_erase_by=None,
    kept=frozenset(),
    erased=frozenset({(date(2012, 2, 15), "002.J.2"), (date(2012, 2, 20), "002.F.3")}),
    found=frozenset(
        {
            ("default_violation", "D-28", "AdVista", 1),
            ("gap", "D-28", "ParcelBridge", ORDERS),
            ("gap", "D-28", "PayWay", ORDERS),
            # abroad without encryption and agreement, which the text promises
            ("violation", "002.M.1", "ParcelBridge", ORDERS),
        }
    ),
    cancelled=("erasing", date(2012, 2, 15), "002.J.2"),  # 30 days
)

SENRO = PolicyAnswers(
    right=("not_entitled_by_text", "D-09"),
    reply=(None, date(2012, 1, 23), "D-09"),  # 10 WD
    outcome=(date(2012, 1, 23), "D-09"),
    told=BY_DEFAULT,
    told_erase_by=None,
    kept=frozenset(),
    erased=frozenset({(date(2012, 1, 23), "D-09")}),
    found=frozenset({("violation", "003.D.9", "AdVista", 1)}),  # no cookie data, no notice
    cancelled=("erasing", date(2012, 1, 30), "D-07"),  # as a request of its own: 10 WD
)

EASYDSER = PolicyAnswers(
    right=("entitled", "004.F.1"),
    reply=(None, date(2012, 1, 24), "004.F.5"),  # 15 days
    outcome=(None, None),
    told=told("policy", "004.F.2", behind=("policy", "004.F.2")),  # a hop of the text
    told_erase_by=date(2012, 1, 17),  # "immediately"
    # three years from the delivery, which is nine days after the order
    kept=frozenset(
        {
            ("557670", date(2014, 7, 1), "004.J.2"),
            ("572869", date(2014, 11, 4), "004.J.2"),
            ("579498", date(2014, 12, 8), "004.J.2"),
        }
    ),
    erased=frozenset({(date(2012, 1, 24), "004.F.5")}),
    found=frozenset({("violation", "004.D.9", "AdVista", 1)}),
    cancelled=("awaiting_deletion_request", None, "D-07"),
)

EXPECTED = {
    "sesiiduo": SESIIDUO,
    "seestar": SEESTAR,
    "store-002": STORE_002,
    "senro": SENRO,
    "easydser": EASYDSER,
}
