# SPDX-License-Identifier: Apache-2.0
"""What calls cost: in the reply, in the journal, by one's own prices; and the catalog that says so."""

import json

import pytest

from cached import CountingProvider, asking
from http_upstream import completion, piece
from routed import ask, failure_of, fallback
from rpc_client import RpcFailure, chat
from scripted_provider import fails

USAGE = {"prompt_tokens": 2006, "completion_tokens": 300, "total_tokens": 2306,
         "prompt_tokens_details": {"cached_tokens": 1920, "audio_tokens": 0},
         "completion_tokens_details": {"reasoning_tokens": 64, "audio_tokens": 0}}
#: By the published price of gpt-4o.
COST = 86 * 2500 + 1920 * 1250 + 300 * 10_000


def answers(usage=None, model="gpt-4o-2024-08-06"):
    def step(exchange):
        whole = completion("hello")
        whole["model"] = model
        whole.pop("usage", None)
        if usage:
            whole["usage"] = usage
        exchange.json(whole)

    return step


def streams(*texts, usage=None, end=True):
    def step(exchange):
        exchange.start_events()
        for index, text in enumerate(texts):
            exchange.send_event(piece(text, "stop" if end and index == len(texts) - 1 else None))
        if not end:
            raise EOFError
        if usage:
            exchange.send_event({**piece(""), "choices": [], "usage": usage})
        exchange.end_events()

    return step


def row_of(admin, trace_id):
    row, = admin.call("logs.list", {"filter": {"trace_id": trace_id}})["logs"]
    return row


def call(client, provider, model="gpt-4o", **more):
    return client.call("chat.completions.create", chat(
        model=model, provider=None, options={"virtual_key": provider.key}, **more))


def test_a_call_costs_what_its_usage_comes_to_and_the_row_says_by_which_price(client, admin, provider):
    gateway = call(client, provider(answers(USAGE)))["gateway"]
    assert gateway["cost"] == {"nano_usd": COST, "status": "priced"}
    row = row_of(admin, gateway["trace_id"])
    assert row["cost"] == gateway["cost"] and row["saved_nano_usd"] is None
    listed, = [each for each in client.call("models.list", {"request": {"provider": "openai", "search": "gpt-4o-2024-08-06"}})
               ["response"]["data"] if each["id"] == "gpt-4o-2024-08-06"]
    assert row["price_digest"] == listed["digest"] and len(listed["digest"]) == 16
    assert listed["prices"] == {"input_nano_usd": 2500, "output_nano_usd": 10_000, "cache_read_nano_usd": 1250}


def test_anthropic_s_cache_writes_are_billed_beside_its_input(client, provider):
    usage = {"input_tokens": 12, "cache_creation_input_tokens": 1993, "cache_read_input_tokens": 100, "output_tokens": 11,
             "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 1993}}
    message = {"id": "m", "type": "message", "role": "assistant", "model": "claude-haiku-4-5-20251001", "stop_reason": "end_turn",
               "content": [{"type": "text", "text": "hi"}], "usage": usage}
    asked = provider(lambda exchange: exchange.json(message), kind="anthropic")
    gateway = call(client, asked, model="claude-haiku-4-5", max_tokens=9)["gateway"]
    assert gateway["cost"]["nano_usd"] == 12 * 1000 + 1993 * 2000 + 100 * 100 + 11 * 5000


def test_what_nobody_has_a_price_of_is_unpriced_and_never_0(client, admin, provider):
    for asked, model in ((provider(answers(USAGE, model="unheard-of")), "nor-of-this"), (provider(answers(None)), "gpt-4o")):
        gateway = call(client, asked, model=model)["gateway"]
        assert gateway["cost"] == {"nano_usd": None, "status": "unpriced"}
        assert row_of(admin, gateway["trace_id"])["cost"] == gateway["cost"]


def test_tries_are_billed_together_and_those_that_failed_cost_nothing(client, admin, provider, saved_config):
    name = saved_config(fallback(provider(then=fails(500)), provider(answers(USAGE))))
    gateway = ask(client, name, model="gpt-4o")["gateway"]
    assert gateway["cost"] == {"nano_usd": COST, "status": "priced"} and gateway["attempts"] == 2
    failed = failure_of(client, {"virtual_key": provider(then=fails(500)).key}, model="gpt-4o")
    assert row_of(admin, failed.data["trace_id"])["cost"] == {"nano_usd": 0, "status": "priced"}


def test_a_stream_that_says_what_it_used_is_priced_and_one_that_does_not_is_estimated(client, admin, provider):
    def stream(*script):
        params = chat(model="gpt-4o", provider=None, stream=True, options={"virtual_key": provider(*script).key})
        try:
            _, result = client.stream("chat.completions.create", params)
            return result["gateway"]["trace_id"], result["gateway"]["cost"]
        except RpcFailure as failure:
            return failure.data["trace_id"], None

    trace_id, cost = stream(streams("a", "b", usage=USAGE))
    assert cost == {"nano_usd": COST, "status": "priced"}
    trace_id, cost = stream(streams("he", "llo", " you"))
    assert cost["status"] == "estimated" and cost["nano_usd"] >= 3 * 10_000
    row = row_of(admin, trace_id)
    assert row["cost"] == cost and row["usage"]["output_tokens"] >= 3 and row["usage"]["input_tokens"] > 10
    trace_id, _ = stream(streams("one two three four", "a" * 4000, "c", end=False))
    row = row_of(admin, trace_id)
    assert row["status"] != 200 and row["cost"]["status"] == "estimated"
    assert 900 <= row["usage"]["output_tokens"] <= 1100


def test_a_kept_answer_costs_nothing_and_says_what_it_saved(client, admin, virtual_key):
    class Priced(CountingProvider):
        def _answer(self, exchange):
            answers(USAGE)(exchange)

    with Priced() as upstream:
        key = virtual_key("saved-costs", base_url=f"{upstream.origin}/v1")
        before = admin.call("cache.stats")["saved"]["nano_usd"]
        first, second = (client.call("chat.completions.create", asking(key, "What does it cost?", model="gpt-4o"))["gateway"]
                         for _ in range(2))
    assert (first["cache_status"], second["cache_status"]) == ("MISS", "HIT")
    assert first["cost"]["nano_usd"] == COST and second["cost"] == {"nano_usd": 0, "status": "priced"}
    assert row_of(admin, second["trace_id"])["saved_nano_usd"] == COST
    assert admin.call("cache.stats")["saved"]["nano_usd"] == before + COST


def test_own_prices_go_over_the_list_and_a_reload_changes_them(make_daemon, connect):
    daemon = make_daemon(config={"prices": {"local/echo": {"input_nano_usd": 2.5, "output_nano_usd": 10}}})
    admin, client = connect(daemon, admin=True), connect(daemon)

    def gateway():
        return client.call("chat.completions.create", chat())["gateway"]

    one = gateway()
    usage = one["usage"]
    thousandths = usage["input_tokens"] * 2500 + usage["output_tokens"] * 10_000
    assert one["cost"] == {"nano_usd": (thousandths + 500) // 1000, "status": "priced"}
    digest = row_of(admin, one["trace_id"])["price_digest"]
    daemon.config_file.write_text(json.dumps({"prices": {"echo": {"request_nano_usd": 100_000_000}, "openai/gpt-4o": {
        "input_nano_usd": 1}}}))
    assert admin.call("system.reload")["needs_restart"] == []
    two = gateway()
    assert two["cost"]["nano_usd"] == 100_000_000
    assert row_of(admin, two["trace_id"])["price_digest"] not in (None, digest)
    models = client.call("models.list", {"request": {"provider": "openai", "search": "gpt-4o"}})["response"]["data"]
    listed = next(model for model in models if model["id"] == "gpt-4o")
    assert listed["own"] and listed["prices"] == {"input_nano_usd": 1, "output_nano_usd": 0}
    daemon.config_file.write_text(json.dumps({"prices": {"echo": {"input_usd": 1}}}))
    with pytest.raises(RpcFailure) as caught:
        admin.call("system.reload")
    assert "input_nano_usd" in caught.value.message
    daemon.config_file.write_text("{}")
    admin.call("system.reload")
    three = gateway()
    assert three["cost"] == {"nano_usd": 0, "status": "priced"}
    assert row_of(admin, three["trace_id"])["price_digest"] is None


def test_the_catalog_is_listed_page_by_page(client):
    def page(**request):
        return client.call("models.list", {"request": request})

    first = page(limit=1000)
    assert first["gateway"]["provider"] is None and first["gateway"]["cost"]["nano_usd"] == 0
    models, cursor = first["response"]["data"], first["response"]["next_cursor"]
    while cursor is not None:
        response = page(limit=1000, cursor=cursor)["response"]
        models, cursor = models + response["data"], response["next_cursor"]
    assert len(models) >= 1500 and all(model["prices"] for model in models)
    names = [(model["owned_by"], model["id"].lower()) for model in models]
    assert len(set(names)) == len(names) and names == sorted(names)
    assert len(first["response"]["prices"]["digest"]) == 64 and first["response"]["prices"]["date"] >= "2026"
    found = page(provider="anthropic", search="SONNET-4-5", mode="chat")["response"]["data"]
    assert found and all(model["owned_by"] == "anthropic" and "sonnet-4-5" in model["id"] for model in found)
    assert found[0]["context_tokens"] == 200_000 and "image" in found[0]["accepts"] and found[0]["produces"] == ["text"]
    assert page(search="no such model")["response"]["data"] == []
    wrong = ({"cursor": "7"}, {"cursor": "x"}, {"mode": "talk"}, {"limit": 0}, {"provider": 1}, {"modle": "x"})
    for request, path in ((request, next(iter(request))) for request in wrong):
        with pytest.raises(RpcFailure) as caught:
            page(**request)
        assert caught.value.type == "invalid_params" and caught.value.data["path"] == f"params.request.{path}"
