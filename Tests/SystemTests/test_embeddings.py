# SPDX-License-Identifier: Apache-2.0
"""`embeddings.create`: vectors from a provider, and from the daemon itself."""

import os
import time

import pytest

from rpc_client import RpcFailure
from vectors import PROBE, VectorProvider, answer, as_float, decoded, own_vectors
from wicket_ai import Wicket

EMBED = "embeddings.create"
OWN = "local/all-minilm-l6-v2"
TEXTS = ["How do I reset my password?", "Der Zug fährt um 7 Uhr.", "a", "word " * 400]


@pytest.fixture
def vector_provider(virtual_key):
    """Starts providers of vectors, each behind the key that is named."""
    running = []

    def make(key, kind="openai", **more):
        made = VectorProvider(**more)
        running.append(made)
        virtual_key(key, kind, base_url=f"{made.origin}/v1")
        return made

    yield make
    for each in running:
        each.close()


@pytest.fixture
def embedding(make_daemon, connect, embedder_model):
    """A daemon with the built-in model, and connections to it."""

    class World:
        def __init__(self, **more):
            self.daemon = make_daemon(config={"embedder_file": str(embedder_model), **more})
            self.admin, self.client = connect(self.daemon, admin=True), connect(self.daemon)

        def key(self, name, provider):
            self.admin.call("virtual_keys.create", {
                "name": name, "provider": "openai", "secret": {"api_key": "sk-x"}, "base_url": f"{provider.origin}/v1"})

    return World


def refusal(client, request, options=None):
    with pytest.raises(RpcFailure) as caught:
        client.call(EMBED, {"request": request, "options": options or {}})
    return caught.value


def row_of(admin, trace):
    deadline = time.monotonic() + 20
    while not (rows := admin.call("logs.list", {"filter": {"trace_id": trace}})["logs"]):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return rows[0]


def test_a_providers_answer_comes_as_it_is(client, admin, vector_provider):
    one = vector_provider("vectors-1")
    request = {"model": "m", "input": ["one", "two"], "dimensions": 4, "encoding_format": "float", "user": "u", "other": 1}
    result = client.call(EMBED, {"request": request, "options": {"virtual_key": "vectors-1"}})
    assert one.exchanges[0].path == "/v1/embeddings" and one.bodies == [request]
    assert one.exchanges[0].headers["authorization"] == "Bearer sk-test-secret"
    assert result["response"] == answer([one.vector("one", 4), one.vector("two", 4)])
    gateway = result["gateway"]
    assert (gateway["provider"], gateway["usage"], gateway["attempts"]) == ("openai", {"input_tokens": 7}, 1)
    row = row_of(admin, gateway["trace_id"])
    assert (row["method"], row["model"], row["usage"], row["stream"]) == (EMBED, "m", {"input_tokens": 7}, False)
    for tokens in ([1, 2, 3], [[1, 2], [3]]):
        one.says = answer([[0.5]])
        client.call(EMBED, {"request": {"model": "m", "input": tokens}, "options": {"virtual_key": "vectors-1"}})
        assert one.bodies[-1]["input"] == tokens


def test_it_has_no_stream(client, vector_provider):
    one = vector_provider("vectors-2")
    failure = refusal(client, {"model": "m", "input": "x", "stream": True}, {"virtual_key": "vectors-2"})
    assert (failure.type, failure.data["path"]) == ("invalid_params", "params.request.stream")
    assert "has no stream" in failure.message and one.exchanges == []


def test_anthropic_has_none(client, vector_provider):
    one = vector_provider("vectors-3", "anthropic")
    failure = refusal(client, {"model": "claude-3.5-sonnet", "input": "x"}, {"virtual_key": "vectors-3"})
    assert failure.type == "invalid_params" and "can't do embeddings.create" in failure.message and one.exchanges == []


def test_retries_fallbacks_and_broken_answers(client, vector_provider):
    first, second = vector_provider("vectors-4", status=503), vector_provider("vectors-5")
    config = {"strategy": {"mode": "fallback"}, "targets": [
        {"virtual_key": "vectors-4", "retry": {"attempts": 1}}, {"virtual_key": "vectors-5", "override_params": {"model": "n"}}]}
    result = client.call(EMBED, {"request": {"model": "m", "input": "x"}, "options": {"config": config}})
    assert result["gateway"]["target"] == "config.targets[1]" and result["response"]["model"] == "n"
    assert (len(first.exchanges), len(second.exchanges)) == (2, 1)
    second.says = {"object": "list"}
    failure = refusal(client, {"model": "m", "input": "x"}, {"virtual_key": "vectors-5"})
    assert failure.type == "upstream_error" and "without data" in failure.message


def test_the_same_texts_are_asked_for_once(client, vector_provider):
    one = vector_provider("vectors-6")

    def ask(text, mode="simple", **more):
        options = {"config": {"virtual_key": "vectors-6", "cache": mode}}
        result = client.call(EMBED, {"request": {"model": "m", "input": text, **more}, "options": options})
        return result["response"], result["gateway"]["cache_status"]

    fresh, status = ask(["x", "y"])
    assert status == "MISS" and ask(["x", "y"]) == (fresh, "HIT") and ask(["x", "y"], user="u") == (fresh, "HIT")
    assert ask(["y", "x"])[1] == ask(["x", "y"], dimensions=2)[1] == ask(["x", "y"], encoding_format="float")[1] == "MISS"
    one.says = {"object": "list", "data": [{"index": 0, "object": "embedding"}]}
    assert [ask("odd")[1], ask("odd")[1]] == ["MISS", "MISS"]


def test_the_clients_have_it(proxies, vector_provider):
    one = vector_provider("vectors-7")
    with Wicket(virtual_key="vectors-7", socket=proxies["use"]) as wicket:
        made = wicket.embeddings.create(model="m", input=("one", "two"), dimensions=2)
        assert made.data[1].embedding == one.vector("two", 2) and made.usage.prompt_tokens == 7
        assert wicket.embeddings.create(model="m", input="one", user="u").data[0].index == 0
        assert one.bodies[0] == {"model": "m", "input": ["one", "two"], "dimensions": 2}
        assert one.bodies[1] == {"model": "m", "input": "one", "user": "u"}


# MARK: The daemon's own


@pytest.mark.skipif(PROBE is None, reason="there is no wicket-embed: build it, or name it with WICKET_EMBED")
def test_the_daemon_makes_the_models_vectors_itself(embedding, embedder_model):
    world = embedding()
    expected = own_vectors(embedder_model, TEXTS)
    result = world.client.call(EMBED, {"request": {"model": OWN, "input": TEXTS}})
    response, gateway = result["response"], result["gateway"]
    assert [each["index"] for each in response["data"]] == [0, 1, 2, 3] and response["model"] == OWN
    assert {each["object"] for each in response["data"]} == {"embedding"} and response["object"] == "list"
    for made, (vector, _) in zip(response["data"], expected):
        assert [as_float(number) for number in made["embedding"]] == [as_float(number) for number in vector]
        assert len(vector) == 384 and abs(sum(number * number for number in vector) - 1) < 1e-5
    pieces = sum(count for _, count in expected)
    assert expected[3][1] == 256 and response["usage"] == {"prompt_tokens": pieces, "total_tokens": pieces}
    assert gateway["provider"] == "local" and gateway["usage"] == {"input_tokens": pieces} and gateway["virtual_key"] is None
    assert row_of(world.admin, gateway["trace_id"])["provider"] == "local"
    # The other form of the same numbers, and the other names of the same model.
    request = {"model": "all-minilm-l6-v2", "input": TEXTS[0], "encoding_format": "base64", "dimensions": 384}
    whole = world.client.call(EMBED, {"request": request, "options": {"provider": "local"}})["response"]
    assert decoded(whole["data"][0]["embedding"]) == [as_float(number) for number in expected[0][0]]


@pytest.mark.parametrize("change, words", [
    ({"dimensions": 256}, "has 384 dimensions"), ({"encoding_format": "int8"}, "float or base64"),
    ({"input": [1, 2]}, "takes no tokens"), ({"input": [[1], [2]]}, "takes no tokens"), ({"input": []}, "must not be empty"),
    ({"input": ["a", ""]}, "must not be empty"), ({"input": ["a"] * 2049}, "more than 2048 texts"),
    ({"input": ["a" * 1048576] * 5}, "more than 4 MiB"), ({"model": "local/echo"}, "all-minilm-l6-v2 only"),
])
def test_what_it_cannot_do_it_says(client, change, words):
    failure = refusal(client, {"model": OWN, "input": "x", **change})
    assert failure.type == "upstream_error" and failure.data["status"] in (400, 404) and words in failure.message


def test_its_models_that_make_trouble_do(client):
    assert refusal(client, {"model": "local/status-429", "input": "x"}).data["status"] == 429


def test_it_needs_no_cache(embedding):
    world = embedding(cache={"semantic_bytes": 0})
    assert world.admin.call("cache.stats")["embedder"]["state"] == "off"
    made = world.client.call(EMBED, {"request": {"model": OWN, "input": "x"}})["response"]
    assert len(made["data"][0]["embedding"]) == 384


def test_no_text_is_compared_by_its_meaning(embedding):
    world = embedding()
    ask = lambda text: world.client.call(EMBED, {
        "request": {"model": OWN, "input": text}, "options": {"config": {"provider": "local", "cache": "semantic"}}})
    texts = ["How do I reset my password?", "How can I reset my password?", "How do I reset my password?"]
    assert [ask(text)["gateway"]["cache_status"] for text in texts] == ["MISS", "MISS", "HIT"]
    assert world.admin.call("cache.stats")["vectors"] == 0


def test_a_time_limit_holds_for_it(embedding):
    world = embedding()
    failure = refusal(world.client, {"model": OWN, "input": ["word " * 300] * 2048}, {"request_timeout": 50})
    assert failure.type == "upstream_timeout"


def test_without_the_model_it_says_where_to_get_it(make_daemon, connect):
    with VectorProvider() as provider:
        daemon = make_daemon(config={"embedder_file": "/nonexistent.q8"})
        admin, client = connect(daemon, admin=True), connect(daemon)
        admin.call("virtual_keys.create", {
            "name": "k", "provider": "openai", "secret": {"api_key": "sk-x"}, "base_url": f"{provider.origin}/v1"})
        failure = refusal(client, {"model": OWN, "input": "x"})
        assert (failure.type, failure.data["status"], failure.data["retryable"]) == ("upstream_error", 404, False)
        assert "packaging/fetch-embedder --output /nonexistent.q8" in failure.message
        # Where it is missing, or made no vector, another one is asked; and the other way round.
        local, remote = {"provider": "local", "override_params": {"model": OWN}}, {"virtual_key": "k"}
        config = {"strategy": {"mode": "fallback"}, "targets": [local, remote]}
        result = client.call(EMBED, {"request": {"model": "m", "input": "x"}, "options": {"config": config}})
        assert (result["gateway"]["target"], len(provider.exchanges)) == ("config.targets[1]", 1)


def test_the_daemon_steps_in_for_a_provider(embedding):
    world = embedding()
    with VectorProvider(status=500) as provider:
        world.key("k", provider)
        config = {"strategy": {"mode": "fallback"}, "targets": [
            {"virtual_key": "k"}, {"provider": "local", "override_params": {"model": OWN}}]}
        result = world.client.call(EMBED, {"request": {"model": "m", "input": "x"}, "options": {"config": config}})
        assert (result["gateway"]["provider"], len(provider.exchanges)) == ("local", 1)


def test_policies_hold(embedding):
    world = embedding()
    with VectorProvider() as provider:
        world.key("k", provider)
        match = {"uid": [os.getuid()]}
        world.admin.call("policies.create", {"name": "p", "match": match, "deny": {"virtual_keys": ["k"]}})
        failure = refusal(world.client, {"model": "m", "input": "x"}, {"virtual_key": "k"})
        assert failure.type == "permission_denied" and provider.exchanges == []
        world.client.call(EMBED, {"request": {"model": OWN, "input": "x"}})
        world.admin.call("policies.update", {"name": "p", "match": match, "deny": {"models": ["all-minilm*", "local/all*"]}})
        assert refusal(world.client, {"model": OWN, "input": "x"}).type == "permission_denied"
        world.admin.call("policies.update", {"name": "p", "match": match, "deny": {"methods": [EMBED]}})
        assert refusal(world.client, {"model": OWN, "input": "x"}).type == "permission_denied"
