# SPDX-License-Identifier: Apache-2.0
"""What a broken or hostile client sends: an error or a closed connection, and the daemon goes on serving the others."""

import json
import socket
import time

import pytest

from rpc_client import RpcFailure, chat

PING = b'{"jsonrpc":"2.0","id":1,"method":"system.ping"}'


@pytest.fixture(autouse=True)
def others_are_served(connect):
    """A connection that was open before is served during and after whatever the test does."""
    bystander = connect()
    assert bystander.call("system.ping") == {"pong": True}
    yield bystander
    assert bystander.call("system.ping") == {"pong": True}


@pytest.mark.parametrize("line, code", [
    (b"{", -32700),
    (b"[" * 100_000 + b"]" * 100_000, -32700),
    (b'{"jsonrpc":"2.0","id":1,"method":"system.ping","params":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001, -32700),
    (b'{"jsonrpc":"2.0","id":1,"method":"\xff\xfe"}', -32700),
    (b'{"jsonrpc":"2.0","id":1,"method":"\xed\xa0\x80"}', -32700),
    (b"\xef\xbb\xbf" + PING, -32700),
    (b'{"jsonrpc":"2.0","id":1,"method":"system.ping",}', -32700),
    (b"{'jsonrpc':'2.0'}", -32700),
    (b"NaN", -32700),
    (b"1", -32600),
    (b'"text"', -32600),
    (b"null", -32600),
    (b"[]", -32600),
    (b'{"jsonrpc":"2.0","id":{"a":1},"method":"system.ping"}', -32600),
    (b'{"jsonrpc":"2.0","id":[1],"method":"system.ping"}', -32600),
    (b'{"jsonrpc":"2.0","id":true,"method":"system.ping"}', -32600),
    (b'{"jsonrpc":"1.0","id":1,"method":"system.ping"}', -32600),
    (b'{"id":1,"method":"system.ping"}', -32600),
    (b'{"jsonrpc":"2.0","id":1,"method":7}', -32600),
    (b'{"jsonrpc":"2.0","id":1,"id":2,"method":"system.ping"}', -32600),
    (b'{"jsonrpc":"2.0","id":1,"method":"system.ping","method":"system.info"}', -32600),
    (b'{"jsonrpc":"2.0","id":1,"method":"no.such.method"}', -32601),
    (b'{"jsonrpc":"2.0","id":1,"method":"system.ping","params":[1]}', -32602),
    (b'{"jsonrpc":"2.0","id":1,"method":"chat.completions.create","params":[{"model":"m"}]}', -32602),
], ids=range(24))
def test_a_bad_line_gets_an_error_and_the_next_line_is_served(client, line, code):
    client.send_line(line)
    reply = client.receive()
    assert reply["error"]["code"] == code, reply
    assert client.call("system.ping") == {"pong": True}


@pytest.mark.parametrize("params, path", [
    ({"request": {"model": "local/echo", "messages": []}, "options": {"provider": "local", "virtul_key": "x"}}, "virtul_key"),
    ({"request": {"model": "local/echo", "messages": []}, "options": {"provider": 7}}, "provider"),
    ({"request": {"model": "local/echo", "messages": []}, "options": []}, "options"),
    ({"request": {"model": "local/echo", "messages": []}, "option": {}}, "option"),
    ({"request": "text"}, "request"),
    ({"options": {"provider": "local"}}, "request"),
])
def test_a_wrong_parameter_is_named(client, params, path):
    with pytest.raises(RpcFailure) as caught:
        client.call("chat.completions.create", params)
    assert caught.value.type == "invalid_params"
    assert path in caught.value.data["path"]


@pytest.mark.parametrize("where", [
    '"options":{"provider":"local","provider":"openai"},"request":{"model":"m","messages":[]}',
    '"options":{"provider":"local"},"options":{"provider":"local"},"request":{"model":"m","messages":[]}',
    '"options":{"provider":"local","metadata":{"a":"1","a":"2"}},"request":{"model":"m","messages":[]}',
])
def test_duplicate_keys_in_what_is_ours_are_refused(client, where):
    client.send_line(b'{"jsonrpc":"2.0","id":1,"method":"chat.completions.create","params":{%b}}' % where.encode())
    assert client.receive()["error"]["data"]["type"] == "invalid_params"


def test_duplicate_keys_in_admin_params_are_refused(admin):
    admin.send_line(b'{"jsonrpc":"2.0","id":1,"method":"virtual_keys.get","params":{"name":"a","name":"b"}}')
    assert admin.receive()["error"]["data"]["type"] == "invalid_params"


def test_an_unknown_provider_and_an_unknown_key_say_so(client):
    with pytest.raises(RpcFailure) as caught:
        client.call("chat.completions.create", chat(provider=None, options={"virtual_key": "no-such-key"}))
    assert caught.value.type == "not_found" and "no-such-key" in caught.value.message
    with pytest.raises(RpcFailure):
        client.call("chat.completions.create", chat(provider="no-such-provider"))


def test_text_is_cut_at_line_feeds_only(client):
    text = "a\u2028b\u2029c\u0085d\x0be"
    result = client.call("chat.completions.create", chat(text))
    assert text in result["response"]["choices"][0]["message"]["content"]
    client.send_bytes(b"\n\r\n\n")
    client.send_line(PING + b"\r")
    assert client.receive()["result"] == {"pong": True}


def test_a_request_may_arrive_byte_by_byte(client):
    client._conversation.sent(PING)
    for index in range(len(PING)):
        client.send_bytes(PING[index:index + 1])
    client.send_bytes(b"\n")
    assert client.receive()["result"] == {"pong": True}


def test_a_line_that_is_too_long_loses_nothing_else(make_daemon, connect):
    peer = connect(make_daemon(config={"limits": {"line_bytes": 65536}}))
    call = {"jsonrpc": "2.0", "id": 1, "method": "chat.completions.create", "params": chat(model="local/slow-300")}
    peer.send_bytes(json.dumps(call).encode() + b"\n" + b"x" * 70000)
    first, second = json.loads(peer.receive_line()), json.loads(peer.receive_line())
    assert first["id"] is None and first["error"]["code"] == -32600
    assert second["id"] == 1 and second["result"]["response"]
    assert peer.receive_line() is None


def test_half_a_line_and_silence_holds_up_nobody(connect, client):
    silent = connect()
    silent.send_bytes(PING[:20])
    started = [client.call("system.ping") for _ in range(100)]
    assert started == [{"pong": True}] * 100
    silent.close()


def test_the_last_line_needs_no_line_break_when_the_peer_says_that_it_is_the_last(connect):
    peer = connect()
    peer.send_bytes(PING)
    peer.socket.shutdown(socket.SHUT_WR)
    assert json.loads(peer.receive_line())["result"] == {"pong": True}


@pytest.mark.parametrize("identifier", ["text", "", 0, -1, 1.5, 12345678901234567890, "\u2028é😀"])
def test_an_id_is_echoed(client, identifier):
    client.request("system.ping", id=identifier)
    assert client.receive()["id"] == identifier


def test_an_ids_own_bytes_are_echoed(client):
    for identifier in (b"1.50e1", b'"\\u0041"', b"-0"):
        client.send_bytes(b'{"jsonrpc":"2.0","id":%b,"method":"system.ping"}\n' % identifier)
        assert b'"id":%b' % identifier in client.receive_line()


def test_a_batch_is_answered_as_one(client):
    batch = [{"jsonrpc": "2.0", "id": 1, "method": "system.ping"}, {"jsonrpc": "2.0", "method": "system.ping"},
             {"foo": "boo"}, {"jsonrpc": "2.0", "id": "2", "method": "chat.completions.create", "params": chat("in a batch")}]
    client.send(batch)
    replies = client.receive()
    assert len(replies) == 3
    assert {json.dumps(reply["id"]) for reply in replies} == {"1", '"2"', "null"}


def test_a_stream_in_a_batch_is_refused(client):
    client.send([{"jsonrpc": "2.0", "id": 1, "method": "chat.completions.create", "params": chat(stream=True)}])
    reply, = client.receive()
    assert reply["error"]["code"] in (-32600, -32602)


def test_a_batch_of_notifications_gets_no_answer(client):
    client.send([{"jsonrpc": "2.0", "method": "system.ping"}, {"jsonrpc": "2.0", "method": "no.such"}])
    assert client.call("system.ping") == {"pong": True}


def test_a_batch_of_ten_thousand_is_answered_or_refused_as_a_whole(client):
    client.send([{"jsonrpc": "2.0", "id": number, "method": "system.ping"} for number in range(10_000)])
    replies = client.receive()
    if isinstance(replies, list):
        assert sorted(reply["id"] for reply in replies) == list(range(10_000))
    else:
        assert replies["error"]["code"] == -32600
    assert client.call("system.ping") == {"pong": True}


def test_a_line_over_the_limit_gets_an_error_and_the_end(make_daemon, connect):
    daemon = make_daemon(config={"limits": {"line_bytes": 65536}})
    bystander, client = connect(daemon), connect(daemon)
    client._conversation.sent(b"{")  # an error without id is expected
    client.send_bytes(b'{"a":"' + b"x" * 70_000)
    reply = client.receive()
    assert reply["id"] is None and reply["error"]["code"] in (-32600, -32700)
    assert client.receive() is None
    assert bystander.call("system.ping") == {"pong": True}


def test_a_line_of_a_gigabyte_costs_no_memory(make_daemon, connect, others_are_served):
    daemon = make_daemon()
    client, piece, sent = connect(daemon), b"x" * (1 << 20), 0
    client._conversation.sent(b"{")
    started = time.monotonic()
    try:
        client.send_bytes(b'{"a":"')
        while sent < 1 << 30:
            client.send_bytes(piece)
            sent += len(piece)
    except (BrokenPipeError, ConnectionResetError):
        pass  # the daemon hung up, as it may once the limit is passed
    print(f"hung up on after {sent >> 20} MiB, {time.monotonic() - started:.2f} s; peak {daemon.peak_rss_bytes() >> 20} MiB")
    assert sent < 1 << 30, "a gigabyte was taken"
    reply = client.receive()
    assert reply is None or reply["id"] is None
    assert daemon.peak_rss_bytes() < 64 << 20
    assert connect(daemon).call("system.ping") == {"pong": True}


def test_too_many_requests_in_flight_are_overloaded(make_daemon, connect):
    daemon = make_daemon(config={"limits": {"max_in_flight": 4}})
    client = connect(daemon)
    for _ in range(6):
        client.request("chat.completions.create", chat(model="local/slow-1000"))
    replies = [client.receive() for _ in range(6)]
    refused = [reply["error"] for reply in replies if "error" in reply]
    assert len(refused) == 2 and {error["data"]["type"] for error in refused} == {"overloaded"}
    assert all(error["data"]["retryable"] and error["data"]["retry_after_ms"] > 0 for error in refused)
