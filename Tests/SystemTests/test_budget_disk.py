# SPDX-License-Identifier: Apache-2.0
"""A disk that is full, read-only or slow: what happens to calls with a budget and without, and what the books hold afterwards."""

import shutil
import subprocess

import pytest

import places
from rpc_client import RpcFailure, chat
from routed import ask, failure_of, until
from scripted_provider import Held, ScriptedProvider, ok
from spending import TEN_CENTS, Books, add_key, priced, usd

ACCOUNT = "virtual_key/k/usd/total"


@pytest.fixture(scope="session")
def faulty_disk(short_folder):
    """The library that is preloaded."""
    if not shutil.which("cc"):
        pytest.skip("there is no C compiler to make a faulty disk with")
    library = short_folder() / "faulty_disk.so"
    source = places.ROOT / "Tests" / "SystemTests" / "faulty_disk.c"
    subprocess.run(["cc", "-std=c11", "-Wall", "-Werror", "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


@pytest.fixture
def shop(make_daemon, connect, faulty_disk, short_folder):
    """A daemon whose disk does what `disk` is told, a provider behind the keys `k`, which has a budget, and `free`, which has
    none."""
    running = []

    def make(**config):
        provider = ScriptedProvider(then=ok())
        running.append(provider)
        switch = short_folder() / "disk"
        daemon = make_daemon(
            config=priced(**config), environment={"LD_PRELOAD": str(faulty_disk), "WICKET_TEST_DISK": str(switch)})
        add_key(daemon, "k", provider.origin, usage_limits=[usd(5)])
        add_key(daemon, "free", provider.origin)
        return daemon, provider, connect(daemon), connect(daemon, admin=True), switch.write_text

    yield make
    for each in running:
        each.close()


def standing(admin):
    return admin.call("budgets.get", {"id": ACCOUNT})


@pytest.mark.parametrize("fault", ["F", "R"], ids=["full", "read-only"])
def test_while_the_disk_takes_nothing_calls_with_a_budget_are_refused_and_others_go_on(shop, connect, fault):
    daemon, provider, client, admin, disk = shop()
    traces = [ask(client, {"virtual_key": key})["gateway"]["trace_id"] for key in ("k", "free")]
    # One is under way when the trouble begins: it ends well, and what it cost is written when that can be done.
    held = Held(answer=ok("held"))
    provider.says(held)
    other = connect(daemon)
    under_way = other.request("chat.completions.create", chat(model="m", provider=None, options={"virtual_key": "k"}))
    until(lambda: provider.count == 3)
    disk(fault)
    held.let_go()
    traces.append(other.outcome(under_way)[1]["gateway"]["trace_id"])
    for _ in range(3):
        failure = failure_of(client, {"virtual_key": "k"})
        assert (failure.code, failure.type, failure.data["status"], failure.data["retryable"]) == (1103, "overloaded", 503, True)
        assert "on_store_failure" in failure.message and failure.data["retry_after_ms"] == 1000
        traces.append(ask(client, {"virtual_key": "free"})["gateway"]["trace_id"])
    assert provider.count == 6
    assert (standing(admin)["spent"], standing(admin)["reserved"]) == (2 * TEN_CENTS, 0)
    disk("")
    # Nobody has to do anything.
    until(lambda: accepted(client, traces))
    books = Books(daemon).settled()
    until(lambda: set(traces) <= {row[0] for row in books.rows()})
    assert books.spent(ACCOUNT) == 3 * TEN_CENTS == standing(admin)["spent"]
    assert sum(row[4] for row in books.rows() if row[1] == 200) == len(traces) * TEN_CENTS


def accepted(client, traces):
    try:
        traces.append(ask(client, {"virtual_key": "k"})["gateway"]["trace_id"])
        return True
    except RpcFailure as failure:
        assert failure.type == "overloaded"
        return False


def test_where_the_configuration_says_so_calls_with_a_budget_go_on_and_are_counted(shop, connect):
    daemon, provider, client, admin, disk = shop(budgets={"on_store_failure": "allow"})
    disk("F")
    for _ in range(50):
        ask(client, {"virtual_key": "k"})
    # In memory the budget holds all the same.
    assert failure_of(client, {"virtual_key": "k"}).type == "budget_exceeded"
    disk("")
    until(lambda: Books(daemon).spent(ACCOUNT) == 50 * TEN_CENTS)
    assert daemon.stop() == 0
    daemon.start()
    assert standing(connect(daemon, admin=True))["spent"] == 50 * TEN_CENTS


def test_a_kill_while_the_disk_is_full_loses_no_call_that_was_answered(shop, connect):
    daemon, provider, client, admin, disk = shop()
    held = Held(answer=ok())
    provider.says(then=held)
    identifier = client.request("chat.completions.create", chat(
        model="m", provider=None, options={"virtual_key": "k", "trace_id": "answered"}))
    until(lambda: provider.count == 1)
    disk("F")
    held.let_go()
    client.outcome(identifier)
    daemon.kill()
    disk("")
    daemon.start()
    assert standing(connect(daemon, admin=True))["spent"] == TEN_CENTS
    assert [row[:5] for row in Books(daemon).rows()] == [("answered", 500, "internal_error", "estimated", TEN_CENTS)]
    assert "the midst of calls" in daemon.log


def test_on_a_slow_disk_only_calls_with_a_budget_wait(shop, connect):
    daemon, provider, client, admin, disk = shop()
    ask(client, {"virtual_key": "free"})
    disk("S")
    waiting = [client.request("chat.completions.create", chat(
        str(number), model="m", provider=None, options={"virtual_key": "k"})) for number in range(20)]
    client.request("chat.completions.create", chat(model="m", provider=None, options={"virtual_key": "free"}), id="free")
    replies = [client.receive() for _ in range(21)]
    assert replies[0]["id"] == "free" and all("result" in reply for reply in replies)
    assert {reply["id"] for reply in replies[1:]} == set(waiting)
    disk("")
    assert Books(daemon).settled().spent(ACCOUNT) == 20 * TEN_CENTS


def test_a_call_that_is_cancelled_before_it_was_sent_has_cost_nothing(shop):
    daemon, provider, client, admin, disk = shop()
    disk("S")
    identifier = client.request("chat.completions.create", chat(model="m", provider=None, options={"virtual_key": "k"}))
    until(lambda: standing(admin)["reserved"] == TEN_CENTS)
    client.notify("$/cancelRequest", {"id": identifier})
    with pytest.raises(RpcFailure) as failure:
        client.outcome(identifier)
    assert failure.value.type == "cancelled" and provider.count == 0
    disk("")
    assert Books(daemon).settled().spent(ACCOUNT) == 0
    assert (standing(admin)["spent"], standing(admin)["reserved"]) == (0, 0)
