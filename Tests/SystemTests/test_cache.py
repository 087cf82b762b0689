# SPDX-License-Identifier: Apache-2.0
"""Exact hits: the same request has the same answer, whoever of the same user asks, and nothing else has."""

import itertools
import json

import pytest

from cached import CountingProvider, asking, joined, text_of
from rpc_client import RpcFailure

CHAT = "chat.completions.create"
_names = itertools.count(1)


@pytest.fixture
def counting(virtual_key):
    """A counting provider with a virtual key (`.key`) of its own, so that nothing of another test is in its cache."""
    running = []

    def make(**more):
        made = CountingProvider(**more)
        running.append(made)
        made.key = virtual_key(f"cached-{next(_names)}", base_url=f"{made.origin}/v1")
        return made

    yield make
    for each in running:
        each.close()


def asked_as(client, params):
    """The reply's text and cache status."""
    result = client.call(CHAT, params)
    return text_of(result), result["gateway"]["cache_status"]


def test_the_same_request_has_the_same_answer(client, connect, counting):
    provider = counting()
    assert asked_as(client, asking(provider.key)) == ("answer 1", "MISS")
    result = client.call(CHAT, asking(provider.key))
    assert text_of(result) == "answer 1"
    gateway = result["gateway"]
    assert gateway["cache_status"] == "HIT" and gateway["attempts"] == 0
    assert gateway["cache"]["age_s"] >= 0 and len(gateway["cache"]["entry"]) == 64
    assert gateway["cost"] == {"nano_usd": 0, "status": "priced"} and gateway["latency_ms"]["upstream"] is None
    assert asked_as(connect(), asking(provider.key)) == ("answer 1", "HIT")
    assert provider.asked == 1


def test_how_a_request_is_written_makes_no_difference(client, counting):
    provider = counting()
    first = asking(provider.key, temperature=0.5, stop=["a", "b"])
    assert asked_as(client, first) == ("answer 1", "MISS")
    again = json.dumps(dict(reversed(list(first["request"].items()))), indent=2).replace("\n", " ").replace("France", "Fr\\u0061nce")
    options = json.dumps(first["options"])
    client.send_line(
        b'{"jsonrpc":"2.0","id":"x","method":"%b","params":{"options":%b,"request":%b}}' % (CHAT.encode(), options.encode(), again.encode()))
    assert client.receive()["result"]["gateway"]["cache_status"] == "HIT"
    assert provider.asked == 1


@pytest.mark.parametrize("change", [
    {"temperature": 0.6}, {"max_tokens": 5}, {"seed": 1}, {"tools": []}, {"never_heard_of": None}, {"n": 2}, {"store": False},
    {"messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "What is the capital of France?"}]},
    {"messages": [{"role": "user", "content": "What is the capital of france?"}]},
    {"messages": [{"role": "user", "content": "What is the capital of France?", "name": "me"}]}, {"model": "n"},
], ids=str)
def test_every_other_difference_does(client, counting, change):
    provider = counting()
    assert asked_as(client, asking(provider.key, temperature=0.5)) == ("answer 1", "MISS")
    assert asked_as(client, asking(provider.key, **{"temperature": 0.5, **change})) == ("answer 2", "MISS")


def test_who_is_named_to_the_provider_makes_none(client, counting):
    provider = counting()
    assert asked_as(client, asking(provider.key)) == ("answer 1", "MISS")
    for extra in ({"user": "a"}, {"metadata": {"x": "y"}}, {"user": "b", "prompt_cache_key": "k"}):
        assert asked_as(client, asking(provider.key, **extra)) == ("answer 1", "HIT")
    assert asked_as(client, asking(provider.key, options={"metadata": {"team": "a"}, "trace_id": "t"})) == ("answer 1", "HIT")


def test_a_stream_is_served_from_a_whole_answer(client, counting):
    provider = counting(answers=lambda _: "one two three " * 60)
    whole = text_of(client.call(CHAT, asking(provider.key)))
    chunks, result = client.stream(CHAT, asking(provider.key, stream=True))
    assert result["response"] is None and result["gateway"]["cache_status"] == "HIT"
    assert joined(chunks) == whole and len(chunks) > 3
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant" and chunks[0]["object"] == "chat.completion.chunk"
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert not any(chunk.get("usage") for chunk in chunks)
    chunks, _ = client.stream(CHAT, asking(provider.key, stream=True, stream_options={"include_usage": True}))
    assert chunks[-1]["choices"] == [] and chunks[-1]["usage"]["total_tokens"] == 3
    assert provider.asked == 1


def test_a_whole_answer_is_served_from_a_stream(client, counting):
    provider = counting()
    chunks, result = client.stream(CHAT, asking(provider.key, stream=True))
    assert result["gateway"]["cache_status"] == "MISS" and result["gateway"]["attempts"] == 1
    result = client.call(CHAT, asking(provider.key))
    assert result["gateway"]["cache_status"] == "HIT" and text_of(result) == joined(chunks)
    assert result["response"]["object"] == "chat.completion" and result["response"]["choices"][0]["finish_reason"] == "stop"
    again, result = client.stream(CHAT, asking(provider.key, stream=True))
    assert joined(again) == joined(chunks) and result["gateway"]["cache_status"] == "HIT"
    assert provider.asked == 1


@pytest.mark.parametrize("more", [{"status": 429}, {"status": 500}, {"finish": "content_filter"}, {"answers": lambda _: ""}], ids=str)
def test_what_is_no_good_answer_is_not_kept(client, counting, more):
    provider = counting(**more)
    for _ in range(2):
        try:
            result = client.call(CHAT, asking(provider.key))
            assert result["gateway"]["cache_status"] == "MISS"
        except RpcFailure as failure:
            assert failure.type == "upstream_error"
    assert provider.asked == 2


def test_a_new_answer_can_be_asked_for(client, counting):
    provider = counting()
    assert asked_as(client, asking(provider.key)) == ("answer 1", "MISS")
    assert asked_as(client, asking(provider.key, options={"cache_force_refresh": True})) == ("answer 2", "REFRESH")
    assert asked_as(client, asking(provider.key)) == ("answer 2", "HIT")


def test_namespaces_and_what_a_rule_varies_by_keep_answers_apart(client, counting):
    provider = counting()
    assert asked_as(client, asking(provider.key)) == ("answer 1", "MISS")
    assert asked_as(client, asking(provider.key, options={"cache_namespace": "n"})) == ("answer 2", "MISS")
    assert asked_as(client, asking(provider.key, options={"cache_namespace": "n"})) == ("answer 2", "HIT")
    assert asked_as(client, asking(provider.key, cache={"mode": "simple", "namespace": "n"})) == ("answer 2", "HIT")
    vary = {"mode": "simple", "vary": ["metadata.team", "user"]}
    assert asked_as(client, asking(provider.key, cache=vary, options={"metadata": {"team": "a"}})) == ("answer 3", "MISS")
    assert asked_as(client, asking(provider.key, cache=vary, options={"metadata": {"team": "b"}})) == ("answer 4", "MISS")
    assert asked_as(client, asking(provider.key, cache=vary, options={"metadata": {"team": "a"}})) == ("answer 3", "HIT")
    assert asked_as(client, asking(provider.key, cache=vary, user="u", options={"metadata": {"team": "a"}})) == ("answer 5", "MISS")


def test_forwarded_headers_keep_answers_apart(client, counting):
    provider = counting()
    assert asked_as(client, asking(provider.key, options={"forward_headers": {"x-beta": "1"}})) == ("answer 1", "MISS")
    assert asked_as(client, asking(provider.key, options={"forward_headers": {"x-beta": "2"}})) == ("answer 2", "MISS")
    assert asked_as(client, asking(provider.key, options={"forward_headers": {"x-beta": "1"}})) == ("answer 1", "HIT")


def test_without_a_rule_nothing_is_kept(client, counting):
    provider = counting()
    for cache in ("off", False, None):
        params = asking(provider.key, cache=cache)
        if cache is None:
            del params["options"]["config"]["cache"]
        if cache == "off":
            params["options"]["config"]["cache"] = {"mode": "off"}
        assert asked_as(client, params)[1] == "DISABLED"
    assert provider.asked == 3


def test_each_target_of_a_fallback_has_its_own_answers(client, counting):
    broken, sound = counting(status=503), counting()
    config = {"strategy": {"mode": "fallback"}, "cache": "simple", "targets": [{"virtual_key": broken.key}, {"virtual_key": sound.key}]}
    params = {**asking(sound.key), "options": {"config": config}}
    first = client.call(CHAT, params)
    assert first["gateway"]["target"] == "config.targets[1]" and first["gateway"]["cache_status"] == "MISS"
    again = client.call(CHAT, params)
    assert again["gateway"]["cache_status"] == "HIT" and text_of(again) == text_of(first)
    assert (broken.asked, sound.asked) == (2, 1)


def test_a_hit_says_nothing_of_the_targets_health(client, admin, counting):
    provider = counting()
    for _ in range(3):
        client.call(CHAT, asking(provider.key))
    target, = [each for each in admin.call("targets.list")["targets"] if each["virtual_key"] == provider.key]
    assert target["requests"] == 1 and target["in_flight"] == 0


def test_answers_outlive_the_daemon(make_daemon, connect):
    with CountingProvider() as provider:
        daemon = make_daemon()
        admin, client = connect(daemon, admin=True), connect(daemon)
        admin.call("virtual_keys.create", {
            "name": "k", "provider": "openai", "secret": {"api_key": "sk-x"}, "base_url": f"{provider.origin}/v1"})
        assert asked_as(client, asking("k")) == ("answer 1", "MISS")
        assert daemon.stop() == 0
        daemon.start()
        assert asked_as(connect(daemon), asking("k")) == ("answer 1", "HIT")
        daemon.kill()
        for file in daemon.state.glob("cache.db*"):
            file.write_bytes(b"this is no database" * 400)
        daemon.start()
        client = connect(daemon)
        assert asked_as(client, asking("k")) == ("answer 2", "MISS")
        assert asked_as(client, asking("k")) == ("answer 2", "HIT")


def test_an_exact_hit_can_be_rejected_and_explained(client, counting):
    provider = counting()
    params = asking(provider.key, cache={"mode": "simple", "namespace": "n"})
    client.call(CHAT, params)
    told = client.call("cache.explain", {"request": params["request"], "options": params["options"]})
    assert (told["cache_status"], told["mode"], told["namespace"], told["target"]) == ("HIT", "simple", "n", "config")
    hit = client.call(CHAT, params)["gateway"]
    assert hit["cache"]["entry"] == told["entry"]
    rejected = client.call("cache.reject", {"trace_id": hit["trace_id"]})
    assert rejected["cache_status"] == "HIT" and rejected["entry"] == told["entry"]
    assert asked_as(client, params) == ("answer 2", "MISS")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_what_is_kept_is_given_while_breakers_are_open(client, admin, counting, explain, stream):
    provider = counting()
    assert asked_as(client, asking(provider.key)) == ("answer 1", "MISS")
    target, = [each for each in admin.call("targets.list")["targets"] if each["virtual_key"] == provider.key]
    admin.call("targets.trip", {"id": target["id"], "for_ms": 60_000})
    chunks, result = client.stream(CHAT, asking(provider.key, stream=stream))
    assert (joined(chunks) if stream else text_of(result)) == "answer 1"
    gateway = result["gateway"]
    assert (gateway["cache_status"], gateway["attempts"], gateway["cost"]["nano_usd"]) == ("HIT", 0, 0)
    assert explain(gateway["trace_id"])["outcome"] == {"end": "kept", "target": "config"}
    with pytest.raises(RpcFailure) as refused:
        client.call(CHAT, asking(provider.key, "Something else?"))
    assert refused.value.type == "circuit_open"


def test_without_a_disk_it_goes_on(make_daemon, connect):
    with CountingProvider() as provider:
        daemon = make_daemon(start=False, config={"cache": {"semantic_bytes": 0}})
        (daemon.state / "cache.db").mkdir(parents=True)
        daemon.state.chmod(0o700)
        daemon.start()
        admin, client = connect(daemon, admin=True), connect(daemon)
        admin.call("virtual_keys.create", {
            "name": "k", "provider": "openai", "secret": {"api_key": "sk-x"}, "base_url": f"{provider.origin}/v1"})
        assert [asked_as(client, asking("k")) for _ in range(2)] == [("answer 1", "MISS"), ("answer 1", "HIT")]
        stats = admin.call("cache.stats")
        assert stats["trouble"] and stats["embedder"]["state"] == "off"
