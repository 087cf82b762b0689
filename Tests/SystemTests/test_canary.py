# SPDX-License-Identifier: Apache-2.0
"""A provider's key goes in and is found nowhere: no file, no log, no reply, nothing of the process that others can see."""

import base64
import os
import subprocess

import pytest

from canaries import CANARIES, Listener, check_files, check_process, leaks
from http_upstream import HTTPUpstream, completion
from rpc_client import RpcFailure, chat


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
