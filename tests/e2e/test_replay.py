"""A decision of a running gateway made again, bit for bit, and as it would be after the policies have changed."""

import asyncio
import json
import shutil

import pytest

from tests.e2e.conftest import message, sent
from tests.support.commands import command
from tests.support.gateway import TOP, Gateway
from tests.support.relay import FakeRelay

PRESIDENT = "president@association.example"
ENDORSEMENT = message(
    "Your board has decided", "The board endorses Marisol Tate for Mayor. Please vote for Marisol Tate on November 3.", PRESIDENT
)
EVERY = "{recipients: {in: department}, action"


@pytest.fixture
async def gateway(tmp_path):
    policies = tmp_path / "policies"
    shutil.copytree(TOP / "policies", policies)
    async with FakeRelay() as relay:
        gateway = Gateway(
            tmp_path / "gateway", relay=relay.port, policies=policies, roster=policies / "roster", more="judging: {workers: 1}"
        )
        try:
            await asyncio.to_thread(gateway.__enter__)
            yield gateway
        finally:
            await asyncio.to_thread(gateway.stop)


async def ran(gateway, *arguments):
    return await asyncio.to_thread(command, "replay", *arguments, "-c", gateway.settings)


async def replayed(gateway, id_, *more):
    said = await ran(gateway, id_, "--json", *more)
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)


async def test_a_decision_is_made_again_under_the_law_of_then_and_of_today(gateway):
    heard = await sent(gateway.port, PRESIDENT, ["adams@department.example"], ENDORSEMENT)
    id_ = heard.final[1].split()[-1]
    found = await replayed(gateway, id_)
    assert (found["then"]["how"], found["then"]["reproduced"], found["today"]["same"]) == ("judged again", True, True)
    assert all(one["at_hand"] for one in found["made_by"].values())

    file = gateway.policies / "department.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace(EVERY, "{recipients: {in: department, at least: 50}, action"), encoding="utf-8"
    )
    assert (await asyncio.to_thread(gateway.ask, "reload"))["loaded"]
    found = await replayed(gateway, id_)
    assert (found["then"]["how"], found["then"]["reproduced"]) == ("judged again", True)
    assert found["today"]["decision"]["because"].startswith('policy "command review": it promotes a political position')
    assert found["today"]["why"]

    kept = gateway.folder / "hatchway.db.laws"
    shutil.rmtree(kept / found["made_by"]["policies"]["version"])
    found = await replayed(gateway, id_)
    assert (found["then"]["how"], found["then"]["reproduced"]) == ("not made again", None)
    assert not found["made_by"]["policies"]["at_hand"]
    said = await ran(gateway, id_)
    assert f"policies  {found['made_by']['policies']['version']} (not at hand)" in said.stdout

    shutil.rmtree(kept / found["made_by"]["roster"]["version"])
    (gateway.roster / "example-city.yaml").unlink()
    found = await replayed(gateway, id_, "--policies", TOP / "policies")
    assert (found["then"]["how"], found["then"]["reproduced"]) == ("decided again from the verdict on record", True)

    said = await ran(gateway, "none")
    assert (said.returncode, "no such message" in said.stderr) == (1, True)
