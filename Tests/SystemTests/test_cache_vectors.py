# SPDX-License-Identifier: Apache-2.0
"""Semantic hits whose vectors a provider makes: `cache.embeddings`."""

import os
import time

import pytest

from cached import CountingProvider, asking, text_of
from vectors import VectorProvider, answer

CHAT = "chat.completions.create"
QUESTION = "How do I reset my account password?"
PARAPHRASE = "How can I reset the password of my account?"
OTHER = "How do I bake a sourdough bread at home?"
#: Who answers the first, knows the second.
SAME = {QUESTION: 1, PARAPHRASE: 1}


def vectors_of(key, model="m", **more):
    return {"mode": "semantic", "verify_percent": 0, "embeddings": {"virtual_key": key, "model": model, **more}}


@pytest.fixture
def world(make_daemon, connect):
    """A daemon without a model of its own, a provider behind the key `k`, and one of vectors behind `v`."""
    running = []

    class World:
        def __init__(self, **configuration):
            self.provider, self.vectors = CountingProvider(), VectorProvider(SAME)
            self.daemon = make_daemon(config={"embedder_file": "/nonexistent.q8", **configuration})
            self.admin, self.client = connect(self.daemon, admin=True), connect(self.daemon)
            for name, provider in (("k", self.provider), ("v", self.vectors)):
                running.append(provider)
                self.key(name, provider)

        def key(self, name, provider):
            self.admin.call("virtual_keys.create", {
                "name": name, "provider": "openai", "secret": {"api_key": f"sk-{name}"}, "base_url": f"{provider.origin}/v1"})

        def ask(self, text, cache, **more):
            result = self.client.call(CHAT, asking("k", text, cache=cache, **more))
            return text_of(result), result["gateway"]["cache_status"]

        def stats(self, name):
            return self.admin.call("cache.stats")[name]

        def known(self, count):
            """Waits until so many questions are in the index, and their texts on the disk, where they are compared."""
            deadline = time.monotonic() + 20
            while min(self.stats("vectors"), self.stats("entries")) < count:
                assert time.monotonic() < deadline, self.admin.call("cache.stats")
                time.sleep(0.01)

        def near(self, text, rule):
            """The questions that are near to one."""
            config = {"virtual_key": "k", "cache": rule}
            told = self.client.call("cache.explain", {"request": asking("k", text)["request"], "config": config})
            return [each["text"] for each in told["candidates"]]

    yield World
    for each in running:
        each.close()


def test_a_providers_vectors_find_what_means_the_same(world):
    world = world()
    rule = vectors_of("v")
    assert world.ask(QUESTION, rule) == ("answer 1", "SEMANTIC MISS")
    world.known(1)
    result = world.client.call(CHAT, asking("k", PARAPHRASE, cache=rule, options={"metadata": {"team": "a"}}))
    assert (text_of(result), result["gateway"]["cache_status"]) == ("answer 1", "SEMANTIC HIT")
    assert result["gateway"]["cache"]["score"] > 0.99
    # What is near, and what is not; the rules hold as with any vectors.
    assert world.ask(OTHER, rule)[1] == "SEMANTIC MISS"
    world.vectors.meanings["How do I not reset my account password?"] = 1
    assert world.ask("How do I not reset my account password?", rule)[1] == "SEMANTIC MISS"
    # The question alone is sent, once, with its own key, and has its own row in the trace.
    assert world.vectors.bodies[:2] == [{"model": "m", "input": text, "encoding_format": "float"} for text in (QUESTION, PARAPHRASE)]
    assert {each.headers["authorization"] for each in world.vectors.exchanges} == {"Bearer sk-v"}
    deadline = time.monotonic() + 20
    while len(rows := world.admin.call("logs.list", {"filter": {"trace_id": result["gateway"]["trace_id"]}})["logs"]) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    own, = [row for row in rows if row["method"] == "embeddings.create"]
    assert (own["virtual_key"], own["model"], own["status"], own["usage"]) == ("v", "m", 200, {"input_tokens": 7})
    assert own["metadata"] == {"team": "a"}
    asked = len(world.vectors.exchanges)
    assert world.ask(QUESTION, rule) == ("answer 1", "HIT") and world.ask("What is the weather today?", rule)[0]
    assert len(world.vectors.exchanges) == asked and world.stats("embedding_failures") == 0


def test_it_outlives_the_daemon(world, connect):
    world = world()
    world.ask(QUESTION, vectors_of("v"))
    world.known(1)
    assert world.daemon.stop() == 0
    world.daemon.start()
    world.admin, world.client = connect(world.daemon, admin=True), connect(world.daemon)
    assert world.ask(PARAPHRASE, vectors_of("v")) == ("answer 1", "SEMANTIC HIT")


def test_vectors_of_two_models_are_never_compared(world):
    """The vectors are the same numbers throughout, so that only whose they are keeps them apart."""
    world = world()
    other = VectorProvider(SAME)
    with other:
        world.key("v2", other)
        world.vectors.meanings[QUESTION] = other.meanings[QUESTION] = 1
        rules = [vectors_of("v"), vectors_of("v", "n"), vectors_of("v2"), vectors_of("v", dimensions=6)]
        for number, rule in enumerate(rules):
            text = [QUESTION, PARAPHRASE, QUESTION, PARAPHRASE][number]
            # A namespace of its own would do it too, so there is none; a new answer each time.
            result = world.client.call(CHAT, asking("k", text, cache=rule, options={"cache_force_refresh": True}))
            assert result["gateway"]["cache_status"] == "REFRESH"
        world.known(2)
        # Each entry is known by the vector that was made last: the question's by v2's, the paraphrase's by the shorter one.
        third = "How can I reset my account password?"
        world.vectors.meanings[third] = other.meanings[third] = 1
        deadline = time.monotonic() + 20
        while (found := [world.near(third, rule) for rule in rules]) != [[], [], [QUESTION], [PARAPHRASE]]:
            assert time.monotonic() < deadline, found
            time.sleep(0.02)
        # The answer may say that another model made them.
        world.vectors.says = answer([world.vectors.vector(third, 6)], "newer")
        assert world.near(third, rules[3]) == []


def test_the_daemons_own_vectors_are_apart(world, embedder_model):
    world = world(embedder_file=str(embedder_model))
    own = {"mode": "semantic", "verify_percent": 0}
    world.ask(QUESTION, own)
    world.known(1)
    assert world.ask(PARAPHRASE, vectors_of("v"))[1] == "SEMANTIC MISS"
    world.known(2)
    world.vectors.meanings["How can I reset my account password?"] = 1
    found = [world.near("How can I reset my account password?", rule) for rule in (own, vectors_of("v"))]
    assert found == [[QUESTION], [PARAPHRASE]]


@pytest.mark.parametrize("trouble", [
    {"status": 500}, {"says": {"object": "list", "data": []}}, {"says": answer([[0, 0]])}, {"says": answer([["x"]])},
    {"says": answer([[1e999]])}, {"says": answer([[]])}, {"pause": 20},
])
def test_a_question_without_a_vector_is_answered_all_the_same(world, trouble):
    world = world()
    world.vectors.says = trouble.get("says")
    world.vectors.status, world.vectors.pause = trouble.get("status", 200), trouble.get("pause", 0)
    assert world.ask(QUESTION, vectors_of("v"))[0] == "answer 1"
    assert world.stats("embedding_failures") == 1
    assert world.ask(QUESTION, vectors_of("v")) == ("answer 1", "HIT")
    assert world.ask(PARAPHRASE, vectors_of("v", dimensions=3))[0] == "answer 2"
    assert (world.stats("embedding_failures"), world.stats("vectors")) == (2, 0)


def test_a_model_that_fails_on_is_not_asked_on(world):
    world = world()
    world.vectors.status = 500
    for number in range(60):
        world.ask(f"How do I reset the password of account {number}?", vectors_of("v"))
    assert world.stats("embedding_failures") == 60 and 5 <= len(world.vectors.exchanges) < 60
    target, = [each for each in world.admin.call("targets.list")["targets"] if each["virtual_key"] == "v"]
    assert target["state"] == "open"


def test_the_calls_own_time_limit_holds_for_its_vector(world):
    world = world()
    world.vectors.pause = 1  # less than a vector may take else
    assert world.ask(QUESTION, vectors_of("v"), options={"request_timeout": 100})[0] == "answer 1"
    assert world.stats("embedding_failures") == 1


def test_dimensions_that_were_asked_for_are_those_that_come(world):
    world = world()
    world.vectors.says = answer([[0.5, 0.5]])
    assert world.ask(QUESTION, vectors_of("v", dimensions=3))[0] == "answer 1"
    assert world.stats("embedding_failures") == 1 and world.vectors.bodies[0]["dimensions"] == 3


def test_what_cannot_be_asked_is_not_in_the_way(world):
    world = world()
    for number, rule in enumerate([
        vectors_of("nobody"), {"mode": "semantic", "embeddings": {"provider": "openai", "model": "m"}},
        {"mode": "semantic", "embeddings": {"provider": "anthropic", "model": "m"}},
    ]):
        assert world.ask(f"How do I reset the password of account {number}?", rule)[0] == f"answer {number + 1}"
    assert world.stats("embedding_failures") == 3
    config = {"virtual_key": "k", "cache": vectors_of("nobody")}
    told = world.client.call("cache.explain", {"request": asking("k", QUESTION)["request"], "config": config})
    assert (told["bypass"], told["candidates"]) == ("no_vector", [])


def test_a_key_that_the_caller_may_not_use_makes_no_vector(world):
    world = world()
    world.admin.call("policies.create", {"name": "p", "match": {"uid": [os.getuid()]}, "deny": {"virtual_keys": ["v"]}})
    assert world.ask(QUESTION, vectors_of("v"))[0] == "answer 1"
    assert world.vectors.exchanges == [] and world.stats("embedding_failures") == 1
    world.admin.call("policies.update", {"name": "p", "match": {"uid": [os.getuid()]}, "deny": {"models": ["m2"]}})
    assert world.ask(PARAPHRASE, vectors_of("v", "m2"))[0] == "answer 2"
    assert world.vectors.exchanges == []


def test_the_builtin_model_can_be_named_too(world, embedder_model):
    world = world(embedder_file=str(embedder_model))
    rule = {"mode": "semantic", "verify_percent": 0, "embeddings": {"provider": "local", "model": "local/all-minilm-l6-v2"}}
    world.ask(QUESTION, rule)
    world.known(1)
    assert world.ask(PARAPHRASE, rule) == ("answer 1", "SEMANTIC HIT")
