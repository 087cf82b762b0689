# SPDX-License-Identifier: Apache-2.0
"""Budgets hold: no sum passes its amount, and every try is settled once, whichever way it ends."""

import socket

import pytest

from rpc_client import RpcFailure, chat
from routed import ask, failure_of, quick_retry, until
from scripted_provider import Held, ScriptedProvider, chunks, fails, ok
from spending import DOLLAR, TEN_CENTS, Books, add_key, priced, spend, usd

ACCOUNT = "virtual_key/k/usd/total"


@pytest.fixture
def shop(make_daemon, connect):
    """A daemon and a provider behind the key `k`, which may spend five dollars."""
    running = []

    def make(then=None, *, limits=(usd(5),), rates=(), **config):
        provider = ScriptedProvider(then=then or ok())
        running.append(provider)
        daemon = make_daemon(config=priced(**config))
        admin = connect(daemon, admin=True)
        admin.call("virtual_keys.create", {
            "name": "k", "provider": "openai", "secret": {"api_key": "sk-test-secret"}, "base_url": f"{provider.origin}/v1",
            "usage_limits": list(limits), "rate_limits": list(rates)})
        return daemon, provider, connect(daemon), admin

    yield make
    for each in running:
        each.close()


def in_flight(admin):
    """Calls under way, without the one that asks."""
    return admin.call("system.info")["counters"]["in_flight"] - 1


def standing(admin, id=ACCOUNT):
    return admin.call("budgets.get", {"id": id})


def test_a_thousand_requests_at_once_from_eight_processes_spend_five_dollars_and_not_a_cent_more(shop):
    daemon, provider, _, admin = shop(reactors=2)
    ends = spend(daemon.use_socket, 8, 125, {"virtual_key": "k"})
    assert sorted(end[0] for end in ends) == list(range(1000))
    refused = [end for end in ends if end[1] != "ok"]
    assert len(refused) == 950 and {tuple(end[1:]) for end in refused} == {("budget_exceeded", 402, False)}
    assert provider.count == 50
    books = Books(daemon).settled()
    assert books.spent(ACCOUNT) == 5 * DOLLAR
    until(lambda: len(books.rows()) == 1000)
    assert [row[3:5] for row in books.rows() if row[1] == 200] == [("priced", TEN_CENTS)] * 50
    budget = standing(admin)
    assert (budget["spent"], budget["reserved"], budget["left"], budget["amount"]) == (5 * DOLLAR, 0, 0, 5 * DOLLAR)
    assert (budget["virtual_key"], budget["unit"], budget["period"], budget["window_end"]) == ("k", "usd", "total", None)


def test_what_was_spent_is_kept_over_a_restart(shop, connect):
    daemon, _, client, _ = shop()
    ask(client, {"virtual_key": "k"})
    assert daemon.stop() == 0
    daemon.start()
    assert standing(connect(daemon, admin=True))["spent"] == TEN_CENTS


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_refusal_says_what_is_left_and_what_to_do(shop, stream):
    _, provider, client, _ = shop(limits=[usd(0.15, "daily")])
    ask(client, {"virtual_key": "k"}, stream=stream)
    failure = failure_of(client, {"virtual_key": "k"}, stream=stream)
    assert (failure.code, failure.type) == (1101, "budget_exceeded")
    assert (failure.data["status"], failure.data["retryable"]) == (402, False)
    assert "$0.05 of $0.15 left" in failure.message and "up to $0.10" in failure.message and "anew at" in failure.message
    assert provider.count == 1


def test_each_way_to_end_is_settled_once(shop, connect):
    """Row and ledger say the same of each."""
    daemon, provider, client, admin = shop(limits=[usd(100), {"unit": "requests", "amount": 100, "period": "total"}])
    config = {"virtual_key": "k"}

    def spends(expected, requests, status):
        books = Books(daemon)
        until(lambda: len(books.rows()) > spends.rows)
        spends.rows += 1
        assert len(books.rows()) == spends.rows
        row = books.settled().rows()[-1]
        assert (books.spent(ACCOUNT) - spends.usd, books.spent("virtual_key/k/requests/total") - spends.requests) == (
            expected, requests)
        assert row[3:5] == (status, expected), row
        spends.usd += expected
        spends.requests += requests
        assert standing(admin)["reserved"] == 0

    spends.rows = spends.usd = spends.requests = 0
    ask(client, config)
    spends(TEN_CENTS, 1, "priced")
    ask(client, config, stream=True)
    spends(TEN_CENTS, 1, "estimated")
    # An error is not billed, and each try of a call is a try.
    provider.says(fails(500, retry_after_ms=1))
    ask(client, {**config, "retry": quick_retry(1)})
    spends(TEN_CENTS, 2, "priced")
    provider.says(fails(400))
    failure_of(client, config)
    spends(0, 1, "priced")
    # What came of a stream that broke off counts, and where nothing is known the worst does.
    provider.says(chunks("a", "b", end=False))
    failure_of(client, config, stream=True)
    spends(TEN_CENTS, 1, "estimated")
    provider.says(Held())
    asked = provider.count
    ask_id = client.request("chat.completions.create", chat(model="m", provider=None, options={"config": config}))
    until(lambda: provider.count > asked)
    assert standing(admin)["reserved"] == TEN_CENTS
    client.notify("$/cancelRequest", {"id": ask_id})
    with pytest.raises(RpcFailure):
        client.outcome(ask_id)
    spends(TEN_CENTS, 1, "estimated")


def test_nobody_to_ask_costs_nothing(shop):
    daemon, provider, client, admin = shop()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        nobody = probe.getsockname()[1]
    add_key(daemon, "nobody", f"http://127.0.0.1:{nobody}", usage_limits=[usd(5)])
    assert failure_of(client, {"virtual_key": "nobody"}).type == "upstream_unreachable"
    account = "virtual_key/nobody/usd/total"
    assert Books(daemon).settled().spent(account) == 0 and standing(admin, account)["reserved"] == 0


def test_a_fallback_goes_on_to_a_target_with_another_key(shop, connect):
    daemon, provider, client, admin = shop(limits=[usd(0.1)])
    add_key(daemon, "other", provider.origin, usage_limits=[usd(1)])
    config = {"strategy": {"mode": "fallback"}, "targets": [{"virtual_key": "k"}, {"virtual_key": "other"}]}
    assert ask(client, config)["gateway"]["virtual_key"] == "k"
    result = ask(client, config)
    assert result["gateway"]["virtual_key"] == "other" and result["gateway"]["attempts"] == 1
    # Where the config says for which statuses, it is asked.
    config["strategy"]["on_status_codes"] = [429]
    assert failure_of(client, config).type == "budget_exceeded"
    config["strategy"]["on_status_codes"] = [402]
    assert ask(client, config)["gateway"]["virtual_key"] == "other"
    # The target's health has nothing to do with it.
    target, = [each for each in admin.call("targets.list")["targets"] if each["virtual_key"] == "k"]
    assert (target["failures"], target["state"], target["requests"]) == (0, "closed", 1)
    books = Books(daemon).settled()
    assert (books.spent(ACCOUNT), books.spent("virtual_key/other/usd/total")) == (TEN_CENTS, 2 * TEN_CENTS)


def test_both_tries_of_a_hedge_are_settled(shop):
    daemon, provider, client, admin = shop()
    provider.says(Held(), then=ok())
    config = {"virtual_key": "k", "hedge": {"after_ms": 50, "max_extra_percent": 100}}
    result = ask(client, config)
    assert result["gateway"]["attempts"] == 2
    books = Books(daemon).settled()
    # The one that lost may be billed as far as anybody knows.
    assert books.spent(ACCOUNT) == 2 * TEN_CENTS and standing(admin)["reserved"] == 0
    until(lambda: books.rows())
    assert books.rows()[0][3:5] == ("estimated", 2 * TEN_CENTS)


def test_a_kept_answer_costs_nothing_even_when_nothing_is_left(shop):
    daemon, provider, client, admin = shop(limits=[usd(0.1)], rates=[{"unit": "requests", "amount": 1, "per": "day"}])
    config = {"virtual_key": "k", "cache": "simple"}
    for status in ("MISS", "HIT", "HIT"):
        result = ask(client, config)
        assert result["gateway"]["cache_status"] == status
    assert result["gateway"]["cost"] == {"nano_usd": 0, "status": "priced"}
    assert Books(daemon).settled().spent(ACCOUNT) == TEN_CENTS and provider.count == 1
    assert failure_of(client, {"virtual_key": "k"}).type == "rate_limited"


@pytest.mark.parametrize("leader_goes", [False, True], ids=["all stay", "the leader goes"])
def test_identical_requests_in_flight_are_paid_for_once(shop, connect, leader_goes):
    daemon, provider, client, admin = shop(limits=[usd(0.1)])
    held = Held(answer=ok())
    provider.says(then=held)
    params = chat(model="m", provider=None, options={"config": {"virtual_key": "k", "cache": "simple"}})
    leader = connect(daemon)
    first = leader.request("chat.completions.create", params)
    until(lambda: provider.count == 1)
    second = client.request("chat.completions.create", params)
    until(lambda: in_flight(admin) == 2)
    if leader_goes:
        leader.close()
        until(lambda: in_flight(admin) == 1)
    held.let_go()
    assert client.outcome(second)[1]["gateway"]["cache_status"] == "COALESCED"
    if not leader_goes:
        leader.outcome(first)
    books = Books(daemon).settled()
    assert books.spent(ACCOUNT) == TEN_CENTS and provider.count == 1
    until(lambda: len(books.rows()) == 2)
    assert sum(row[4] or 0 for row in books.rows()) == TEN_CENTS


def test_a_flight_that_everybody_left_is_settled_too(shop, connect):
    daemon, provider, client, admin = shop()
    held = Held()
    provider.says(then=held)
    leader = connect(daemon)
    leader.request("chat.completions.create", chat(
        model="m", provider=None, options={"config": {"virtual_key": "k", "cache": "simple"}}))
    until(lambda: provider.count == 1)
    leader.close()
    assert held.hung_up.acquire(timeout=20)
    books = Books(daemon)
    until(lambda: books.spent(ACCOUNT) == TEN_CENTS)
    assert books.settled().rows()[0][3:5] == ("estimated", TEN_CENTS) and standing(admin)["reserved"] == 0
