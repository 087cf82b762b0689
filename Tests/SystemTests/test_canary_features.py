# SPDX-License-Identifier: Apache-2.0
"""Three keys through every feature that touches one, with providers that quote them: they are found nowhere but at the provider."""

import contextlib
import json
import subprocess

import pytest

from canaries import CANARIES, Listener, check_files, check_process, forms, leaks
from http_upstream import HTTPUpstream, completion, piece
from rpc_client import RpcFailure, chat


def credential(exchange):
    return exchange.headers.get("x-api-key") or exchange.headers["authorization"].removeprefix("Bearer ")


def quoting(form, status=401):
    """Refuses a key as some providers do: by quoting it."""

    def reply(exchange):
        key = credential(exchange)
        if form == "json":
            exchange.json({"error": {"message": f"Incorrect API key provided: {key}. See the docs.", "code": key}}, status)
        elif form == "escaped":
            text = json.dumps({"error": {"message": f"No such key {key}"}}).replace("/", "\\/")
            exchange.reply(text.encode(), status, "application/json")
        elif form == "text":
            exchange.reply(f"<h1>Forbidden</h1> {key}{key}".encode(), status, "text/html")
        elif form == "status 200":
            exchange.json({"error": {"message": f"bad key {key}", "code": 401}})
        elif form == "no json":
            exchange.reply(f"what is {key}?".encode(), 200, "application/json")
        elif form == "event":
            exchange.start_events()
            exchange.send_event({"error": {"message": f"bad key {key}", "code": 401}})
            exchange.end_events()

    return reply


FORMS = ["json", "escaped", "text", "status 200", "no json", "event"]


def good(exchange):
    if exchange.method == "GET":
        return exchange.json({"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "x"}]})
    if not json.loads(exchange.body).get("stream"):
        return exchange.json(completion())
    exchange.start_events()
    for text in ("a", "b"):
        exchange.send_event(piece(text, "stop" if text == "b" else None))
    exchange.end_events()


@pytest.fixture
def upstream():
    class Upstream(HTTPUpstream):
        reply = staticmethod(good)

    with Upstream(lambda exchange: upstream.reply(exchange)) as upstream:
        yield upstream


@pytest.fixture
def place(make_daemon, recorder):
    daemon = make_daemon()
    Listener.heard.clear()
    with Listener(daemon.admin_socket, recorder) as admin, Listener(daemon.use_socket, recorder) as client:
        yield daemon, admin, client
    check_process(daemon)
    check_files(daemon)  # with the log of writes beside the database
    assert daemon.stop() == 0
    check_files(daemon)
    assert leaks(b"\n".join(Listener.heard)) == [], "a reply holds a key"


def create(admin, upstream, name, canary, provider="openai"):
    admin.call("virtual_keys.create", {
        "name": name, "provider": provider, "secret": {"api_key": CANARIES[canary]}, "base_url": f"{upstream.origin}/v1"})


def attempt(client, method="chat.completions.create", **options):
    with contextlib.suppress(RpcFailure):
        client.call(method, chat(provider=None, model="m", options=options))


def test_the_life_of_keys(place, upstream, wicket_program):
    daemon, admin, client = place
    for name, canary in (("one", "rpc"), ("two", "cli"), ("three", "own")):
        create(admin, upstream, name, canary)
        client.call("chat.completions.create", chat(provider=None, options={"virtual_key": name}))
    for grace in (300, 0):
        secret = {"api_key": CANARIES["new"]}
        admin.call("virtual_keys.rotate", {"name": "one", "secret": secret, "grace_s": grace})
        client.call("chat.completions.create", chat(provider=None, options={"virtual_key": "one"}))
    admin.call("virtual_keys.update", {"name": "two", "note": "changed", "models": ["m*"], "base_url": f"{upstream.origin}/v2"})
    client.stream("chat.completions.create", chat(provider=None, model="m", stream=True, options={"virtual_key": "two"}))
    client.call("models.list", {"options": {"virtual_key": "three"}})
    assert {credential(exchange) for exchange in upstream.exchanges} == set(CANARIES.values())
    for method in ("virtual_keys.list", "vault.status", "targets.list", "audit.list", "audit.verify", "logs.list", "rpc.discover"):
        admin.call(method)
    for name in ("one", "two", "three"):
        admin.call("virtual_keys.get", {"name": name})
    for arguments in (["keys", "list", "--json"], ["audit", "list", "--json"], ["logs", "--all", "--json"], ["status", "--json"]):
        sockets = ["--socket", str(daemon.use_socket), "--admin-socket", str(daemon.admin_socket)]
        done = subprocess.run([wicket_program, *arguments, *sockets], capture_output=True, timeout=60)
        assert done.returncode == 0 and leaks(done.stdout + done.stderr) == [], arguments
    admin.call("virtual_keys.delete", {"name": "three"})
    attempt(client, virtual_key="three")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_provider_that_quotes_the_key(place, upstream, form, provider):
    daemon, admin, client = place
    upstream.reply = quoting(form)
    for name, canary in (("one", "rpc"), ("two", "new")):
        create(admin, upstream, name, canary, provider)
        method = "messages.create" if provider == "anthropic" else "chat.completions.create"
        for stream in (False, True):
            with pytest.raises(RpcFailure) as caught:
                client.stream(method, chat(provider=None, model="m", stream=stream, max_tokens=9, options={"virtual_key": name}))
            assert caught.value.type in ("upstream_error", "upstream_unreachable")
            if form in ("json", "escaped", "text"):
                assert "********" in json.dumps(caught.value.data["provider_error"]) and caught.value.data["status"] == 401
    # The caller's own key is nobody else's to see either.
    own = {"provider": provider, "api_key": CANARIES["own"], "custom_host": f"{upstream.origin}/v1"}
    attempt(client, **own)
    attempt(client, config={"strategy": {"mode": "fallback"}, "targets": [{"virtual_key": "one"}, {"virtual_key": "two"}]})
    attempt(client, config={"retry": {"attempts": 1, "on_status_codes": [401]}, **own})
    assert set(map(credential, upstream.exchanges)) == {CANARIES["rpc"], CANARIES["new"], CANARIES["own"]}
    admin.call("logs.list")


def test_configs_fallbacks_and_explanations(place, upstream):
    daemon, admin, client = place
    for name, canary in (("one", "rpc"), ("two", "new")):
        create(admin, upstream, name, canary)
    targets = [{"virtual_key": "one", "override_params": {"model": "m2"}}, {"virtual_key": "two"}]
    admin.call("configs.create", {"name": "saved", "config": {"strategy": {"mode": "fallback"}, "targets": targets}})
    with pytest.raises(RpcFailure):
        admin.call("configs.create", {"name": "holds-a-key", "config": {"provider": "openai", "api_key": CANARIES["own"]}})
    upstream.reply = lambda exchange: quoting("json", 500)(exchange) if credential(exchange) == CANARIES["rpc"] else good(exchange)
    result = client.call("chat.completions.create", chat(provider=None, model="m", options={"config": "saved"}))
    assert result["gateway"]["virtual_key"] == "two"
    admin.call("requests.explain", {"trace_id": result["gateway"]["trace_id"]})
    admin.call("configs.get", {"name": "saved"})
    admin.call("targets.list")


@pytest.mark.parametrize("line", [
    '{"jsonrpc":"2.0","id":1,"method":"virtual_keys.creat","params":{"secret":{"api_key":"KEY"}}}',
    '{"jsonrpc":"2.0","id":1,"method":"virtual_keys.create","params":{"name":"n","provider":"openai","secret":{"api_key":["KEY"]}}}',
    '{"jsonrpc":"2.0","id":1,"method":"virtual_keys.create","params":{"name":"n","provider":"openai","api_key":"KEY"}}',
    '{"jsonrpc":"2.0","id":1,"method":"virtual_keys.create","params":["n","openai","KEY"]}',
    '{"jsonrpc":"2.0","id":1,"method":"chat.completions.create","params":{"request":{},"options":{"api_key":"KEY","api_key":"KEY"}}}',
    '{"jsonrpc":"2.0","id":1,"method":"chat.completions.create","params":{"request":{"model":"m"},'
    '"options":{"custom_host":"https://KEY@127.0.0.1"}}}',
    '{"jsonrpc":"2.0","id":1,"method":"virtual_keys.create","params":{"secret":{"api_key":"KEY"}}',
])
def test_lines_that_are_refused(place, line):
    daemon, admin, client = place
    for each in (admin, client):
        each.send_line(line.replace("KEY", CANARIES["rpc"]).encode())
        assert "error" in each.receive()


def test_the_search_knows_the_escaped_form():
    assert leaks(json.dumps([CANARIES["new"]]).replace("/", "\\/").encode()) == ["new"]
    assert CANARIES["new"].encode() in forms(CANARIES["new"])
