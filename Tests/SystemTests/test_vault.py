# SPDX-License-Identifier: Apache-2.0
"""The vault's master key: where it comes from, what goes on while there is none, how it is replaced."""

import json
import os
import sqlite3
import subprocess
import threading

import pytest

from http_upstream import HTTPUpstream, completion
from rpc_client import RpcFailure, chat

PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def upstream():
    """Answers with the credential that it was sent."""
    with HTTPUpstream(lambda exchange: exchange.json(completion(exchange.headers.get("authorization", "")))) as upstream:
        yield upstream


def add(admin, upstream, name, value):
    return admin.call("virtual_keys.create", {
        "name": name, "provider": "openai", "secret": {"api_key": value}, "base_url": f"{upstream.origin}/v1"})


def value(client, name):
    reply = client.call("chat.completions.create", chat(provider=None, options={"virtual_key": name}))
    return reply["response"]["choices"][0]["message"]["content"].removeprefix("Bearer ")


def refused(client, method, params):
    with pytest.raises(RpcFailure) as caught:
        client.call(method, params)
    return caught.value


def use(name):
    return "chat.completions.create", chat(provider=None, options={"virtual_key": name})


def test_a_passphrase_is_set_locks_the_vault_at_each_start_and_unlocks_it(make_daemon, connect, upstream, wicket_program):
    daemon = make_daemon(config={"vault": {"master_key": "passphrase"}})
    admin = connect(daemon, admin=True)
    status = admin.call("vault.status")
    assert (status["state"], status["waits_for"], status["master_key"]["source"]) == ("locked", "new_passphrase", "none")
    assert refused(admin, "vault.unlock", {"passphrase": "too short"}).data["path"] == "params.passphrase"
    assert refused(admin, "vault.unlock", {"passphrase": 12}).data["path"] == "params.passphrase"
    status = admin.call("vault.unlock", {"passphrase": PASSPHRASE})
    assert (status["state"], status["reason"], status["waits_for"]) == ("unlocked", None, None)
    assert status["master_key"]["source"] == "passphrase" and status["master_key"]["path"] is None
    assert status["format"] == 2 and not (daemon.state / "master.key").exists()
    made = add(admin, upstream, "k", "sk-k")
    assert daemon.stop() == 0

    daemon.start()
    admin, client = connect(daemon, admin=True), connect(daemon)
    check_locked(admin, client, upstream, made)
    unlock_with_others_at_work(admin, client)
    assert value(client, "k") == "sk-k"
    done = subprocess.run(
        [wicket_program, "vault", "rotate-master", "--to", "file"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=60, env={**os.environ, "WICKET_ADMIN_SOCKET": str(daemon.admin_socket)})
    assert done.returncode == 1 and "vault.master_key" in done.stderr, done
    assert daemon.stop() == 0
    for path in daemon.folder.rglob("*"):
        assert not path.is_file() or PASSPHRASE.encode() not in path.read_bytes(), path


def check_locked(admin, client, upstream, made):
    status = admin.call("vault.status")
    assert (status["state"], status["waits_for"], status["virtual_keys"]) == ("locked", "passphrase", 1)
    assert status["readable_keys"] == status["unreadable_keys"] == 0 and "wicket vault unlock" in status["reason"]
    for each in (admin, client):
        assert each.call("system.info")["vault"]["state"] == "locked"
        health = each.call("system.health")
        assert health["status"] == "warn" and any("wicket vault unlock" in (check["message"] or "") for check in health["checks"])
    failure = refused(client, *use("k"))
    assert (failure.code, failure.type) == (1004, "vault_locked") and "wicket vault unlock" in failure.message
    params = {"name": "other", "provider": "openai", "secret": {"api_key": "sk-other"}}
    assert refused(admin, "virtual_keys.create", params).type == "vault_locked"
    assert refused(admin, "virtual_keys.rotate", {"name": "k", "secret": {"api_key": "sk-2"}}).type == "vault_locked"
    assert refused(admin, "virtual_keys.update", {"name": "k", "note": "n"}).type == "vault_locked"
    assert refused(admin, "vault.rotate_master", {}).type == "vault_locked"
    assert refused(admin, "vault.unlock", {}).type == "vault_locked"
    listed, = admin.call("virtual_keys.list")["virtual_keys"]
    assert listed == {**made, "unreadable": listed["unreadable"], "secret_parts": {}} and "locked" in listed["unreadable"]
    # What needs no key of the vault goes on.
    client.call("chat.completions.create", chat())
    own = {"provider": "openai", "api_key": "sk-own", "custom_host": f"{upstream.origin}/v1"}
    reply = client.call("chat.completions.create", chat(provider=None, options=own))
    assert reply["response"]["choices"][0]["message"]["content"] == "Bearer sk-own"
    assert admin.call("configs.list")["configs"] == []


def unlock_with_others_at_work(admin, client):
    """One try at a time, the next one later each time, and no other request waits for them."""
    # On one connection, where the first has begun when the second is looked at.
    wrong = admin.request("vault.unlock", {"passphrase": "a wrong one that is long"})
    second = admin.request("vault.unlock", {"passphrase": PASSPHRASE})
    with pytest.raises(RpcFailure) as caught:
        admin.outcome(second)
    assert caught.value.type == "conflict"
    for _ in range(20):
        client.call("system.ping")
        client.call("chat.completions.create", chat())
    with pytest.raises(RpcFailure) as caught:
        admin.outcome(wrong)
    assert caught.value.data["path"] == "params.passphrase" and "wrong" in caught.value.message
    while True:
        failure = refused_or_none(admin)
        if failure is None:
            break
        assert failure.type == "rate_limited" and 0 < failure.data["retry_after_ms"] <= 1000, failure
    assert admin.call("vault.unlock", {"passphrase": "it is open already"})["state"] == "unlocked"


def refused_or_none(admin):
    try:
        admin.call("vault.unlock", {"passphrase": PASSPHRASE})
    except RpcFailure as failure:
        return failure
    return None


def test_without_its_key_file_the_vault_stays_locked_until_it_is_restored(make_daemon, connect, upstream):
    daemon = make_daemon()
    admin = connect(daemon, admin=True)
    add(admin, upstream, "k", "sk-k")
    key, saved = daemon.state / "master.key", daemon.folder / "saved"
    assert daemon.stop() == 0
    key.rename(saved)

    daemon.start()
    admin, client = connect(daemon, admin=True), connect(daemon)
    status = admin.call("vault.status")
    assert status["waits_for"] == "master_key" and str(key) in status["reason"] and "restore" in status["reason"]
    assert refused(client, *use("k")).type == "vault_locked"
    assert refused(admin, "vault.unlock", {"passphrase": PASSPHRASE}).type == "invalid_params"
    assert not key.exists(), "a new key was made where there are keys to be opened"
    key.write_bytes(os.urandom(32))
    key.chmod(0o600)
    assert "put that one in its place" in refused(admin, "vault.unlock", {}).message
    key.write_bytes(saved.read_bytes())
    key.chmod(0o640)
    assert "chmod 600" in refused(admin, "vault.unlock", {}).message
    key.chmod(0o600)
    assert admin.call("vault.unlock", {})["state"] == "unlocked"
    assert value(client, "k") == "sk-k"
    unlocked, = admin.call("audit.list", {"filter": {"kind": "vault.unlocked"}})["entries"]
    assert unlocked["actor"]["uid"] == os.getuid()


def test_a_passphrase_for_a_new_vault_takes_no_file_from_another_one(make_daemon, connect, upstream):
    daemon = make_daemon()
    add(connect(daemon, admin=True), upstream, "k", "sk-k")
    key = daemon.state / "master.key"
    saved = key.read_bytes()
    assert daemon.stop() == 0
    away = daemon.folder / "away"
    away.mkdir()
    for path in daemon.state.glob("wicket.db*"):
        path.rename(away / path.name)
    daemon.config_file.write_text(json.dumps({"vault": {"master_key": "passphrase"}}))
    for _ in range(2):
        daemon.start()
        assert connect(daemon, admin=True).call("vault.unlock", {"passphrase": PASSPHRASE})["state"] == "unlocked"
        assert daemon.stop() == 0
    kept, = daemon.state.glob("master.key.kept-*")
    assert kept.read_bytes() == saved


def test_a_credential_is_the_master_key_and_is_rotated_by_a_restart(make_daemon, connect, upstream):
    daemon = make_daemon(start=False)
    credentials = daemon.folder / "credentials"
    credentials.mkdir()
    (credentials / "wicket-master").write_bytes(os.urandom(32))
    daemon.environment["CREDENTIALS_DIRECTORY"] = str(credentials)
    daemon.start()
    admin = connect(daemon, admin=True)
    add(admin, upstream, "k", "sk-k")
    status = admin.call("vault.status")
    assert status["master_key"]["source"] == "credential"
    assert status["master_key"]["path"] == str(credentials / "wicket-master")
    failure = refused(admin, "vault.rotate_master", {})
    assert failure.type == "conflict" and "wicket-master-previous" in failure.message
    assert daemon.stop() == 0

    (credentials / "wicket-master").rename(credentials / "wicket-master-previous")
    (credentials / "wicket-master").write_text(os.urandom(32).hex())
    daemon.start()
    assert value(connect(daemon), "k") == "sk-k"
    assert daemon.stop() == 0
    (credentials / "wicket-master-previous").unlink()
    daemon.start()
    assert value(connect(daemon), "k") == "sk-k"
    assert connect(daemon, admin=True).call("vault.status")["master_key"]["id"] != status["master_key"]["id"]
    assert not (daemon.state / "master.key").exists()


def test_an_edited_row_is_an_error_of_that_key_alone(make_daemon, connect, upstream):
    daemon = make_daemon()
    admin = connect(daemon, admin=True)
    for name in ("k", "edited"):
        add(admin, upstream, name, f"sk-{name}")
    assert daemon.stop() == 0
    edit(daemon, "UPDATE virtual_key SET origin = 'https://evil.example', base_url = 'https://evil.example/v1' WHERE name = 'edited'")

    daemon.start()
    admin, client = connect(daemon, admin=True), connect(daemon)
    assert value(client, "k") == "sk-k"
    failure = refused(client, *use("edited"))
    assert failure.type == "internal_error" and "changed or damaged" in failure.message
    keys = {key["name"]: key["unreadable"] for key in admin.call("virtual_keys.list")["virtual_keys"]}
    assert keys["k"] is None and "changed or damaged" in keys["edited"]
    status = admin.call("vault.status")
    assert (status["readable_keys"], status["unreadable_keys"]) == (1, 1)
    assert admin.call("system.health")["status"] == "warn"
    # A new secret would go where the row now points to.
    rotated = refused(admin, "virtual_keys.rotate", {"name": "edited", "secret": {"api_key": "sk-new"}})
    assert "add it again" in rotated.message
    admin.call("virtual_keys.delete", {"name": "edited"})
    assert admin.call("system.health")["status"] == "ok"


def edit(daemon, sql):
    with sqlite3.connect(daemon.state / "wicket.db") as database:
        assert database.execute(sql).rowcount == 1
    database.close()


def test_the_master_key_is_rotated_while_requests_go_on(make_daemon, connect, upstream):
    daemon = make_daemon()
    admin = connect(daemon, admin=True)
    for index in range(20):
        add(admin, upstream, f"k{index}", f"sk-k{index}")
    before = (daemon.state / "master.key").read_bytes()
    stop, read, clients = threading.Event(), [], [connect(daemon, recorded=False) for _ in range(4)]

    def ask(client):
        while not stop.is_set():
            for index in range(20):
                read.append((f"sk-k{index}", value(client, f"k{index}")))

    threads = [threading.Thread(target=ask, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    ids = {admin.call("vault.rotate_master", params)["master_key"]["id"] for params in [{}, {"to": "file"}] * 5}
    stop.set()
    for thread in threads:
        thread.join()
    assert len(ids) == 10 and (daemon.state / "master.key").read_bytes() != before
    assert len(read) >= 80 and all(expected == found for expected, found in read)
    assert refused(admin, "vault.rotate_master", {"to": "credential"}).data["path"] == "params.to"
    assert refused(admin, "vault.rotate_master", {"to": "passphrase"}).data["path"] == "params.passphrase"
    daemon.kill()
    daemon.start()
    assert value(connect(daemon), "k0") == "sk-k0"


def test_the_command_line_unlocks_and_rotates(make_daemon, connect, upstream, wicket_program):
    daemon = make_daemon()
    add(connect(daemon, admin=True), upstream, "k", "sk-k")

    def wicket(*arguments, input=""):
        done = subprocess.run(
            [wicket_program, "vault", *arguments], input=input, capture_output=True, text=True, timeout=60,
            env={**os.environ, "WICKET_ADMIN_SOCKET": str(daemon.admin_socket)})
        assert done.returncode == 0 and PASSPHRASE not in done.stdout + done.stderr, done
        return done.stdout

    assert "master.key" in wicket("status") and "1 virtual key" in wicket()
    assert "rotated" in wicket("rotate-master")
    assert "passphrase" in wicket("rotate-master", "--to", "passphrase", "--stdin", input=f"{PASSPHRASE}\n")
    assert not (daemon.state / "master.key").exists()
    assert daemon.stop() == 0
    daemon.start()
    assert "wicket vault unlock" in wicket("status")
    assert '"state":"unlocked"' in wicket("unlock", "--stdin", "--json", input=PASSPHRASE)
    assert value(connect(daemon), "k") == "sk-k"
