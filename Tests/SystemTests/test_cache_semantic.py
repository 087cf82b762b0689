# SPDX-License-Identifier: Apache-2.0
"""Semantic hits: a question that means the same, and no other, with what can be seen and said of them."""

import json
import runpy
import time

import pytest

import places
from cached import CountingProvider, asking, joined, text_of
from daemon_process import Daemon
from rpc_client import RpcFailure

CHAT = "chat.completions.create"

QUESTION = "How do I reset my account password?"
PARAPHRASE = "How can I reset the password of my account?"


@pytest.fixture
def semantic(make_daemon, connect, embedder_model):
    """A daemon with the embedder, a provider behind the key `k`, and connections to both sockets."""
    running = []

    class World:
        def __init__(self, **more):
            self.provider = CountingProvider(**more)
            running.append(self.provider)
            self.daemon = make_daemon(config={"embedder_file": str(embedder_model)})
            self.admin, self.client = connect(self.daemon, admin=True), connect(self.daemon)
            self.admin.call("virtual_keys.create", {
                "name": "k", "provider": "openai", "secret": {"api_key": "sk-x"}, "base_url": f"{self.provider.origin}/v1"})

        def ask(self, text, cache="semantic", **more):
            result = self.client.call(CHAT, asking("k", text, cache=cache, **more))
            return text_of(result), result["gateway"]["cache_status"]

        def known(self, count):
            """Waits until so many questions are in the index: they get there after their answer was given."""
            deadline = time.monotonic() + 20
            while self.admin.call("cache.stats")["vectors"] < count:
                assert time.monotonic() < deadline, self.admin.call("cache.stats")
                time.sleep(0.01)

    yield World
    for each in running:
        each.close()


NEVER_VERIFY = {"mode": "semantic", "verify_percent": 0}


def test_one_message_that_means_the_same_hits(semantic):
    world = semantic()
    assert world.ask(QUESTION, NEVER_VERIFY) == ("answer 1", "SEMANTIC MISS")
    world.known(1)
    result = world.client.call(CHAT, asking("k", PARAPHRASE, cache=NEVER_VERIFY))
    assert (text_of(result), result["gateway"]["cache_status"]) == ("answer 1", "SEMANTIC HIT")
    assert 0.8 < result["gateway"]["cache"]["score"] <= 1 and result["gateway"]["attempts"] == 0
    assert world.ask(QUESTION, NEVER_VERIFY) == ("answer 1", "HIT")
    chunks, result = world.client.stream(CHAT, asking("k", PARAPHRASE, cache=NEVER_VERIFY, stream=True))
    assert joined(chunks) == "answer 1" and result["gateway"]["cache_status"] == "SEMANTIC HIT"
    assert world.ask("How do I delete my account password?", NEVER_VERIFY)[1] == "SEMANTIC MISS"
    assert world.ask(PARAPHRASE, {**NEVER_VERIFY, "namespace": "other"})[1] == "SEMANTIC MISS"
    assert world.ask(PARAPHRASE, NEVER_VERIFY, temperature=0.3)[1] == "SEMANTIC MISS"
    assert world.ask(PARAPHRASE, "simple")[1] == "MISS"


def test_what_is_known_outlives_the_daemon(semantic, connect):
    world = semantic()
    world.ask(QUESTION, NEVER_VERIFY)
    world.known(1)
    assert world.daemon.stop() == 0
    world.daemon.start()
    world.admin, world.client = connect(world.daemon, admin=True), connect(world.daemon)
    world.known(1)
    assert world.ask(PARAPHRASE, NEVER_VERIFY) == ("answer 1", "SEMANTIC HIT")


def test_a_hit_from_before_a_restart_can_be_rejected_while_its_answer_is_there(semantic, connect):
    world = semantic()
    world.ask(QUESTION, NEVER_VERIFY)
    world.known(1)
    trace = world.client.call(CHAT, asking("k", PARAPHRASE, cache=NEVER_VERIFY))["gateway"]["trace_id"]
    assert world.daemon.stop() == 0
    world.daemon.start()
    world.admin, world.client = connect(world.daemon, admin=True), connect(world.daemon)
    world.known(1)
    assert world.client.call("cache.reject", {"trace_id": trace})["cache_status"] == "SEMANTIC HIT"
    assert world.admin.call("cache.stats")["namespaces"][0]["refuted"] == 1
    with pytest.raises(RpcFailure) as again:
        world.client.call("cache.reject", {"trace_id": trace})
    assert again.value.type == "not_found"


def test_shadow_serves_nothing_and_measures(semantic):
    world = semantic(answers=lambda request: "Paris." if "password" in json.dumps(request) else "no")
    world.ask(QUESTION, "shadow")
    world.known(1)
    assert world.ask(PARAPHRASE, "shadow") == ("Paris.", "SEMANTIC MISS")
    told = world.client.call("cache.explain", {"text": PARAPHRASE, "model": "m", "config": {"virtual_key": "k", "cache": "shadow"}})
    assert told["mode"] == "shadow"
    assert world.provider.asked == 2
    deadline = time.monotonic() + 20
    while not (spaces := world.admin.call("cache.stats")["namespaces"]):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    space, = spaces
    assert (space["verified"], space["refuted"], space["stopped"]) == (1, 0, False)
    assert space["interval"][0] == 0 and space["interval"][1] > 0.5


def test_a_namespace_that_is_wrong_too_often_stops(semantic):
    texts = iter(["It is 100 euros.", "It is 200 euros."] * 200)
    world = semantic(answers=lambda _: next(texts))
    rule = {"mode": "semantic", "verify_percent": 100}
    for number in range(40):
        for text in (
            f"How do I reset my password of account number {number}?", f"How can I reset the password of my account number {number}?",
        ):
            world.ask(text, rule)
        if (spaces := world.admin.call("cache.stats")["namespaces"]) and spaces[0]["stopped"]:
            break
        world.known(1)
        time.sleep(0.02)
    space, = world.admin.call("cache.stats")["namespaces"]
    assert space["stopped"] and space["refuted"] >= 2 and space["interval"][0] > 0.01
    assert "Semantic hits are not served any more" in world.daemon.log
    assert world.admin.call("cache.purge", {"scope": space["scope"]})["purged"] > 0
    space, = world.admin.call("cache.stats")["namespaces"]
    assert not space["stopped"]


def test_a_wrong_hit_can_be_rejected_once_and_by_its_caller(semantic):
    world = semantic()
    world.ask(QUESTION, NEVER_VERIFY)
    world.known(1)
    result = world.client.call(CHAT, asking("k", PARAPHRASE, cache=NEVER_VERIFY))
    trace = result["gateway"]["trace_id"]
    assert world.client.call("cache.reject", {"trace_id": trace})["cache_status"] == "SEMANTIC HIT"
    assert world.ask(PARAPHRASE, NEVER_VERIFY)[1] == "SEMANTIC MISS"
    with pytest.raises(RpcFailure) as again:
        world.client.call("cache.reject", {"trace_id": trace})
    assert again.value.type == "not_found"
    assert world.admin.call("cache.stats")["namespaces"][0]["refuted"] == 1


def test_namespaces_are_measured_apart(semantic):
    world = semantic(answers=lambda _: "Click on the link in the mail.")
    rule = {"mode": "semantic", "verify_percent": 100, "namespace": "help"}
    world.ask(QUESTION, rule)
    world.known(1)
    world.ask(PARAPHRASE, rule)
    deadline = time.monotonic() + 20
    while not (spaces := world.admin.call("cache.stats")["namespaces"]):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert [(space["namespace"], space["verified"]) for space in spaces] == [("help", 1)]


def test_it_can_be_explained(semantic):
    world = semantic()
    config = {"virtual_key": "k", "cache": "semantic"}
    ask = lambda text: world.client.call("cache.explain", {"request": asking("k", text)["request"], "config": config})
    world.ask(QUESTION)
    world.known(1)
    told = ask(PARAPHRASE)
    assert told["cache_status"] == "SEMANTIC HIT" and told["mode"] == "semantic"
    candidate, = told["candidates"]
    assert candidate["text"] == QUESTION and candidate["hit"] is True
    time.sleep(1.1)
    assert ask(PARAPHRASE)["candidates"][0]["age_s"] >= 1
    candidate, = ask("How do I not reset my account password?")["candidates"]
    assert candidate["hit"] is False and candidate["veto"] == "negation" and candidate["reason"]
    assert ask(QUESTION)["cache_status"] == "HIT"
    assert ask("What is the weather today?")["bypass"] == "volatile_text"
    assert world.provider.asked == 1


def test_without_a_model_it_is_the_simple_cache(make_daemon, connect):
    with CountingProvider() as provider:
        daemon = make_daemon(config={"embedder_file": "/nonexistent.q8"})
        admin, client = connect(daemon, admin=True), connect(daemon)
        admin.call("virtual_keys.create", {
            "name": "k", "provider": "openai", "secret": {"api_key": "sk-x"}, "base_url": f"{provider.origin}/v1"})
        asked = lambda text: client.call(CHAT, asking("k", text, cache="semantic"))["gateway"]["cache_status"]
        assert [asked(QUESTION), asked(QUESTION), asked(PARAPHRASE)] == ["MISS", "HIT", "MISS"]
        embedder = admin.call("cache.stats")["embedder"]
        assert embedder["state"] == "missing" and "fetch-embedder" in embedder["reason"]
        assert "There is no embedder" in daemon.log


def test_the_model_is_fetched_to_where_a_daemon_starts_and_finds_it(wicketd, short_folder, embedder_model, connect):
    """What the README says: fetch, start, ask."""
    home = short_folder()
    packed = runpy.run_path(str(places.ROOT / "packaging" / "fetch-embedder"), run_name="fetch_embedder")
    environment = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state")}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr("os.getuid", lambda: 1000)
        place = packed["state_directory"]() / embedder_model.name
        packed["write"](place, embedder_model.read_bytes())
    daemon = Daemon(home)
    daemon.command[daemon.command.index("--state-dir") + 1] = str(place.parent)
    try:
        daemon.start()
        assert connect(daemon, admin=True).call("cache.stats")["embedder"]["state"] == "ready"
    finally:
        daemon.kill()
