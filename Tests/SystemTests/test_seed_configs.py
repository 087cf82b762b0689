# SPDX-License-Identifier: Apache-2.0
"""The configs of Portkey's guide to Anthropic, in their own meaning, through the real socket with two providers.

Where the guide's text and its JSON disagree the JSON is followed: `paid` leads to the target that is called `free-model`, and
every split is between two models of the one key that is named.
"""

import itertools

import pytest

import recordings
from routed import ask, routed, text_of
from scripted_provider import ScriptedProvider, fails, ok, wants_stream

SONNET, HAIKU = "claude-3-5-sonnet-20241022", "claude-3-5-haiku-20241022"

GUARDRAILS = {
    "before_request_hooks": [{"id": "input-guardrail-1"}],
    "after_request_hooks": [{"id": "output-guardrail-1"}],
}
SEMANTIC_CACHE = {"cache": {"mode": "semantic"}}
RETRY_AND_FALLBACK = {
    "retry": {"attempts": 3},
    "fallback": {"targets": [{"virtual_key": "openai-virtual-key"}, {"virtual_key": "anthropic-virtual-key"}]},
}
BY_PLAN = {
    "strategy": {
        "mode": "conditional",
        "conditions": [
            {"query": {"metadata.user_plan": {"$eq": "paid"}}, "then": "free-model"},
            {"query": {"metadata.user_plan": {"$eq": "free"}}, "then": "paid-model"},
        ],
        "default": "free-model",
    },
    "targets": [
        {"name": "free-model", "virtual_key": "anthropic-virtual-key", "override_params": {"model": "claude-3.5-haiku"}},
        {"name": "paid-model", "virtual_key": "anthropic-virtual-key", "override_params": {"model": "claude-3.5-sonnet"}},
    ],
}
SPLIT = {
    "strategy": {"mode": "loadbalance"},
    "targets": [
        {"virtual_key": "anthropic-virtual-key", "override_params": {"model": "claude-3.5-haiku"}, "weight": 0.7},
        {"virtual_key": "anthropic-virtual-key", "override_params": {"model": "claude-3.5-sonnet"}, "weight": 0.3},
    ],
}
#: The same retries with waits that a provider can name, so that they need not last.
QUICK_RETRY = {**RETRY_AND_FALLBACK, "retry": {"attempts": 3, "use_retry_after_header": True}}


def recorded(provider, endpoint):
    """A step that answers as the provider did when it was recorded, and the text that it said, whole and streamed; our own words
    where the recordings are absent."""
    def is_plain(record):
        return (record["fidelity"], record["response"]["status"]) == ("wire", 200) and \
            set(record["features"]) <= {"finish:stop", "finish:end_turn"}

    records = [record for record in recordings.load(provider, endpoint) if is_plain(record)]
    whole = next((record["response"]["body"] for record in records if not record["stream"]), None)
    stream = next((record for record in records if record["stream"]), None)
    if whole is None or stream is None:
        return ok(), {False: "hello", True: "hello"}

    def step(exchange):
        if wants_stream(exchange):
            exchange.reply(stream["response"]["body"].encode(), kind="text/event-stream")
        else:
            exchange.json(whole)

    events = recordings.events(stream)
    if provider == "anthropic":
        read, streamed = recordings.expected_of_message, recordings.message_of(events)
        return step, {False: read(whole)["text"], True: read(streamed)["text"]}
    return step, {False: recordings.summary_of_completion(whole)["text"], True: recordings.summary_of_chunks(events)["text"]}


@pytest.fixture(scope="module")
def answers():
    return recorded("openai", "chat"), recorded("anthropic", "messages")


@pytest.fixture
def providers(answers, virtual_key):
    """Both providers, and the order in which they were asked."""
    order = []
    made = []
    for name, (step, said) in zip(("openai", "anthropic"), answers):
        provider = ScriptedProvider(then=step, order=order, name=name)
        provider.said = said
        virtual_key(f"{name}-virtual-key", name, base_url=f"{provider.origin}/v1")
        made.append(provider)
    with made[0], made[1]:
        yield *made, order


@pytest.fixture(params=["inline", "saved"])
def form(request, saved_config):
    """Gives a config as the request's own, or saves it and gives its name."""
    return saved_config if request.param == "saved" else lambda config: config


@pytest.fixture(params=[False, True], ids=["whole", "stream"])
def stream(request):
    return request.param


CALLER = {"virtual_key": "anthropic-virtual-key"}
_numbers = itertools.count(1)


@pytest.fixture
def model():
    """One that no other test has: breakers and retry budgets are a model's, and the keys have the guide's names in all tests."""
    return f"model-{next(_numbers)}"


@pytest.mark.parametrize("config", [GUARDRAILS, SEMANTIC_CACHE], ids=["guardrails", "semantic cache"])
def test_a_config_without_targets_goes_to_the_callers_own_key(client, providers, form, stream, config):
    openai, anthropic, _ = providers
    result = ask(client, form(config), model="claude-3.5-sonnet", stream=stream, options=CALLER)
    assert result["response"] == anthropic.said[stream]
    assert (openai.count, anthropic.models) == (0, [SONNET])
    assert (result["gateway"]["virtual_key"], result["gateway"]["target"]) == ("anthropic-virtual-key", "config")
    # What does not take effect yet is said, and never passed over.
    for key in config.keys() - SEMANTIC_CACHE.keys():
        assert any(key in warning for warning in result["gateway"]["warnings"]), result["gateway"]["warnings"]


def test_fallback_beside_retry_asks_the_first_target_alone_while_it_is_well(client, providers, form, stream):
    openai, anthropic, order = providers
    result = ask(client, form(RETRY_AND_FALLBACK), model="claude-3.5-sonnet", stream=stream)
    assert result["response"] == openai.said[stream]
    assert (order, openai.models) == (["openai"], ["claude-3.5-sonnet"])
    assert result["gateway"]["virtual_key"] == "openai-virtual-key"
    assert (result["gateway"]["attempts"], result["gateway"]["retry_attempt_count"]) == (1, 0)


def test_a_call_that_names_a_key_of_its_own_is_retried_there_and_falls_back_from_there(client, providers, form, stream, model):
    """As the guide tells it: the call itself, then OpenAI, then Anthropic."""
    openai, anthropic, order = providers
    anthropic.says(*[fails(429, retry_after_ms=1)] * 4)
    openai.says(then=fails(429, retry_after_ms=1))
    result = ask(client, form(QUICK_RETRY), model=model, stream=stream, options=CALLER)
    assert result["response"] == anthropic.said[stream]
    assert order == ["anthropic"] * 4 + ["openai"] * 4 + ["anthropic"]
    assert (result["gateway"]["attempts"], result["gateway"]["retry_attempt_count"]) == (9, 0)


@pytest.mark.parametrize("first", [429, 503])
def test_a_failure_is_retried_and_the_second_target_is_not_asked(client, providers, form, stream, model, first):
    openai, anthropic, order = providers
    openai.says(fails(first, retry_after_ms=1), fails(429, retry_after_ms=1))
    result = ask(client, form(QUICK_RETRY), model=model, stream=stream)
    assert result["response"] == openai.said[stream]
    assert order == ["openai"] * 3
    assert (result["gateway"]["attempts"], result["gateway"]["retry_attempt_count"]) == (3, 2)


def test_after_its_retries_the_next_target_is_asked(client, providers, form, stream, model):
    openai, anthropic, order = providers
    openai.says(then=fails(429, retry_after_ms=1))
    result = ask(client, form(QUICK_RETRY), model=model, stream=stream)
    assert result["response"] == anthropic.said[stream]
    assert order == ["openai"] * 4 + ["anthropic"]
    assert anthropic.models == [model]
    assert (result["gateway"]["virtual_key"], result["gateway"]["attempts"]) == ("anthropic-virtual-key", 5)


def test_as_written_it_backs_off_and_falls_back(connect, providers, saved_config, explain):
    """The waits are up to 1, 2 and 4 seconds: all kinds of call go at once, each to a model of its own."""
    openai, anthropic, order = providers
    openai.says(then=fails(500))
    saved = saved_config(RETRY_AND_FALLBACK)
    kinds = [(config, stream) for config in (RETRY_AND_FALLBACK, saved) for stream in (False, True)]
    clients = [connect() for _ in kinds]
    ids = [
        each.request("chat.completions.create", routed(config, model=f"gpt-{index}", stream=stream))
        for index, (each, (config, stream)) in enumerate(zip(clients, kinds))
    ]
    for index, (each, identifier) in enumerate(zip(clients, ids)):
        chunks, result = each.outcome(identifier)
        text = text_of(chunks) or result["response"]["choices"][0]["message"]["content"]
        assert text == anthropic.said[kinds[index][1]]
        assert openai.models.count(f"gpt-{index}") == 4 and anthropic.models.count(f"gpt-{index}") == 1
        waits = [step for step in explain(result["gateway"]["trace_id"])["decisions"] if step["step"] == "wait"]
        assert [step["why"] for step in waits] == ["backoff"] * 3
        assert all(0 <= step["ms"] <= most for step, most in zip(waits, (1000, 2000, 4000)))
    assert order.count("openai") == 16 and order[-1] == "anthropic"


@pytest.mark.parametrize("metadata, model, target", [
    ({"user_plan": "paid"}, HAIKU, "config.targets[0]"),
    ({"user_plan": "free"}, SONNET, "config.targets[1]"),
    ({"user_plan": "trial"}, HAIKU, "config.targets[0]"),
    ({}, HAIKU, "config.targets[0]"),
    (None, HAIKU, "config.targets[0]"),
])
def test_the_plan_of_the_user_chooses_the_model(client, providers, form, stream, metadata, model, target):
    openai, anthropic, _ = providers
    options = {} if metadata is None else {"metadata": metadata}
    result = ask(client, form(BY_PLAN), model="claude-3.5-opus", stream=stream, options=options)
    assert result["response"] == anthropic.said[stream]
    assert (openai.count, anthropic.models, result["gateway"]["target"]) == (0, [model], target)


def test_seventy_of_a_hundred_go_to_the_one_model(client, providers, form, explain):
    openai, anthropic, _ = providers
    calls = 200
    config = form(SPLIT)
    ids = {client.request("chat.completions.create", routed(config, model="claude-3.5-opus")) for _ in range(calls)}
    targets = {}
    while ids:
        message = client.receive()
        ids.remove(message["id"])
        gateway = message["result"]["gateway"]
        targets[gateway["trace_id"]] = gateway["target"]
    assert set(anthropic.models) == {HAIKU, SONNET} and openai.count == 0
    assert anthropic.models.count(HAIKU) == sum(target == "config.targets[0]" for target in targets.values())
    # Six standard deviations: fails by chance once in five hundred million runs.
    assert abs(anthropic.models.count(HAIKU) - 0.7 * calls) < 6 * (calls * 0.7 * 0.3) ** 0.5
    # And exactly: the value that was drawn lies on the part of the one that was asked.
    for trace_id in list(targets)[:10]:
        draw, = [each for each in explain(trace_id)["decisions"] if each["step"] == "draw"]
        assert draw["total"] == pytest.approx(1)
        assert targets[trace_id] == f"config.targets[{draw['child']}]"
        assert draw["child"] == (0 if draw["value"] * draw["total"] < 0.7 else 1)
