# SPDX-License-Identifier: Apache-2.0
"""Configs with a name: the next call follows what was saved last; and the story of each call that followed one."""

import pytest

from rpc_client import RpcFailure
from routed import ask, failure_of, fallback, loadbalance, quick_retry, routed
from scripted_provider import Held, fails, ok


def test_an_update_is_followed_by_the_next_call_on_every_connection(admin, connect, provider, saved_config):
    one, two = provider(then=ok("one")), provider(then=ok("two"))
    name = saved_config(fallback(one, two))
    clients = [connect() for _ in range(4)]
    for round in range(3):
        for (first, second), said in (((one, two), "one"), ((two, one), "two")):
            saved = admin.call("configs.update", {"name": name, "config": fallback(first, second)})
            assert [ask(each, name)["response"] for each in clients] == [said] * 4
    assert saved["version"] == 7
    assert admin.call("configs.get", {"name": name})["config"] == fallback(two, one)
    assert admin.call("configs.get", {"name": name, "version": 1})["config"] == fallback(one, two)


def test_a_call_under_way_keeps_the_config_that_it_began_with(admin, client, provider, saved_config):
    held = Held(answer=fails(500))
    one, two, three = provider(then=held), provider(then=ok("two")), provider(then=ok("three"))
    name = saved_config(fallback(one, two))
    call = client.request("chat.completions.create", routed(name))
    assert one.arrived.acquire(timeout=20)
    admin.call("configs.update", {"name": name, "config": fallback(three)})
    held.let_go()
    assert client.outcome(call)[1]["response"]["choices"][0]["message"]["content"] == "two"
    assert ask(client, name)["response"] == "three"


def test_an_update_that_cannot_be_followed_changes_nothing(admin, client, provider, saved_config):
    one = provider(then=ok("one"))
    name = saved_config(fallback(one))
    with pytest.raises(RpcFailure) as caught:
        admin.call("configs.update", {"name": name, "config": {"strategy": {"mode": "sideways"}, "targets": [{}]}})
    assert (caught.value.type, caught.value.data["path"]) == ("invalid_params", "params.config.strategy.mode")
    with pytest.raises(RpcFailure) as caught:
        admin.call("configs.update", {"name": name, "config": fallback(one, one), "expected_version": 9})
    assert caught.value.type == "conflict"
    assert ask(client, name)["response"] == "one"
    assert admin.call("configs.get", {"name": name})["version"] == 1


def test_a_deleted_config_is_not_found(admin, client, provider):
    one = provider()
    admin.call("configs.create", {"name": "short-lived", "config": fallback(one)})
    ask(client, "short-lived")
    admin.call("configs.delete", {"name": "short-lived"})
    failure = failure_of(client, "short-lived")
    assert (failure.type, failure.data["status"], one.count) == ("not_found", 404, 1)


def test_a_sessions_config_counts_for_its_calls(client, provider, saved_config):
    one, two = provider(then=ok("one")), provider(then=ok("two"))
    client.call("session.configure", {"defaults": {"config": saved_config(fallback(one))}})
    params = {"request": {"model": "m", "messages": []}}
    assert client.call("chat.completions.create", params)["response"]["choices"][0]["message"]["content"] == "one"
    assert ask(client, fallback(two))["response"] == "two"


# MARK: requests.explain


def test_explain_tells_the_story_of_a_call(client, provider, saved_config, explain):
    one = provider(fails(500), then=fails(429, retry_after_ms=5))
    two = provider(then=ok("from two"))
    config = {
        **fallback(one, {
            "strategy": {
                "mode": "conditional", "default": "other",
                "conditions": [{"query": {"metadata.plan": "free"}, "then": "other"},
                               {"query": {"metadata.plan": "paid"}, "then": "split"}],
            },
            "targets": [{"name": "other", "virtual_key": one.key}, {"name": "split", **loadbalance(two)}],
        }),
        "retry": quick_retry(2, on_status_codes=[429]),
    }
    one.says(fails(429, retry_after_ms=5), then=fails(500))
    result = ask(client, saved_config(config), options={"metadata": {"plan": "paid"}, "trace_id": "story-1"})
    assert result["gateway"]["trace_id"] == "story-1"
    story = explain("story-1")
    assert (story["tries"], story["outcome"]) == (3, {"end": "finished", "try": 2})
    told = [
        {key: value for key, value in step.items() if key not in ("at_ms", "took_ms", "value")} for step in story["decisions"]]
    leaf = "config.targets[1].targets[1].targets[0]"

    def a_try(number, target, kind, status):
        return {"step": "try", "try": number, "target": target, "kind": kind, "probe": False, "end": "answered", "status": status}

    assert told == [
        {"step": "strategy", "path": "config", "mode": "fallback"},
        a_try(0, "config.targets[0]", "first", 429),
        {"step": "wait", "ms": 5, "why": "retry_after"},
        a_try(1, "config.targets[0]", "retry", 500),
        {"step": "give_up", "target": "config.targets[0]", "why": "not_listed"},
        {"step": "strategy", "path": "config.targets[1]", "mode": "conditional"},
        {"step": "condition", "held": 1},
        {"step": "strategy", "path": "config.targets[1].targets[1]", "mode": "loadbalance", "weights": [1]},
        {"step": "draw", "total": 1, "child": 0, "sticky": False},
        a_try(2, leaf, "first", 200),
    ]
    assert result["gateway"]["target"] == leaf


def test_explain_tells_of_calls_that_failed_before_any_try(client, provider, explain):
    one = provider()
    config = {
        "strategy": {"mode": "conditional", "conditions": [{"query": {"metadata.plan": "free"}, "then": "one"}]},
        "targets": [{"name": "one", "virtual_key": one.key}],
    }
    failure = failure_of(client, config)
    story = explain(failure.data["trace_id"])
    assert (story["tries"], story["outcome"]) == (0, {"end": "no_route"})
