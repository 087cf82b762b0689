# SPDX-License-Identifier: Apache-2.0
"""Which target a config sends a call to, and what is said about it."""

import pytest

from routed import ask, failure_of, fallback, loadbalance, outcomes
from scripted_provider import Held, fails, hang_up, ok

STREAM = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


@pytest.mark.parametrize("codes, first", [
    (None, fails(400)), (None, fails(401)), (None, fails(500)), (None, hang_up), ([429], fails(429)), ([500, 502, 503], hang_up),
    ([429, 200], ok("not this one")),
], ids=["400", "401", "500", "no answer", "listed", "no answer, listed", "a listed success"])
@STREAM
def test_fallback_moves_on(client, provider, codes, first, stream):
    one, two = provider(then=first), provider(then=ok("from two"))
    config = fallback(one, two, **({} if codes is None else {"on_status_codes": codes}))
    result = ask(client, config, stream=stream)
    assert (result["response"], one.count, two.count) == ("from two", 1, 1)
    assert (result["gateway"]["target"], result["gateway"]["virtual_key"]) == ("config.targets[1]", two.key)
    assert (result["gateway"]["attempts"], result["gateway"]["retry_attempt_count"]) == (2, 0)


@pytest.mark.parametrize("codes, first, status, kind", [
    ([429], fails(500), 500, "upstream_error"), ([], fails(503), 503, "upstream_error"),
    ([429], hang_up, 502, "upstream_unreachable"),
])
@STREAM
def test_fallback_stops_at_what_is_not_listed(client, provider, codes, first, status, kind, stream):
    one, two = provider(then=first), provider()
    failure = failure_of(client, fallback(one, two, on_status_codes=codes), stream=stream)
    assert (failure.type, failure.data["status"], failure.data["target"]) == (kind, status, "config.targets[0]")
    assert (one.count, two.count) == (1, 0)


def test_when_all_fail_the_last_failure_is_the_answer_and_all_tries_are_named(client, provider):
    config = fallback(provider(then=fails(500)), provider(then=hang_up), provider(then=fails(418, "short and stout")))
    failure = failure_of(client, config)
    assert (failure.type, failure.data["status"], failure.data["target"]) == ("upstream_error", 418, "config.targets[2]")
    assert failure.data["provider_error"]["error"]["message"] == "short and stout"
    assert outcomes(failure) == [
        ("config.targets[0]", 500, "upstream_error"), ("config.targets[1]", None, "upstream_unreachable"),
        ("config.targets[2]", 418, "upstream_error"),
    ]


@STREAM
def test_strategies_nest_and_a_target_is_named_by_its_path(client, provider, stream):
    order = []
    a, b, c, d = (
        provider(order=order, name=name, then=then)
        for name, then in zip("abcd", (fails(500), fails(429), ok("not drawn"), ok("from d")))
    )
    config = fallback(
        {"strategy": {"mode": "single"}, "targets": [{"virtual_key": a.key}, {"virtual_key": c.key}]},
        loadbalance({"virtual_key": b.key, "weight": 1}, {"virtual_key": c.key, "weight": 0}),
        {
            "strategy": {
                "mode": "conditional", "default": "third",
                "conditions": [{"query": {"metadata.tier": "gold"}, "then": "fourth"}],
            },
            "targets": [
                {"name": "third", "virtual_key": c.key},
                {"name": "fourth", **fallback({"virtual_key": a.key, "override_params": {"model": "other"}}, d)},
            ],
        },
    )
    result = ask(client, config, stream=stream, options={"metadata": {"tier": "gold"}})
    assert (result["response"], order) == ("from d", ["a", "b", "a", "d"])
    assert result["gateway"]["target"] == "config.targets[2].targets[1].targets[1]"
    assert a.models == ["m", "other"]


def test_a_loadbalanced_target_that_fails_is_the_answer(client, provider):
    one, two = provider(then=fails(500)), provider()
    failure = failure_of(client, loadbalance({"virtual_key": one.key}, {"virtual_key": two.key, "weight": 0}))
    assert (failure.data["status"], one.count, two.count) == (500, 1, 0)


def test_a_sticky_session_keeps_its_target(client, provider):
    made = [provider(then=ok(f"from {index}")) for index in range(4)]
    config = loadbalance(*made, sticky_session={"hash_fields": ["metadata.user_id"], "ttl": 3600})
    seen = set()
    for user in ("ann", "bob", "cy", "dee", "eve", "fay", "gus", "hal"):
        said = {ask(client, config, options={"metadata": {"user_id": user}})["response"] for _ in range(4)}
        assert len(said) == 1
        seen |= said
    assert len(seen) > 1


def test_priority_asks_the_next_tier_when_the_first_fails(client, provider):
    order = []
    targets = [
        {"virtual_key": provider(order=order, name=name, then=then).key, "priority": priority}
        for name, priority, then in (("second", 2, ok("two")), ("first", 1, fails(503)), ("third", 3, ok("three")))
    ]
    result = ask(client, {"strategy": {"mode": "priority"}, "targets": targets})
    assert (result["response"], order) == ("two", ["first", "second"])


def test_least_cost_asks_the_others_after_the_cheapest(client, provider):
    one, two = provider(then=fails(500)), provider(then=ok("from two"))
    config = {"strategy": {"mode": "least_cost"}, "targets": [{"virtual_key": one.key}, {"virtual_key": two.key}]}
    assert ask(client, config)["response"] == "from two" and one.count <= 1


def test_least_busy_goes_around_the_one_that_is_busy(connect, provider):
    held = Held(answer=ok("at last"))
    busy, free = provider(held), provider(then=ok("free"))
    first = connect()
    waiting = first.request("chat.completions.create", {
        "request": {"model": "m", "messages": []}, "options": {"virtual_key": busy.key}})
    assert busy.arrived.acquire(timeout=20)
    client = connect()
    config = {"strategy": {"mode": "least_busy"}, "targets": [{"virtual_key": busy.key}, {"virtual_key": free.key}]}
    assert [ask(client, config)["response"] for _ in range(6)] == ["free"] * 6
    held.let_go()
    assert first.outcome(waiting)[1]["response"]["choices"][0]["message"]["content"] == "at last"


def test_least_latency_asks_one_of_its_targets(client, provider):
    slow, quick = provider(then=ok("slow")), provider(then=ok("quick"))
    config = {"strategy": {"mode": "least_latency"}, "targets": [{"virtual_key": slow.key}, {"virtual_key": quick.key}]}
    for _ in range(4):
        assert ask(client, config)["response"] in ("slow", "quick")
    assert slow.count + quick.count == 4 and slow.count and quick.count


# MARK: conditional


def by(query, **more):
    """A config whose query leads to the first of two targets; the second is the default."""

    def config(one, two):
        return {
            "strategy": {"mode": "conditional", "conditions": [{"query": query, "then": "yes"}], "default": "no", **more},
            "targets": [{"name": "yes", "virtual_key": one.key}, {"name": "no", "virtual_key": two.key}],
        }

    return config


METADATA = {"plan": "paid", "score": "7.5", "region": "eu-west"}


@pytest.mark.parametrize("query, holds", [
    ({"metadata.plan": "paid"}, True),
    ({"metadata.plan": {"$eq": "free"}}, False),
    ({"metadata.plan": {"$ne": "free"}}, True),
    ({"metadata.nothing": {"$ne": "x"}}, True),
    ({"metadata.score": {"$gt": 7, "$lt": "8"}}, True),
    ({"metadata.score": {"$gte": 7.5, "$lte": 7}}, False),
    ({"metadata.plan": {"$gt": 1}}, False),
    ({"metadata.plan": {"$in": ["paid", "trial"]}}, True),
    ({"metadata.plan": {"$nin": ["paid", "trial"]}}, False),
    ({"metadata.region": {"$regex": "^eu-"}}, True),
    ({"metadata.region": {"$regex": "^us-"}}, False),
    ({"params.model": {"$eq": "m"}}, True),
    ({"params.temperature": {"$lt": 0.5}}, True),
    ({"params.temperature": {"$eq": "0.2"}}, False),
    ({"params.max_tokens": {"$gte": 1000}}, False),
    ({"url.pathname": "/v1/chat/completions"}, True),
    ({"$and": [{"metadata.plan": "paid"}, {"params.temperature": 0.2}]}, True),
    ({"$or": [{"metadata.plan": "free"}, {"metadata.region": {"$regex": "west$"}}]}, True),
    ({"$or": []}, False),
    ({}, True),
])
def test_a_query_looks_at_the_call_as_it_came(client, provider, query, holds):
    one, two = provider(then=ok("yes")), provider(then=ok("no"))
    result = ask(client, by(query)(one, two), temperature=0.2, options={"metadata": METADATA})
    assert result["response"] == ("yes" if holds else "no")


def test_no_condition_and_no_default_is_no_route(client, provider):
    one, two = provider(), provider()
    config = by({"metadata.plan": "free"})(one, two)
    del config["strategy"]["default"]
    failure = failure_of(client, config, options={"metadata": METADATA})
    assert (failure.code, failure.type, failure.data["status"], failure.data["retryable"]) == (1305, "no_route", 400, False)
    # It is the config's fault, so nothing behind it is asked either.
    failure = failure_of(client, fallback(config, two), options={"metadata": METADATA})
    assert (failure.type, one.count, two.count) == ("no_route", 0, 0)


# MARK: What is wrong, and what has no effect

TARGET = {"virtual_key": "nobody"}


@pytest.mark.parametrize("config, path", [
    ({"strategy": {"mode": "sideways"}, "targets": [TARGET]}, "params.options.config.strategy.mode"),
    ({"strategy": {"mode": "fallback"}, "targets": []}, "params.options.config.targets"),
    ({"strategy": {"mode": "fallback", "on_status_codes": ["429"]}, "targets": [TARGET]},
     "params.options.config.strategy.on_status_codes[0]"),
    ({"strategy": {"mode": "loadbalance"}, "targets": [{**TARGET, "weight": 0}]}, "params.options.config.targets"),
    ({"strategy": {"mode": "loadbalance"}, "targets": [TARGET, {**TARGET, "weight": "1"}]},
     "params.options.config.targets[1].weight"),
    ({"strategy": {"mode": "fallback"}, "targets": [TARGET, {"strategy": {"mode": "x"}, "targets": []}]},
     "params.options.config.targets[1].strategy.mode"),
    ({"virtual_key": "nobody", "retry": {"attempts": "3"}}, "params.options.config.retry.attempts"),
    ({"virtual_key": "nobody", "request_timeout": -1}, "params.options.config.request_timeout"),
    ({"virtual_key": 7}, "params.options.config.virtual_key"),
])
def test_a_fault_is_named_by_its_path(client, config, path):
    failure = failure_of(client, config)
    assert (failure.type, failure.data["path"]) == ("invalid_params", path)


@pytest.mark.parametrize("query, where", [
    ({"metadata.x": {"$foo": 1}}, "$foo"),
    ({"$and": [{"metadata.x": "1"}, {"metadata.x": {"$not": "1"}}]}, "$not"),
    ({"metadata.x": {"$regex": "("}}, "$regex"),
])
def test_an_unknown_operator_is_refused_before_any_call(client, provider, query, where):
    one, two = provider(), provider()
    config = by({"metadata.x": "1"})(one, two)
    config["strategy"]["conditions"].append({"query": query, "then": "no"})
    failure = failure_of(client, config)
    assert failure.type == "invalid_params"
    path = failure.data["path"]
    assert path.startswith("params.options.config.strategy.conditions[1].query.") and path.endswith(where), path
    assert one.count == two.count == 0


def test_a_condition_that_names_no_target_is_refused(client, provider):
    config = by({"metadata.x": "1"}, default="nowhere")(provider(), provider())
    assert failure_of(client, config).data["path"] == "params.options.config.strategy.default"


def test_what_has_no_effect_is_in_the_warnings_and_the_call_goes_on(client, provider, saved_config):
    one = provider()
    config = {
        "strategy": {"mode": "fallback"}, "colour": "green", "retry": {"attempts": 9},
        "targets": [{"virtual_key": one.key, "wieght": 2}],
    }
    for form in (config, saved_config(config)):
        warnings = ask(client, form)["gateway"]["warnings"]
        for what in ("colour", "wieght", "attempts"):
            assert sum(what in warning for warning in warnings) == 1, warnings
    assert ask(client, fallback(one))["gateway"]["warnings"] == []
