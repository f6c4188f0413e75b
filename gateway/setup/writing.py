"""The files: settings, and a policy to start from with its tests; the roster is the one that ships.

Every answer is written as a quoted text, so that none can say more than it is.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path

from gateway.setup.answers import Answers

_SECRET, _OPEN = 0o640, 0o644

_SETTINGS = """\
# Hatchway's settings, written by `hatchway setup`. README.md has every key; after a change: `hatchway check`, then a reload.
hostname: {hostname}
listen:
  - {{address: {listen}}}
relay: {{host: {relay_host}, port: {relay_port}, tls: {relay_tls}{relay_ca}}}
client networks: {clients}        # who may send through us; nobody else may
xforward from: {fronts}          # whose word on the real client is believed: of single machines, not of a whole network
sender domains: {domains}
policies: policies
roster: policies/roster
store: {store}
control socket: {control}
spool: {spool}
directory cache: {directories}
notices: {{from: {notices}, contact: {contact}}}
monitor: {{listen: "127.0.0.1:9125"}}
"""
_CONSOLE = """\
console:
  listen: {console}
  public url: {public_url}           # as browsers reach it; give it `tls`, or put a proxy before it and name that in `proxy from`
"""
_POLICY = """\
# Whose mail is reviewed before it leaves, and on what authority. Written by `hatchway setup`; deploy/policies.md is the guide.
# The first entry under `senders` that fits picks the policy, and in it the first rule that fits decides.

# Put your own clause here, in its own words: whoever is held or refused is told which one it was.
authorities:
  SO 9-06 §C:
    title: Use/Misuse of Department Computer System
    text: Promotion of political or religious positions, opinions or actions

groups:
  department: {department}
{board}
reviewers:
  command: {{members: {reviewers}, deadline: 48h, reminders: [24h, 40h], then: deny}}

policies:
{review}
  everyday mail:                              # what promotes a position is read by command, what may do so is marked
    authority: SO 9-06 §C
    rules:
      - {{finds: [political, religious], label: match, action: hold, reviewers: command}}
      - {{author: [several, unreadable], action: hold, reviewers: command}}
      - {{finds: [political, religious], label: unsure, action: tag}}
      - {{action: relay}}

senders:
{senders}  - {{sender: null sender, policy: everyday mail}}    # delivery reports and automatic answers
  - {{sender: anyone, policy: everyday mail}}
"""
_TESTS = """\
# What should become of messages; `hatchway policy test` runs it. Written by `hatchway setup`; deploy/policies.md has the words.
tests:
{board}  promotion of a candidate is read by command:
    from: {clerk}
    to: someone@elsewhere.example
    subject: Tuesday
    body: Please vote for Ana Reyes for sheriff on Tuesday, she has earned it.
    expect: {{disposition: hold, policy: everyday mail, rule: 1}}

  police business passes:
    from: {clerk}
    to: someone@elsewhere.example
    subject: Polling places
    body: Two officers are assigned to each polling place on Tuesday from six to nine. Report to the watch commander.
    expect: {{disposition: relay, policy: everyday mail}}

  a delivery report passes:
    from: {daemon}
    sender: <>
    to: {clerk}
    subject: Undelivered mail returned to sender
    body: The mail system could not deliver your message to one of its recipients.
    expect: {{disposition: relay, policy: everyday mail}}
"""
_BOARD_TEST = """\
  whatever the board writes to the department is read by command:
    from: {president}
    to: {clerk}
    subject: Meeting on Thursday
    body: The monthly meeting is on Thursday at seven.
    expect: {{disposition: hold, policy: command review, rule: 1}}

"""
_BOARD = "  association board: {board}\n"
_REVIEW = """\
  command review:                             # what the board writes to the department is read by command first
    authority: SO 9-06 §C
    on error: {action: hold, reviewers: command}
    rules:
      - {recipients: {in: department}, action: hold, reviewers: command}
      - {finds: [political, religious], label: [match, unsure], action: hold, reviewers: command}
      - {unread: true, action: hold, reviewers: command}
      - {author: [other, several, unreadable], action: hold, reviewers: command}
      - {action: relay}
"""
_SENDER = "  - {sender: association board, policy: command review}\n"


def files(answers: Answers, roster: Path) -> Mapping[Path, str]:
    """What is to be written, by its path from the folder on. roster: the folder of the one that ships."""
    written = {
        Path("hatchway.yaml"): _settings(answers),
        Path("policies/department.yaml"): _policy(answers),
        Path("policies/tests/department.yaml"): _tests(answers),
    }
    shipped = {Path("policies/roster/national.yaml"): (roster / "national.yaml").read_text(encoding="utf-8")}
    return {**written, **shipped}


def write(answers: Answers, texts: Mapping[Path, str]) -> tuple[Path, ...]:
    """Write them, each whole, and make the folders. Raises OSError."""
    for folder in (answers.folder, answers.state, answers.run):
        folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    return tuple(_write(answers.folder / path, text) for path, text in texts.items())


def standing(answers: Answers, texts: Iterable[Path]) -> tuple[Path, ...]:
    """Which of them are there already, the shipped roster left out."""
    paths = (answers.folder / path for path in texts if path.name != "national.yaml")
    return tuple(path for path in paths if path.exists())


def _write(path: Path, text: str) -> Path:
    _folder(path.parent)
    growing = path.with_name(f".{path.name}.{os.getpid()}")
    mode = _SECRET if path.name == "hatchway.yaml" else _OPEN
    with os.fdopen(os.open(growing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), mode)  # the gateway's user reads it, however much root's shell takes away from new files
        file.write(text)
    growing.replace(path)
    return path


def _folder(path: Path) -> None:
    """As `mkdir -p`, open to be read whatever the umask is."""
    if not path.is_dir():
        _folder(path.parent)
        path.mkdir(mode=0o755)
        path.chmod(0o755)


def _settings(answers: Answers) -> str:
    said = _SETTINGS.format(
        hostname=_text(answers.hostname),
        listen=_text(answers.listen),
        relay_host=_text(answers.relay_host),
        relay_port=answers.relay_port,
        relay_tls=answers.relay_tls,
        relay_ca=f", ca file: {_text(str(answers.relay_ca))}" if answers.relay_ca else "",
        clients=_texts(answers.clients),
        fronts=_texts(_fronts(answers.clients)),
        domains=_texts(_senders(answers)),
        store=_text(str(answers.state / "hatchway.db")),
        control=_text(str(answers.run / "control.sock")),
        spool=_text(str(answers.state / "spool")),
        directories=_text(str(answers.state / "directories")),
        notices=_text(f"hatchway@{answers.domains[0]}"),
        contact=_text(answers.reviewers[0]),
    )
    more = _CONSOLE.format(console=_text(answers.console), public_url=_text(answers.public_url)) if answers.public_url else ""
    return said + more


def _fronts(clients: Iterable[str]) -> Iterator[str]:
    """Those that are one machine, or this one: anybody in a network could name another client as the one who sent."""
    for written in clients:
        with suppress(ValueError):  # whoever loads the settings says what is wrong with it
            network = ip_network(written, strict=False)
            if network.num_addresses == 1 or network.is_loopback:
                yield written


def _senders(answers: Answers) -> tuple[str, ...]:
    """Whose mail is taken: the board's, too, wherever its addresses are."""
    return tuple(dict.fromkeys((*answers.domains, *(address.rpartition("@")[2].lower() for address in answers.board))))


def _policy(answers: Answers) -> str:
    board = bool(answers.board)
    return _POLICY.format(
        department=_texts(answers.domains[:1]),
        board=_BOARD.format(board=_texts(answers.board)) if board else "",
        reviewers=_texts(answers.reviewers),
        review=_REVIEW if board else "",
        senders=_SENDER if board else "",
    )


def _tests(answers: Answers) -> str:
    clerk, daemon = (f"{local}@{answers.domains[0]}" for local in ("records.clerk", "mailer-daemon"))
    said = {"clerk": _text(clerk), "daemon": _text(daemon)}
    board = _BOARD_TEST.format(**said, president=_text(answers.board[0])) if answers.board else ""
    return _TESTS.format(**said, board=board)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _texts(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"
