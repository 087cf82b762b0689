# SPDX-License-Identifier: Apache-2.0
"""A real daemon that is killed in the midst of changes of its vault, again and again, and what must hold after each start.

Every key then reads as its value before the change or as the one after it, never as neither, and a change that was acknowledged
has happened. What a key reads as is told by a provider that answers with the credential it was sent, and by its fingerprint,
which is computed here from the master key's file.
"""

import hashlib
import hmac
import json
import random
import time

from daemon_process import Daemon
from http_upstream import HTTPUpstream, completion
from rpc_client import RpcClient, chat

NAMES = ["a", "b", "c", "d"]
#: Not there.
ABSENT = None


class VaultKills:
    def __init__(self, folder, seed):
        self.random = random.Random(seed)
        self.seed = seed
        self.upstream = HTTPUpstream(lambda exchange: exchange.json(completion(exchange.headers.get("authorization", ""))))
        self.daemon = Daemon(folder, config={"reactors": 1, "log": {"level": "error"}})
        #: What each name may read as.
        self.expected = {name: {ABSENT} for name in NAMES}
        self.made = 0
        self.kills = 0
        self.masters = set()
        #: How changes ended: acknowledged or refused before the kill, found done or undone after it.
        self.outcomes = {}
        #: Those of the last kill that nobody told of, and the master key before it.
        self.unknown = []
        self.master = None
        #: How long a change takes at the most, so that kills fall into all of it.
        self.longest = {"create": 0.004, "rotate": 0.004, "delete": 0.004, "rotate_master": 0.008}

    def run(self, kills):
        try:
            self.start()
            for _ in range(kills):
                self.kill_in_a_change()
                self.start()
                self.check()
        except BaseException:
            print(f"seed {self.seed}, after {self.kills} kills, expected {self.expected}\n{self.daemon.log[-3000:]}")
            raise
        finally:
            self.daemon.kill()
            self.upstream.close()

    def summary(self):
        return f"{len(self.masters)} master keys, {self.outcomes}"

    def start(self):
        self.daemon.launch()
        deadline = time.monotonic() + 30
        while True:
            try:
                self.admin = RpcClient(self.daemon.admin_socket, None)
                self.client = RpcClient(self.daemon.use_socket, None)
                return
            except OSError:
                assert self.daemon.process.poll() is None, f"wicketd ended with {self.daemon.process.returncode}"
                assert time.monotonic() < deadline
                time.sleep(0.001)

    def kill_in_a_change(self):
        """Sends one or two changes, and kills the daemon when it may be anywhere in them."""
        changes = [self.change() for _ in range(self.random.choice([1, 1, 2]))]
        # One that is refused because of the other has not happened, and says so.
        sent = {self.admin.request(method, params): (kind, name, value) for kind, name, value, method, params in changes}
        begun = time.perf_counter()
        delay = self.random.random() * max(self.longest[change[0]] for change in changes)
        while time.perf_counter() - begun < delay:
            pass
        self.daemon.kill()
        self.kills += 1
        if (self.daemon.state / "master.key.next").exists():
            self.note("rotate_master", "cut between its two files")
        replies = self.replies()
        self.unknown = [change for id, change in sent.items() if id not in replies]
        for id, (kind, name, value) in sent.items():
            reply = replies.get(id)
            if reply:
                self.note(kind, "acknowledged" if "result" in reply else "refused")
            if name is None or reply and "error" in reply:
                assert not reply or "result" in reply or reply["error"]["data"]["type"] in ("conflict", "not_found"), reply
            elif reply:
                self.expected[name] = {value}
            else:
                self.expected[name] = self.expected[name] | {value}
            # A change that is rarely done in time gets more of it, one that always is gets less.
            factor = 0.92 if reply else 1.08
            self.longest[kind] = min(0.1, max(0.001, self.longest[kind] * factor))

    def change(self):
        kind = self.random.choice(["create", "rotate", "delete", "rotate_master"])
        there = [name for name in NAMES if self.expected[name] != {ABSENT}]
        missing = [name for name in NAMES if self.expected[name] == {ABSENT}]
        if kind == "rotate_master" or kind == "create" and not missing or kind != "create" and not there:
            if kind == "rotate_master" or there:
                return "rotate_master", None, None, "vault.rotate_master", {}
            kind = "create"
        name = self.random.choice(missing if kind == "create" else there)
        if kind == "delete":
            return kind, name, ABSENT, "virtual_keys.delete", {"name": name}
        self.made += 1
        value = f"sk-{name}-{self.made}"
        params = {"name": name, "secret": {"api_key": value}}
        if kind == "create":
            params |= {"provider": "openai", "base_url": f"{self.upstream.origin}/v1"}
        elif self.random.random() < 0.5:
            params["grace_s"] = 3600
        return kind, name, value, f"virtual_keys.{kind}", params

    def replies(self):
        """What the daemon had sent before it died."""
        replies = {}
        try:
            while (line := self.admin.receive_line()) is not None:
                reply = json.loads(line)
                replies[reply["id"]] = reply
        except OSError:
            pass
        self.admin.close()
        self.client.close()
        return replies

    def check(self):
        status = self.admin.call("vault.status")
        assert (status["state"], status["unreadable_keys"]) == ("unlocked", 0), status
        listed = {key["name"]: key for key in self.admin.call("virtual_keys.list")["virtual_keys"]}
        master = (self.daemon.state / "master.key").read_bytes()
        before, self.master = self.master, status["master_key"]["id"]
        self.masters.add(self.master)
        assert not (self.daemon.state / "master.key.next").exists()
        for name, key in listed.items():
            options = {"virtual_key": name}
            reply = self.client.call("chat.completions.create", chat(provider=None, options=options))
            value = reply["response"]["choices"][0]["message"]["content"].removeprefix("Bearer ")
            assert value in self.expected[name], f"{name} reads as {value}, not as one of {self.expected[name]}"
            assert key["fingerprint"] == fingerprint(master, value) and key["unreadable"] is None, key
            self.settle(name, value)
        for name in set(NAMES) - set(listed):
            assert ABSENT in self.expected[name], f"{name} is gone, and was one of {self.expected[name]}"
            self.settle(name, ABSENT)
        for kind, name, value in self.unknown:
            is_done = before != self.master if name is None else self.expected[name] == {value}
            self.note(kind, "found done" if is_done else "found undone")

    def settle(self, name, value):
        self.expected[name] = {value}

    def note(self, kind, what):
        self.outcomes[f"{kind} {what}"] = self.outcomes.get(f"{kind} {what}", 0) + 1


def fingerprint(master, value):
    """As the vault makes it: HMAC-SHA256 of the canonical secret, under a key that HKDF derives from the master key."""

    def sha(key, data):
        return hmac.new(key, data, hashlib.sha256).digest()

    key = sha(sha(bytes(32), master), b"wicket secret fingerprint v1\x01")
    return sha(key, b'{"api_key":"%b"}' % value.encode())[:8].hex()
