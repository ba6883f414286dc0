"""The page about Kafka names every finding, metric and setting there is, and no other."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

from lineage.kafka.security import VARIABLES
from streams.answers import CheckName
from streams.making import safe_configs
from streams.metrics import Metrics
from tests.docs.test_pages import first_column, page, section


def test_every_finding_is_explained() -> None:
    """Whoever adds a finding says what may happen."""
    named = first_column(section(page("kafka.md"), "## What `topics check` finds"))
    assert sorted(named) == sorted(get_args(CheckName))


def test_every_metric_is_listed() -> None:
    """By its name; counters get _total as they are scraped."""
    named = first_column(section(page("kafka.md"), "## Metrics"))
    assert sorted(named) == sorted(family.name for family in Metrics().registry.collect())


def test_every_setting_is_listed() -> None:
    """Those that topics are made with."""
    text = section(page("kafka.md"), "## Topics")
    named = [word for word in first_column(text) if not word.startswith("lineage.")]
    assert sorted(named) == sorted(safe_configs(copies=3, retention=timedelta(days=7)))


def test_every_variable_of_security_is_listed() -> None:
    """Whoever adds one says what it is for."""
    named = first_column(section(page("kafka.md"), "## TLS and passwords"))
    assert sorted(named) == sorted(VARIABLES)
