"""The closed vocabulary of the sentences: code words of the contract as a reader would say them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

_RECIPIENTS: Final[Mapping[str, str]] = {
    "logistics": "carriers",
    "payment": "payment services",
    "advertising_analytics": "advertising partners",
    "affiliate": "affiliates",
    "service_provider": "service providers",
    "public_authority": "public authorities",
    "counterparty": "counterparties",
    "public_disclosure": "the public",
    "ma_transferee": "companies that take over in a merger or sale",
    "platform": "platforms",
    "other_third_party": "other third parties",
}
_SPOKEN: Final[Mapping[str, str]] = {
    # reasons and grounds
    "vital_interest": "vital interests",
    "user_made_public": "what the user made public",
    "contract_requested_by_user": "a contract that the user asked for",
    "other_by_law": "other reasons of law",
    "stopped_using": "the user stopped using the service",
    "account_cancelled": "the account was cancelled",
    "service_ended": "the service ended",
    "breach_of_agreement": "a breach of the agreement",
    "no_consent": "want of consent",
    "legal_demand": "a legal demand",
    "law": "the law",
    # rights
    "copy": "a copy",
    "explanation": "an explanation",
    "complaint": "a complaint",
    # people
    "user": "users",
    "guardian": "guardians",
    "third_party_subject": "people who are no users",
    # evidence and protection
    "ad_guidelines": "accepted advertising guidelines",
    "api_test": "a passed test of the interface",
    "confidentiality": "a confidentiality agreement",
    "data_protection": "a data protection agreement",
    "dpa": "a data protection agreement",
    "deidentification": "de-identification",
    # occasions
    "deletion_request": "a deletion request",
    "retention_end": "the end of the retention",
    "asset_sale": "a sale of assets",
    "unit_sale": "a sale of units",
    # data
    "ugc": "what users publish",
    # regions
    "PRC": "the PRC",
    "EU": "the EU",
}
_ONE: Final = 1
_SHOWN_MAX: Final = 10
_SHOWN_OF_MORE: Final = 8


def recipient(kind: str) -> str:
    """Return a kind of recipients as prose."""
    return _RECIPIENTS[kind]


def spoken(code: str) -> str:
    """Return a code word as prose; a word that is not listed without its underscores."""
    return _SPOKEN.get(code, code.replace("_", " "))


def reason(value: Mapping[str, Any]) -> str:
    """Return what must be the case for a right: all of its facts."""
    told = joined(spoken(fact) for fact in value["facts"])
    if value["serious"]:
        told += " (if serious)"
    return f"{told} (if for good)" if value["permanent"] else told


def joined(texts: Iterable[str], last: str = "and") -> str:
    """Return the texts as one list: ``a, b and c``; of a long one only the first and how many."""
    *first, final = texts
    if len(first) >= _SHOWN_MAX:
        first, final = first[:_SHOWN_OF_MORE], f"{len(first) + 1 - _SHOWN_OF_MORE} more"
    return f"{', '.join(first)} {last} {final}" if first else final


def length(value: Mapping[str, Any]) -> str:
    """Return a length of time, such as ``15 working days``, from its unit and limit."""
    unit, limit = spoken(value["unit"]), value["limit"]
    return f"{limit} {unit}" if limit == _ONE else f"{limit} {unit}s"


def sentence(text: str) -> str:
    """Return the text with a capital letter and a full stop."""
    return f"{text[0].upper()}{text[1:].rstrip('.')}."
