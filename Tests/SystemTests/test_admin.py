# SPDX-License-Identifier: Apache-2.0
"""What the admin socket grants and the use socket does not, virtual keys, the log, and the service's own methods."""

import json
import os

import pytest

from places import OPENRPC
from rpc_client import RpcFailure, chat
from schema import Schema

ADMIN_METHODS = sorted(
    name for name, method in Schema().methods.items() if method["x-socket"] == "admin" and "x-direction" not in method)
KEY = {"name": "k", "provider": "openai", "secret": {"api_key": "sk-1"}}


@pytest.mark.parametrize("method", ADMIN_METHODS)
def test_an_admin_method_is_refused_on_the_use_socket(client, method):
    params = {"virtual_keys.create": KEY, "virtual_keys.rotate": {"name": "k", "secret": {"api_key": "sk"}}}.get(method)
    params = params or ({"name": "k"} if method.startswith("virtual_keys.") and method != "virtual_keys.list" else {})
    with pytest.raises(RpcFailure) as caught:
        client.call(method, params)
    assert caught.value.type == "permission_denied" and "admin" in caught.value.message


def test_discover_returns_the_document_itself(client, admin):
    document = json.loads(OPENRPC.read_text(encoding="utf-8"))
    assert client.call("rpc.discover") == admin.call("rpc.discover") == document


def test_the_service_tells_about_itself(daemon, client, admin):
    for each in (client, admin):
        info = each.call("system.info")
        assert (info["pid"], info["uid"]) == (daemon.pid, os.getuid())
        assert info["sockets"] == {"use": str(daemon.use_socket), "admin": str(daemon.admin_socket)}
        assert info["providers"] >= 25 and info["vault"]["state"] == "unlocked"
        assert each.call("system.ping") == {"pong": True}
        health = each.call("system.health")
        assert health["status"] == "ok" and health["checks"]
    status = admin.call("vault.status")
    assert status["state"] == "unlocked" and status["master_key"]["source"] == "file"


def test_the_life_of_a_virtual_key(admin, client):
    made = admin.call("virtual_keys.create", {
        **KEY, "base_url": "http://127.0.0.1:1/v1", "models": ["gpt-*"], "note": "first", "expires_at": "2999-01-01T00:00:00Z"})
    assert (made["name"], made["models"], made["note"]) == ("k", ["gpt-*"], "first")
    assert made["expires_at"].startswith("2999-01-01T00:00:00")
    assert admin.call("virtual_keys.get", {"name": "k"}) == made
    assert made in admin.call("virtual_keys.list")["virtual_keys"]
    changed = admin.call("virtual_keys.update", {"name": "k", "note": "second", "models": None, "expires_at": None})
    assert (changed["note"], changed["models"], changed["expires_at"]) == ("second", None, None)
    assert changed["base_url"] == made["base_url"] and changed["fingerprint"] == made["fingerprint"]
    rotated = admin.call("virtual_keys.rotate", {"name": "k", "secret": {"api_key": "sk-2"}, "grace_s": 300})
    assert rotated["fingerprint"] != made["fingerprint"] and rotated["grace_until"]
    assert rotated["version"] == made["version"] + 1
    with pytest.raises(RpcFailure) as caught:
        admin.call("virtual_keys.create", KEY)
    assert caught.value.type == "conflict"
    assert admin.call("virtual_keys.delete", {"name": "k"}) == {"name": "k", "deleted": True}
    for method, params in (("get", {}), ("update", {"note": ""}), ("rotate", {"secret": {"api_key": "s"}}), ("delete", {})):
        with pytest.raises(RpcFailure) as caught:
            admin.call(f"virtual_keys.{method}", {"name": "k", **params})
        assert caught.value.type == "not_found" and "k" in caught.value.message


@pytest.mark.parametrize("wrong, path", [
    ({"name": "../x"}, "name"), ({"name": ""}, "name"), ({"secret": {}}, "secret"), ({"secret": {"api_key": ""}}, "secret"),
    ({"base_url": "http://example.com/v1"}, "base_url"), ({"base_url": "ftp://127.0.0.1"}, "base_url"),
    ({"base_url": "https://user:pass@example.com"}, "base_url"), ({"expires_at": "tomorrow"}, "expires_at"),
    ({"modls": []}, "modls"),
])
def test_a_wrong_virtual_key_is_refused_by_the_name_of_its_fault(admin, wrong, path):
    with pytest.raises(RpcFailure) as caught:
        admin.call("virtual_keys.create", {**KEY, **wrong})
    assert caught.value.type == "invalid_params" and path in caught.value.data["path"]


def test_a_key_for_an_unknown_provider_is_refused(admin):
    with pytest.raises(RpcFailure) as caught:
        admin.call("virtual_keys.create", {**KEY, "provider": "opnai"})
    assert caught.value.type in ("invalid_params", "not_found") and "openai" in caught.value.message


def test_a_key_may_be_limited_to_models_and_to_a_time(admin, client, virtual_key):
    virtual_key("limited", base_url="http://127.0.0.1:1", models=["gpt-4*"])
    with pytest.raises(RpcFailure) as caught:
        client.call("chat.completions.create", chat(model="o1", provider=None, options={"virtual_key": "limited"}))
    assert caught.value.type == "permission_denied"
    with pytest.raises(RpcFailure) as caught:
        client.call("chat.completions.create", chat(model="gpt-4o", provider=None, options={"virtual_key": "limited"}))
    assert caught.value.type == "upstream_unreachable"
    admin.call("virtual_keys.update", {"name": "limited", "expires_at": "2001-01-01T00:00:00Z"})
    with pytest.raises(RpcFailure) as caught:
        client.call("chat.completions.create", chat(model="gpt-4o", provider=None, options={"virtual_key": "limited"}))
    assert caught.value.type == "permission_denied"


def test_the_limits_of_a_key_are_kept_as_they_were_given(admin, virtual_key):
    rates = [{"unit": unit, "amount": 60, "per": per} for unit, per in (
        ("requests", "second"), ("tokens", "minute"), ("requests", "hour"), ("tokens", "day"))]
    usages = [{"unit": unit, "amount": 5.5, "period": period} for unit, period in (
        ("usd", "daily"), ("tokens", "weekly"), ("requests", "monthly"), ("usd", "total"), ("tokens", "hourly"))]
    usages[0]["alert_at"] = 0.8
    virtual_key("limits", base_url="http://127.0.0.1:1", rate_limits=rates, usage_limits=usages)
    kept = admin.call("virtual_keys.get", {"name": "limits"})
    assert (kept["rate_limits"], kept["usage_limits"]) == (rates, usages)


def test_keys_are_listed_page_by_page(admin, virtual_key):
    names = [virtual_key(f"page-{number}", base_url="http://127.0.0.1:1") for number in range(5)]
    found, cursor = [], None
    while True:
        page = admin.call("virtual_keys.list", {"limit": 2, "cursor": cursor})
        assert 0 < len(page["virtual_keys"]) <= 2
        found += [key["name"] for key in page["virtual_keys"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [name for name in found if name in names] == names and found == sorted(found)


def test_defaults_of_a_connection_give_way_to_a_requests_own(connect):
    client = connect()
    defaults = {"provider": "openai", "metadata": {"from": "defaults"}, "trace_id": "t-defaults"}
    assert sorted(client.call("session.configure", {"defaults": defaults})["defaults"]) == sorted(defaults)
    result = client.call("chat.completions.create", chat(options={"metadata": {"from": "request"}}))
    assert result["gateway"]["provider"] == "local" and result["gateway"]["trace_id"] == "t-defaults"
    assert log_row(client, result)["metadata"] == {"from": "request"}
    client.call("session.configure", {"defaults": {"provider": "local"}})
    assert client.call("chat.completions.create", chat(provider=None))["gateway"]["trace_id"] != "t-defaults"


def log_row(client, result):
    """The row of a call that went well."""
    return logged(client, result["gateway"]["trace_id"], result["gateway"]["span_id"])


def logged(client, trace, span=None):
    """The latest row of a trace, or that of a span in it. Rows are written in groups, a moment after the reply."""
    for _ in range(2000):
        for row in client.call("logs.list", {"filter": {"trace_id": trace}})["logs"]:
            if span in (None, row["span_id"]):
                return row
    raise AssertionError("the call is not in the log")


def test_every_call_is_in_the_log_with_who_what_and_how_it_ended(connect, admin):
    client = connect()
    result = client.call("chat.completions.create", chat(options={"metadata": {"environment": "test"}, "trace_id": "t-log"}))
    row = log_row(client, result)
    assert (row["method"], row["provider"], row["model"]) == ("chat.completions.create", "local", "local/echo")
    assert (row["status"], row["error"]) == (200, None)
    assert row["peer"]["pid"] == os.getpid() and row["peer"]["uid"] == os.getuid()
    assert row["usage"]["input_tokens"] > 0 and row["metadata"] == {"environment": "test"} and not row["stream"]
    assert client.call("logs.get", {"id": row["id"]}) == admin.call("logs.get", {"id": row["id"]}) == row
    _, streamed = client.stream("chat.completions.create", chat(stream=True, options={"trace_id": "t-log"}))
    assert log_row(client, streamed)["stream"] and log_row(client, streamed)["chunks"] > 0
    with pytest.raises(RpcFailure) as caught:
        client.call("chat.completions.create", chat(model="local/status-429", options={"trace_id": "t-log-429"}))
    failed = logged(client, "t-log-429")
    assert (failed["status"], failed["error"]) == (429, "upstream_error")
    assert failed["trace_id"] == caught.value.data["trace_id"]


def test_the_admin_finds_a_call_at_once(client, admin):
    for number in range(5):
        result = client.call("chat.completions.create", chat(options={"trace_id": f"t-at-once-{number}"}))
        latest = admin.call("logs.list", {"limit": 1})["logs"][0]
        assert latest["trace_id"] == result["gateway"]["trace_id"]


def test_the_log_is_filtered_and_paged(connect):
    client = connect()
    for number in range(5):
        options = {"trace_id": "t-page", "metadata": {"n": str(number % 2)}}
        result = client.call("chat.completions.create", chat(options=options))
    log_row(client, result)
    found, cursor = [], None
    while True:
        page = client.call("logs.list", {"filter": {"trace_id": "t-page"}, "limit": 2, "cursor": cursor})
        found += page["logs"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(found) == len({row["id"] for row in found}) == 5
    assert [row["started_at"] for row in found] == sorted((row["started_at"] for row in found), reverse=True)
    ones = client.call("logs.list", {"filter": {"trace_id": "t-page", "metadata.n": "1"}})["logs"]
    assert len(ones) == 2 and {row["metadata"]["n"] for row in ones} == {"1"}
    assert client.call("logs.list", {"filter": {"trace_id": "t-page", "status": 500}})["logs"] == []
    assert client.call("logs.list", {"filter": {"trace_id": "t-page", "until": "2001-01-01T00:00:00Z"}})["logs"] == []


@pytest.mark.parametrize("params", [
    {"filter": {"colour": "red"}}, {"limit": 0}, {"limit": "many"}, {"cursor": "not one of mine"},
])
def test_a_wrong_question_to_the_log_is_refused(client, params):
    with pytest.raises(RpcFailure) as caught:
        client.call("logs.list", params)
    assert caught.value.type == "invalid_params"


def test_a_row_that_is_not_there(client):
    with pytest.raises(RpcFailure) as caught:
        client.call("logs.get", {"id": "999999999"})
    assert caught.value.type == "not_found"
