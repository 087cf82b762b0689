# SPDX-License-Identifier: Apache-2.0
"""The audit log: what is on record, what shows when it was tampered with, and who may read it."""

import contextlib
import hashlib
import json
import os
import sqlite3
import struct
import subprocess
import time

import pytest

from http_upstream import HTTPUpstream, completion
from rpc_client import RpcFailure, chat

HASHED = [
    "format", "id", "at", "kind", "uid", "gid", "pid", "executable", "unit", "container", "subject", "detail", "previous"]


def hash_of(row):
    """The hash as the documentation tells how it is made, by other code than the daemon's."""
    form = b"wicket.audit"
    for value in row:
        if value is None:
            kind, data = 0, b""
        elif isinstance(value, int):
            kind, data = 1, struct.pack(">q", value)
        elif isinstance(value, str):
            kind, data = 2, value.encode()
        else:
            kind, data = 3, value
        form += struct.pack(">BQ", kind, len(data)) + data
    return hashlib.sha256(form).digest()


@contextlib.contextmanager
def database(daemon):
    connection = sqlite3.connect(daemon.state / "wicket.db")
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()


def answer(exchange):
    exchange.json(completion())


@pytest.fixture
def audited(make_daemon, connect):
    """A daemon of the test's own, with a key and its life on record."""
    daemon = make_daemon()
    admin = connect(daemon, admin=True)
    key = {"name": "k", "provider": "openai", "secret": {"api_key": "sk-first-key"}, "base_url": "http://127.0.0.1:1/v1"}
    admin.call("virtual_keys.create", key)
    admin.call("virtual_keys.update", {"name": "k", "note": "changed"})
    admin.call("virtual_keys.rotate", {"name": "k", "secret": {"api_key": "sk-second-key"}})
    admin.call("virtual_keys.delete", {"name": "k"})
    return daemon, admin


def test_the_life_of_a_key_is_on_record_with_who_did_it(audited):
    daemon, admin = audited
    entries = admin.call("audit.list")["entries"]
    assert [entry["kind"] for entry in entries] == ["key.deleted", "key.rotated", "key.updated", "key.created"]
    assert [entry["id"] for entry in entries] == [4, 3, 2, 1]
    assert {entry["subject"] for entry in entries} == {"k"}
    for entry in entries:
        assert (entry["actor"]["uid"], entry["actor"]["pid"]) == (os.getuid(), os.getpid())
        assert abs(time.time() - time.mktime(time.strptime(entry["at"][:19], "%Y-%m-%dT%H:%M:%S")) + time.timezone) < 300
    assert "sk-first-key" not in json.dumps(entries)


def test_entries_are_filtered_and_paged(audited):
    daemon, admin = audited

    def ids(**filter):
        return [entry["id"] for entry in admin.call("audit.list", {"filter": filter})["entries"]]

    assert ids(kind="key.rotated") == [3] and ids(subject="other") == []
    assert ids(uid=os.getuid()) == [4, 3, 2, 1] and ids(uid=4_294_967_295) == []
    assert ids(since="2000-01-01T00:00:00Z", until="2999-01-01T00:00:00Z") == [4, 3, 2, 1]
    assert ids(until="2000-01-01T00:00:00Z") == []
    first = admin.call("audit.list", {"limit": 3})
    second = admin.call("audit.list", {"limit": 3, "cursor": first["next_cursor"]})
    assert [entry["id"] for entry in first["entries"] + second["entries"]] == [4, 3, 2, 1] and second["next_cursor"] is None
    for wrong in ({"cursor": "!"}, {"filter": {"since": "yesterday"}}, {"filter": {"uid": -1}}, {"filter": {"who": 1}}):
        with pytest.raises(RpcFailure) as caught:
            admin.call("audit.list", wrong)
        assert caught.value.type == "invalid_params" and caught.value.data["path"].startswith("params.")


def test_the_chain_is_what_it_is_said_to_be(audited):
    daemon, admin = audited
    verdict = admin.call("audit.verify")
    with database(daemon) as rows:
        previous = bytes(32)
        for *values, stored in rows.execute(f"SELECT {','.join(HASHED)}, hash FROM audit ORDER BY id"):
            assert values[-1] == previous and hash_of(values) == stored
            previous = stored
        assert rows.execute("SELECT entries, hash FROM audit_head").fetchall() == [(4, previous)]
    assert verdict == {"entries": 4, "head": previous.hex(), "valid": True, "first_bad_id": None, "reason": None}


def test_a_head_that_was_kept_is_found_again(audited):
    daemon, admin = audited
    kept = admin.call("audit.verify")["head"]
    with pytest.raises(RpcFailure):
        admin.call("virtual_keys.rotate", {"name": "none", "secret": {"api_key": "sk-1"}})
    admin.call("virtual_keys.create", {"name": "x", "provider": "openai", "secret": {"api_key": "sk-1"}})
    assert admin.call("audit.verify", {"expect": kept})["valid"]
    assert admin.call("audit.verify", {"expect": kept.upper()})["entries"] == 5
    verdict = admin.call("audit.verify", {"expect": "ab" * 32})
    assert not verdict["valid"] and verdict["first_bad_id"] is None and verdict["entries"] == 5


@pytest.mark.parametrize("change, bad", [
    ("UPDATE audit SET uid = 0 + 7 WHERE id = 2", 2),
    ("UPDATE audit SET subject = 'K' WHERE id = 1", 1),
    ("DELETE FROM audit WHERE id = 3", 3),
    ("DELETE FROM audit WHERE id = 4", 4),
])
def test_tampering_shows_also_after_a_restart(audited, connect, wicket_program, change, bad):
    daemon, admin = audited
    assert daemon.stop() == 0
    with database(daemon) as rows:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            rows.execute(change)
        for trigger in ("audit_keeps_rows", "audit_loses_none"):
            rows.execute(f"DROP TRIGGER {trigger}")
        rows.execute(change)
    daemon.start()
    verdict = connect(daemon, admin=True).call("audit.verify")
    assert (verdict["valid"], verdict["first_bad_id"], verdict["entries"]) == (False, bad, bad - 1)
    done = subprocess.run(
        [wicket_program, "audit", "verify", "--admin-socket", str(daemon.admin_socket)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and f"entry {bad}" in done.stderr and done.stdout == ""


def test_what_a_killed_daemon_had_said_is_on_record(make_daemon, connect):
    daemon = make_daemon()
    admin = connect(daemon, admin=True)
    for index in range(20):
        admin.call("virtual_keys.create", {"name": f"k{index}", "provider": "openai", "secret": {"api_key": "sk-1"}})
    daemon.kill()
    daemon.start()
    admin = connect(daemon, admin=True)
    assert admin.call("audit.verify")["entries"] == 20
    assert len(admin.call("virtual_keys.list")["virtual_keys"]) == 20


def test_a_callers_first_use_of_a_key_is_told_once(make_daemon, connect):
    daemon = make_daemon()
    with HTTPUpstream(answer) as upstream:
        admin = connect(daemon, admin=True)
        admin.call("virtual_keys.create", {
            "name": "k", "provider": "openai", "secret": {"api_key": "sk-1"}, "base_url": f"{upstream.origin}/v1"})
        for _ in range(3):
            with connect(daemon) as client:
                client.call("chat.completions.create", chat(provider=None, options={"virtual_key": "k"}))
        daemon.stop()
        daemon.start()
        connect(daemon).call("chat.completions.create", chat(provider=None, options={"virtual_key": "k"}))
        entries = connect(daemon, admin=True).call("audit.list", {"filter": {"kind": "key.first_used"}})["entries"]
    assert [(entry["subject"], entry["actor"]["uid"]) for entry in entries] == [("k", os.getuid())]


def test_denied_calls_are_on_record_and_a_flood_of_them_is_counted(make_daemon, connect):
    daemon = make_daemon()
    client, admin = connect(daemon), connect(daemon, admin=True)
    for _ in range(60):
        with pytest.raises(RpcFailure) as caught:
            client.call("virtual_keys.list")
        assert caught.value.type == "permission_denied"
    with pytest.raises(RpcFailure):
        client.call("no.such.method")
    entries = admin.call("audit.list", {"filter": {"kind": "call.denied"}})["entries"]
    assert len(entries) == 10
    assert {(entry["subject"], entry["actor"]["uid"]) for entry in entries} == {("virtual_keys.list", os.getuid())}
    assert "admin" in entries[0]["detail"]


def test_a_key_that_may_not_be_used_is_a_denied_call(make_daemon, connect):
    daemon = make_daemon()
    client, admin = connect(daemon), connect(daemon, admin=True)
    admin.call("virtual_keys.create", {
        "name": "k", "provider": "openai", "secret": {"api_key": "sk-1"}, "models": ["gpt-*"]})
    with pytest.raises(RpcFailure) as caught:
        client.call("chat.completions.create", chat(provider=None, model="o1", options={"virtual_key": "k"}))
    assert caught.value.type == "permission_denied"
    entry = admin.call("audit.list")["entries"][0]
    assert (entry["kind"], entry["subject"]) == ("call.denied", "chat.completions.create") and "o1" in entry["detail"]


def test_the_command_line_shows_and_checks_it(audited, wicket_program):
    daemon, admin = audited

    def run(*arguments):
        command = [wicket_program, "audit", *arguments, "--admin-socket", str(daemon.admin_socket)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    listed = run("list", "--kind", "key.created")
    assert listed.returncode == 0 and "key.created" in listed.stdout and f"uid {os.getuid()}" in listed.stdout
    assert run("list", "--kind", "none").stdout == ""
    head = admin.call("audit.verify")["head"]
    assert head in run("verify").stdout
    assert run("verify", "--expect", head).returncode == 0
    assert json.loads(run("verify", "--json").stdout)["valid"] is True
    replaced = run("verify", "--expect", "ab" * 32, "--json")
    assert replaced.returncode == 1 and json.loads(replaced.stdout)["valid"] is False
    assert json.loads(replaced.stderr)["error"]["type"] == "tampered"
