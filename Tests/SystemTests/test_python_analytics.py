# SPDX-License-Identifier: Apache-2.0
"""What the Python clients have for the journal: usage, feedback, analytics, following and exporting."""

import asyncio
import json

import pytest

from wicket_ai import AsyncWicket, NotFoundError, Wicket

HELLO = [{"role": "user", "content": "Say this is a test"}]
FILTER = {"metadata.team": "python"}


@pytest.fixture
def settings(proxies):
    return {"provider": "local", "model": "local/echo", "metadata": {"team": "python"}, "socket": proxies["use"],
            "admin_socket": proxies["admin"]}


def test_the_synchronous_client(settings):
    with Wicket(**settings) as wicket:
        wicket.chat.completions.create(messages=HELLO)
        tail = wicket.admin.logs.tail(filter=FILTER, after=wicket.admin.logs.list(limit=1).logs[0].id)
        trace = wicket.chat.completions.create(messages=HELLO).gateway.trace_id
        assert next(iter(tail)).trace_id == trace
        tail.close()
        assert wicket.usage.get(group_by=["model"]).total.requests >= 1
        assert wicket.admin.usage.get(from_="2020-01-01T00:00:00Z").total.requests >= 1
        assert len(wicket.feedback.create(trace, 5).feedback_ids) == 1
        entries = [{"trace_id": trace, "value": -5, "weight": 0.5}]
        assert len(wicket.admin.feedback.create(feedback=entries).feedback_ids) == 1
        answer = wicket.admin.analytics.query(metrics=["feedback", "requests"], filters={"trace_id": trace}, interval="hour")
        assert answer.summary.metrics == {"feedback": 2, "requests": 1}
        export = wicket.admin.logs.export(filter=FILTER)
        lines = "".join(chunk.text for chunk in export).splitlines()
        assert trace in {json.loads(line)["trace_id"] for line in lines}
        with pytest.raises(NotFoundError):
            wicket.feedback.create("nowhere", 1)


def test_the_asynchronous_client(settings):
    async def run():
        async with AsyncWicket(**settings) as wicket:
            trace = (await wicket.chat.completions.create(messages=HELLO)).gateway.trace_id
            assert (await wicket.usage.get(group_by=["model"])).total.requests >= 1
            assert len((await wicket.feedback.create(trace, 5)).feedback_ids) == 1
            export = await wicket.admin.logs.export(filter=FILTER, format="csv")
            text = "".join([chunk.text async for chunk in export])
            assert text.startswith("id,started_at,") and trace in text
            answer = await wicket.admin.analytics.query(group_by=["user"], filters=FILTER)
            assert answer.source == "rows"

    asyncio.run(run())
