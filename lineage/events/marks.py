"""Marks: what a field of an event may hold about a person. No model and no rule lives here."""

from enum import StrEnum


class Mark(StrEnum):
    """What a field may hold, written as ``Annotated`` metadata; a field without one is code.

    ``PARTY`` is the name of a recipient or source, which is code unless it names a natural
    person as ``person:<id>``: then the id is a person's.
    """

    PERSON_REF = "person_ref"
    IDENTIFIER = "identifier"
    PARTY = "party"
    CODE = "code"


class Word(StrEnum):
    """Which vocabulary the words of a field belong to, where a policy file may add to it."""

    CATEGORY = "category"


PERSON_PREFIX = "person:"
