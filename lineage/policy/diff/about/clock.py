"""The fields of every kind with a clock."""

from lineage.policy.diff.shapes import Direction, OneOf, Period, Shape, reverse


def clock(longer: Direction) -> dict[str, Shape]:
    """Return how limit, target and roll are told, where a longer limit means this."""
    order = ("next_working_day", "none") if longer == "looser" else ()
    return {
        "limit": Period(longer=longer),
        "target": Period("the target", longer=longer, there=reverse(longer)),
        "roll": OneOf("a last day that is no working day moves to", order=order, silent="none"),
    }
