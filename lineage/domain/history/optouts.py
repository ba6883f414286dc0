"""Opting out of marketing and in again, by channel. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from lineage.domain.facts import Moment, Recorded
from lineage.domain.history.history import History
from lineage.events import MarketingOptIn, MarketingOptOut


class OptOuts:
    """What one person opted out of over time. A channel of None stands for all."""

    def __init__(self, events: Iterable[Recorded]) -> None:
        """Take the person's events in canonical order."""
        self._steps = [e for e in events if isinstance(e.data, MarketingOptIn | MarketingOptOut)]

    def out_of(self, channel: str | None, at: Moment) -> bool:
        """Whether the person was out of marketing on a channel just before a moment.

        Asked of None: whether it was out of any.
        """
        return self.since(channel, at) is not None

    def since(self, channel: str | None, at: Moment) -> Moment | None:
        """Since when; None where it is not out. Of all channels: since the last opting out."""
        out: dict[str | None, Moment] = {}
        back: dict[str | None, Moment] = {}
        for event in self._steps:
            if event.moment >= at:
                break
            data = event.data
            if isinstance(data, MarketingOptOut):
                out[data.channel] = event.moment
            elif isinstance(data, MarketingOptIn):
                if data.channel is None:
                    out.clear()
                out.pop(data.channel, None)
                back[data.channel] = event.moment
        if channel is None:
            return max(out.values(), default=None)
        everywhere = out.get(None)
        if everywhere is not None and back.get(channel, everywhere) > everywhere:
            everywhere = None
        ends = [end for end in (everywhere, out.get(channel)) if end is not None]
        return max(ends, default=None)


def opt_outs_of(history: History) -> OptOuts:
    """The person's, folded once."""
    return history.folded("opt outs", OptOuts, MarketingOptIn, MarketingOptOut)
