"""JSON types of the contract, as annotated Python types. Enumerations live in ``enums``."""

from collections.abc import Hashable
from datetime import date, datetime
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic import StringConstraints as Chars
from pydantic_core import PydanticCustomError

from lineage.events.marks import PERSON_PREFIX, Mark, Word
from lineage.events.times import parse_date

CONTROLLER: Final = "controller"
_NO_PARTY: Final = frozenset({CONTROLLER, PERSON_PREFIX})
MAX_INTEGER: Final = 2**63 - 1

_NO_NUL = r"^[^\x00]*$"
_NO_CONTROL = r"^[^\x00-\x1f\x7f-\x9f]*$"
_WORD = r"^[a-z][a-z0-9_]*$"
# CN is refused: the contract has one word for that region, PRC.
_REGION = r"^(?:EU|PRC|[ABD-Z][A-Z]|C[A-MO-Z]|[A-Z]{2}-[A-Z0-9]{1,3})$"
_AMOUNT = r"^[0-9]+(?:\.[0-9]+)? [A-Z]{3}$"
_SLUG = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
_URI_REFERENCE = r"^(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+$"

PATTERN_MEANING: Final = {
    _NO_NUL: "text without a NUL character",
    _NO_CONTROL: "text without control characters",
    _WORD: "a word of a-z, 0-9 and _, beginning with a letter",
    _REGION: "EU, PRC, an ISO 3166-1 alpha-2 code (not CN) or an ISO 3166-2 code",
    _AMOUNT: "a decimal number and an ISO 4217 code, such as 12.50 EUR",
    _SLUG: "a controller id of a-z, 0-9 and single hyphens",
    _URI_REFERENCE: "a URI reference",
}


def _date_only(value: Any) -> Any:
    """Let a date or the text ``YYYY-MM-DD`` pass; pydantic alone would also read numbers."""
    if type(value) is str:
        try:
            return parse_date(value)
        except ValueError:
            raise PydanticCustomError("wrong_form", "a date of the form YYYY-MM-DD") from None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise PydanticCustomError("wrong_type", "a date of the form YYYY-MM-DD")


def _party(value: str) -> str:
    if value not in _NO_PARTY:
        return value
    if value == CONTROLLER:
        raise PydanticCustomError(
            "wrong_value", "the name of another party: the word controller is reserved"
        )
    return _person_or_name(value)


def _person_or_name(value: str) -> str:
    if value == PERSON_PREFIX:
        raise PydanticCustomError("wrong_form", "a name, or person: followed by an id")
    return value


_Item = TypeVar("_Item", bound=Hashable)


def _distinct(items: tuple[_Item, ...]) -> tuple[_Item, ...]:
    if len(set(items)) != len(items):
        seen: set[_Item] = set()
        for index, item in enumerate(items):
            if item in seen:
                raise PydanticCustomError("repeated_item", "distinct items", {"index": index})
            seen.add(item)
    return items


Distinct = Annotated[
    tuple[_Item, ...], AfterValidator(_distinct), Field(json_schema_extra={"uniqueItems": True})
]

Flag = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=0, le=MAX_INTEGER)]
Text = Annotated[str, Chars(strict=True, min_length=1, max_length=500, pattern=_NO_NUL)]
Id = Annotated[str, Chars(strict=True, min_length=1, max_length=200, pattern=_NO_CONTROL)]
SubjectId = Annotated[Id, Mark.PERSON_REF]
PartyOrController = Annotated[
    Id,
    AfterValidator(_person_or_name),
    Field(json_schema_extra={"not": {"const": PERSON_PREFIX}}),
    Mark.PARTY,
]
Party = Annotated[
    Id,
    AfterValidator(_party),
    Field(json_schema_extra={"not": {"enum": [CONTROLLER, PERSON_PREFIX]}}),
    Mark.PARTY,
]
Date = Annotated[
    date, BeforeValidator(_date_only), WithJsonSchema({"type": "string", "format": "date"})
]
Region = Annotated[str, Chars(strict=True, pattern=_REGION)]
Purpose = Annotated[str, Chars(strict=True, max_length=200, pattern=_WORD)]
Category = Annotated[str, Chars(strict=True, max_length=200, pattern=_WORD), Word.CATEGORY]
Amount = Annotated[str, Chars(strict=True, max_length=500, pattern=_AMOUNT)]
ControllerId = Annotated[str, Chars(strict=True, max_length=63, pattern=_SLUG)]
UriReference = Annotated[
    str, Chars(strict=True, min_length=1, max_length=500, pattern=_URI_REFERENCE)
]


class Identifier(BaseModel):
    """One identifier by which somebody knows a person, with the category it belongs to."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    type: Category = Field(description="Category of the identifier, such as email.")
    value: Text = Field(description="The identifier itself.", repr=False)


PersonIdentifier = Annotated[Identifier, Mark.IDENTIFIER]
