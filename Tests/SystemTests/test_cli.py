# SPDX-License-Identifier: Apache-2.0
"""`wicket`, as a person or a script uses it."""

import json
import os
import subprocess

import pytest

from http_upstream import HTTPUpstream, completion


@pytest.fixture
def wicket(wicket_program, proxies):
    def run(*arguments, input="", environment=None):
        return subprocess.run(
            [wicket_program, *arguments], input=input, capture_output=True, text=True, timeout=60,
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "WICKET_SOCKET": proxies["use"],
                 "WICKET_ADMIN_SOCKET": proxies["admin"], **(environment or {})},
        )

    return run


def good(done):
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("stream", [[], ["--stream"], ["--no-stream"]])
def test_a_chat(wicket, stream):
    said = good(wicket("chat", "Say this is a test", "--provider", "local", "--model", "local/echo", *stream))
    assert "Say this is a test" in said


def test_a_chat_from_standard_input_as_json(wicket):
    said = good(wicket("chat", "-", "--provider", "local", "--model", "local/echo", "--json", "--no-stream", input="from a pipe"))
    assert "from a pipe" in json.loads(said)["response"]["choices"][0]["message"]["content"]


def test_keys_come_in_by_standard_input_and_never_go_out(wicket):
    with HTTPUpstream(lambda exchange: exchange.json(completion("by the key"))) as upstream:
        good(wicket("keys", "add", "mine", "--provider", "openai", "--base-url", f"{upstream.origin}/v1", input="sk-first\n"))
        assert "by the key" in good(wicket("chat", "hi", "--virtual-key", "mine", "--model", "gpt-4o", "--no-stream"))
        good(wicket("keys", "rotate", "mine", input="sk-second\n"))
        good(wicket("chat", "hi", "--virtual-key", "mine", "--model", "gpt-4o", "--no-stream"))
    assert [exchange.headers["authorization"] for exchange in upstream.exchanges] == ["Bearer sk-first", "Bearer sk-second"]
    listed = good(wicket("keys", "list"))
    assert "mine" in listed and "sk-" not in listed
    assert wicket("keys", "add", "mine", "--provider", "openai", input="sk-third\n").returncode == 1
    good(wicket("keys", "remove", "mine"))
    assert "mine" not in good(wicket("keys", "list"))
    assert wicket("keys", "remove", "mine").returncode == 1


def test_a_key_is_never_taken_from_an_argument(wicket):
    assert wicket("keys", "add", "k", "sk-secret", "--provider", "openai").returncode == 2


def test_budgets(wicket, provider, admin, client):
    key = provider().key
    admin.call("virtual_keys.update", {
        "name": key, "usage_limits": [{"unit": "requests", "amount": 4, "period": "total"}]})
    client.call("chat.completions.create", {
        "request": {"model": "m", "messages": [{"role": "user", "content": "hi"}]}, "options": {"virtual_key": key}})
    id = f"virtual_key/{key}/requests/total"
    line, = [line for line in good(wicket("budgets")).splitlines() if line.startswith(id)]
    assert line.split()[1:] == ["1", "4", "██········", "25%", "-", "never"]
    assert id in good(wicket("budgets", "show", id))
    assert good(wicket("budgets", "reset", id)) == f"{id} has 4 of 4 left.\n"
    assert json.loads(good(wicket("budgets", "show", id, "--json")))["spent"] == 0
    missing = wicket("budgets", "show", "nothing")
    assert missing.returncode == 1 and "`wicket budgets`" in missing.stderr


def test_status(wicket, daemon):
    assert str(daemon.pid) in good(wicket("status"))
    values = [json.loads(line) for line in good(wicket("status", "--json")).splitlines()]
    assert str(daemon.pid) in json.dumps(values)


def test_the_doctor_says_what_is_wrong_and_what_to_do(wicket, daemon):
    checks = {check["name"]: check for check in json.loads(good(wicket("doctor", "--json")))["checks"]}
    assert {"daemon", "store", "vault", "embedder", "keys", "targets", "cache"} <= set(checks)
    assert checks["daemon"]["status"] == checks["vault"]["status"] == "ok"
    state = json.loads(good(wicket("status", "--json")))["info"]["embedder"]["state"]
    assert (checks["embedder"]["status"] == "ok") == (state == "ready")
    if state == "missing":
        assert "packaging/fetch-embedder" in checks["embedder"]["message"]
    assert f"pid {daemon.pid}" in good(wicket("doctor"))
    closed = json.loads(good(wicket("doctor", "--json", environment={"WICKET_ADMIN_SOCKET": "/nonexistent/admin.sock"})))
    assert "not open to you" in {check["name"]: check for check in closed["checks"]}["admin socket"]["message"]
    assert wicket("doctor", environment={"WICKET_SOCKET": "/nonexistent/wicket.sock"}).returncode == 69


def test_the_log_is_shown(wicket):
    good(wicket("chat", "for the log", "--provider", "local", "--model", "local/echo"))
    assert "local/echo" in good(wicket("logs"))


def test_a_config_from_a_file_is_saved_used_changed_and_removed(wicket, tmp_path):
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"provider": "local", "wieght": 1}, indent=2))
    checked = wicket("configs", "check", str(file))
    assert good(checked) == "Good, with a warning.\n" and "weight" in checked.stderr
    assert "version 1" in good(wicket("configs", "create", "by-cli", str(file)))
    for config in ("by-cli", str(file), file.read_text()):
        assert "hello" in good(wicket("chat", "hello", "--config", config, "--model", "local/echo", "--no-stream"))
    changed = json.dumps({"provider": "local"})
    assert "version 2" in good(wicket("configs", "update", "by-cli", "-", "--expect", "1", input=changed))
    assert json.loads(good(wicket("configs", "show", "by-cli"))) == {"provider": "local"}
    assert json.loads(good(wicket("configs", "show", "by-cli", "--version", "1")))["wieght"] == 1
    assert "by-cli" in good(wicket("configs")) and len(good(wicket("configs", "versions", "by-cli")).splitlines()) == 3
    late = wicket("configs", "update", "by-cli", "-", "--expect", "1", input=changed)
    assert late.returncode == 1 and "configs show" in late.stderr
    wrong = wicket("configs", "check", "-", input='{"strategy":{"mode":"x"},"targets":[{"provider":"local"}]}')
    assert wrong.returncode == 1 and "mode" in wrong.stderr
    good(wicket("configs", "remove", "by-cli"))
    gone = wicket("chat", "hello", "--config", "by-cli", "--model", "local/echo")
    assert gone.returncode == 1 and "wicket configs list" in gone.stderr


def test_keys_of_an_env_file_move_into_the_vault(wicket, tmp_path):
    file = tmp_path / ".env"
    file.write_bytes(b"# mine\r\nexport OPENAI_API_KEY='sk-canary-import'\r\nPORT=80\r\nGROQ_API_KEY=gsk-canary # old\r\n")
    arguments = ["keys", "import", str(file), "--prefix", "env-"]
    assert "new key env-openai" in good(wicket(*arguments, "--dry-run"))
    assert "env-openai" not in good(wicket("keys", "list"))
    first = wicket(*arguments)
    assert f"These lines of {file} can be deleted now: 2, 4." in good(first)
    again = wicket(*arguments)
    assert good(again) == "" and "--rotate" in again.stderr
    rotated = wicket(*arguments, "--rotate")
    assert "Rotated env-groq" in good(rotated)
    assert all("canary" not in done.stdout + done.stderr for done in (first, again, rotated))
    for name in ("env-openai", "env-groq"):
        assert name in good(wicket("keys", "list"))
        good(wicket("keys", "remove", name))


def test_a_secret_of_several_parts_is_read_as_json(wicket):
    parts = {"api_key": "canary", "azure_resource_name": "res", "azure_deployment_id": "d", "azure_api_version": "v1"}
    added = wicket("keys", "add", "azure", "--provider", "azure-openai", "--parts", input=json.dumps(parts))
    assert "https://res.openai.azure.com/openai/deployments/d" in good(added)
    good(wicket("keys", "rotate", "azure", "--parts", input='{"api_key": "canary"}'))
    wrong = wicket("keys", "rotate", "azure", "--parts", input="canary")
    assert wrong.returncode == 1 and "no JSON object" in wrong.stderr and "canary" not in wrong.stderr
    good(wicket("keys", "remove", "azure"))


def test_targets_are_shown_tripped_and_reset(wicket):
    good(wicket("chat", "x", "--provider", "local", "--model", "local/echo"))
    name = next(each["id"] for each in json.loads(good(wicket("targets", "--json")))["targets"] if each["model"] == "local/echo")
    assert name in good(wicket("targets"))
    assert "open until" in good(wicket("targets", "trip", name, "--for", "60"))
    refused = wicket("chat", "x", "--provider", "local", "--model", "local/echo")
    assert refused.returncode == 1 and "circuit_open" in refused.stderr and "wicket why" in refused.stderr
    assert "closed" in good(wicket("targets", "reset", name))
    good(wicket("chat", "x", "--provider", "local", "--model", "local/echo"))
    assert wicket("targets", "reset", "no/such/target").returncode == 1


def test_the_cache(wicket):
    assert "answers kept" in good(wicket("cache")) and "embedder" in good(wicket("cache", "stats"))
    assert json.loads(good(wicket("cache", "purge", "--namespace", "none", "--json"))) == {"purged": 0}
    unasked = wicket("cache", "purge")
    assert unasked.returncode == 2 and "--yes" in unasked.stderr
    assert "DISABLED" in good(wicket("cache", "explain", "hello", "--model", "local/echo", "--config", '{"provider": "local"}'))
    refused = wicket("cache", "reject", "no-such-trace")
    assert refused.returncode == 1 and "not_found" in refused.stderr and "wicket logs" in refused.stderr


def test_why_a_call_went_where_it_went(wicket):
    config = json.dumps({"strategy": {"mode": "fallback"}, "targets": [
        {"provider": "local", "override_params": {"model": "local/status-503"}}, {"provider": "local"}]})
    reply = json.loads(good(wicket("chat", "x", "--config", config, "--model", "local/echo", "--json", "--no-stream")))
    story = good(wicket("why", reply["gateway"]["trace_id"]))
    assert "config tries its targets one after the other." in story
    assert "asked config.targets[0]; it answered 503" in story and "What config.targets[1] answered" in story
    assert json.loads(good(wicket("why", reply["gateway"]["trace_id"], "--json")))["requests"][0]["decisions"]["tries"] == 2
    assert good(wicket("why")) == story
    row = json.loads(good(wicket("logs", "--all", "--limit", "1", "--json")))["logs"][0]["id"]
    assert good(wicket("why", row)) == story
    absent = wicket("why", "123456789")
    assert absent.returncode == 1 and "wicket logs" in absent.stderr
    missing = wicket("why", "nowhere")
    assert missing.returncode == 1 and "wicket logs" in missing.stderr


def test_any_method_can_be_called(wicket):
    assert json.loads(good(wicket("call", "system.ping", "--json"))) == {"pong": True}
    params = json.dumps({"limit": 1})
    assert "logs" in json.loads(good(wicket("call", "logs.list", params, "--json")))
    assert json.loads(good(wicket("call", "vault.status", "--admin", "--json")))["state"] == "unlocked"


@pytest.mark.parametrize("arguments, code, words", [
    (["chat", "x", "--provider", "local", "--model", "local/status-429"], 1, ["429"]),
    (["chat", "x", "--virtual-key", "no-such-key", "--model", "m"], 1, ["no-such-key"]),
    (["call", "no.such.method"], 1, ["no.such.method"]),
    (["call", "system.ping", "{"], 2, []),
    (["chat", "x", "--no-such-flag"], 2, ["no-such-flag"]),
    (["nonsense"], 2, ["nonsense"]),
])
def test_exit_codes_of_what_goes_wrong(wicket, arguments, code, words):
    done = wicket(*arguments)
    assert done.returncode == code, done.stderr
    assert done.stderr and all(word in done.stderr for word in words) and "sk-" not in done.stderr


def test_without_a_daemon_it_says_how_to_start_one(wicket, tmp_path):
    for arguments in (["status"], ["chat", "x"], ["keys", "list"], ["call", "system.ping"]):
        nowhere = {"WICKET_SOCKET": str(tmp_path / "none"), "WICKET_ADMIN_SOCKET": str(tmp_path / "none")}
        done = wicket(*arguments, environment=nowhere)
        assert done.returncode == 69 and "wicketd" in done.stderr, (arguments, done.stderr)


def test_models_are_listed_with_their_prices_and_a_provider_s_own_on_demand(wicket):
    lines = good(wicket("models", "--provider", "openai", "--search", "gpt-4o-mini")).splitlines()
    assert lines[0].split()[:3] == ["MODEL", "PROVIDER", "CONTEXT"]
    assert ["gpt-4o-mini", "openai", "128000", "0.15", "0.6"] in [line.split()[:5] for line in lines]
    page = json.loads(good(wicket("models", "--provider", "openai", "--search", "openai/gpt-4o-mini", "--json")))
    assert page["response"]["data"][0]["prices"]["input_nano_usd"] == 150
    assert "local/echo" in good(wicket("models", "--provider", "local", "--ask"))
    assert wicket("models", "--ask").returncode != 0
