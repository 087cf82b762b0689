# SPDX-License-Identifier: Apache-2.0
"""The Python client against a scripted peer: what it does with bytes that a healthy daemon would not send, and without one."""

import asyncio
import gc
import json
import os
import pickle
import threading
import time
from pathlib import Path

import pytest

import wicket_ai
from scripted_peer import ScriptedPeer, serve
from wicket_ai import AsyncWicket, Wicket

HELLO = [{"role": "user", "content": "hello"}]


def answer(text):
    message = {"role": "assistant", "content": text}
    response = {"id": "x", "choices": [{"index": 0, "message": message}]}
    return {"response": response, "gateway": {"trace_id": "t1", "provider": "local"}}


def echo(connection, request):
    if request["method"] == "chat.completions.create" and request["params"]["request"].get("stream"):
        for word in ("one", "two", "three"):
            connection.chunk(request, {"choices": [{"index": 0, "delta": {"content": word}}]})
        connection.reply(request, {"response": None, "gateway": {"trace_id": "t1"}})
    elif request["method"] == "chat.completions.create":
        connection.reply(request, answer(request["params"]["request"]["messages"][-1]["content"]))
    elif "id" in request:
        connection.reply(request, {"method": request["method"], "params": request["params"]})


@pytest.fixture
def peer(tmp_path):
    made = []

    def make(script, name="s"):
        made.append(ScriptedPeer(tmp_path / name, script))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_an_answer_is_read_by_attribute_by_key_and_printed_as_json(peer):
    server = peer(serve(echo))
    with Wicket(virtual_key="k", api_key="of the gateway", socket=f"unix://{server.path}", model="m") as client:
        result = client.chat.completions.create(messages=HELLO)
    assert result.choices[0].message.content == result["choices"][0]["message"]["content"] == "hello"
    assert result.gateway.trace_id == "t1"
    assert json.loads(str(result)) == result.to_dict() == answer("hello")["response"]
    assert type(result.to_dict()["choices"][0]) is dict
    assert pickle.loads(pickle.dumps(result)).gateway.provider == "local"
    assert result.choices[0].message.tool_calls is None
    with pytest.raises(AttributeError, match="conent"):
        result.choices[0].message.conent
    assert server.received[0]["params"] == {"request": {"model": "m", "messages": HELLO}, "options": {"virtual_key": "k"}}


@pytest.mark.parametrize("options, sent", [
    ({"provider": "openai", "api_key": "sk"}, {"provider": "openai", "api_key": "sk"}),
    ({"virtual_key": "k", "provider": "openai", "api_key": "sk"}, {"virtual_key": "k", "provider": "openai"}),
    ({"config": {"targets": []}, "api_key": "sk"}, {"config": {"targets": []}}),
    ({"api_key": "sk"}, None),
])
def test_an_api_key_is_sent_only_as_the_providers_own(peer, options, sent):
    server = peer(serve(echo))
    with Wicket(socket=server.path, **options) as client:
        client.chat.completions.create(model="m", messages=HELLO)
    assert server.received[0]["params"].get("options") == sent


def test_with_options_shares_the_connection_and_leaves_the_first_client_alone(peer):
    server = peer(serve(echo))
    with Wicket(virtual_key="k", metadata={"a": "1"}, socket=server.path) as client:
        client.with_options(metadata={"b": "2"}).chat.completions.create(model="m", messages=HELLO)
        client.with_options(provider="local").chat.completions.create(model="m", messages=HELLO)
        client.chat.completions.create(model="m", messages=HELLO)
    assert [each["params"]["options"] for each in server.received] == [
        {"virtual_key": "k", "metadata": {"b": "2"}}, {"provider": "local", "metadata": {"a": "1"}},
        {"virtual_key": "k", "metadata": {"a": "1"}},
    ]
    assert server.connections == 1


def test_every_error_type_has_a_class_of_its_own(peer):
    schema = json.loads((Path(__file__).parents[2] / "rpc-schema/openrpc.json").read_text())
    errors = [(each["code"], each["data"]) for each in schema["components"]["errors"].values()]

    def refuse(connection, request):
        code, data = errors[request["id"] - 1]
        connection.error(request, code, data["type"], data["status"], retry_after_ms=7, path="p", provider_error={"a": 1})

    server, seen = peer(serve(refuse)), set()
    with Wicket(socket=server.path) as client:
        for code, data in errors:
            with pytest.raises(wicket_ai.WicketError) as caught:
                client.system.ping()
            error = caught.value
            assert (error.code, error.type, error.status) == (code, data["type"], data["status"])
            assert (error.retry_after_ms, error.path, error.provider_error) == (7, "p", {"a": 1})
            seen.add(type(error))
    assert len(seen) == len(errors) and wicket_ai.WicketError not in seen


def test_lines_are_cut_at_0x0a_only_however_the_bytes_arrive(peer):
    text = "a\u2028b\u2029c\u0085d\r and é😀"

    def trickle(connection, request):
        line = json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": {"text": text}}, ensure_ascii=False).encode()
        for index in range(len(line)):
            connection.send_bytes(line[index:index + 1])
        connection.send_bytes(b"\r\n\n")

    server = peer(serve(trickle))
    with Wicket(socket=server.path) as client:
        assert client.call("x").text == text

    async def asynchronous():
        async with AsyncWicket(socket=server.path) as client:
            return (await client.call("x")).text

    assert asyncio.run(asynchronous()) == text


def test_replies_in_any_order_reach_their_own_callers_from_many_threads(peer):
    def script(_, connection):
        while True:
            for request in reversed([connection.request() for _ in range(8)]):
                connection.reply(request, request["params"]["n"])

    client, results = Wicket(socket=peer(script).path), {}

    def run(first):
        for number in range(first, first + 50):
            results[number] = client.call("x", {"n": number})

    threads = [threading.Thread(target=run, args=(first,)) for first in range(0, 400, 50)]
    [thread.start() for thread in threads]
    [thread.join(20) for thread in threads]
    client.close()
    assert results == {number: number for number in range(400)}


def test_a_stream_gives_its_chunks_and_then_what_the_gateway_did(peer):
    server = peer(serve(echo))
    with Wicket(socket=server.path) as client:
        stream = client.chat.completions.create(model="m", messages=HELLO, stream=True)
        assert stream.gateway is None
        assert [each.choices[0].delta.content for each in stream] == ["one", "two", "three"]
        assert stream.gateway.trace_id == "t1" and stream.response is None
        assert list(stream) == []
    assert [each["method"] for each in server.received] == ["chat.completions.create"], "an ended stream is not cancelled"


@pytest.mark.parametrize("leave", ["break", "close", "with", "forget"])
def test_leaving_a_stream_early_cancels_it(peer, leave):
    def endless(connection, request):
        if request["method"] == "chat.completions.create":
            connection.chunk(request, {"choices": []})

    server = peer(serve(endless))
    with Wicket(socket=server.path) as client:
        stream = client.chat.completions.create(model="m", messages=HELLO, stream=True)
        if leave == "break":
            for _ in stream:
                break
        elif leave == "close":
            stream.close()
        elif leave == "with":
            with stream:
                pass
        else:
            del stream
            gc.collect()
        wait_for(lambda: len(server.received) == 2)
    assert server.received[1] == {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 1}}


def test_a_refused_stream_raises_where_it_was_asked_for(peer):
    server = peer(serve(lambda connection, request: connection.error(request, 1301, "upstream_error", 429)))
    with Wicket(socket=server.path) as client, pytest.raises(wicket_ai.UpstreamError) as caught:
        client.chat.completions.create(model="m", messages=HELLO, stream=True)
    assert caught.value.status == 429


def test_an_error_after_chunks_is_raised_after_them(peer):
    def half(connection, request):
        connection.chunk(request, {"n": 1})
        connection.error(request, 1303, "upstream_unreachable", 502, after_chunks=1)

    with Wicket(socket=peer(serve(half)).path) as client:
        seen = []
        with pytest.raises(wicket_ai.UpstreamUnreachableError) as caught:
            for chunk in client.chat.completions.create(model="m", messages=HELLO, stream=True):
                seen.append(chunk.n)
    assert seen == [1] and caught.value.data["after_chunks"] == 1


def test_a_client_that_waits_too_long_cancels(peer):
    server = peer(serve(lambda connection, request: None))
    with Wicket(socket=server.path, timeout=0.05) as client:
        with pytest.raises(wicket_ai.CallTimeoutError):
            client.system.ping()
        with pytest.raises(TimeoutError):
            client.chat.completions.create(model="m", messages=HELLO, stream=True)
        wait_for(lambda: len(server.received) == 4)
    assert [each["method"] for each in server.received[1::2]] == ["$/cancelRequest"] * 2


def test_a_daemon_that_restarts_between_calls_is_found_again(peer, tmp_path):
    server = peer(lambda _, connection: connection.reply(connection.request(), 1))  # hangs up after one reply
    client = Wicket(socket=server.path)
    for restarts in range(1, 4):
        assert client.call("x") == 1
        wait_for(lambda: server.hung_up == restarts)
    server.close()
    os.unlink(server.path)
    threading.Timer(0.3, lambda: peer(serve(lambda connection, request: connection.reply(request, 2)), "s")).start()
    time.sleep(0.05)
    assert client.call("x") == 2
    client.close()


def test_a_call_that_was_sent_is_never_sent_again(peer):
    server = peer(lambda _, connection: connection.request())  # reads one request, then hangs up
    with Wicket(socket=server.path) as client, pytest.raises(wicket_ai.ConnectionLostError):
        client.call("x")
    time.sleep(0.05)
    assert len(server.received) == 1


@pytest.mark.parametrize("line", [b"{", b"[]", b"\xff", b'"x"'])
def test_a_line_that_is_no_message_ends_the_call_and_not_the_client(peer, line):
    first = threading.Event()

    def script(_, connection):
        request = connection.request()
        if first.is_set():
            return connection.reply(request, 1)
        first.set()
        connection.send_bytes(line + b"\n")
        connection.request()

    with Wicket(socket=peer(script).path) as client:
        with pytest.raises(wicket_ai.ConnectionLostError):
            client.call("x")
        assert client.call("x") == 1


def test_what_the_daemon_said_before_it_hung_up_is_in_the_error(peer):
    def script(_, connection):
        connection.request()
        connection.send({"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "The line is over 16 MiB."}})

    with Wicket(socket=peer(script).path) as client, pytest.raises(wicket_ai.ConnectionLostError, match="over 16 MiB"):
        client.call("x")


def test_a_forked_child_makes_its_own_connection(peer):
    server = peer(serve(echo))
    client = Wicket(socket=server.path)
    client.call("before")
    child = os.fork()
    if child == 0:
        os._exit(0 if client.call("child").method == "child" else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert client.call("after").method == "after"
    assert server.connections == 2
    client.close()


def test_sockets_are_looked_for_in_the_order_of_the_contract(tmp_path, monkeypatch, peer):
    monkeypatch.delenv("WICKET_SOCKET", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(wicket_ai.DaemonUnavailableError, match="wicketd") as caught:
        Wicket().system.ping()
    assert f"{tmp_path}/wicket/wicket.sock, /run/wicket/wicket.sock" in str(caught.value)
    (tmp_path / "wicket/admin").mkdir(parents=True)
    peer(serve(echo), "wicket/wicket.sock")
    peer(serve(echo), "wicket/admin/admin.sock")
    assert wicket_ai.socket_path() == f"{tmp_path}/wicket/wicket.sock"
    assert wicket_ai.socket_path(admin=True) == f"{tmp_path}/wicket/admin/admin.sock"
    monkeypatch.setenv("WICKET_SOCKET", "unix:///elsewhere")
    assert wicket_ai.socket_path() == "/elsewhere"
    assert wicket_ai.socket_path("/explicit") == "/explicit"


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)
