# SPDX-License-Identifier: Apache-2.0
"""Saved routing configs: their methods, their versions, and what takes effect when."""

import hashlib
import json
import sqlite3

import pytest

from http_upstream import HTTPUpstream, completion
from rpc_client import RpcFailure, chat

FALLBACK = {"strategy": {"mode": "fallback"}, "targets": [{"virtual_key": "a"}, {"virtual_key": "b"}]}
LEAF = {"provider": "local"}


def refused(call, method, params, kind):
    with pytest.raises(RpcFailure) as caught:
        call(method, params)
    assert caught.value.type == kind, caught.value.message
    return caught.value


@pytest.fixture
def config(admin):
    """Saves configs, and removes them after the test."""
    made = []

    def make(name, config):
        made.append(name)
        return admin.call("configs.create", {"name": name, "config": config})

    yield make
    for name in made:
        admin.call("configs.delete", {"name": name})


def test_the_life_of_a_config(admin):
    made = admin.call("configs.create", {"name": "life", "config": FALLBACK})
    assert made == {"name": "life", "version": 1, "digest": made["digest"], "warnings": []}
    assert admin.call("configs.check", {"config": FALLBACK}) == {"digest": made["digest"], "warnings": []}
    kept = admin.call("configs.get", {"name": "life"})
    assert (kept["config"], kept["version"], kept["source"], kept["problem"]) == (FALLBACK, 1, "saved", None)
    changed = admin.call("configs.update", {"name": "life", "config": LEAF, "expected_version": 1})
    assert changed["version"] == 2 and changed["digest"] != made["digest"]
    late = refused(admin.call, "configs.update", {"name": "life", "config": FALLBACK, "expected_version": 1}, "conflict")
    assert late.data["path"] == "params.expected_version" and "version 2" in late.message
    assert admin.call("configs.update", {"name": "life", "config": FALLBACK})["version"] == 3
    assert admin.call("configs.get", {"name": "life", "version": 2})["config"] == LEAF
    assert admin.call("configs.get", {"name": "life", "version": None})["version"] == 3
    refused(admin.call, "configs.get", {"name": "life", "version": 4}, "not_found")
    taken = refused(admin.call, "configs.create", {"name": "life", "config": LEAF}, "conflict")
    assert "update" in taken.message
    listed = {each["name"]: each for each in admin.call("configs.list")["configs"]}
    assert listed["life"]["version"] == 3 and "config" not in listed["life"]
    assert admin.call("configs.delete", {"name": "life"}) == {"name": "life", "deleted": True}
    for method, more in (("get", {}), ("update", {"config": LEAF}), ("delete", {}), ("versions.list", {})):
        assert "life" in refused(admin.call, f"configs.{method}", {"name": "life", **more}, "not_found").message
    assert admin.call("configs.create", {"name": "life", "config": LEAF})["version"] == 1
    admin.call("configs.delete", {"name": "life"})


def test_a_config_is_kept_byte_for_byte(admin):
    text = '{ "retry" : {"attempts":2.0e0}, "virtual_key":"\\u0061\\/", "override_params":{"x":1E+2, "y":12345678901234567890} }'
    admin.send_line(b'{"jsonrpc":"2.0","id":1,"method":"configs.create","params":{"name":"odd","config":%b}}' % text.encode())
    made = admin.receive()["result"]
    assert made["digest"] == hashlib.sha256(text.encode()).hexdigest()
    admin.send_line(b'{"jsonrpc":"2.0","id":2,"method":"configs.get","params":{"name":"odd"}}')
    assert text.encode() in admin.receive_line()
    admin.call("configs.delete", {"name": "odd"})


def test_versions_and_configs_are_listed_page_by_page(admin, config):
    names = [config(f"page-{number}", LEAF)["name"] for number in range(5)]
    for _ in range(4):
        admin.call("configs.update", {"name": "page-0", "config": LEAF})

    def pages(method, key, **params):
        found, cursor = [], None
        while True:
            page = admin.call(method, {**params, "limit": 2, "cursor": cursor})
            assert 0 < len(page[key]) <= 2
            found += page[key]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    found = [each["name"] for each in pages("configs.list", "configs")]
    assert [name for name in found if name in names] == names and found == sorted(found)
    assert [each["version"] for each in pages("configs.versions.list", "versions", name="page-0")] == [5, 4, 3, 2, 1]
    wrong = refused(admin.call, "configs.versions.list", {"name": "page-0", "cursor": "x"}, "invalid_params")
    assert wrong.data["path"] == "params.cursor"


@pytest.mark.parametrize("wrong, path", [
    ({"strategy": {"mode": "random"}, "targets": [LEAF]}, "params.config.strategy.mode"),
    ({"strategy": {"mode": "fallback"}, "targets": [{"virtual_key": "a"}, {"virtual_key": "b", "api_key": "sk-canary"}]},
     "params.config.targets[1].api_key"),
    ({"provider": "openai", "api_key": "sk-canary"}, "params.config.api_key"),
])
def test_a_config_that_cannot_be_followed_or_holds_a_key_is_refused_by_its_path(admin, wrong, path):
    for method, more in (("configs.create", {"name": "wrong"}), ("configs.check", {})):
        failure = refused(admin.call, method, {**more, "config": wrong}, "invalid_params")
        assert failure.data["path"] == path and "canary" not in failure.message
    refused(admin.call, "configs.get", {"name": "wrong"}, "not_found")


@pytest.mark.parametrize("method, params, path", [
    ("configs.create", {"name": "a/b", "config": LEAF}, "params.name"), ("configs.create", {"name": "a"}, "params.config"),
    ("configs.create", {"name": "a", "config": "x"}, "params.config"), ("configs.get", {}, "params.name"),
    ("configs.update", {"name": "a", "config": LEAF, "version": 1}, "params.version"),
    ("configs.list", {"limit": 0}, "params.limit"),
])
def test_wrong_params_are_refused(admin, method, params, path):
    assert refused(admin.call, method, params, "invalid_params").data["path"] == path


def test_what_has_no_effect_is_a_warning(admin, config):
    made = config("warned", {"virtual_key": "a", "weigth": 1})
    assert len(made["warnings"]) == 1 and "weight" in made["warnings"][0]
    assert admin.call("configs.get", {"name": "warned"})["warnings"] == made["warnings"]


def test_a_change_takes_effect_at_the_next_call(admin, client, config, virtual_key):
    with HTTPUpstream(lambda exchange: exchange.json(completion("one"))) as one, \
            HTTPUpstream(lambda exchange: exchange.json(completion("two"))) as two:
        virtual_key("config-one", base_url=one.origin)
        virtual_key("config-two", base_url=two.origin)
        config("switch", {"virtual_key": "config-one"})

        def answer():
            result = client.call("chat.completions.create", chat(model="m", provider=None, options={"config": "switch"}))
            return result["response"]["choices"][0]["message"]["content"]

        assert answer() == "one"
        admin.call("configs.update", {"name": "switch", "config": {"virtual_key": "config-two"}})
        assert answer() == "two"


def test_a_config_that_is_not_there_names_the_one_that_was_meant(client, config):
    config("resilient", LEAF)
    failure = refused(client.call, "chat.completions.create", chat(options={"config": "resilent"}), "not_found")
    assert "'resilient'" in failure.message and failure.data["path"] == "params.options.config"


def test_configs_of_the_file_are_read_only_and_change_at_a_reload(make_daemon, connect):
    daemon = make_daemon(config={"configs": {"fixed": {"provider": "local"}, "text": json.dumps(LEAF)}})
    admin, client = connect(daemon, admin=True), connect(daemon)
    listed = admin.call("configs.list")["configs"]
    assert [(each["name"], each["source"], each["version"]) for each in listed] == [("fixed", "file", 1), ("text", "file", 1)]
    assert admin.call("configs.get", {"name": "fixed"})["source"] == "file"
    result = client.call("chat.completions.create", chat(provider=None, options={"config": "fixed"}))
    assert result["gateway"]["provider"] == "local"
    for method, more in (("update", {"config": LEAF}), ("delete", {}), ("create", {"config": LEAF})):
        failure = refused(admin.call, f"configs.{method}", {"name": "fixed", **more}, "conflict")
        assert "configuration file" in failure.message
    assert admin.call("configs.get", {"name": "fixed"})["source"] == "file"
    daemon.config_file.write_text(json.dumps({"configs": {"other": {"provider": "local"}}}))
    admin.call("system.reload")
    assert [each["name"] for each in admin.call("configs.list")["configs"]] == ["other"]
    daemon.config_file.write_text(json.dumps({"configs": {"other": {"strategy": {"mode": "x"}, "targets": [LEAF]}}}))
    wrong = refused(admin.call, "system.reload", {}, "invalid_params")
    assert "configs.other.strategy.mode" in wrong.message
    assert [each["name"] for each in admin.call("configs.list")["configs"]] == ["other"]


def test_configs_outlive_a_restart_and_a_broken_one_fails_only_itself(make_daemon, connect):
    daemon = make_daemon()
    admin = connect(daemon, admin=True)
    for name in ("good", "bad"):
        admin.call("configs.create", {"name": name, "config": LEAF})
        admin.call("configs.update", {"name": name, "config": {**LEAF, "retry": {"attempts": 1}}})
    before = [admin.call("configs.get", {"name": name}) for name in ("good", "bad")]
    assert daemon.stop() == 0
    with sqlite3.connect(daemon.state / "wicket.db") as database:
        database.execute("UPDATE config SET json = ? WHERE name = 'bad' AND version = 2", [
            json.dumps({"strategy": {"mode": "no longer"}, "targets": [LEAF]})])
    database.close()
    daemon.start()
    admin, client = connect(daemon, admin=True), connect(daemon)
    assert admin.call("configs.get", {"name": "good"}) == before[0]
    assert client.call("chat.completions.create", chat(provider=None, options={"config": "good"}))["response"]
    bad = admin.call("configs.get", {"name": "bad"})
    assert [each["problem"] for each in admin.call("configs.list")["configs"]] == [bad["problem"], None]
    assert {each["name"]: each["problem"] for each in admin.call("configs.list")["configs"]} == {
        "good": None, "bad": bad["problem"]}
    assert "version 2" in bad["problem"] and "A saved config cannot be followed" in daemon.log
    failure = refused(client.call, "chat.completions.create", chat(options={"config": "bad"}), "invalid_params")
    assert "Update it" in failure.message
    admin.call("configs.update", {"name": "bad", "config": LEAF, "expected_version": 2})
    assert client.call("chat.completions.create", chat(provider=None, options={"config": "bad"}))["response"]
