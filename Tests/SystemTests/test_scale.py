# SPDX-License-Identifier: Apache-2.0
"""Many clients at once, and clients that do not read: memory stays bounded, and nobody waits for somebody else."""

import json
import selectors
import socket
import threading
import time

import pytest

from http_upstream import HTTPUpstream, piece
from rpc_client import RpcFailure, chat

MEMORY = 64 << 20


def test_a_thousand_connections_and_ten_thousand_requests_each_answered_once(make_daemon, recorder):
    daemon = make_daemon()
    conversations, open_before = {}, daemon.descriptors()
    selector = selectors.DefaultSelector()
    for number in range(1000):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(daemon.use_socket))
        conversations[connection] = (recorder.conversation(), number, set(), bytearray())
        selector.register(connection, selectors.EVENT_READ)
    started = time.monotonic()
    for connection, (conversation, number, _, _) in conversations.items():
        for turn in range(10):
            message = {"jsonrpc": "2.0", "id": number * 10 + turn, "method": "chat.completions.create"}
            line = json.dumps({**message, "params": chat(f"n{number}-{turn}")}).encode()
            conversation.sent(line)
            connection.sendall(line + b"\n")
    answered = 0
    while answered < 10_000:
        ready = selector.select(timeout=60)
        assert ready, f"only {answered} of 10,000 requests were answered"
        for key, _ in ready:
            conversation, number, seen, rest = conversations[key.fileobj]
            data = key.fileobj.recv(1 << 16)
            assert data, "the daemon closed a connection"
            rest += data
            *lines, tail = bytes(rest).split(b"\n")
            rest[:] = tail
            for line in lines:
                conversation.received(line)
                reply = json.loads(line)
                turn = reply["id"] - number * 10
                assert 0 <= turn < 10 and turn not in seen, "a reply went to the wrong connection, or came twice"
                assert f"n{number}-{turn}" in reply["result"]["response"]["choices"][0]["message"]["content"]
                seen.add(turn)
                answered += 1
    print(f"10,000 requests in {time.monotonic() - started:.1f} s; peak {daemon.peak_rss_bytes() >> 20} MiB")
    assert daemon.peak_rss_bytes() < 4 * MEMORY
    for connection in conversations:
        connection.close()
    eventually(lambda: daemon.descriptors() <= open_before, "connections were left open")
    assert daemon.stop() == 0


def test_a_client_that_stops_reading_costs_no_memory_and_slows_nobody(make_daemon, connect):
    daemon = make_daemon()
    sent, stop = [0], threading.Event()

    def flood(exchange):
        exchange.start_events()
        exchange.connection.settimeout(5)
        text = piece("x" * 4000)
        try:
            while not stop.is_set() and sent[0] < 1 << 30:
                exchange.send_event(text)
                sent[0] += 4000
        except socket.timeout:
            pass  # the daemon has stopped reading, as it should

    with HTTPUpstream(flood) as upstream:
        connect(daemon, admin=True).call("virtual_keys.create", {
            "name": "flood", "provider": "openai", "secret": {"api_key": "sk"}, "base_url": upstream.origin})
        stuck, other = connect(daemon), connect(daemon)
        for _ in range(8):
            stuck.request("chat.completions.create", chat(stream=True, provider=None, options={"virtual_key": "flood"}))
        settled, before = 0, -1
        while settled < 10:  # half a second without a byte moving
            settled, before = (settled + 1, before) if sent[0] == before else (0, sent[0])
            time.sleep(0.05)
            assert sent[0] < 1 << 30, "the daemon took a gigabyte for a client that reads nothing"
        for _ in range(200):
            other.call("chat.completions.create", chat())
        print(f"{sent[0] >> 20} MiB taken for a client that does not read; peak {daemon.peak_rss_bytes() >> 20} MiB")
        assert daemon.peak_rss_bytes() < MEMORY
        chunk = stuck.receive()  # what it did not read is still there when it does
        assert chunk["params"]["chunk"]["choices"][0]["delta"]["content"] == "x" * 4000
        stop.set()


def test_a_client_that_never_reads_its_replies_is_bounded_too(make_daemon, connect):
    daemon = make_daemon()
    stuck, other = connect(daemon, recorded=False), connect(daemon)
    stuck.socket.settimeout(2)
    line = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "rpc.discover"}).encode() + b"\n"
    written = 0
    try:
        while written < 1 << 26:
            written += stuck.socket.send(line * 100)
    except (socket.timeout, BrokenPipeError, ConnectionResetError):
        pass
    assert written < 1 << 26, "the daemon reads on although its replies are not read"
    assert other.call("system.ping") == {"pong": True}
    assert daemon.peak_rss_bytes() < MEMORY


def test_a_large_request_and_a_large_answer_pass(connect):
    client = connect()
    text = "lorem ipsum " * 80_000  # about 1 MB
    result = client.call("chat.completions.create", chat(text))
    assert text.strip() in result["response"]["choices"][0]["message"]["content"]


def test_connections_that_come_and_go_leave_nothing_behind(make_daemon, connect):
    daemon = make_daemon()
    # The files that are opened when they are first needed are open then.
    connect(daemon).call("chat.completions.create", chat())
    admin = connect(daemon, admin=True)
    for method in ("logs.list", "cache.stats"):
        admin.call(method)
    before = daemon.descriptors()
    for _ in range(300):
        passing = connect(daemon, recorded=False)
        passing.request("chat.completions.create", chat(model="local/slow-5000"))
        passing.close()
    eventually(lambda: daemon.descriptors() <= before + 1, "descriptors are left open")
    eventually(lambda: connect(daemon).call("system.info")["counters"]["in_flight"] <= 1, "requests go on for nobody")


@pytest.mark.parametrize("stream", [False, True])
def test_a_slow_provider_holds_up_no_other_request(connect, stream):
    client = connect()
    slow = [client.request("chat.completions.create", chat(model="local/slow-2000", stream=stream)) for _ in range(100)]
    client.request("chat.completions.create", chat(), id="quick")
    assert client.receive()["id"] == "quick"
    for identifier in slow:
        client.notify("$/cancelRequest", {"id": identifier})
    ended = set()
    while len(ended) < len(slow):
        message = client.receive()
        if "error" in message:
            ended.add(message["id"])
    assert ended == set(slow)


def test_the_upstreams_of_a_connection_that_ends_are_closed(make_daemon, connect):
    daemon, ended = make_daemon(), threading.Semaphore(0)

    def hold(exchange):
        if exchange.wait_for_hang_up():
            ended.release()

    with HTTPUpstream(hold) as upstream:
        connect(daemon, admin=True).call("virtual_keys.create", {
            "name": "hold", "provider": "openai", "secret": {"api_key": "sk"}, "base_url": upstream.origin})
        client = connect(daemon)
        for _ in range(50):
            client.request("chat.completions.create", chat(provider=None, options={"virtual_key": "hold"}))
        for _ in range(50):
            assert upstream.arrived.acquire(timeout=30), "not all requests reached the provider"
        started = time.monotonic()
        client.close()
        for _ in range(50):
            assert ended.acquire(timeout=30), "an upstream was left open"
        print(f"50 upstreams closed within {(time.monotonic() - started) * 1000:.1f} ms of the hang-up")
        # What was cancelled is in the log, too.
        rows = []
        eventually(lambda: rows.append(logged(connect(daemon))) or len(rows[-1]) == 50, "cancelled calls are not in the log")
        assert {row["error"] for row in rows[-1]} == {"cancelled"} and {row["status"] for row in rows[-1]} == {499}


def logged(client):
    try:
        return client.call("logs.list", {"limit": 100})["logs"]
    except RpcFailure:
        return []


def eventually(condition, what, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
