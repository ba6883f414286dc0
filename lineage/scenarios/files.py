"""The scenario file: read, closed, every fault named by file, line and key. Nothing is run here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from lineage.events.enums import Ground
from lineage.events.times import parse_time
from lineage.events.types import Distinct
from lineage.policy.errors import PolicyError
from lineage.policy.rule import Closed, RuleId
from lineage.policy.yamlfile import MIB, Document, read_document, validate
from lineage.scenarios.expected import GROUPS, OF_LOG, OF_REQUEST, TIME, Expected

PLAN: Final = "plan"
# A program may have written the file, and programs write aliases where two scenarios share a list.
_SIZE_MAX: Final = 4 * MIB
_VALUES_MAX: Final = 400_000
_Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Members:
    """One name or several; of several, an expectation is a map keyed by them."""

    names: tuple[str, ...]
    is_list: bool


def _members(value: Any) -> Members:
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and name for name in names):
        raise ValueError("a name, or a list of names")
    if len(set(names)) != len(names):
        raise ValueError("each name once")
    return Members(tuple(names), isinstance(value, list))


def _moment(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            return parse_time(value)
        except ValueError:
            raise ValueError(TIME) from None
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, datetime.min.time(), UTC)
    raise ValueError(TIME)


def _question(value: Any) -> Any:
    if value not in GROUPS:
        raise ValueError(f"one of {', '.join(GROUPS)}")
    return value


_MOMENT_SCHEMA: Final = {"type": "string", "format": "date or time"}
_MEMBERS_SCHEMA: Final = {"type": "string", "format": "a name, or a list of names"}

Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema(_MOMENT_SCHEMA)]
OneOrMore = Annotated[Members, BeforeValidator(_members), WithJsonSchema(_MEMBERS_SCHEMA)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Question = Annotated[
    str, BeforeValidator(_question), WithJsonSchema({"type": "string", "enum": list(GROUPS)})
]


class Given(BaseModel):
    """One event; its other keys are the fields of [its type](#events), judged by the recording."""

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    type: Name = Field(description="Type of the event, without `lineage.` and `.v1`.")
    at: Moment = Field(description="When it happened.")
    rec: Moment | None = Field(
        None, description="When the tracker recorded it; absent: when it happened."
    )
    subject: Name | None = Field(None, description="The person, where the event is about one.")
    account: Name | None = Field(
        None, description="The account holder, where that is another person."
    )
    ev: Name | None = Field(
        None, description="A label, unique in the scenario, by which findings name the event."
    )

    @property
    def recorded(self) -> datetime:
        """When the tracker's clock records it."""
        return self.at if self.rec is None else self.rec


class When(Closed):
    """The moment and the questions."""

    at: Moment = Field(description="The moment of asking; what was recorded up to it counts.")
    ask: Annotated[Distinct[Question], Field(min_length=1)] = Field(description="The questions.")
    request: OneOrMore | None = Field(
        None, description="The request, for questions about one; its person too."
    )
    subject: OneOrMore | None = Field(None, description="The person, for questions about one.")
    grounds: Distinct[Ground] = Field((), description="Grounds of refusal to ask about.")


class ScenarioForm(Closed):
    """One scenario as it is written; what ``then`` may hold hangs on what ``when`` asks."""

    id: Name = Field(description="Unique in a run.")
    title: Name = Field(description="What it shows, in a few words.")
    controller: OneOrMore = Field(description="The id of the policy.")
    given: tuple[Given, ...] = Field(description="What happened; recorded in the order of `rec`.")
    when: When = Field(description="When what is asked.")
    then: dict[str, Any] = Field(description="What is expected, by question.")
    tags: tuple[str, ...] = Field((), description="For the reader.")
    basis: Literal["policy", "default", "mixed"] | None = Field(None, description="For the reader.")
    why: str | None = Field(None, description="For the reader: rules and arithmetic.")


class FileForm(Closed):
    """A scenario file as it is written."""

    equivalent: tuple[Distinct[RuleId], ...] = Field(
        (), description="Groups of rules that count as the same in findings."
    )
    scenarios: tuple[ScenarioForm, ...] = Field(description="The scenarios.")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of one group; of whom, where it is about a request or a person."""

    group: str
    about: str | None
    expected: Expected


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario, ready to run; expectations by controller."""

    file: str
    form: ScenarioForm
    equivalent: tuple[frozenset[str], ...]
    then: Mapping[str, Sequence[Expectation]]

    @property
    def id(self) -> str:
        """Its id, unique in a run."""
        return self.form.id

    @property
    def persons(self) -> tuple[str, ...]:
        """Whom the questions about a person are about: those named, else those of the requests."""
        subject = self.form.when.subject
        return _persons_of(self.form) if subject is None else subject.names


def read_scenarios(files: Iterable[Path], controllers: Iterable[str]) -> list[Scenario]:
    """Read all scenarios of these files; ``controllers`` are those that have a policy.

    Raises ``PolicyError`` that names file, line and key: nothing of an invalid file is run.
    """
    known, found = frozenset(controllers), list[Scenario]()
    seen: set[str] = set()
    for file in files:
        document = read_document(file, size_max=_SIZE_MAX, aliased_max=_VALUES_MAX)
        form = validate(FileForm, document)
        groups = tuple(frozenset(group) for group in form.equivalent)
        for number, scenario in enumerate(form.scenarios):
            reader = _Reader(document, scenario, ("scenarios", number))
            if scenario.id in seen:
                raise reader.error("id", expected="an id that no other scenario of the run has")
            seen.add(scenario.id)
            reader.check(known)
            found.append(Scenario(file.name, scenario, groups, dict(reader.then())))
    return found


class _Reader:
    """Reads what a scenario expects, whose form hangs on what it asks."""

    def __init__(self, document: Document, form: ScenarioForm, place: _Place) -> None:
        self._document = document
        self._form = form
        self._place = place
        self._persons = _persons_of(form)

    def error(self, *key: str | int, expected: str) -> PolicyError:
        return self._document.error((*self._place, *key), expected=expected)

    def check(self, controllers: frozenset[str]) -> None:
        form, when = self._form, self._form.when
        if not controllers.issuperset(form.controller.names):
            known = ", ".join(sorted(controllers))
            raise self.error("controller", expected=f"one or more of {known}")
        labels = set[str]()
        for number, event in enumerate(form.given):
            if event.ev is not None and event.ev in labels:
                raise self.error("given", number, "ev", expected="a label no other event has")
            labels.add(event.ev or "")
        for group in when.ask:
            if group in OF_REQUEST and when.request is None:
                raise self.error("when", "request", expected=f"the request that {group} is about")
            if when.request is None and when.subject is None and group not in OF_LOG:
                expected = f"the person that {group} is about (subject), or a request"
                raise self.error("when", "subject", expected=expected)

    def then(self) -> Iterable[tuple[str, Sequence[Expectation]]]:
        """(controller, what is expected of it)."""
        form = self._form
        if not form.controller.is_list:
            yield form.controller.names[0], self._groups(form.then, ("then",))
            return
        for controller, groups in form.then.items():
            place = ("then", controller)
            if controller not in form.controller.names:
                raise self.error(*place, expected=f"one of {', '.join(form.controller.names)}")
            yield controller, self._groups(groups, place)

    def _groups(self, groups: Any, place: _Place) -> list[Expectation]:
        found = []
        for group, value in self._mapping(groups, place).items():
            here = (*place, group)
            if group not in self._form.when.ask:
                expected = f"a question that is asked: {', '.join(self._form.when.ask)}"
                raise self.error(*here, expected=expected)
            members = self._members_of(group, value)
            if members is None:
                found.append(Expectation(group, None, self._expected(group, value, here)))
                continue
            for about, part in self._mapping(value, here).items():
                if about not in members:
                    expected = f"one of {', '.join(members)}"
                    raise self.error(*here, about, expected=expected)
                expected_part = self._expected(group, part, (*here, about))
                found.append(Expectation(group, about, expected_part))
        return found

    def _members_of(self, group: str, value: Any) -> tuple[str, ...] | None:
        """Whom a map of expectations is keyed by; None where there is one expectation."""
        when = self._form.when
        if group in OF_LOG:
            return None
        if group in OF_REQUEST or (group == PLAN and when.subject is None):
            return when.request.names if when.request is not None and when.request.is_list else None
        if when.subject is not None:
            return when.subject.names if when.subject.is_list else None
        # About the persons of several requests: keyed by them, or said once of the one they are of.
        if when.request is not None and when.request.is_list and isinstance(value, dict):
            return self._persons if self._persons and set(value) <= set(self._persons) else None
        return None

    def _expected(self, group: str, value: Any, place: _Place) -> Expected:
        model: type[Expected] = GROUPS[group]
        return validate(
            model, self._document, self._mapping(value, place), at=(*self._place, *place)
        )

    def _mapping(self, value: Any, place: _Place) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.error(*place, expected="a mapping of keys to values")
        return value


def _persons_of(form: ScenarioForm) -> tuple[str, ...]:
    """The persons that the requests asked about are of, by what is given."""
    asked = () if form.when.request is None else form.when.request.names
    found = {
        event.subject: None
        for event in form.given
        if event.subject is not None and (event.model_extra or {}).get("request_id") in asked
    }
    return tuple(found)
