"""Every answer of every test here is held against the OpenAPI document."""

import pytest

from tests.support.described import faults


@pytest.fixture
async def console(console):
    plain, answers = console.bearer, []

    def watched(token):
        client = plain(token)

        async def noted(answer):
            await answer.aread()
            if answer.request.url.path.startswith("/api/"):
                answers.append(answer)

        client.event_hooks = {"response": [noted]}
        return client

    console.bearer = watched
    yield console
    for answer in answers:
        assert faults(answer) == []
