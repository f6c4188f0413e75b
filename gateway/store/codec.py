"""Records as JSON text and back: envelope, decision with all its reasons, review, reply, receipt.

Each record names the version of its form, so that what an older Hatchway wrote is read for ever and what a newer one wrote
is not misread. Keys are written out here, one by one: renaming a field of a dataclass changes nothing on disk.

It fails with UnreadableRecord, which says whether the record is newer than this program or damaged. Octets are base64,
moments ISO 8601 in UTC, lengths of time whole microseconds. The text is ASCII.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar, assert_never

from gateway.decision import Authority, Decision, Defer, Disposition, Hold, Reject, Relay, Tag, Trial
from gateway.hold import Review, Ruling
from gateway.mail import Address, Box, Client, Command, Envelope, Place, Receipt, Reply, Unread
from gateway.source import Location
from gateway.store import ladders
from gateway.verdict import Category, Evidence, Finding, Kind, Label, Verdict

VERSION = 1

T = TypeVar("T")
Json = dict[str, Any]


class UnreadableRecord(ValueError):  # noqa: N818  -- it states what the record is
    """A record that a newer Hatchway wrote, or that is damaged."""


def write_envelope(envelope: Envelope) -> str:
    """The envelope as a record."""
    return _write(_envelope(envelope))


def read_envelope(record: str) -> Envelope:
    """The envelope of a record. Raises UnreadableRecord."""
    return _read("envelope", record, _to_envelope)


def write_decision(decision: Decision) -> str:
    """The decision as a record, the verdict with its evidence included."""
    return _write(_decision(decision))


def read_decision(record: str) -> Decision:
    """The decision of a record. Raises UnreadableRecord."""
    return _read("decision", record, _to_decision)


def write_review(review: Review) -> str:
    """The review as a record."""
    return _write(_review(review))


def read_review(record: str) -> Review:
    """The review of a record. Raises UnreadableRecord."""
    return _read("review", record, _to_review)


def write_reply(reply: Reply) -> str:
    """The reply as a record."""
    return _write(_reply(reply))


def read_reply(record: str) -> Reply:
    """The reply of a record. Raises UnreadableRecord."""
    return _read("reply", record, _to_reply)


def write_receipt(receipt: Receipt) -> str:
    """The receipt as a record."""
    return _write(_receipt(receipt))


def read_receipt(record: str) -> Receipt:
    """The receipt of a record. Raises UnreadableRecord."""
    return _read("receipt", record, _to_receipt)


def _write(body: Json) -> str:
    return json.dumps({"v": VERSION, **body}, separators=(",", ":"))


def _read(what: str, record: str, build: Callable[[Json], T]) -> T:
    try:
        body = json.loads(record)
        version = body["v"]
        if version == VERSION:
            return build(body)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise UnreadableRecord(f"the {what} on the shelf is damaged ({type(error).__name__}: {error})") from error
    raise UnreadableRecord(
        f"the {what} on the shelf has form {version}, this Hatchway reads up to form {VERSION}; run the newer version again"
    )


def _octets(octets: bytes) -> str:
    return b64encode(octets).decode("ascii")


def _to_octets(text: str) -> bytes:
    return b64decode(text, validate=True)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _to_moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _address(address: Address) -> Json:
    return {"local": address.local, "domain": address.domain}


def _to_address(j: Json) -> Address:
    return Address(local=j["local"], domain=j["domain"])


def _client(client: Client) -> Json:
    return {
        "address": client.address,
        "name": client.name,
        "port": client.port,
        "helo": client.helo,
        "protocol": client.protocol,
        "tls": client.tls,
        "login": client.login,
        "ident": client.ident,
    }


def _to_client(j: Json) -> Client:
    return Client(
        address=j["address"],
        name=j["name"],
        port=j["port"],
        helo=j["helo"],
        protocol=j["protocol"],
        tls=j["tls"],
        login=j["login"],
        ident=j["ident"],
    )


def _command(command: Command) -> Json:
    return {"path": _octets(command.path), "parameters": [_octets(parameter) for parameter in command.parameters]}


def _to_command(j: Json) -> Command:
    return Command(path=_to_octets(j["path"]), parameters=tuple(_to_octets(parameter) for parameter in j["parameters"]))


def _envelope(envelope: Envelope) -> Json:
    return {
        "sender": None if envelope.sender is None else _address(envelope.sender),
        "recipients": [_address(address) for address in envelope.recipients],
        "client": _client(envelope.client),
        "mail": _command(envelope.mail),
        "rcpts": [_command(command) for command in envelope.rcpts],
    }


def _to_envelope(j: Json) -> Envelope:
    return Envelope(
        sender=None if j["sender"] is None else _to_address(j["sender"]),
        recipients=tuple(_to_address(address) for address in j["recipients"]),
        client=_to_client(j["client"]),
        mail=_to_command(j["mail"]),
        rcpts=tuple(_to_command(command) for command in j["rcpts"]),
    )


def _reply(reply: Reply) -> Json:
    return {"code": reply.code, "status": reply.status, "text": reply.text}


def _to_reply(j: Json) -> Reply:
    return Reply(code=j["code"], status=j["status"], text=j["text"])


def _receipt(receipt: Receipt) -> Json:
    refused = [{"recipient": _address(address), "reply": _reply(reply)} for address, reply in receipt.refused]
    return {"reply": _reply(receipt.reply), "refused": refused}


def _to_receipt(j: Json) -> Receipt:
    refused = tuple((_to_address(one["recipient"]), _to_reply(one["reply"])) for one in j["refused"])
    return Receipt(reply=_to_reply(j["reply"]), refused=refused)


def _review(review: Review) -> Json:
    return {
        "reviewer": review.reviewer,
        "ruling": review.ruling.value,
        "recipients": [_address(address) for address in review.recipients],
        "note": review.note,
        "at": _moment(review.at),
        "by_deadline": review.by_deadline,
        **({"also": review.also} if review.also else {}),
    }


def _to_review(j: Json) -> Review:
    return Review(
        reviewer=j["reviewer"],
        ruling=Ruling(j["ruling"]),
        recipients=tuple(_to_address(address) for address in j["recipients"]),
        note=j["note"],
        at=_to_moment(j["at"]),
        by_deadline=j["by_deadline"],
        also=j.get("also", ""),
    )


def _location(location: Location) -> Json:
    return {"path": location.path, "line": location.line, "column": location.column}


def _to_location(j: Json) -> Location:
    return Location(j["path"], j["line"], j["column"])


def _place(place: Place) -> Json:
    return {
        "part": place.part,
        "header": place.header,
        "name": place.name,
        "page": place.page,
        "start": place.start,
        "end": place.end,
        "box": place.box,
    }


def _to_place(j: Json) -> Place:
    return Place(
        part=j["part"],
        header=j["header"],
        name=j["name"],
        page=j["page"],
        start=j["start"],
        end=j["end"],
        box=_to_box(j.get("box")),  # records of 0.1 have none
    )


def _to_box(j: list[int] | None) -> Box | None:
    if j is None:
        return None
    x, y, width, height = j
    return int(x), int(y), int(width), int(height)


def _finding(finding: Finding) -> Json:
    return {
        "category": finding.category.value,
        "kind": finding.kind.value,
        "detector": finding.detector,
        "says": finding.says,
        "weight": float(finding.weight),
        "evidence": [{"place": _place(evidence.place), "quote": evidence.quote} for evidence in finding.evidence],
    }


def _to_finding(j: Json) -> Finding:
    return Finding(
        category=Category(j["category"]),
        kind=Kind(j["kind"]),
        detector=j["detector"],
        says=j["says"],
        weight=j["weight"],
        evidence=tuple(Evidence(place=_to_place(one["place"]), quote=one["quote"]) for one in j["evidence"]),
    )


def _verdict(verdict: Verdict) -> Json:
    return {
        "labels": {category.value: label.value for category, label in verdict.labels.items()},
        "scores": {category.value: float(score) for category, score in verdict.scores.items()},
        "findings": [_finding(finding) for finding in verdict.findings],
        "unread": [{"place": _place(unread.place), "why": unread.why} for unread in verdict.unread],
        "model": verdict.model,
        "roster": verdict.roster,
    }


def _to_verdict(j: Json) -> Verdict:
    return Verdict(
        labels={Category(category): Label(label) for category, label in j["labels"].items()},
        scores={Category(category): score for category, score in j["scores"].items()},
        findings=tuple(_to_finding(finding) for finding in j["findings"]),
        unread=tuple(Unread(place=_to_place(one["place"]), why=one["why"]) for one in j["unread"]),
        model=j["model"],
        roster=j["roster"],
    )


def _disposition(disposition: Disposition) -> Json:
    match disposition:
        case Relay():
            return {"is": "relay"}
        case Tag(headers=headers, subject=subject):
            return {"is": "tag", "headers": [list(header) for header in headers], "subject": subject}
        case Hold(reviewers=reviewers):
            return {"is": "hold", "reviewers": ladders.written(reviewers)}
        case Reject(reply=reply):
            return {"is": "reject", "reply": _reply(reply)}
        case Defer(reply=reply):
            return {"is": "defer", "reply": _reply(reply)}
        case other:
            assert_never(other)


def _to_disposition(j: Json) -> Disposition:
    match j["is"]:
        case "relay":
            return Relay()
        case "tag":
            return Tag(headers=tuple((name, value) for name, value in j["headers"]), subject=j["subject"])
        case "hold":
            return Hold(reviewers=ladders.read(j["reviewers"]))
        case "reject":
            return Reject(reply=_to_reply(j["reply"]))
        case "defer":
            return Defer(reply=_to_reply(j["reply"]))
        case other:
            raise ValueError(f'no disposition is called "{other}"')


def _decision(decision: Decision) -> Json:
    return {
        "disposition": _disposition(decision.disposition),
        "policy": decision.policy,
        "rule": _location(decision.rule),
        "grounds": decision.grounds,
        "authority": [{"name": a.name, "title": a.title, "text": a.text} for a in decision.authority],
        "verdict": None if decision.verdict is None else _verdict(decision.verdict),
        "trials": [{"would": t.would, "rule": _location(t.rule), "grounds": t.grounds} for t in decision.trials],
        "groups": list(decision.groups),
    }


def _to_decision(j: Json) -> Decision:
    return Decision(
        disposition=_to_disposition(j["disposition"]),
        policy=j["policy"],
        rule=_to_location(j["rule"]),
        grounds=j["grounds"],
        authority=tuple(Authority(name=a["name"], title=a["title"], text=a["text"]) for a in j["authority"]),
        verdict=None if j["verdict"] is None else _to_verdict(j["verdict"]),
        trials=tuple(Trial(would=t["would"], rule=_to_location(t["rule"]), grounds=t["grounds"]) for t in j["trials"]),
        groups=tuple(map(str, j.get("groups", ()))),
    )
