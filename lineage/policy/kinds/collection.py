"""What may be collected, where it may come from, and what needs no consent. Use of it: ``use``."""

from typing import Annotated, Literal

from pydantic import Field

from lineage.events.enums import ConsentException, ConsentForm, RecipientKind
from lineage.events.types import Category, Distinct, Purpose
from lineage.policy.rule import Rule

Categories = Annotated[Distinct[Category], Field(min_length=1)]


class Collects(Rule):
    """A function of the service collects these categories.

    Broken by a collection of them against a condition that the event states. What no such row
    names is no described collection (kind ``collection_closed``).
    """

    kind: Literal["collects"]
    categories: Categories = Field(description="What is collected.")
    functions: Distinct[Purpose] = Field(
        (),
        description="Only for these functions of the product, in lower case and with underscores; "
        "an event that names none contradicts nothing.",
    )
    within_permissions: bool = Field(
        default=False, description="Only what the permissions of the device allow."
    )
    by_law_only: bool = Field(default=False, description="Only where a law demands the collection.")
    optional: bool = Field(
        default=False,
        description="Nobody may be made to give it, but for the functions of the row.",
    )


class CollectionClosed(Rule):
    """A collection of personal data that no row of kind ``collects`` names needs consent first.

    Broken by one without consent, and for which the event names no exception that is listed.
    """

    kind: Literal["collection_closed"]
    forms: Distinct[ConsentForm] | None = Field(
        None, description="Forms of consent that do, where its form is known; any where absent."
    )
    by_function: bool = Field(
        default=False, description="A row of other functions than the event's describes nothing."
    )
    also: Distinct[Category] = Field(
        (), description="Described as well: what other parts of the text speak of."
    )


class CollectionException(Rule):
    """Reasons, named by the event, for which data may be collected without consent.

    Read by ``exceptions``.
    """

    kind: Literal["collection_exception"]
    exceptions: Distinct[ConsentException] = Field(
        (), description="The reasons; empty: the text knows none."
    )
    no_other: bool = Field(
        default=False,
        description="A collection for another reason and without consent breaks this rule.",
    )


class AuthorisedByPerson(Rule):
    """Who gives another person's data through an account holds that person's authorisation.

    Broken by a collection that says that there is none; by the first rule that has its categories.
    """

    kind: Literal["authorised_by_person"]
    categories: Distinct[Category] | None = Field(
        None, description="For these categories; for everything where absent."
    )


class InboundPermission(Rule):
    """Data comes in from other parties only as the account holder permits it.

    Broken by data that came in though the holder did not permit it.
    """

    kind: Literal["inbound_permission"]
    categories: Distinct[Category] | None = Field(
        None, description="These categories; everything where absent."
    )


class SourceAttested(Rule):
    """Data from a third party needs the person's consent, or a source that answers for it.

    Read are attestations of the source before the data came, together, and consents. Of several
    rules the first that has the data is the one it must keep.
    """

    kind: Literal["source_attested"]
    on: Annotated[Distinct[Literal["collected", "inbound"]], Field(min_length=1)] = Field(
        description="Data that was fetched, and data that was sent to us."
    )
    categories: Distinct[Category] | None = Field(
        None, description="These categories; everything where absent."
    )
    not_categories: Distinct[Category] = Field((), description="But not these.")
    senders: Distinct[RecipientKind] = Field(
        (), description="Everything from senders of these kinds, too."
    )
    written_demand: bool = Field(
        default=False, description="The attestation must have been demanded in writing."
    )
    confirm_sensitive: bool = Field(
        default=False, description="Sensitive data must have been confirmed by the person."
    )


CollectionRule = (
    AuthorisedByPerson
    | CollectionClosed
    | CollectionException
    | Collects
    | InboundPermission
    | SourceAttested
)
