# SPDX-License-Identifier: Apache-2.0
"""The health of targets, breakers over a restart, and what `requests.explain` tells."""

import time

import pytest

from http_upstream import HTTPUpstream, completion
from rpc_client import RpcFailure, chat


def ask(client, key, model="m", **options):
    return client.call("chat.completions.create", chat(model=model, provider=None, options={"virtual_key": key, **options}))


def target(admin, name):
    return next(each for each in admin.call("targets.list")["targets"] if each["id"] == name)


def test_a_target_is_known_once_it_was_asked(admin, client, virtual_key):
    with HTTPUpstream(lambda exchange: exchange.json(completion())) as upstream:
        virtual_key("health", base_url=upstream.origin)
        assert "openai/health/m" not in [each["id"] for each in admin.call("targets.list")["targets"]]
        ask(client, "health")
        known = target(admin, "openai/health/m")
    assert (known["provider"], known["virtual_key"], known["model"]) == ("openai", "health", "m")
    assert (known["state"], known["failures"], known["open_until"]) == ("closed", 0, None)
    assert (known["in_flight"], known["requests"], known["key_rejected"]) == (0, 1, False)
    assert known["latency_ms"]["ewma"] > 0


def test_a_target_without_a_key_of_the_vault(admin, client):
    client.call("chat.completions.create", chat())
    assert any(each["provider"] == "local" and each["virtual_key"] is None for each in admin.call("targets.list")["targets"])


def test_a_breaker_is_opened_and_closed_by_hand(admin, client, virtual_key):
    with HTTPUpstream(lambda exchange: exchange.json(completion())) as upstream:
        virtual_key("tripped", base_url=upstream.origin)
        ask(client, "tripped")
        opened = admin.call("targets.trip", {"id": "openai/tripped/m", "for_ms": 60_000})
        assert opened["state"] == "open" and opened["open_until"]
        with pytest.raises(RpcFailure) as caught:
            ask(client, "tripped")
        assert caught.value.type == "circuit_open" and 0 < caught.value.data["retry_after_ms"] <= 60_000
        assert len(upstream.exchanges) == 1
        closed = admin.call("targets.reset", {"id": "openai/tripped/m"})
        assert (closed["state"], closed["open_until"]) == ("closed", None)
        ask(client, "tripped")
        admin.call("targets.trip", {"id": "openai/tripped/m", "for_ms": 1})
        while target(admin, "openai/tripped/m")["state"] == "open":
            time.sleep(0.001)
        assert target(admin, "openai/tripped/m")["state"] == "half_open"
        ask(client, "tripped")  # the probe
        assert target(admin, "openai/tripped/m")["state"] == "closed"


@pytest.mark.parametrize("method", ["targets.reset", "targets.trip"])
def test_a_target_that_is_not_known(admin, client, method):
    client.call("chat.completions.create", chat())
    with pytest.raises(RpcFailure) as caught:
        admin.call(method, {"id": "no/such/target"})
    assert caught.value.type == "not_found" and "no/such/target" in caught.value.message


@pytest.mark.parametrize("params, path", [({}, "params.id"), ({"id": "x", "for_ms": 0}, "params.for_ms")])
def test_wrong_params_of_a_trip_are_refused(admin, params, path):
    with pytest.raises(RpcFailure) as caught:
        admin.call("targets.trip", params)
    assert caught.value.type == "invalid_params" and caught.value.data["path"] == path


def test_an_open_breaker_outlives_a_restart(make_daemon, connect):
    daemon = make_daemon()
    admin, client = connect(daemon, admin=True), connect(daemon)
    with HTTPUpstream(lambda exchange: exchange.json({"error": {"message": "no"}}, 500)) as upstream:
        for name in ("down", "up"):
            admin.call("virtual_keys.create", {
                "name": name, "provider": "openai", "secret": {"api_key": "sk"}, "base_url": upstream.origin})
        for number in range(10):
            known = target(admin, "openai/down/m") if number else None
            assert known is None or (known["state"], known["failures"]) == ("closed", number)
            with pytest.raises(RpcFailure):
                ask(client, "down")
        opened = target(admin, "openai/down/m")
        assert opened["state"] == "open"
        # Written behind the breaker by the same thread, and acknowledged once it is durable.
        admin.call("virtual_keys.update", {"name": "up", "note": "written"})
        daemon.kill()
        daemon.start()
        admin, client = connect(daemon, admin=True), connect(daemon)
        kept = target(admin, "openai/down/m")
        assert kept["state"] == "open" and abs(seconds(kept["open_until"]) - seconds(opened["open_until"])) < 2
        with pytest.raises(RpcFailure) as caught:
            ask(client, "down")
        assert caught.value.type == "circuit_open"
        admin.call("targets.reset", {"id": "openai/down/m"})
        assert daemon.stop() == 0
        daemon.start()
        admin = connect(daemon, admin=True)
        assert admin.call("targets.list")["targets"] == []


def seconds(text):
    """Of the day."""
    hours, minutes, rest = text.rstrip("Z").split("T")[1].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def test_a_direct_call_has_nothing_to_explain(admin, client):
    result = client.call("chat.completions.create", chat(options={"trace_id": "t-direct"}))
    explained, = admin.call("requests.explain", {"trace_id": "t-direct"})["requests"]
    assert explained["decisions"] is None
    assert explained["call"]["span_id"] == result["gateway"]["span_id"] and explained["call"]["status"] == 200


def test_a_fallback_is_explained_try_by_try(admin, client, virtual_key):
    with HTTPUpstream(lambda exchange: exchange.json({"error": {"message": "no"}}, 503)) as bad, \
            HTTPUpstream(lambda exchange: exchange.json(completion())) as good:
        virtual_key("why-bad", base_url=bad.origin)
        virtual_key("why-good", base_url=good.origin)
        config = {"strategy": {"mode": "fallback"}, "targets": [{"virtual_key": "why-bad"}, {"virtual_key": "why-good"}]}
        client.call("chat.completions.create", chat(model="m", provider=None, options={"config": config, "trace_id": "t-why"}))
    explained, = admin.call("requests.explain", {"trace_id": "t-why"})["requests"]
    assert explained["call"]["target"] == "config.targets[1]" and explained["call"]["attempts"] == 2
    tries = [step for step in explained["decisions"]["decisions"] if step["step"] == "try"]
    assert [(step["target"], step["end"], step["status"]) for step in tries] == [
        ("config.targets[0]", "answered", 503), ("config.targets[1]", "answered", 200)]
    assert explained["decisions"]["outcome"] == {"end": "finished", "try": 1}


def test_the_calls_of_a_trace_are_explained_in_their_order(admin, client):
    spans = [client.call("chat.completions.create", chat(options={"trace_id": "t-many"}))["gateway"]["span_id"] for _ in range(3)]
    explained = admin.call("requests.explain", {"trace_id": "t-many"})["requests"]
    assert [each["call"]["span_id"] for each in explained] == spans


def test_a_trace_that_is_not_there(admin):
    with pytest.raises(RpcFailure) as caught:
        admin.call("requests.explain", {"trace_id": "t-nowhere"})
    assert caught.value.type == "not_found" and "t-nowhere" in caught.value.message
