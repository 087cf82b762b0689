# SPDX-License-Identifier: Apache-2.0
"""Breakers as callers and administrators see them: when they open, who shares them, and how they heal."""

import pytest

from rpc_client import RpcFailure
from routed import ask, failure_of, fallback, loadbalance, quick_retry, routed, until
from scripted_provider import Held, ScriptedProvider, fails, hang_up, ok

#: Opens at the third failure, for the shortest time that is allowed.
THREE = {"failure_threshold": 3, "cooldown_interval": 30000}


@pytest.fixture
def target_of(admin):
    """A provider's only target, as `targets.list` has it."""

    def find(provider, by=None):
        found, = [each for each in (by or admin).call("targets.list")["targets"] if each["virtual_key"] == provider.key]
        return found

    return find


@pytest.fixture
def wait_for(target_of):
    return lambda provider, state: until(lambda: target_of(provider)["state"] == state)


def open_up(client, provider, **more):
    """Opens a provider's breaker by three failures."""
    provider.says(then=fails(500))
    for _ in range(3):
        failure_of(client, {"virtual_key": provider.key, "circuit_breaker": THREE}, **more)
    provider.says(then=ok("back"))


@pytest.mark.parametrize("place", ["strategy.cb_config", "circuit_breaker"])
@pytest.mark.parametrize("step", [fails(500), hang_up], ids=["500", "no answer"])
def test_a_breaker_opens_and_the_caller_is_told_when_to_come_back(client, provider, target_of, place, step):
    one = provider(then=step)
    config = {"virtual_key": one.key, "circuit_breaker": THREE}
    if place != "circuit_breaker":
        config = {"strategy": {"mode": "single", "cb_config": THREE}, "targets": [{"virtual_key": one.key}]}
    for _ in range(3):
        assert failure_of(client, config).type in ("upstream_error", "upstream_unreachable")
    failure = failure_of(client, config)
    assert (failure.code, failure.type, failure.data["status"]) == (1304, "circuit_open", 503)
    assert failure.data["retryable"] and 0 < failure.data["retry_after_ms"] <= 30000
    assert failure.data.get("attempts", []) == [] and one.count == 3
    target = target_of(one)
    assert (target["state"], target["requests"], target["in_flight"]) == ("open", 3, 0)
    assert target["open_until"] is not None and target["model"] == "m" and target["provider"] == "openai"


def test_without_a_rule_ten_failures_in_a_row_open_it(client, provider, target_of):
    one, two = provider(then=fails(503)), provider(then=ok("from two"))
    for _ in range(12):
        assert ask(client, fallback(one, two))["response"] == "from two"
    assert (one.count, two.count, target_of(one)["state"]) == (10, 12, "open")


def test_a_breaker_is_shared_by_all_configs_and_connections(client, connect, provider, saved_config):
    one, two = provider(), provider(then=ok("from two"))
    open_up(client, one)
    other = connect()
    seldom = {"virtual_key": two.key, "weight": 1e-9}
    for config in (fallback(one, two), saved_config(fallback(one, two)), loadbalance(one, seldom)):
        assert ask(other, config)["response"] == "from two"
    assert failure_of(other, {"retry": {"attempts": 2}}, options={"virtual_key": one.key}).type == "circuit_open"
    # And by nothing else: another model of the same key is another target.
    assert ask(other, fallback(one, two), model="another")["response"] == "back"
    assert one.count == 4


def test_a_direct_call_counts_and_is_turned_away_too(client, provider):
    one = provider()
    open_up(client, one)
    with pytest.raises(RpcFailure) as caught:
        client.call("chat.completions.create", {"request": {"model": "m", "messages": []}, "options": {"virtual_key": one.key}})
    assert (caught.value.type, one.count) == ("circuit_open", 3)


def test_what_is_the_callers_fault_opens_nothing(client, provider, target_of):
    one = provider(then=fails(400))
    for _ in range(12):
        failure_of(client, {"virtual_key": one.key, "circuit_breaker": THREE})
    assert (target_of(one)["state"], one.count) == ("closed", 12)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_marked_and_opens_nothing(client, provider, target_of, status):
    one = provider(then=fails(status))
    for _ in range(12):
        failure_of(client, {"virtual_key": one.key})
    target = target_of(one)
    assert (target["state"], target["key_rejected"]) == ("closed", True)
    one.says(then=ok())
    ask(client, {"virtual_key": one.key})
    assert not target_of(one)["key_rejected"]


def test_codes_of_a_rule_say_what_a_failure_is(client, provider):
    one = provider(then=fails(429))
    config = {"virtual_key": one.key, "circuit_breaker": {**THREE, "failure_status_codes": [429]}}
    for _ in range(3):
        failure_of(client, config)
    assert failure_of(client, config).type == "circuit_open" and one.count == 3


def test_a_share_of_failures_opens_it(client, provider, target_of):
    rule = {"failure_threshold_percentage": 50, "minimum_requests": 6, "cooldown_interval": 30000}
    one = provider(fails(500), ok(), ok(), ok(), then=fails(500))  # counted from the first failure on, as in Portkey
    config = {"virtual_key": one.key, "circuit_breaker": rule}
    failure_of(client, config)
    for _ in range(3):
        ask(client, config)
    failure_of(client, config)
    assert target_of(one)["state"] == "closed"
    assert failure_of(client, config).type == "upstream_error"
    assert failure_of(client, config).type == "circuit_open" and one.count == 6


def test_retries_end_where_the_breaker_opens(client, provider):
    one = provider(then=fails(429, retry_after_ms=1))
    rule = {**THREE, "failure_status_codes": [429]}
    failure = failure_of(client, {"virtual_key": one.key, "retry": quick_retry(5), "circuit_breaker": rule})
    assert (failure.type, failure.data["status"], one.count) == ("upstream_error", 429, 3)


def test_when_all_are_open_the_earliest_probe_is_named_or_the_last_resort_asked(client, admin, provider, target_of):
    one, two = provider(), provider()
    for each in (one, two):
        open_up(client, each)
    admin.call("targets.trip", {"id": target_of(two)["id"], "for_ms": 15000})
    for config in (fallback(one, two), loadbalance(one, two), fallback(loadbalance(one), loadbalance(two))):
        failure = failure_of(client, config)
        assert failure.type == "circuit_open" and 0 < failure.data["retry_after_ms"] <= 15000
    config = fallback(one, {"virtual_key": two.key, "last_resort": True})
    result = ask(client, config)
    assert (result["response"], result["gateway"]["target"]) == ("back", "config.targets[1]")
    # It was asked against the breaker, so its answer does not close it.
    assert target_of(two)["state"] == "open" and (one.count, two.count) == (3, 4)


def test_reset_closes_and_trip_opens(client, admin, provider, target_of):
    one = provider()
    open_up(client, one)
    target = target_of(one)
    assert admin.call("targets.reset", {"id": target["id"]})["state"] == "closed"
    assert ask(client, {"virtual_key": one.key})["response"] == "back"
    assert admin.call("targets.trip", {"id": target["id"]})["state"] == "open"
    failure = failure_of(client, {"virtual_key": one.key})
    assert failure.type == "circuit_open" and failure.data["retry_after_ms"] <= 30000


def test_when_half_open_one_probe_goes_and_its_success_closes(connect, admin, provider, target_of, wait_for):
    held = Held(answer=ok("the probe"))
    one, two = provider(), provider(then=ok("from two"))
    prober, other = connect(), connect()
    open_up(other, one)
    admin.call("targets.trip", {"id": target_of(one)["id"], "for_ms": 20})
    wait_for(one, "half_open")
    one.says(held, then=ok("closed"))
    probe = prober.request("chat.completions.create", routed(fallback(one, two)))
    until(lambda: one.count == 4)
    # While it runs nobody else goes there, by whatever config.
    for _ in range(5):
        assert ask(other, fallback(one, two))["response"] == "from two"
    failure = failure_of(other, {"virtual_key": one.key})
    assert failure.type == "circuit_open" and failure.data["retry_after_ms"] > 0
    assert (one.count, target_of(one)["state"], target_of(one)["in_flight"]) == (4, "half_open", 1)
    held.let_go()
    assert prober.outcome(probe)[1]["response"]["choices"][0]["message"]["content"] == "the probe"
    assert target_of(one)["state"] == "closed"
    assert ask(other, fallback(one, two))["response"] == "closed"


def test_the_first_chunk_of_a_streamed_probe_closes_it(connect, admin, provider, target_of, wait_for):
    one = provider()
    prober, other = connect(), connect()
    open_up(other, one)
    admin.call("targets.trip", {"id": target_of(one)["id"], "for_ms": 20})
    wait_for(one, "half_open")
    one.says(Held(after_chunks=["first"]), then=ok("closed"))
    prober.request("chat.completions.create", routed({"virtual_key": one.key}, stream=True))
    assert prober.receive()["method"] == "chat.completions.chunk"
    assert ask(other, {"virtual_key": one.key})["response"] == "closed"


def test_a_probe_that_fails_opens_it_for_longer_and_the_caller_gets_another_target(
    client, admin, provider, target_of, wait_for, explain
):
    one, two = provider(), provider(then=ok("from two"))
    open_up(client, one)
    admin.call("targets.trip", {"id": target_of(one)["id"], "for_ms": 20})
    wait_for(one, "half_open")
    one.says(then=fails(500))
    results = [ask(client, {**fallback(one, two), "circuit_breaker": THREE}) for _ in range(3)]
    assert [each["response"] for each in results] == ["from two"] * 3
    assert (one.count, target_of(one)["state"]) == (4, "open")
    # Twice the rule's thirty seconds.
    failure = failure_of(client, {"virtual_key": one.key})
    assert 30000 < failure.data["retry_after_ms"] <= 60000
    first, second, _ = [explain(each["gateway"]["trace_id"])["decisions"] for each in results]
    assert [each["probe"] for each in first if each["step"] == "try"] == [True, False]
    passed_by, = [each for each in second if each["step"] == "passed_by"]
    assert (passed_by["target"], passed_by["why"]) == ("config.targets[0]", "circuit_open")
    assert passed_by["probe_at_ms"] > 30000


def test_open_breakers_outlive_the_daemon(make_daemon, connect):
    daemon = make_daemon()
    with ScriptedProvider(then=fails(500)) as one, ScriptedProvider(then=ok("well")) as two:
        admin, client = connect(daemon, admin=True), connect(daemon)
        for provider, name in ((one, "ill"), (two, "well")):
            provider.key = name
            admin.call("virtual_keys.create", {
                "name": name, "provider": "openai", "secret": {"api_key": "sk-x"}, "base_url": f"{provider.origin}/v1"})
        open_up(client, one)
        ask(client, {"virtual_key": "well"})
        before, = [each for each in admin.call("targets.list")["targets"] if each["state"] == "open"]
        assert daemon.stop() == 0
        daemon.start()
        admin, client = connect(daemon, admin=True), connect(daemon)
        after, = admin.call("targets.list")["targets"]
        assert (after["id"], after["state"], after["virtual_key"]) == (before["id"], "open", "ill")
        failure = failure_of(client, {"virtual_key": "ill"})
        assert failure.type == "circuit_open" and 0 < failure.data["retry_after_ms"] <= 30000
        assert ask(client, fallback(one, two))["response"] == "well" and one.count == 3
        # Closed is kept just as well.
        admin.call("targets.reset", {"id": after["id"]})
        assert daemon.stop() == 0
        daemon.start()
        assert ask(connect(daemon), {"virtual_key": "ill"})["response"] == "back"
