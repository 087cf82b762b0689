# SPDX-License-Identifier: Apache-2.0
"""Where keys are in the daemon's memory, what the daemon does for that, and that its log lines do not hold them."""

import json
import os
import secrets
import string
import re
from pathlib import Path

import pytest

from http_upstream import HTTPUpstream, completion
from rpc_client import RpcFailure, chat

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may read another process's memory")


def new_key():
    """Of no known shape, and long enough to be found by chance nowhere."""
    return "plainword." + "".join(secrets.choice(string.ascii_letters) for _ in range(32))


def copies(pid, secret):
    """Addresses of a secret in memory that is not protected: what the kernel marks as locked and out of dumps is meant for it."""
    secret = secret if isinstance(secret, bytes) else secret.encode()
    found, regions = [], []
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        head = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)", line)
        if head:
            regions.append([int(head[1], 16), int(head[2], 16), head[3], head[4]])
        elif line.startswith("VmFlags:") and {"lo", "dd"} <= set(line.split()):
            regions.pop()
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for start, end, mode, name in regions:
            if not mode.startswith("rw"):
                continue
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except OSError:
                continue
            found += [f"{start + hit.start():x} {name}" for hit in re.finditer(re.escape(secret), data)]
    return found


@ROOT
@pytest.mark.parametrize("padding", ["", " " * 100_000], ids=["in one read", "in several reads"])
def test_keys_are_in_protected_memory_only(make_daemon, connect, padding):
    """From the moment that they were put in; what sending a key leaves behind in libcurl is wiped as it is freed."""
    old, key = new_key(), new_key()
    daemon = make_daemon()
    master = (daemon.state / "master.key").read_bytes()
    with HTTPUpstream(lambda exchange: exchange.json(completion())) as upstream:
        admin = connect(daemon, admin=True)
        admin.call("virtual_keys.create", {
            "name": "k", "provider": "openai", "note": padding[:1000], "secret": {"api_key": old}, "base_url": f"{upstream.origin}/v1"})
        admin.send_bytes(padding.encode())
        admin.call("virtual_keys.rotate", {"name": "k", "secret": {"api_key": key}, "grace_s": 60})
        assert copies(daemon.pid, key) == [] and copies(daemon.pid, old) == [] and copies(daemon.pid, master) == []
        client = connect(daemon)
        for _ in range(50):
            client.call("chat.completions.create", chat(provider=None, options={"virtual_key": "k"}))
        assert upstream.exchanges[-1].headers["authorization"] == f"Bearer {key}"
        for secret in (key, old, master):
            assert copies(daemon.pid, secret) == []
        assert copies(daemon.pid, b"chat/completions"), "the search finds what is there"
        assert daemon.stop() == 0
        daemon.start()
        assert copies(daemon.pid, key) == [] and copies(daemon.pid, master) == []


def test_the_daemon_leaves_no_core_file_and_starts_no_process(daemon, client):
    client.call("chat.completions.create", chat())
    core = next(line for line in Path(f"/proc/{daemon.pid}/limits").read_text().splitlines() if "core file" in line)
    assert core.split()[4:6] == ["0", "0"]
    for task in Path(f"/proc/{daemon.pid}/task").iterdir():
        assert (task / "children").read_text() == ""


def test_a_key_of_no_known_shape_is_masked_in_the_log(make_daemon, connect):
    key = new_key()
    daemon = make_daemon()
    admin = connect(daemon, admin=True)
    admin.call("virtual_keys.create", {"name": "k", "provider": "openai", "secret": {"api_key": key}})
    daemon.config_file.write_text(json.dumps({"log": {"level": key}}))
    with pytest.raises(RpcFailure) as caught:
        admin.call("system.reload")
    assert key[:16] not in json.dumps(caught.value.data) + caught.value.message
    assert daemon.stop() == 0
    assert "log.level" in daemon.log and key[:16] not in daemon.log and "***" in daemon.log
