# SPDX-License-Identifier: Apache-2.0
"""A chat and a message, streamed or not, as a client sees them; the provider is `local` or a server of the test's own."""

import json
import threading
import time

import pytest

from http_upstream import HTTPUpstream, completion, piece
from rpc_client import RpcFailure, chat


def text_of(chunks):
    return "".join(choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"])


def test_local_says_what_it_was_asked(client):
    result = client.call("chat.completions.create", chat("Say this is a test"))
    message = result["response"]["choices"][0]["message"]
    assert message["role"] == "assistant" and "Say this is a test" in message["content"]
    assert result["response"]["usage"]["total_tokens"] > 0
    assert result["gateway"]["provider"] == "local" and result["gateway"]["virtual_key"] is None
    assert result["gateway"]["cost"] == {"nano_usd": 0, "status": "priced"}


def test_a_stream_says_the_same_and_its_reply_closes_it(client):
    whole = client.call("chat.completions.create", chat("one two three"))
    chunks, result = client.stream("chat.completions.create", chat("one two three", stream=True))
    assert text_of(chunks) == whole["response"]["choices"][0]["message"]["content"]
    assert result["response"] is None and result["gateway"]["latency_ms"]["first_chunk"] > 0
    assert len(chunks) > 2


def test_messages_in_anthropics_form(client):
    params = {"request": {"model": "local/echo", "max_tokens": 64, "messages": [{"role": "user", "content": "hello"}]},
              "options": {"provider": "local"}}
    whole = client.call("messages.create", params)["response"]
    assert whole["type"] == "message" and "hello" in whole["content"][0]["text"]
    params["request"]["stream"] = True
    events, result = client.stream("messages.create", params)
    assert events[0]["type"] == "message_start" and events[-1]["type"] == "message_stop"
    deltas = [event["delta"] for event in events if event["type"] == "content_block_delta"]
    assert "".join(delta["text"] for delta in deltas) == whole["content"][0]["text"]
    assert result["response"] is None


def test_models_are_listed(client):
    models = client.call("models.list", {"options": {"provider": "local"}})["response"]
    assert models["object"] == "list" and "local/echo" in [model["id"] for model in models["data"]]


@pytest.mark.parametrize("provider, answer", [
    ("openai", {"object": "list", "data": [{"id": "gpt-x", "object": "model", "created": 1, "owned_by": "openai"}]}),
    ("anthropic", {"data": [{"type": "model", "id": "claude-x", "display_name": "X", "created_at": "2025-01-01T00:00:00Z"}],
                   "has_more": False, "first_id": "claude-x", "last_id": "claude-x"}),
])
def test_a_providers_models_are_listed_in_one_form(client, virtual_key, provider, answer):
    with HTTPUpstream(lambda exchange: exchange.json(answer)) as upstream:
        key = virtual_key(f"models-{provider}", provider, base_url=f"{upstream.origin}/v1")
        models = client.call("models.list", {"options": {"virtual_key": key}})["response"]
        exchange, = upstream.exchanges
    assert (exchange.method, exchange.path.split("?")[0], exchange.body) == ("GET", "/v1/models", b"")
    assert models["object"] == "list" and [(model["id"], model["object"]) for model in models["data"]] == [
        (answer["data"][0]["id"], "model")]


def test_requests_on_one_connection_run_at_once_and_replies_come_as_they_finish(client):
    slow = client.request("chat.completions.create", chat(model="local/slow-1000"))
    quick = client.request("chat.completions.create", chat())
    assert [client.receive()["id"], client.receive()["id"]] == [quick, slow]


@pytest.mark.parametrize("model, status", [("local/status-429", 429), ("local/status-503", 503), ("local/status-400", 400)])
@pytest.mark.parametrize("stream", [False, True])
def test_an_error_of_the_provider_keeps_its_status_and_body(client, model, status, stream):
    with pytest.raises(RpcFailure) as caught:
        client.stream("chat.completions.create", chat(model=model, stream=stream))
    data = caught.value.data
    assert (caught.value.type, data["status"]) == ("upstream_error", status)
    assert data["retryable"] == (status in (429, 503))
    assert data["provider_error"]["error"]["message"]
    assert data["trace_id"] and "after_chunks" not in data


def test_a_provider_that_breaks_off_is_unreachable_and_says_after_how_many_chunks(client):
    with pytest.raises(RpcFailure) as caught:
        client.call("chat.completions.create", chat(model="local/reset"))
    assert caught.value.type == "upstream_unreachable"
    with pytest.raises(RpcFailure) as caught:
        client.stream("chat.completions.create", chat(model="local/reset", stream=True))
    assert caught.value.type == "upstream_unreachable"
    assert caught.value.data["after_chunks"] == len(caught.value.chunks) > 0


def test_request_timeout_ends_a_call(client):
    with pytest.raises(RpcFailure) as caught:
        client.call("chat.completions.create", chat(model="local/slow-20000", options={"request_timeout": 100}))
    assert caught.value.type == "upstream_timeout"


def test_a_cancelled_request_ends_with_cancelled_and_leaves_the_others(client):
    slow = client.request("chat.completions.create", chat(model="local/slow-20000"))
    other = client.request("chat.completions.create", chat(model="local/slow-300"))
    client.notify("$/cancelRequest", {"id": slow})
    client.notify("$/cancelRequest", {"id": "never heard of"})
    first, second = client.receive(), client.receive()
    assert first["id"] == slow and first["error"]["data"]["type"] == "cancelled"
    assert second["id"] == other and "result" in second


def test_nobody_listening_upstream_is_unreachable(client, virtual_key):
    with HTTPUpstream(lambda exchange: None) as upstream:
        origin = upstream.origin
    with pytest.raises(RpcFailure) as caught:
        key = virtual_key("gone", base_url=origin)
        client.call("chat.completions.create", chat(provider=None, options={"virtual_key": key}))
    assert caught.value.type == "upstream_unreachable"


ODD_BODY = (
    '{ "model":"gpt-x" , "temperature":1.0e0,\n "messages":[{"role":"user","content":"\\u00e9\\/\\ud83d\\ude00 é"}],'
    '"seed":12345678901234567890,"unknown_field":{"b":1,"a":2,"b":3}, "x":1E+2 }'
).replace("\n", " ")


def raw_call(method, key, body):
    """A request line around a body whose bytes matter."""
    params = '{"options":{"virtual_key":"%s"},"request":%s}' % (key, body)
    return ('{"jsonrpc":"2.0","id":1,"method":"%s","params":%s}' % (method, params)).encode()


@pytest.mark.parametrize("method, provider", [("chat.completions.create", "openai"), ("messages.create", "anthropic")])
def test_a_body_in_the_providers_own_form_goes_out_byte_for_byte(client, virtual_key, method, provider):
    with HTTPUpstream(lambda exchange: exchange.json(completion())) as upstream:
        key = virtual_key(f"bytes-{provider}", provider, base_url=f"{upstream.origin}/prefix/v1", secret="sk-the-secret")
        client.send_line(raw_call(method, key, ODD_BODY))
        client.receive()
        exchange, = upstream.exchanges
    assert exchange.body == ODD_BODY.encode()
    if provider == "openai":
        assert (exchange.path, exchange.headers["authorization"]) == ("/prefix/v1/chat/completions", "Bearer sk-the-secret")
    else:
        assert (exchange.path, exchange.headers["x-api-key"]) == ("/prefix/v1/messages", "sk-the-secret")
        assert exchange.headers["anthropic-version"]
    assert exchange.headers["content-type"] == "application/json" and "expect" not in exchange.headers


def test_an_answer_in_openais_form_comes_back_as_it_was(client, virtual_key):
    answer = completion("a\nb", extra={"z": 1, "a": [1.0, 1e3]})
    with HTTPUpstream(lambda exchange: exchange.reply(json.dumps(answer, indent=2).encode())) as upstream:
        key = virtual_key("as-it-was", base_url=upstream.origin)
        result = client.call("chat.completions.create", chat(provider=None, options={"virtual_key": key}))
    assert result["response"] == answer
    assert result["gateway"]["usage"] == {"input_tokens": 2, "output_tokens": 1}
    assert result["gateway"]["virtual_key"] == key


def test_what_was_cached_and_thought_is_counted(client, virtual_key):
    usage = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14,
             "prompt_tokens_details": {"cached_tokens": 4}, "completion_tokens_details": {"reasoning_tokens": 3}}
    with HTTPUpstream(lambda exchange: exchange.json({**completion(), "usage": usage})) as upstream:
        key = virtual_key("usage-openai", base_url=upstream.origin)
        result = client.call("chat.completions.create", chat(provider=None, options={"virtual_key": key}))
    assert result["gateway"]["usage"] == {
        "input_tokens": 9, "output_tokens": 5, "cache_read_input_tokens": 4, "reasoning_output_tokens": 3}
    message = {
        "id": "m", "type": "message", "role": "assistant", "model": "c", "content": [], "stop_reason": "end_turn",
        "usage": {"input_tokens": 2, "output_tokens": 5, "cache_read_input_tokens": 4, "cache_creation_input_tokens": 3},
    }
    with HTTPUpstream(lambda exchange: exchange.json(message)) as upstream:
        key = virtual_key("usage-anthropic", "anthropic", base_url=upstream.origin)
        result = client.call("chat.completions.create", chat(provider=None, options={"virtual_key": key}))
    assert result["gateway"]["usage"] == {
        "input_tokens": 9, "output_tokens": 5, "cache_read_input_tokens": 4, "cache_creation_input_tokens": 3}
    assert result["response"]["usage"]["prompt_tokens_details"]["cached_tokens"] == 4


def test_an_alias_of_a_model_is_replaced_and_nothing_else(client, virtual_key):
    body = '{"max_tokens":8, "model":"claude-3.5-sonnet", "messages":[]}'
    with HTTPUpstream(lambda exchange: exchange.json({"type": "message", "content": []})) as upstream:
        key = virtual_key("alias", "anthropic", base_url=upstream.origin)
        client.send_line(raw_call("messages.create", key, body))
        client.receive()
    assert upstream.exchanges[0].body.decode() == body.replace("claude-3.5-sonnet", "claude-3-5-sonnet-20241022")


def test_what_anthropic_cannot_take_is_named(client, virtual_key):
    answer = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "content": [{"type": "text", "text": "hi"}],
        "stop_reason": "end_turn", "stop_sequence": None, "usage": {"input_tokens": 3, "output_tokens": 1},
    }
    with HTTPUpstream(lambda exchange: exchange.json(answer)) as upstream:
        key = virtual_key("dropped", "anthropic", base_url=upstream.origin)
        result = client.call("chat.completions.create", chat(
            model="claude-3.5-sonnet", provider=None, options={"virtual_key": key}, logit_bias={"1": 2}, seed=7))
        sent = json.loads(upstream.exchanges[0].body)
    assert {"logit_bias", "seed"} <= set(result["gateway"]["dropped_params"])
    assert sent["max_tokens"] > 0 and "seed" not in sent


def test_an_error_in_the_middle_of_a_stream(client, virtual_key):
    def half(exchange):
        exchange.start_events()
        exchange.send_event(piece("half"))
        exchange.send_event({"error": {"message": "overloaded", "type": "server_error", "code": 502}})
        exchange.end_events()

    with HTTPUpstream(half) as upstream:
        key = virtual_key("half", base_url=upstream.origin)
        with pytest.raises(RpcFailure) as caught:
            client.stream("chat.completions.create", chat(stream=True, provider=None, options={"virtual_key": key}))
    assert caught.value.type == "upstream_error" and caught.value.data["after_chunks"] == 1


@pytest.mark.parametrize("stream", [False, True])
def test_cancelling_and_hanging_up_close_the_upstream(connect, virtual_key, stream):
    seen = []

    def hold(exchange):
        if stream:
            exchange.start_events()
            exchange.send_event(piece("first"))
        exchange.wait_for_hang_up()
        seen.append(exchange)
        closed.release()

    closed = threading.Semaphore(0)
    with HTTPUpstream(hold) as upstream:
        key = virtual_key(f"hold-{stream}", base_url=upstream.origin)
        params = chat(stream=stream, provider=None, options={"virtual_key": key})
        for hang_up in (False, True):
            client = connect()
            identifier = client.request("chat.completions.create", params)
            assert upstream.arrived.acquire(timeout=20)
            if stream:
                client.receive()
            before = time.monotonic()
            if hang_up:
                client.close()
            else:
                client.notify("$/cancelRequest", {"id": identifier})
                assert client.receive()["error"]["data"]["type"] == "cancelled"
            assert closed.acquire(timeout=20), "the upstream was not closed"
            how = "hang-up" if hang_up else "cancel"
            print(f"{how}, stream={stream}: the upstream saw the end after {(seen[-1].hung_up_at - before) * 1000:.1f} ms")
