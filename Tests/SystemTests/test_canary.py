# SPDX-License-Identifier: Apache-2.0
"""A provider's key goes in and is found nowhere: no file, no log, no reply, nothing of the process that others can see."""

import base64
import os
import subprocess
from pathlib import Path

import pytest

from http_upstream import HTTPUpstream, completion
from rpc_client import RpcClient, RpcFailure, chat

#: Long and odd enough to be found by chance nowhere.
CANARIES = {"rpc": "sk-canary-Zq7vT2mXc9Lp4Wd8", "cli": "sk-canary-Hn3kR6yBs1Jf5Gu0", "own": "sk-canary-Ea8tMw2oVx7Qi4Cz"}


def forms(secret):
    """The secret as it is, in hexadecimal, and in base64 wherever in a longer text it may stand."""
    raw = secret.encode()
    found = {raw, raw.hex().encode(), raw.hex().upper().encode(), raw[::-1]}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw)
        # The first and last characters depend on the neighbours; the middle does not.
        found.add(encoded[4:-4])
        found.add(base64.urlsafe_b64encode(b"\0" * shift + raw)[4:-4])
    return found


def leaks(data):
    return [name for name, secret in CANARIES.items() if any(form in data for form in forms(secret))]


class Listener(RpcClient):
    """Keeps every line that the daemon sent."""

    heard = []

    def receive_line(self):
        line = super().receive_line()
        self.heard.append(line or b"")
        return line


def test_the_search_finds_what_it_looks_for():
    for name, secret in CANARIES.items():
        for text in (secret, secret.encode().hex(), base64.b64encode(b"ab" + secret.encode() + b"c").decode()):
            assert leaks(f"…{text}…".encode()) == [name]


def test_a_key_is_found_nowhere_and_still_works_after_a_restart(make_daemon, recorder, wicket_program):
    daemon = make_daemon()
    with HTTPUpstream(answer) as upstream:
        store_by_rpc(daemon, recorder, upstream)
        store_by_cli(daemon, wicket_program, upstream)
        use_and_misuse(daemon, recorder, upstream)
        check_process(daemon)
        assert daemon.stop() == 0
        check_files(daemon)
        sent = len(upstream.exchanges)

        daemon.start()
        client = Listener(daemon.use_socket, recorder)
        for name in ("rpc", "cli"):
            client.call("chat.completions.create", chat(provider=None, options={"virtual_key": name}))
        keys = [exchange.headers["authorization"] for exchange in upstream.exchanges[sent:]]
        assert keys == [f"Bearer {CANARIES['rpc']}", f"Bearer {CANARIES['cli']}"]
        check_process(daemon)
        daemon.kill()
    check_files(daemon)
    assert leaks(b"\n".join(Listener.heard)) == []


def store_by_rpc(daemon, recorder, upstream):
    admin = Listener(daemon.admin_socket, recorder)
    params = {"name": "rpc", "provider": "openai", "secret": {"api_key": "sk-old"}, "base_url": f"{upstream.origin}/v1"}
    admin.call("virtual_keys.create", params)
    admin.call("virtual_keys.rotate", {"name": "rpc", "secret": {"api_key": CANARIES["rpc"]}})
    admin.call("virtual_keys.list")
    with pytest.raises(RpcFailure) as caught:  # errors do not quote it either
        admin.call("virtual_keys.create", {**params, "secret": {"api_key": CANARIES["rpc"]}})
    assert caught.value.type == "conflict"
    with pytest.raises(RpcFailure):
        secret = {"api_key": CANARIES["rpc"], "extra": CANARIES["rpc"]}
        admin.call("virtual_keys.create", {**params, "name": "x", "secret": secret})
    with pytest.raises(RpcFailure):
        admin.call("virtual_keys.create", {**params, "name": "x", "secret": CANARIES["rpc"]})


def store_by_cli(daemon, wicket_program, upstream):
    done = subprocess.run(
        [wicket_program, "keys", "add", "cli", "--provider", "openai", "--base-url", f"{upstream.origin}/v1"],
        input=CANARIES["cli"] + "\n", capture_output=True, text=True, timeout=60,
        env={**os.environ, "WICKET_SOCKET": str(daemon.use_socket), "WICKET_ADMIN_SOCKET": str(daemon.admin_socket)},
    )
    assert done.returncode == 0, done.stderr
    assert leaks((done.stdout + done.stderr).encode()) == []


def use_and_misuse(daemon, recorder, upstream):
    client = Listener(daemon.use_socket, recorder)
    for name in ("rpc", "cli"):
        client.call("chat.completions.create", chat(provider=None, options={"virtual_key": name}))
    own = {"provider": "openai", "api_key": CANARIES["own"], "custom_host": f"{upstream.origin}/v1"}
    client.call("session.configure", {"defaults": own})
    client.call("chat.completions.create", chat(provider=None))
    with pytest.raises(RpcFailure):
        client.call("chat.completions.create", chat(provider=None, options={**own, "unknown": CANARIES["own"]}))
    with pytest.raises(RpcFailure):
        client.call("session.configure", {"defaults": {"api_key": [CANARIES["own"]]}})
    keys = [exchange.headers["authorization"] for exchange in upstream.exchanges]
    assert keys == [f"Bearer {CANARIES[name]}" for name in ("rpc", "cli", "own")]
    for method in ("logs.list", "system.info", "system.health"):
        client.call(method)


def check_process(daemon):
    for name in ("environ", "cmdline"):
        assert leaks(Path(f"/proc/{daemon.pid}/{name}").read_bytes()) == [], name


def check_files(daemon):
    files = [path for path in daemon.folder.rglob("*") if path.is_file()]
    assert any(path.is_relative_to(daemon.state) for path in files), "the state directory is empty"
    assert [(str(path), leaks(path.read_bytes())) for path in files if leaks(path.read_bytes())] == []


def answer(exchange):
    exchange.json(completion())


def test_a_key_goes_to_its_own_origin_only(make_daemon, connect):
    daemon = make_daemon()
    with HTTPUpstream(answer) as home, HTTPUpstream(answer) as other:
        admin, client = connect(daemon, admin=True), connect(daemon)
        admin.call("virtual_keys.create", {
            "name": "bound", "provider": "openai", "secret": {"api_key": CANARIES["rpc"]}, "base_url": f"{home.origin}/v1"})
        with pytest.raises(RpcFailure):
            elsewhere = {"virtual_key": "bound", "custom_host": other.origin}
            client.call("chat.completions.create", chat(provider=None, options=elsewhere))
        with pytest.raises(RpcFailure):
            admin.call("virtual_keys.update", {"name": "bound", "base_url": other.origin})
        admin.call("virtual_keys.update", {"name": "bound", "base_url": f"{home.origin}/elsewhere"})
        client.call("chat.completions.create", chat(provider=None, options={"virtual_key": "bound"}))
    assert [exchange.path for exchange in home.exchanges] == ["/elsewhere/chat/completions"]
    assert other.exchanges == []
