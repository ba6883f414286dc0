"""Enumerations of the contract, as literal types. JSON types of another kind live in ``types``."""

from typing import Literal

RecipientKind = Literal[
    "logistics",
    "payment",
    "advertising_analytics",
    "affiliate",
    "service_provider",
    "public_authority",
    "counterparty",
    "public_disclosure",
    "ma_transferee",
    "platform",
    "other_third_party",
]
Function = Literal[
    "hosting",
    "storage",
    "infrastructure",
    "email",
    "sms",
    "marketing",
    "list_cleaning",
    "data_analysis",
    "ad_measurement",
    "search_listing",
    "card_processing",
    "payment_help",
    "delivery",
    "customer_service",
    "identity",
    "network_security",
    "research",
]
LegalBasis = Literal["consent", "contract", "law", "legal_demand", "none"]
DisclosureBasis = Literal[
    "express_consent", "user_choice", "legal_demand", "rule_violation", "none"
]
TransferBasis = Literal["law", "consent", "purchase", "standard_terms", "adequacy", "none"]
ConsentException = Literal[
    "national_security",
    "public_interest",
    "criminal_justice",
    "vital_interest",
    "user_made_public",
    "lawful_public_source",
    "contract_requested_by_user",
    "service_operation",
    "news_reporting",
    "academic_research",
    "other_by_law",
]
ConsentForm = Literal["express", "separate", "permission"]
GuardianConsent = Literal["given", "none"]
GuardianScope = Literal["collect", "store", "use", "share", "transfer", "disclose"]
AgeBand = Literal["under_14", "under_18", "adult"]
SourceKind = Literal["direct", "automatic", "generated", "derived", "third_party", "public_source"]
Initiator = Literal["user", "controller"]
Deal = Literal["merger", "acquisition", "asset_sale", "unit_sale", "bankruptcy", "consent"]
SaleMode = Literal["sale", "rent", "trade"]
Performed = Literal["none", "part", "full"]
Institution = Literal["financial", "other"]
Agreement = Literal["signed", "none"]
AgreementKind = Literal["confidentiality", "data_protection"]
Safeguard = Literal["encryption", "dpa", "deidentification"]
TestResult = Literal["passed", "failed"]
Adequacy = Literal["adequate", "inadequate"]
Right = Literal[
    "access", "copy", "correction", "deletion", "download", "explanation", "enquiry", "complaint"
]
Trigger = Literal[
    "unlawful_processing",
    "no_consent",
    "breach_of_agreement",
    "stopped_using",
    "account_cancelled",
    "service_ended",
    "other",
]
Severity = Literal["minor", "serious"]
RequesterRole = Literal["user", "guardian", "third_party_subject"]
Channel = Literal[
    "email",
    "sms",
    "phone",
    "letter",
    "push",
    "contact_page",
    "customer_service",
    "self_service",
    "website",
]
Outcome = Literal["accepted", "partly", "refused"]
Ground = Literal[
    "legal_obligation",
    "national_security",
    "public_interest",
    "criminal_justice",
    "malice_or_abuse",
    "vital_interest",
    "serious_harm",
    "trade_secret",
    "repetitive",
    "excessive_technical",
    "risk_to_others",
    "impractical",
]
Duty = Literal["policy", "default"]
DeclineReason = Literal["law", "independent_authorisation", "unreachable", "other"]
Store = Literal["live", "backup"]
ErasureMethod = Literal["erase", "anonymise"]
MessageClass = Literal["marketing", "important"]
Technology = Literal["cookie", "local_storage", "pixel", "beacon"]
TrackingParty = Literal["own", "partner"]
FoundBy = Literal["user", "guardian", "self"]
Cleared = Literal["search_history", "order_records", "cookies", "posts"]
NoticeForm = Literal[
    "page_only", "home_page", "popup", "email", "prominent", "announcement", "individual"
]
ChangeKind = Literal[
    "service_model",
    "ownership",
    "main_recipients",
    "user_rights",
    "contacts",
    "high_risk_assessment",
    "wording",
]
BreachContent = Literal["facts", "effect", "measures", "advice", "remedies"]
