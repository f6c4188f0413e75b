"""Past mail for tests, in every form it is kept, and laws to judge it by that cost little."""

import mailbox
from pathlib import Path

from gateway.classify import load_roster
from gateway.policy import load_rulebook
from gateway.rehearsal.bench import Law

TOP = Path(__file__).parents[2]
POLICIES = TOP / "policies"
ENDORSEMENT = "Please vote for Ana Reyes for sheriff on Tuesday, she has earned it."
ORDINARY = "The toner is in the supply room, please sign for it."


def letter(body=ORDINARY, *, sender="officer.one@department.example", to="watch@department.example", subject="Unit 214", day=5):
    """A message as a mail program keeps it."""
    date = f"Date: Mon, {day} Jan 2026 09:00:00 +0000\n" if day else ""
    head = f"From: {sender}\n" + (f"To: {to}\n" if to else "") + f"Subject: {subject}\n{date}\n"
    return (head + body + "\n").encode()


def box(path, *letters):
    """An mbox of them, its From lines without an address."""
    made = mailbox.mbox(path)
    for one in letters:
        made.add(one)
    made.close()
    return path


def law(policies=POLICIES, roster=POLICIES / "roster"):
    """Rules and roster alone: what the model says costs more than these tests ask for."""
    return Law(rulebook=load_rulebook(policies), roster=load_roster(roster), judged=False)


def settings(folder, **more):
    """A settings file of a gateway that judges without the model."""
    lines = {
        "hostname": "hatchway.department.example",
        "listen": '[{address: "127.0.0.1:2525"}]',
        "relay": "{host: 127.0.0.1}",
        "client networks": "[127.0.0.0/8]",
        "sender domains": "[department.example]",
        "policies": str(POLICIES),
        "roster": str(POLICIES / "roster"),
        "store": "hatchway.db",
        "control socket": "control.sock",
        "notices": "{from: hatchway@department.example}",
        "judging": "{model: false}",
        **more,
    }
    file = folder / "hatchway.yaml"
    file.write_text("".join(f"{key}: {value}\n" for key, value in lines.items()))
    return file
