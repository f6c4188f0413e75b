"""What is answered, as JSON Schema (2020-12). Every answer of ours is held against these by tests."""

from collections.abc import Mapping
from typing import Any

from gateway.desk import State
from gateway.hold import Ruling
from gateway.people import Role
from gateway.tokens import Scope
from gateway.verdict import Category, Kind, Label

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
FLAG: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}


def _one(**members: Schema) -> Schema:
    """An object with all of these and no others."""
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}


def _some(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _maybe(of: Schema) -> Schema:
    return {"anyOf": [of, {"type": "null"}]}


def _among(words: Any) -> Schema:
    return {"type": "string", "enum": [str(word) for word in words]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _says(schema: Schema, says: str) -> Schema:
    return {**schema, "description": says}


_NEXT = _says(_maybe(TEXT), "The cursor of the next page, null if this is the last.")

SHAPES: Mapping[str, Schema] = {
    "Token": _one(
        name=TEXT,
        id=TEXT,
        account=TEXT,
        role=_among(Role),
        reviewers=_some(TEXT),
        scopes=_some(_among(Scope)),
        expires=_maybe(MOMENT),
    ),
    "Line": _one(
        id=TEXT,
        sender=TEXT,
        subject=TEXT,
        grounds=_says(TEXT, "What made it fit the rule, in plain words; nothing is quoted."),
        policy=TEXT,
        reviewers=TEXT,
        size=COUNT,
        desk=_says(TEXT, "Whose it is now."),
        above=_says(TEXT, "Whose it is after desk_until; empty for nobody's."),
        assented=_says(TEXT, "Who was the first of two to agree."),
        given=_says(COUNT, "How often it was handed over."),
        cluster=_says(TEXT, "The same for messages that are nearly identical."),
        link=_says(TEXT, "Its page in the console."),
        state=_among(State),
        first_recipient=TEXT,
        recipient_count=COUNT,
        categories=_some(_among(Category)),
        since=MOMENT,
        deadline=MOMENT,
        desk_until=MOMENT,
        ruled=_maybe(MOMENT),
        ruled_by=TEXT,
    ),
    "Holds": _one(holds=_some(_ref("Line")), next=_NEXT),
    "Hold": _one(
        id=TEXT,
        state=_among(State),
        link=_says(TEXT, "Its page in the console."),
        subject=TEXT,
        sender=_says(TEXT, "The envelope's; <> is the null sender."),
        recipients=_some(TEXT),
        kept_from=_says(_some(TEXT), "The recipients who do not have it."),
        client=_says(TEXT, "The address it came from."),
        size=_says(COUNT, "In octets."),
        received=MOMENT,
        since=_says(MOMENT, "When it was held."),
        destroyed=_says(_maybe(MOMENT), "When its content was destroyed."),
        legal_hold=FLAG,
        policy=TEXT,
        rule=_says(TEXT, "Where the rule stands: file, line and column."),
        grounds=_says(TEXT, "What made it fit the rule, in plain words; nothing is quoted."),
        because=TEXT,
        authority=_some(_one(name=TEXT, title=TEXT, text=TEXT)),
        groups=_some(TEXT),
        labels=_says({"type": "object", "additionalProperties": _among(Label)}, "By category; empty where it was not judged."),
        findings=_some(_ref("Finding")),
        unread=_some(_one(place=TEXT, why=TEXT)),
        deadline=MOMENT,
        then=_says(_among(["release", "deny", "wait"]), "What the policy does at the deadline."),
        two=_says(_among(["", "release", "both"]), "What takes two reviewers."),
        hurry=TEXT,
        desk=_says(TEXT, "Whose it is now."),
        desk_since=MOMENT,
        goes_up=_maybe(MOMENT),
        above=TEXT,
        agreed=_says(_maybe(_ref("Ruling")), "What the first of two wants."),
        handed_over=_some(_one(to=TEXT, up=FLAG, by=TEXT, reason=TEXT, at=MOMENT)),
        ruling=_maybe(_ref("Ruling")),
        appeal=_maybe(_ref("Appeal")),
        notes=_some(_ref("Note")),
        statements=_says(_some(_one(by=TEXT, at=MOMENT, text=TEXT, answers=FLAG)), "What its sender said; for message:read."),
        dispatches=_some(
            _one(
                purpose=_among(["release", "notice"]),
                recipients=_some(TEXT),
                state=_among(["waiting", "delivered", "postponed", "failed"]),
                attempts=COUNT,
                last=_says(TEXT, "What the relay said last."),
                at=MOMENT,
            )
        ),
    ),
    "Finding": _one(
        category=_among(Category),
        kind=_among(Kind),
        says=TEXT,
        detector=TEXT,
        weight={"type": "number", "minimum": 0, "maximum": 1},
        evidence=_some(
            {
                "type": "object",
                "properties": {"place": TEXT, "quote": _says(TEXT, "For message:read.")},
                "required": ["place"],
                "additionalProperties": False,
            }
        ),
    ),
    "Ruling": _one(
        ruling=_among(Ruling),
        by=_says(TEXT, "The account, and the token behind it where a program ruled."),
        also=_says(TEXT, "Who had agreed before, where it took two."),
        recipients=_some(TEXT),
        note=TEXT,
        at=MOMENT,
        by_deadline=FLAG,
    ),
    "Appeal": _one(
        by=TEXT,
        at=MOMENT,
        text=_says(_maybe(TEXT), "What the sender said; for message:read."),
        against=_ref("Ruling"),
        agreed=_maybe(_ref("Ruling")),
        answer=_maybe(_one(by=TEXT, at=MOMENT, upheld=FLAG, reason=TEXT)),
    ),
    "Note": _one(by=TEXT, at=MOMENT, text=TEXT),
    "Notes": _one(notes=_some(_ref("Note"))),
    "History": _one(history=_some(_one(sequence=COUNT, at=TEXT, step=TEXT, actor=TEXT, detail={"type": "object"}))),
    "Report": {
        "type": "object",
        "properties": {"drawn_up": MOMENT, "asked": {"type": "object"}, "handed_on": FLAG, "all": {"type": "object"}},
        "required": ["drawn_up", "asked", "handed_on", "all"],
        "description": "As `hatchway report --format json` prints it.",
    },
    "Head": _one(head=_says(TEXT, "Number and hash, as `hatchway audit verify --head` takes them."), sequence=COUNT, hash=TEXT),
    "Entry": _one(sequence=COUNT, at=TEXT, step=TEXT, hold=TEXT, actor=TEXT, detail={"type": "object"}, previous=TEXT, hash=TEXT),
    "Entries": _one(entries=_some(_ref("Entry")), next=_says(_maybe(COUNT), "`after` of the next page.")),
    "Problem": {
        "type": "object",
        "properties": {
            "type": _says(TEXT, "urn:hatchway:problem: and the kind of problem, for programs."),
            "title": TEXT,
            "status": COUNT,
            "detail": TEXT,
            "remedy": _says(TEXT, "What to do about it."),
            "errors": _says(_some(_one(at=TEXT, says=TEXT)), "Each field that is wrong: a JSON pointer, or ? and a parameter."),
            "ruling": _says(_ref("Ruling"), "Where somebody ruled first."),
        },
        "required": ["type", "title", "status", "detail"],
        "additionalProperties": False,
    },
}
