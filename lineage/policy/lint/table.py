"""Every check, by what it looks at. Each is a pure function in a module beside."""

from __future__ import annotations

from typing import Final

from lineage.policy.lint import (
    categories,
    duties,
    people,
    permissions,
    record,
    references,
    registry,
    retention,
    starts,
    versions,
)
from lineage.policy.lint.flaw import AnyCheck, Check
from lineage.policy.lint.people import PeopleOnRecord
from lineage.policy.lint.record import Compared
from lineage.policy.lint.registry import Said
from lineage.policy.lint.versions import Beside
from lineage.policy.model import Policy

FORM: Final = "not-in-form"
"""The code of what is no check: a key or value that the form of the file does not allow."""

OF_POLICY: Final[tuple[Check[Policy], ...]] = (
    Check("purpose-without-retention", "hole", retention.purpose_without_retention),
    Check("trigger-without-duty", "hole", duties.trigger_without_duty),
    Check("recipient-never-told", "hole", duties.recipient_never_told),
    Check("deadline-without-start", "hole", starts.deadline_without_start),
    Check("category-unknown", "hole", categories.category_unknown),
    Check("category-without-class", "hole", categories.category_without_class),
    Check("rests-on-nothing", "hole", references.rests_on_nothing),
    Check(
        "recipient-allowed-and-forbidden",
        "contradiction",
        permissions.recipient_allowed_and_forbidden,
    ),
    Check("sale-allowed-and-forbidden", "contradiction", permissions.sale_allowed_and_forbidden),
    Check(
        "transfer-allowed-and-forbidden",
        "contradiction",
        permissions.transfer_allowed_and_forbidden,
    ),
    Check("right-never-reached", "contradiction", permissions.right_never_reached),
    Check(
        "ground-allowed-and-forbidden", "contradiction", permissions.ground_allowed_and_forbidden
    ),
    Check("named-and-excluded", "contradiction", permissions.named_and_excluded),
    Check(
        "message-allowed-and-forbidden", "contradiction", permissions.message_allowed_and_forbidden
    ),
    Check("place-allowed-and-forbidden", "contradiction", permissions.place_allowed_and_forbidden),
    Check("kept-longer-than-allowed", "contradiction", retention.kept_longer_than_allowed),
    Check("said-twice", "contradiction", versions.said_twice),
)

OF_FOLDER: Final[tuple[Check[Beside], ...]] = (
    Check("no-version-before", "hole", versions.no_version_before),
    Check("versions-collide", "contradiction", versions.versions_collide),
    Check("prefix-taken", "contradiction", versions.prefix_taken),
)

OF_REGISTRY: Final[tuple[Check[Said], ...]] = (
    Check("recipient-without-channel", "hole", registry.recipient_without_channel),
    Check("recipient-without-address", "hole", registry.recipient_without_address),
    Check("secret-missing", "hole", registry.secret_missing),
    Check("forward-without-contact", "hole", registry.forward_without_contact),
    Check("source-without-silence", "hole", registry.source_without_silence),
)

REGISTRY_ON_RECORD: Final[tuple[Check[Compared], ...]] = (
    Check("recipient-not-registered", "hole", record.recipient_not_registered),
    Check("source-not-registered", "hole", record.source_not_registered),
)

POLICY_ON_RECORD: Final[tuple[Check[Compared], ...]] = (
    Check("agreement-not-on-record", "hole", record.agreement_not_on_record),
    Check("ad-guidelines-not-on-record", "hole", record.ad_guidelines_not_on_record),
    Check("api-test-not-on-record", "hole", record.api_test_not_on_record),
)

PEOPLE_ON_RECORD: Final[tuple[Check[PeopleOnRecord], ...]] = (
    Check("consent-not-on-record", "hole", people.consent_not_on_record),
    Check("subject-tells-who", "hole", people.subject_tells_who),
)

TABLES: Final[tuple[tuple[str, tuple[AnyCheck, ...]], ...]] = (
    ("A policy file", OF_POLICY),
    ("The files of a folder", OF_FOLDER),
    ("A recipient registry", OF_REGISTRY),
    ("The registry and the record", REGISTRY_ON_RECORD),
    ("A policy and the record", POLICY_ON_RECORD),
    ("The people on record", PEOPLE_ON_RECORD),
)
"""All of them, under what they look at"""
