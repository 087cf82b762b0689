# SPDX-License-Identifier: Apache-2.0
"""The asyncio client against a scripted peer."""

import asyncio
import os
import threading

import pytest

import wicket_ai
from scripted_peer import ScriptedPeer, serve
from wicket_ai import AsyncWicket, Wicket

HELLO = [{"role": "user", "content": "hello"}]


@pytest.fixture
def peer(tmp_path):
    made = []

    def make(script):
        made.append(ScriptedPeer(tmp_path / "s", script))
        return made[-1]

    yield make
    for each in made:
        each.close()


def stream_three(connection, request):
    if request["method"] == "chat.completions.create":
        for word in ("one", "two", "three"):
            connection.chunk(request, {"word": word})
        connection.reply(request, {"response": None, "gateway": {"trace_id": "t1"}})


async def eventually(condition):
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not happen")


def test_calls_of_many_tasks_share_a_connection_and_get_their_own_replies(peer):
    def script(_, connection):
        while True:
            for request in reversed([connection.request() for _ in range(10)]):
                connection.reply(request, request["params"]["n"])

    server = peer(script)

    async def run():
        async with AsyncWicket(socket=server.path) as client:
            return await asyncio.gather(*(client.call("x", {"n": number}) for number in range(500)))

    assert asyncio.run(run()) == list(range(500))
    assert server.connections == 1


def test_an_answer_and_its_options(peer):
    def handle(connection, request):
        connection.reply(request, {"response": {"choices": [{"message": {"content": "hi"}}]}, "gateway": {"provider": "local"}})

    server = peer(serve(handle))

    async def run():
        async with AsyncWicket(virtual_key="k", socket=server.path) as client:
            return await client.with_options(metadata={"a": "1"}).chat.completions.create(model="m", messages=HELLO)

    result = asyncio.run(run())
    assert result.choices[0].message.content == "hi" and result.gateway.provider == "local"
    assert server.received[0]["params"]["options"] == {"virtual_key": "k", "metadata": {"a": "1"}}


def test_a_stream_gives_its_chunks_and_then_what_the_gateway_did(peer):
    server = peer(serve(stream_three))

    async def run():
        async with AsyncWicket(socket=server.path) as client:
            stream = await client.chat.completions.create(model="m", messages=HELLO, stream=True)
            return [chunk.word async for chunk in stream], stream.gateway

    words, gateway = asyncio.run(run())
    assert words == ["one", "two", "three"] and gateway.trace_id == "t1"
    assert len(server.received) == 1, "an ended stream is not cancelled"


@pytest.mark.parametrize("leave", ["close", "with", "task"])
def test_leaving_a_stream_early_cancels_it(peer, leave):
    def endless(connection, request):
        if request["method"] == "chat.completions.create":
            connection.chunk(request, {})

    server = peer(serve(endless))

    async def run():
        async with AsyncWicket(socket=server.path) as client:
            stream = await client.chat.completions.create(model="m", messages=HELLO, stream=True)
            if leave == "close":
                await stream.close()
            elif leave == "with":
                async with stream:
                    pass
            else:
                task = asyncio.ensure_future(consume(stream))
                await asyncio.sleep(0.05)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            await eventually(lambda: len(server.received) == 2)

    async def consume(stream):
        async for _ in stream:
            pass

    asyncio.run(run())
    assert server.received[1] == {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 1}}


def test_a_cancelled_task_cancels_its_call_and_no_other(peer):
    release = threading.Event()

    def handle(connection, request):
        if request["method"] == "second":
            threading.Thread(target=lambda: (release.wait(10), connection.reply(request, 2))).start()

    server = peer(serve(handle))

    async def run():
        async with AsyncWicket(socket=server.path) as client:
            first, second = (asyncio.ensure_future(client.call(name)) for name in ("first", "second"))
            await eventually(lambda: len(server.received) == 2)
            first.cancel()
            await eventually(lambda: len(server.received) == 3)
            release.set()
            return await second

    assert asyncio.run(run()) == 2
    assert server.received[2]["method"] == "$/cancelRequest"


def test_a_client_that_waits_too_long_cancels(peer):
    server = peer(serve(lambda connection, request: None))

    async def run():
        async with AsyncWicket(socket=server.path, timeout=0.05) as client:
            with pytest.raises(wicket_ai.CallTimeoutError):
                await client.system.ping()
            with pytest.raises(wicket_ai.CallTimeoutError):
                await client.messages.create(model="m", messages=HELLO, stream=True)
            await eventually(lambda: len(server.received) == 4)

    asyncio.run(run())


def test_an_option_that_does_not_exist_is_refused_at_once():
    for client in (Wicket, AsyncWicket):
        with pytest.raises(TypeError, match="virtualkey"):
            client(virtualkey="k")


def test_errors_are_the_same_as_in_the_synchronous_client(peer):
    server = peer(serve(lambda connection, request: connection.error(request, 1002, "not_found", 404)))

    async def run():
        async with AsyncWicket(socket=server.path) as client:
            await client.logs.get("1")

    with pytest.raises(wicket_ai.NotFoundError):
        asyncio.run(run())


def test_a_daemon_that_restarts_between_calls_is_found_again(peer):
    server = peer(lambda _, connection: connection.reply(connection.request(), 1))  # hangs up after one reply
    client = AsyncWicket(socket=server.path)

    async def run(restarts):
        for restart in restarts:
            assert await client.call("x") == 1
            await eventually(lambda: server.hung_up == restart)

    asyncio.run(run([1, 2, 3]))
    asyncio.run(run([4, 5, 6]))  # another event loop makes another connection


def test_the_end_of_the_connection_ends_every_call_on_it(peer):
    def script(_, connection):
        connection.request()
        connection.request()

    server = peer(script)

    async def run():
        client = AsyncWicket(socket=server.path)
        return await asyncio.gather(client.call("x"), client.call("y"), return_exceptions=True)

    assert [type(each) for each in asyncio.run(run())] == [wicket_ai.ConnectionLostError] * 2


def test_without_a_daemon_the_error_says_how_to_start_one(tmp_path):
    async def run():
        await AsyncWicket(socket=os.path.join(tmp_path, "none")).system.ping()

    with pytest.raises(wicket_ai.DaemonUnavailableError, match="wicketd"):
        asyncio.run(run())
