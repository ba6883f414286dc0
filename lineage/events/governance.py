"""Events about the policy, the service and its safeguards (all about the controller)."""

from pydantic import Field

from lineage.events.enums import Adequacy, AgreementKind, ChangeKind, NoticeForm, TestResult
from lineage.events.model import EventClass, EventData, EventScope
from lineage.events.types import Date, Distinct, Flag, Id, Party, Region


class _ControllerWide(EventData):
    """Base of the events that are about the controller as a whole."""

    event_rank = 0
    event_scope = EventScope.CONTROLLER


class _Decision(_ControllerWide):
    """Base of the controller-wide events that an officer decides."""

    event_class = EventClass.DECISION


class PolicyPublished(_Decision):
    """The controller published a new version of its privacy policy."""

    event_name = "policy_published"
    version: Id = Field(description="Name of the version that is published.")
    effective_from: Date | None = Field(
        None, description="First day it applies; the day of `time` where absent."
    )
    change_kinds: Distinct[ChangeKind] = Field((), description="What the new version changes.")
    major: Flag = Field(False, description="The controller itself calls the change major.")
    reduces_rights: Flag = Field(False, description="Users lose rights by the change.")
    consent_collected: Flag = Field(
        False, description="Users consented expressly to losing those rights."
    )
    notice_form: NoticeForm = Field("page_only", description="In which form users were told.")
    archive_id: Id | None = Field(
        None, description="Where the former version is kept; not archived where absent."
    )


class ServiceShutdownAnnounced(_ControllerWide):
    """The controller announced that the service will shut down."""

    event_name = "service_shutdown_announced"
    notice_form: NoticeForm = Field(description="In which form users were told.")
    permanent: Flag = Field(description="The service will not come back.")


class ServiceCeased(_ControllerWide):
    """The service stopped operating."""

    event_name = "service_ceased"


class ImpactAssessed(_Decision):
    """An impact assessment was concluded."""

    event_name = "impact_assessed"
    high_risk: Flag = Field(description="The assessment found a high risk.")


class AdequacyReviewed(_Decision):
    """The level of data protection of a country was reviewed."""

    event_name = "adequacy_reviewed"
    country: Region = Field(description="Country that was reviewed.")
    result: Adequacy = Field(description="Whether its level of protection suffices.")


class AgreementSigned(_Decision):
    """An agreement with a recipient was signed."""

    event_name = "agreement_signed"
    recipient: Party = Field(description="The other side of the agreement.")
    agreement_kind: AgreementKind = Field(description="What the agreement is about.")


class ApiSecurityTested(_Decision):
    """The API through which a partner draws data was tested for security."""

    event_name = "api_security_tested"
    recipient: Party = Field(description="Partner that draws data through the API.")
    result: TestResult = Field(description="How the test ended.")


class AdGuidelinesAccepted(_Decision):
    """An advertiser accepted the advertising guidelines."""

    event_name = "ad_guidelines_accepted"
    recipient: Party = Field(description="Advertiser that accepted the guidelines.")
