# SPDX-License-Identifier: Apache-2.0
"""A disk that is really full: calls go on, what is kept is right, and it heals by itself."""

import os
import subprocess

import pytest

from cached import CountingProvider, asking, text_of
from routed import until

CHAT = "chat.completions.create"
NOT_ROOT = "mounting a small file system takes root"


@pytest.fixture
def small_disk(make_daemon):
    """A daemon whose state lies on a file system of 4 MB of its own."""
    mounted = []

    def make():
        daemon = make_daemon(start=False)
        daemon.state.mkdir(mode=0o700)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "none", str(daemon.state)], capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"{NOT_ROOT}: {done.stderr.strip()}")
        mounted.append(daemon)
        return daemon

    yield make
    for daemon in mounted:
        daemon.kill()
        subprocess.run(["umount", str(daemon.state)], check=True)


def fill(folder):
    """Takes all room there is. What another process frees meanwhile is taken too."""
    descriptor = os.open(folder / "filler", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    try:
        for size in (65536, 4096, 1):
            try:
                while True:
                    os.write(descriptor, b"x" * size)
            except OSError:
                pass
    finally:
        os.close(descriptor)


def text_for(number):
    return f"Question {number} about this "[:14]


def ask(client, key, number):
    result = client.call(CHAT, asking(key, f"Question {number} {'about this ' * 40}"))
    return text_of(result), result["gateway"]["cache_status"]


def test_a_disk_without_room(small_disk, connect):
    with CountingProvider(answers=lambda request: request["messages"][-1]["content"][:14]) as provider:
        daemon = small_disk().start()
        admin, client = connect(daemon, admin=True), connect(daemon)
        admin.call("virtual_keys.create", {
            "name": "k", "provider": "openai", "secret": {"api_key": "sk-x"}, "base_url": f"{provider.origin}/v1"})
        assert ask(client, "k", 1)[1] == "MISS"
        admin.call("logs.list")
        fill(daemon.state)
        asked = list(range(2, 400))
        for number in asked:
            assert ask(client, "k", number) == (text_for(number), "MISS")
        for number in [1, *asked]:
            text, status = ask(client, "k", number)
            assert text == text_for(number) and status in ("HIT", "MISS")
        until(lambda: admin.call("cache.stats")["trouble"])
        assert "cannot be written" in daemon.log
        (daemon.state / "filler").unlink()
        written = lambda: admin.call("logs.list", {"limit": 1})["logs"][0]["id"]
        until(lambda: int(written()) >= 2 * len(asked) + 2)
        until(lambda: ask(client, "k", "after") and admin.call("cache.stats")["trouble"] is None)
        assert daemon.stop() == 0
        daemon.start()
        client = connect(daemon)
        for number in [1, *asked[:50], "after"]:
            assert ask(client, "k", number)[0] == text_for(number)
