# SPDX-License-Identifier: Apache-2.0
"""What a config changes of a request, byte for byte, and where it may never send a key."""

import json

import pytest

from rpc_client import RpcFailure
from routed import ask, failure_of, fallback
from scripted_provider import fails, ok

#: Every oddity that a body may have, in the form of both providers.
BODY = (
    '{ "model":"gpt-x" , "temperature":1.0e0, "messages":[{"role":"user","content":"\\u00e9\\/\\ud83d\\ude00 é"}],'
    '"seed":12345678901234567890,"unknown_field":{"b":1,"a":2,"b":3}, "x":1E+2 }'
)


def sent(client, method, config, body, upstream):
    """What the provider got of a body whose bytes matter."""
    params = '{"options":{"config":%s},"request":%s}' % (json.dumps(config), body)
    client.send_line(('{"jsonrpc":"2.0","id":1,"method":"%s","params":%s}' % (method, params)).encode())
    message = client.receive()
    assert "result" in message, message
    return upstream.exchanges[-1].body.decode()


FORMS = pytest.mark.parametrize("method, kind", [("chat.completions.create", "openai"), ("messages.create", "anthropic")])


@FORMS
def test_a_config_without_edits_changes_no_byte(client, provider, method, kind):
    one = provider(kind=kind)
    assert sent(client, method, fallback(one), BODY, one) == BODY


@FORMS
@pytest.mark.parametrize("edits, changes", [
    ({"override_params": {"model": "gpt-y"}}, [('"gpt-x"', '"gpt-y"')]),
    ({"override_params": {"temperature": 0.25, "seed": None}}, [("1.0e0", "0.25"), ("12345678901234567890", "null")]),
    ({"override_params": {"stop_sequences": ["a", {"b": 1}]}}, [("1E+2 }", '1E+2 ,"stop_sequences":["a", {"b": 1}]}')]),
    ({"default_params": {"temperature": 2, "seed": 1}}, []),
    ({"default_params": {"top_p": 0.5}}, [("1E+2 }", '1E+2 ,"top_p":0.5}')]),
    ({"default_params": {"top_p": 0.5}, "override_params": {"top_p": 0.1}}, [("1E+2 }", '1E+2 ,"top_p":0.1}')]),
    ({"drop_params": ["seed", "nothing"]}, [('"seed":12345678901234567890,', "")]),
], ids=["a model", "values", "a new member", "defaults that are there", "a default", "both", "a drop"])
def test_edits_change_their_own_bytes_only(client, provider, method, kind, edits, changes):
    one = provider(kind=kind)
    expected = BODY
    for old, new in changes:
        assert expected.count(old) == 1
        expected = expected.replace(old, new)
    assert sent(client, method, {"virtual_key": one.key, **edits}, BODY, one) == expected


def test_each_target_gets_its_own_body(client, provider):
    one, two, three = provider(then=fails(500)), provider(then=fails(500)), provider()
    config = {
        "override_params": {"temperature": 0, "user": "all"},
        **fallback(
            {"virtual_key": one.key, "override_params": {"model": "a", "temperature": 1}},
            {"virtual_key": two.key, "override_params": {"user": "two"}}, three),
    }
    ask(client, config, model="m", temperature=0.5)
    bodies = [(each["model"], each["temperature"], each["user"]) for each in one.bodies + two.bodies + three.bodies]
    assert bodies == [("a", 1, "all"), ("m", 0, "two"), ("m", 0, "all")]


def test_an_edited_request_is_translated_as_it_was_edited(client, provider):
    one, two = provider(then=fails(500)), provider(kind="anthropic", then=ok("from claude"))
    config = fallback(one, {
        "virtual_key": two.key, "override_params": {"model": "claude-3.5-haiku", "max_tokens": 17, "stop": ["x"]}})
    result = ask(client, config, model="gpt-4o", seed=1)
    assert result["response"] == "from claude"
    body, = two.bodies
    assert (body["model"], body["max_tokens"], body["stop_sequences"]) == ("claude-3-5-haiku-20241022", 17, ["x"])
    assert "seed" in result["gateway"]["dropped_params"]


def test_forward_headers_go_to_the_targets_that_name_them(client, provider):
    one, two = provider(then=fails(500)), provider()
    config = fallback({"virtual_key": one.key, "forward_headers": ["X-One"]}, two)
    ask(client, config, options={"forward_headers": {"x-one": "1", "x-two": "2"}})
    first, second = one.exchanges[0].headers, two.exchanges[0].headers
    assert (first.get("x-one"), first.get("x-two")) == ("1", None)
    assert (second.get("x-one"), second.get("x-two")) == ("1", "2")


@pytest.mark.parametrize("flags, kept", [
    ({}, True), ({"strict_open_ai_compliance": True}, False), ({"strict_open_ai_compliance": False}, True),
])
def test_strict_open_ai_compliance_is_inherited(client, provider, flags, kept):
    one = provider(kind="anthropic", then=lambda exchange: exchange.json({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "stop_reason": "end_turn",
        "stop_sequence": None,
        "content": [{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "text", "text": "hi"}],
        "usage": {"input_tokens": 3, "output_tokens": 1},
    }))
    params = {"request": {"model": "claude", "messages": [{"role": "user", "content": "hi"}]},
              "options": {"config": {**fallback(one), **flags}}}
    message = client.call("chat.completions.create", params)["response"]["choices"][0]["message"]
    assert message["content"] == "hi" and ("content_blocks" in message or "reasoning_content" in message) == kept


# MARK: Keys


def test_custom_host_never_gets_a_key_of_the_vault(client, provider):
    """Neither in the config nor in the options, whatever else is there; of the key's own origin it may be another path."""
    own, other = provider(), provider()
    host = f"{other.origin}/v1"
    for config, options in (
        ({"virtual_key": own.key, "custom_host": host}, {}),
        ({"virtual_key": own.key}, {"custom_host": host}),
        ({"custom_host": host, **fallback(own)}, {}),
        ({"custom_host": host}, {"virtual_key": own.key}),
        ({"provider": f"@{own.key}", "custom_host": host}, {}),
        ({"custom_host": host, "retry": {"attempts": 1}}, {"virtual_key": own.key, "api_key": "sk-callers"}),
    ):
        failure = failure_of(client, config, options=options)
        assert failure.type in ("permission_denied", "invalid_params"), failure
    assert own.count == other.count == 0
    ask(client, {"virtual_key": own.key, "custom_host": f"{own.origin}/v1/elsewhere"})
    assert own.exchanges[0].path == "/v1/elsewhere/chat/completions"


def test_a_key_in_the_config_goes_where_the_config_says_and_nowhere_else(client, provider):
    vault, other = provider(then=fails(500)), provider()
    config = fallback(vault, {"provider": "openai", "api_key": "sk-in-the-config", "custom_host": f"{other.origin}/v1"})
    result = ask(client, config)
    assert vault.exchanges[0].headers["authorization"] == "Bearer sk-test-secret"
    assert other.exchanges[0].headers["authorization"] == "Bearer sk-in-the-config"
    assert (result["gateway"]["provider"], result["gateway"]["virtual_key"]) == ("openai", None)


def test_a_target_that_names_its_own_provider_gets_nothing_of_the_callers(client, provider):
    own, callers = provider(), provider()
    config = {"provider": "openai", "custom_host": f"{own.origin}/v1"}
    failure = failure_of(client, config, options={"api_key": "sk-callers"})
    assert failure.type == "invalid_params" and own.count == 0
    ask(client, {"virtual_key": own.key}, options={"virtual_key": callers.key})
    assert (own.count, callers.count) == (1, 0)
    # One that names none is the caller's.
    ask(client, fallback({"retry": {"attempts": 1}}, own), options={"virtual_key": callers.key})
    assert (own.count, callers.count) == (1, 1)


def test_a_saved_config_that_holds_a_key_is_refused(admin):
    with pytest.raises(RpcFailure) as caught:
        admin.call("configs.create", {"name": "with-key", "config": fallback({"provider": "openai", "api_key": "sk-secret"})})
    assert caught.value.type == "invalid_params" and "sk-secret" not in str(caught.value)


def test_a_key_in_an_inline_config_is_stored_nowhere(make_daemon, connect, provider):
    one, secret = provider(then=fails(500)), "sk-inline-config-canary"
    daemon = make_daemon()
    config = fallback({"provider": "openai", "api_key": secret, "custom_host": f"{one.origin}/v1"}, {"provider": "local"})
    for _ in range(2):
        result = ask(connect(daemon), config, model="local/echo")
    assert one.exchanges[0].headers["authorization"] == f"Bearer {secret}"
    admin = connect(daemon, admin=True)
    told = [admin.call(method, params) for method, params in (
        ("requests.explain", {"trace_id": result["gateway"]["trace_id"]}), ("targets.list", {}), ("logs.list", {}))]
    assert secret not in str(told)
    assert daemon.stop() == 0
    for path in [daemon.log_file, *daemon.state.rglob("*")]:
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path


def test_a_default_model_is_asked_where_the_request_names_none(client):
    config = {"provider": "local", "default_params": {"model": "local/echo"}}
    request = {"messages": [{"role": "user", "content": "Hi"}]}
    reply = client.call("chat.completions.create", {"request": request, "options": {"config": config}})
    assert reply["response"]["model"] == "local/echo"
    own = client.call("chat.completions.create", {"request": {**request, "model": "local/slow-1"}, "options": {"config": config}})
    assert own["response"]["model"] == "local/slow-1"
