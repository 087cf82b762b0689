# SPDX-License-Identifier: Apache-2.0
"""The cache's methods: who may call them, what they refuse, and what a policy says of sharing."""

import os

import pytest

from rpc_client import RpcFailure, chat

ENTRY = "ab" * 32


def refused(client, method, params):
    with pytest.raises(RpcFailure) as raised:
        client.call(method, params)
    return raised.value


def test_stats_of_a_cache_that_nothing_used(admin):
    stats = admin.call("cache.stats")
    assert stats["namespaces"] == [] and stats["trouble"] is None
    assert (stats["embedder"]["reason"] is None) == (stats["embedder"]["state"] == "ready")


@pytest.mark.parametrize("method, params", [("cache.stats", {}), ("cache.purge", {"all": True})])
def test_the_use_socket_neither_counts_nor_purges(client, method, params):
    assert refused(client, method, params).type == "permission_denied"


@pytest.mark.parametrize("params", [
    {"all": True}, {"namespace": "none"}, {"scope": "uid:4711"}, {"provider": "openai", "older_than_s": 3600}, {"key": ENTRY},
    {"key": ENTRY.upper(), "all": False}, {"namespace": None, "all": True},
])
def test_a_purge_tells_how_many_went(admin, params):
    assert admin.call("cache.purge", params)["purged"] >= 0


@pytest.mark.parametrize("params, path, what", [
    ({}, "params.all", "true to remove every answer"),
    ({"all": False}, "params.all", "true to remove every answer"),
    ({"all": True, "namespace": "n"}, "params.all", "left out"),
    ({"all": "yes"}, "params.all", "true or false"),
    ({"namespace": 1}, "params.namespace", "a string"),
    ({"older_than_s": -1}, "params.older_than_s", "from 0"),
    ({"older_than_s": "1h"}, "params.older_than_s", "a whole number"),
    ({"key": "ab"}, "params.key", "64 hexadecimal digits"),
    ({"key": "zz" * 32}, "params.key", "64 hexadecimal digits"),
    ({"name_space": "n"}, "params.name_space", "did you mean `namespace`"),
])
def test_a_purge_must_say_what(admin, params, path, what):
    failure = refused(admin, "cache.purge", params)
    assert (failure.type, failure.data["path"]) == ("invalid_params", path) and what in failure.message


def test_a_purge_is_on_record(admin):
    admin.call("cache.purge", {"namespace": "on-record", "older_than_s": 60})
    entry = admin.call("audit.list", {"filter": {"kind": "cache.purged"}})["entries"][0]
    assert (entry["subject"], entry["detail"]) == ("namespace:on-record older_than_s:60", "0 answers went")
    assert entry["actor"]["uid"] == os.getuid()


def test_only_a_hit_can_be_rejected(client, admin):
    trace = client.call("chat.completions.create", chat())["gateway"]["trace_id"]
    for each in (client, admin):
        for trace_id in (trace, "no-such-trace"):
            failure = refused(each, "cache.reject", {"trace_id": trace_id})
            assert (failure.type, failure.data["path"]) == ("not_found", "params.trace_id")
        assert refused(each, "cache.reject", {}).data["path"] == "params.trace_id"


def test_a_question_without_a_rule(client, admin):
    for each in (client, admin):
        told = each.call("cache.explain", {"text": "hello", "model": "local/echo", "options": {"provider": "local"}})
        assert (told["cache_status"], told["mode"], told["candidates"]) == ("DISABLED", "off", [])
        assert told["scope"] == f"uid:{os.geteuid()}"


@pytest.mark.parametrize("params, path", [
    ({}, "params.text"),
    ({"model": "m"}, "params.text"),
    ({"text": "a", "request": {}}, "params.text"),
    ({"model": "m", "request": {}}, "params.model"),
    ({"text": 1}, "params.text"),
    ({"request": []}, "params.request"),
    ({"text": "a", "options": {"cache": True}}, "params.options.cache"),
    ({"text": "a", "config": 3}, "params.config"),
    ({"text": "a", "config": {}, "options": {"config": {}}}, "params.config"),
])
def test_a_question_that_cannot_be_asked(client, params, path):
    failure = refused(client, "cache.explain", params)
    assert (failure.type, failure.data["path"]) == ("invalid_params", path)


def test_a_call_without_a_rule_says_so(client):
    gateway = client.call("chat.completions.create", chat())["gateway"]
    assert gateway["cache_status"] == "DISABLED" and "cache" not in gateway
    row = client.call("logs.list", {"filter": {"trace_id": gateway["trace_id"]}})["logs"]
    assert [(each["cache_status"], each["cache_entry"]) for each in row] in ([], [("DISABLED", None)])


@pytest.mark.parametrize("scope", ["uid", "policy", "host"])
def test_a_policy_says_who_shares_answers(admin, scope):
    name = f"shares-{scope}"
    # For a user that there is not, so that it binds nobody here.
    made = admin.call("policies.create", {"name": name, "match": {"uid": [64009]}, "defaults": {"cache_scope": scope}})
    try:
        assert made["defaults"] == {"cache_scope": scope}
        verdict = admin.call("policies.test", {"uid": 64009})
        assert (verdict["policy"], verdict["defaults"]) == (name, {"cache_scope": scope})
    finally:
        admin.call("policies.delete", {"name": name})


def test_a_policys_scope_is_one_of_three(admin):
    failure = refused(admin, "policies.create", {"name": "p", "defaults": {"cache_scope": "everyone"}})
    assert failure.data["path"] == "params.defaults.cache_scope" and "must be uid, policy or host" in failure.message


def test_a_caller_cannot_widen_its_scope(client):
    failure = refused(client, "chat.completions.create", chat(options={"cache_scope": "host"}))
    assert (failure.type, failure.data["path"]) == ("invalid_params", "params.options.cache_scope")
