# SPDX-License-Identifier: Apache-2.0
"""A virtual key goes to the origin that it is bound to and nowhere else, whatever a caller, a config, a provider, the database
or the resolver says; each attempt is on record."""

import contextlib
import json
import os
import socket
import sqlite3
import subprocess
import threading

import pytest

from daemon_process import Daemon
from diversion_cases import CUSTOM_HOSTS, DENIED, HEADERS, HOST_ADDRESSES, MALFORMED, OPTIONS, REDIRECTS
from http_upstream import HTTPUpstream, completion
from rpc_client import RpcClient, RpcFailure, chat

SECRET = "sk-bound-Yw4nKe8rTb2Zx6Pq"


class Elsewhere:
    """Listens at one port, on all loopback addresses, and keeps whatever comes; it never answers."""

    def __init__(self):
        self.listeners = [socket.create_server(("127.0.0.1", 0))]
        self.port = self.listeners[0].getsockname()[1]
        with contextlib.suppress(OSError):
            self.listeners.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))
        self.heard = []
        self.connections = 0
        for listener in self.listeners:
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self.connections += 1
                threading.Thread(target=self._read, args=(connection,), daemon=True).start()

    def _read(self, connection):
        with connection, contextlib.suppress(OSError):
            while data := connection.recv(65536):
                self.heard.append(data)

    def close(self):
        for listener in self.listeners:
            listener.close()


class Home(HTTPUpstream):
    """The key's own origin: answers as `reply` says, and keeps the keys that it was shown."""

    def __init__(self):
        self.reply = lambda exchange: exchange.json(completion())
        super().__init__(lambda exchange: self.reply(exchange))


class World:
    """A daemon, the key's home, the place where it must not go, and the audit log."""

    def __init__(self, daemon, connect):
        self.daemon, self.connect = daemon, connect
        self.home, self.other = Home(), Elsewhere()
        self.ports = {"home": self.home.origin.rsplit(":", 1)[1], "other": str(self.other.port)}
        admin = connect(daemon, admin=True)
        for name, provider in (("bound", "openai"), ("second", "openai"), ("vendor", "vendor")):
            admin.call("virtual_keys.create", {
                "name": name, "provider": provider, "secret": {"api_key": SECRET}, "base_url": f"{self.home.origin}/v1"})

    def fill(self, value):
        """Puts the ports in, wherever they stand."""
        if isinstance(value, dict):
            return {self.fill(key): self.fill(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.fill(each) for each in value]
        if isinstance(value, str):
            return value.replace("{home}", self.ports["home"]).replace("{other}", self.ports["other"])
        return value

    def last_entry(self):
        with self.connect(self.daemon, admin=True) as admin:
            return (admin.call("audit.list", {"limit": 1})["entries"] or [{"id": 0}])[0]

    def attempt(self, options, **more):
        """How a call ends that must not be made: its failure, and the newest audit entry of it, if there is one."""
        before, seen = self.last_entry()["id"], len(self.home.exchanges)
        with self.connect(self.daemon) as client, pytest.raises(RpcFailure) as caught:
            client.call("chat.completions.create", chat(provider=None, model="gpt-x", options=self.fill(options), **more))
        entry = self.last_entry()
        assert self.other.connections == 0 and self.other.heard == []
        return caught.value, entry if entry["id"] > before else None, len(self.home.exchanges) - seen

    def close(self):
        self.home.close()
        self.other.close()


VENDOR = {"providers": {"vendor": {"dialect": "openai", "base_url": "https://vendor.test/v1", "auth_header": "X-Vendor-Key"}}}


@pytest.fixture(scope="module")
def module_connections(recorder):
    def make(daemon, *, admin=False):
        return RpcClient(daemon.admin_socket if admin else daemon.use_socket, recorder)

    return make


@contextlib.contextmanager
def made_world(folder, connections):
    daemon = Daemon(folder, config=VENDOR).start()
    world = World(daemon, connections)
    yield world
    world.close()
    assert daemon.stop() == 0


@pytest.fixture(scope="module")
def world(wicketd, short_folder, module_connections):
    with made_world(short_folder(), module_connections) as world:
        yield world


@pytest.fixture(scope="module")
def other_world(wicketd, short_folder, module_connections):
    """A daemon that has not yet told of so many diversions that it leaves some out."""
    with made_world(short_folder(), module_connections) as world:
        yield world


def is_on_record(entry, key="bound"):
    return entry is not None and (entry["kind"], entry["subject"], entry["actor"]["uid"]) == ("key.diverted", key, os.getuid())


@pytest.mark.parametrize("host, refusal", CUSTOM_HOSTS, ids=[repr(host) for host, _ in CUSTOM_HOSTS])
def test_a_custom_host(world, host, refusal):
    failure, entry, sent = world.attempt({"virtual_key": "bound", "custom_host": host})
    assert (failure.type, sent) == (refusal, 0), failure
    assert is_on_record(entry), entry
    assert SECRET not in json.dumps(entry)


@pytest.mark.parametrize("what, options, refusal", OPTIONS, ids=[what for what, *_ in OPTIONS])
def test_options_and_configs(world, what, options, refusal):
    failure, entry, sent = world.attempt(options)
    assert (failure.type, sent) == (refusal, 0), failure
    # A config that says no place at all is refused before it is known whose key it is about.
    assert is_on_record(entry) or is_on_record(entry, "second") if refusal == DENIED else entry is None


def test_a_sessions_defaults_and_a_saved_config(world):
    elsewhere = world.fill("http://127.0.0.1:{other}")
    with world.connect(world.daemon, admin=True) as admin:
        admin.call("configs.create", {"name": "away", "config": {"virtual_key": "bound", "custom_host": elsewhere}})
    failure, entry, sent = world.attempt({"config": "away"})
    assert (failure.type, sent) == (DENIED, 0) and is_on_record(entry)
    with world.connect(world.daemon) as client:
        client.call("session.configure", {"defaults": {"custom_host": elsewhere}})
        for model, options in (("gpt-x", {"virtual_key": "bound"}), ("@bound/gpt-x", {})):
            with pytest.raises(RpcFailure) as caught:
                client.call("chat.completions.create", chat(provider=None, model=model, options=options))
            assert caught.value.type == DENIED
    assert is_on_record(world.last_entry()) and world.other.heard == []


@pytest.mark.parametrize("mode", ["fallback", "loadbalance"])
def test_a_target_that_was_not_even_asked_is_on_record_too(world, mode):
    before = world.last_entry()["id"]
    away = {"virtual_key": "bound", "custom_host": "http://127.0.0.1:{other}"}
    targets = [{"provider": "local", "weight": 1}, {**away, "weight": 0}]
    with world.connect(world.daemon) as client:
        result = client.call("chat.completions.create", chat(provider=None, options={
            "config": world.fill({"strategy": {"mode": mode}, "targets": targets})}))
    entry = world.last_entry()
    assert result["gateway"]["provider"] == "local" and entry["id"] == before + 1 and is_on_record(entry)


@pytest.mark.parametrize("headers, key", HEADERS, ids=[f"{key}: {next(iter(headers))!r}" for headers, key in HEADERS])
def test_headers_that_would_carry_or_replace_it(world, headers, key):
    failure, _, sent = world.attempt({"virtual_key": key, "forward_headers": headers})
    assert (failure.type, sent) == (MALFORMED, 0), failure
    assert "forward_headers" in failure.data["path"]


@pytest.mark.parametrize("status, location, leads_away", REDIRECTS, ids=[f"{status} {place}" for status, place, _ in REDIRECTS])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_redirect_is_not_followed(other_world, status, location, leads_away, stream):
    world = other_world
    world.home.reply = lambda exchange: exchange.json({}, status, [("location", world.fill(location))])
    try:
        failure, entry, sent = world.attempt({"virtual_key": "bound"}, stream=stream)
    finally:
        world.home.reply = lambda exchange: exchange.json(completion())
    assert (failure.type, failure.data["status"], sent) == ("upstream_error", status, 1)
    assert is_on_record(entry) if leads_away else entry is None or entry["kind"] == "key.first_used"


def test_a_change_of_its_address(world):
    with world.connect(world.daemon, admin=True) as admin, pytest.raises(RpcFailure) as caught:
        admin.call("virtual_keys.update", {"name": "bound", "base_url": world.fill("http://127.0.0.1:{other}/v1")})
    assert caught.value.type == MALFORMED


def test_the_key_still_goes_home(world):
    with world.connect(world.daemon) as client:
        client.call("chat.completions.create", chat(provider=None, model="gpt-x", options={
            "virtual_key": "bound", "custom_host": world.fill("http://127.0.0.1:{home}/elsewhere")}))
    exchange = world.home.exchanges[-1]
    assert (exchange.path, exchange.headers["authorization"]) == ("/elsewhere/chat/completions", f"Bearer {SECRET}")


@pytest.mark.parametrize("change, refusal", [
    # The two differ: that alone shows.
    ("base_url = '{other}/v1'", DENIED), ("origin = '{other}'", DENIED),
    # Nothing shows, but the secret was sealed for another row.
    ("base_url = '{other}/v1', origin = '{other}'", "internal_error"), ("provider = 'groq'", "internal_error"),
    ("name = 'second', base_url = '{other}/v1', origin = '{other}'", "internal_error"),
])
def test_a_row_that_was_edited_opens_nothing(make_daemon, module_connections, change, refusal):
    daemon = make_daemon(config=VENDOR)
    world = World(daemon, module_connections)
    assert daemon.stop() == 0
    database = sqlite3.connect(daemon.state / "wicket.db")
    database.execute("DELETE FROM virtual_key WHERE name = 'second'")
    origin = world.fill("http://127.0.0.1:{other}")
    database.execute("UPDATE virtual_key SET " + change.replace("{other}", origin) + " WHERE name = 'bound'")
    database.commit()
    database.close()
    daemon.start()
    name = "second" if "second" in change else "bound"
    failure, entry, sent = world.attempt({"virtual_key": name})
    assert (failure.type, sent) == (refusal, 0)
    assert refusal == DENIED or "changed or damaged" in failure.message
    assert is_on_record(entry, name)
    world.close()


def test_a_proxy_of_the_environment_is_not_used(make_daemon, module_connections):
    other = Elsewhere()
    proxy = f"http://127.0.0.1:{other.port}"
    names = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    daemon = make_daemon(config=VENDOR, environment={name: proxy for name in names} | {"no_proxy": ""})
    world = World(daemon, module_connections)
    with world.connect(daemon) as client:
        client.call("chat.completions.create", chat(provider=None, options={"virtual_key": "bound"}))
    assert len(world.home.exchanges) == 1 and other.connections == 0
    world.close()
    other.close()
