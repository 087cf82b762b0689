# SPDX-License-Identifier: Apache-2.0
"""Identical requests in flight make one call of the provider, whichever process they come from."""

import json
import os
import subprocess
import sys
import threading
import time

import pytest

import places
from cached import CountingProvider, asking, joined, text_of
from rpc_client import RpcClient

CHAT = "chat.completions.create"
EVERYTHING = {"limits": {"max_in_flight": 4096}}

#: One process with a connection of its own: sends so many identical requests, and prints what each of them came to.
CROWD = """
import json, sys
sys.path.insert(0, sys.argv[1])
from rpc_client import RpcClient
path, count, params = sys.argv[2], int(sys.argv[3]), json.loads(sys.argv[4])
client = RpcClient(path, None, timeout=120)
for number in range(count):
    client.request("chat.completions.create", params, id=number)
print("sent", flush=True)
chunks, ends = {}, {}
while len(ends) < count:
    message = client.receive()
    if "method" in message:
        chunks.setdefault(message["params"]["id"], []).append(message["params"]["chunk"]["choices"][0]["delta"].get("content") or "")
    else:
        ends[message["id"]] = message
for number, message in sorted(ends.items()):
    result = message.get("result")
    text = "".join(chunks.get(number, [])) if result and not result["response"] else result and result["response"]["choices"][0]["message"]["content"]
    print(json.dumps([text, result and result["gateway"]["cache_status"], (message.get("error") or {}).get("data", {}).get("type")]))
"""


@pytest.fixture
def host(make_daemon, connect):
    """A daemon and a provider behind the key `k`."""
    running = []

    def make(**more):
        provider = CountingProvider(**more)
        running.append(provider)
        daemon = make_daemon(config=EVERYTHING)
        admin = connect(daemon, admin=True)
        admin.call("virtual_keys.create", {
            "name": "k", "provider": "openai", "secret": {"api_key": "sk-x"}, "base_url": f"{provider.origin}/v1"})
        return daemon, provider

    yield make
    for each in running:
        each.gate.set()
        each.close()


def crowd(daemon, processes, each, params):
    """Starts processes with identical requests; all of those are sent when this returns."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", CROWD, str(places.ROOT / "Tests" / "SystemTests"), str(daemon.use_socket), str(each), json.dumps(params)],
            stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    for process in started:
        assert process.stdout.readline() == "sent\n"
    return started


def outcomes(process):
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return [tuple(json.loads(line)) for line in out.splitlines()]


@pytest.mark.parametrize("stream", [False, True])
def test_a_thousand_identical_requests_of_eight_processes_are_one(host, stream):
    daemon, provider = host(answers=lambda _: " ".join(str(n) for n in range(30)))
    provider.gate.clear()
    processes = crowd(daemon, 8, 125, asking("k", stream=stream))
    assert provider.arrived.acquire(timeout=30)
    time.sleep(0.5)  # whoever was to ask a second time would have done so
    provider.gate.set()
    results = [each for process in processes for each in outcomes(process)]
    assert len(results) == 1000 and provider.asked == 1
    assert {text.strip() for text, _, _ in results} == {" ".join(str(n) for n in range(30))}
    statuses = [status for _, status, _ in results]
    assert statuses.count("MISS") == 1 and set(statuses) == {"MISS", "COALESCED"}


def test_a_late_joiner_of_a_stream_has_all_of_it(host, connect):
    daemon, provider = host(answers=lambda _: " ".join(str(n) for n in range(40)), pause=0.02)
    first, second = connect(daemon), connect(daemon)
    identifier = first.request(CHAT, asking("k", stream=True))
    for _ in range(5):
        assert first.receive()["method"] == "chat.completions.chunk"
    chunks, result = second.stream(CHAT, asking("k", stream=True))
    assert joined(chunks).split() == [str(n) for n in range(40)] and result["gateway"]["cache_status"] == "COALESCED"
    rest, result = first.outcome(identifier)
    assert result["gateway"]["cache_status"] == "MISS" and provider.asked == 1


@pytest.mark.parametrize("stream", [False, True])
def test_the_first_process_is_killed_and_nobody_notices(host, connect, stream):
    daemon, provider = host(answers=lambda _: " ".join(str(n) for n in range(30)), pause=0.01)
    provider.gate.clear()
    leader, = crowd(daemon, 1, 1, asking("k", stream=stream))
    assert provider.arrived.acquire(timeout=30)
    followers = crowd(daemon, 4, 5, asking("k", stream=stream))
    leader.kill()
    leader.wait()
    time.sleep(0.3)
    provider.gate.set()
    results = [each for process in followers for each in outcomes(process)]
    assert {(text.strip(), status) for text, status, _ in results} == {(" ".join(str(n) for n in range(30)), "COALESCED")}
    assert provider.asked == 1


def test_the_last_one_to_go_ends_the_call(host):
    daemon, provider = host()
    provider.gate.clear()
    processes = crowd(daemon, 3, 2, asking("k"))
    assert provider.arrived.acquire(timeout=30)
    for process in processes:
        process.kill()
        process.wait()
    exchange, = provider.exchanges
    assert exchange.wait_for_hang_up(20)


def test_an_error_goes_to_all(host):
    daemon, provider = host(status=400)
    provider.gate.clear()
    processes = crowd(daemon, 4, 5, asking("k"))
    assert provider.arrived.acquire(timeout=30)
    time.sleep(0.3)
    provider.gate.set()
    assert {kind for process in processes for _, _, kind in outcomes(process)} == {"upstream_error"}
    assert provider.asked == 1


def test_it_can_be_left_out(host):
    daemon, provider = host()
    provider.gate.clear()
    processes = crowd(daemon, 2, 3, asking("k", cache={"mode": "simple", "coalesce": False}))
    for _ in range(6):
        assert provider.arrived.acquire(timeout=30)
    provider.gate.set()
    for process in processes:
        outcomes(process)
    assert provider.asked == 6
