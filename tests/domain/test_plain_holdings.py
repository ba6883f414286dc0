"""The holdings as they are derived, against the same said plainly, on drawn graphs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lineage.domain.facts import Edge, Erasure, Holder, HolderKind, Hop, Span
from lineage.domain.holdings import holdings
from tests.domain.plain_holdings import plain_holdings

CONTROLLER = "shop"
PARTIES = ("A", "B", "C", "D", CONTROLLER)
CATEGORIES = ("email", "name")
TIMES = st.integers(1, 6)
REF = b"r" * 16


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """When a category came by a hop."""
    first, last = sorted((draw(TIMES), draw(TIMES)))
    return Span(draw(TIMES), last, draw(st.integers(2, 3)), first, 1)


@st.composite
def edges(draw: st.DrawFn) -> Edge:
    """A hop of one person, with a loop or to the controller now and then."""
    kind = draw(st.sampled_from(HolderKind))
    hop = Hop(
        kind=draw(st.sampled_from(["data_shared", "public_disclosed"])),
        from_party=draw(st.sampled_from(PARTIES)),
        to=Holder(kind, draw(st.sampled_from(PARTIES))),
        recipient_kind=draw(st.sampled_from([None, "payment", "logistics"])),
        unnamed_kind=None,
        purpose=None,
        legal_basis=None,
        functions=(),
        region=None,
        source_kind=None,
        deidentified=draw(st.booleans()),
        policy_version="1",
    )
    found = draw(st.dictionaries(st.sampled_from(CATEGORIES), spans(), min_size=1))
    times = [span.last for span in found.values()]
    return Edge(REF, hop, min(times), max(times), 1, found)


@st.composite
def outs(draw: st.DrawFn) -> Erasure:
    """An out, of something held or not."""
    holder = Holder(draw(st.sampled_from(HolderKind)), draw(st.sampled_from(PARTIES)))
    started = draw(st.none() | TIMES)
    kind = draw(st.sampled_from(["data_erased", "data_returned"]))
    category = draw(st.sampled_from(CATEGORIES))
    return Erasure(REF, b"k", holder, category, kind, draw(TIMES), draw(st.integers(4, 5)), started)


@given(st.lists(edges(), max_size=9), st.lists(outs(), max_size=6))
def test_holdings_are_what_they_are_said_plainly(came: list[Edge], gone: list[Erasure]) -> None:
    """Every row, in every field and with every path, is what the plain way finds."""
    assert holdings(came, gone, controller=CONTROLLER) == plain_holdings(came, gone, CONTROLLER)
