"""Events about data that is shared, sold, handed over, published or moved to another place."""

from pydantic import Field

from lineage.events.enums import (
    Agreement,
    ConsentException,
    Deal,
    DisclosureBasis,
    Function,
    GuardianScope,
    Initiator,
    Institution,
    LegalBasis,
    Performed,
    RecipientKind,
    Safeguard,
    SaleMode,
    TransferBasis,
)
from lineage.events.model import EventData
from lineage.events.types import (
    Category,
    Distinct,
    Flag,
    Id,
    Party,
    PersonIdentifier,
    Purpose,
    Region,
)


class DataShared(EventData):
    """The controller gave data of the person to a recipient."""

    event_name = "data_shared"
    event_rank = 3
    recipient: Party = Field(description="Who received the data.")
    recipient_kind: RecipientKind = Field(description="What kind of recipient it is.")
    functions: Distinct[Function] | None = Field(
        None, description="What the recipient does for the controller."
    )
    categories: Distinct[Category] = Field(description="What the recipient received.")
    purpose: Purpose | None = Field(None, description="For what it was shared.")
    legal_basis: LegalBasis | None = Field(None, description="Legal basis of the share.")
    consent_id: Id | None = Field(None, description="Consent that is relied on.")
    exception: ConsentException | None = Field(
        None, description="Exception from consent that is relied on."
    )
    deidentified: Flag = Field(False, description="The data was de-identified first.")
    reidentifiable: Flag = Field(True, description="The recipient could identify it again.")
    for_payment: Flag = Field(False, description="The recipient pays for the data.")
    region: Region | None = Field(None, description="Where the recipient keeps the data.")
    safeguards: Distinct[Safeguard] | None = Field(
        None, description="What protects the data on its way and there."
    )
    agreement: Agreement | None = Field(
        None, description="Whether there is an agreement with the recipient."
    )
    order_id: Id | None = Field(None, description="Order that the share serves.")
    chosen_by_user: Flag | None = Field(None, description="The person chose the recipient.")
    institution: Institution | None = Field(
        None, description="What kind of institution a payment recipient is."
    )
    complaint_id: Id | None = Field(
        None, description="Complaint about intellectual property that the share serves."
    )
    respondent_request: Flag = Field(False, description="The respondent asked for the data.")
    complainant_qualified: Flag = Field(
        False, description="The complainant is entitled to complain."
    )
    law_permits: Flag = Field(False, description="For a minor: a law permits the share.")
    guardian_consent_scope: Distinct[GuardianScope] | None = Field(
        None,
        description="For a minor: the guardian's consent for this share; as recorded elsewhere "
        "where absent.",
    )
    identifiers: Distinct[PersonIdentifier] | None = Field(
        None, description="Identifiers by which the recipient knows the person."
    )


class DataOnwardShared(EventData):
    """A recipient passed data of the person on."""

    event_name = "data_onward_shared"
    event_rank = 3
    sender: Party = Field(description="Recipient that passed the data on.")
    recipient: Party = Field(description="Who received it from that recipient.")
    recipient_kind: RecipientKind = Field(description="What kind of recipient the latter is.")
    categories: Distinct[Category] = Field(description="What was passed on.")
    purpose: Purpose | None = Field(None, description="For what it was passed on.")


class DataSold(EventData):
    """Data of the person was sold, rented out or traded."""

    event_name = "data_sold"
    event_rank = 3
    recipient: Party = Field(description="Who bought the data.")
    mode: SaleMode = Field("sale", description="Whether it was sold, rented out or traded.")
    categories: Distinct[Category] = Field(description="What was sold.")
    buyer_purpose: Purpose | None = Field(None, description="For what the buyer wants it.")


class DataTransferred(EventData):
    """Data of the person passed to another company on a merger or the like."""

    event_name = "data_transferred"
    event_rank = 3
    recipient: Party = Field(description="The transferee, a recipient of kind ma_transferee.")
    deal: Deal = Field(description="On which occasion the data passed.")
    categories: Distinct[Category] | None = Field(
        None, description="What passed; all where absent."
    )
    bound_by_policy: Flag = Field(description="The transferee bound itself to this privacy policy.")
    consent_id: Id | None = Field(None, description="Consent that was asked for anew.")
    user_agreed_otherwise: Flag = Field(False, description="The person agreed to other terms.")


class PublicDisclosed(EventData):
    """Data of the person was made public."""

    event_name = "public_disclosed"
    event_rank = 3
    initiator: Initiator = Field(description="Who made it public.")
    basis: DisclosureBasis | None = Field(None, description="Basis of the disclosure.")
    consent_id: Id | None = Field(None, description="Consent that is relied on.")
    categories: Distinct[Category] = Field(description="What was made public.")
    copies_uncontrolled: Distinct[Party] | None = Field(
        None, description="Who holds copies that are out of the controller's reach."
    )


class CounterpartyDisclosureRequested(EventData):
    """The other side of a transaction asked for data of the person."""

    event_name = "counterparty_disclosure_requested"
    event_rank = 1
    order_id: Id | None = Field(None, description="Transaction it is about.")
    requester: Party | None = Field(None, description="Who asks for the data.")
    performed: Performed | None = Field(
        None, description="How much of its obligation a party has performed."
    )
    dispute: Flag = Field(
        False, description="A service or a dispute cannot go on without the data."
    )
    complaint_id: Id | None = Field(
        None, description="Complaint about intellectual property, where it is about that."
    )
    respondent_request: Flag = Field(False, description="The respondent asked for the data.")


class DataStored(EventData):
    """Data of the person was stored at a place."""

    event_name = "data_stored"
    event_rank = 3
    categories: Distinct[Category] = Field(description="What is stored.")
    collected_in: Region | None = Field(None, description="Where the data was collected.")
    region: Region = Field(description="Where the data is stored.")
    host: Party | None = Field(None, description="Who stores it for the controller.")
    basis: TransferBasis | None = Field(None, description="Basis for storing it abroad.")
    consent_id: Id | None = Field(None, description="Consent that is relied on.")
    safeguards: Distinct[Safeguard] | None = Field(None, description="What protects the data.")


class CrossBorderTransfer(EventData):
    """Data of the person crossed a border."""

    event_name = "cross_border_transfer"
    event_rank = 3
    region_from: Region = Field(description="Where the data came from.")
    region_to: Region = Field(description="Where the data went.")
    categories: Distinct[Category] = Field(description="What crossed the border.")
    recipient: Party | None = Field(None, description="Who received it.")
    host: Party | None = Field(None, description="Who stores it there.")
    order_id: Id | None = Field(None, description="Order that the transfer serves.")
    basis: TransferBasis | None = Field(None, description="Basis of the transfer.")
    consent_id: Id | None = Field(None, description="Consent that is relied on.")
    subject_region: Region | None = Field(
        None, description="Where the person lives; as registered where absent."
    )
    safeguards: Distinct[Safeguard] | None = Field(None, description="What protects the data.")
