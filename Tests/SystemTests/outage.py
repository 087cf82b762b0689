# SPDX-License-Identifier: Apache-2.0
"""Callers that go on asking while a provider dies and comes back, and keep count of what they saw."""

import threading
import time
from collections import Counter

from rpc_client import RpcClient, RpcFailure, chat

CONNECTIONS = 10
A_SECOND = 500
TEXT = {"one says hello", "two says hello"}


class Callers:
    """Ten connections, every other one streaming, together as near to 500 requests a second as the machine manages."""

    def __init__(self, daemon, config):
        self.answered = Counter()
        #: Streams that broke off after their first chunk: nothing can be done for these.
        self.cut = 0
        #: What no caller should ever see.
        self.failures = []
        self._attempts = Counter()
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(daemon, config, number % 2 == 1)) for number in range(CONNECTIONS)]
        for thread in self._threads:
            thread.start()

    @property
    def count(self):
        with self._lock:
            return sum(self.answered.values()) + self.cut + len(self.failures)

    @property
    def extra_tries(self):
        """Tries beyond one for each call: what the outage cost."""
        with self._lock:
            return sum((attempts - 1) * count for attempts, count in self._attempts.items())

    def wait_for(self, more, seconds=30):
        """Until so many more calls have ended."""
        goal, deadline = self.count + more, time.monotonic() + seconds
        while self.count < goal:
            assert time.monotonic() < deadline, f"{self.count} of {goal} calls after {seconds} s; {self.failures[:3]}"
            time.sleep(0.01)

    def stop(self):
        self._end.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a call never ended"

    def _run(self, daemon, config, stream):
        pause = CONNECTIONS / A_SECOND
        params = chat(model="m", provider=None, stream=stream, options={"config": config})
        with RpcClient(daemon.use_socket, None, timeout=30) as client:
            due = time.monotonic()
            while not self._end.is_set():
                self._call(client, params)
                due = max(due + pause, time.monotonic() - pause)
                time.sleep(max(0, due - time.monotonic()))

    def _call(self, client, params):
        try:
            chunks, result = client.stream("chat.completions.create", params)
        except RpcFailure as failure:
            with self._lock:
                if failure.data.get("after_chunks"):
                    self.cut += 1
                else:
                    self.failures.append(str(failure))
        except Exception as error:  # a dead connection, an answer for somebody else: seen by the test, not lost in a thread
            with self._lock:
                self.failures.append(repr(error))
            self._end.set()
        else:
            message = None if chunks else result["response"]["choices"][0]["message"]["content"]
            text = message or "".join(choice["delta"]["content"] for chunk in chunks for choice in chunk["choices"])
            with self._lock:
                self.answered[result["gateway"]["virtual_key"]] += 1
                self._attempts[result["gateway"]["attempts"]] += 1
                if text not in TEXT:
                    self.failures.append(f"an answer that nobody gave: {text!r}")


class Outage:
    """A daemon of its own with two providers, `one` and `two`, and callers that follow a config."""

    def __init__(self, daemon, admin, one, two):
        self.daemon, self.admin = daemon, admin
        self.one, self.two = one, two
        for provider in (one, two):
            admin.call("virtual_keys.create", {
                "name": provider.name, "provider": "openai", "secret": {"api_key": "sk-x"},
                "base_url": f"{provider.origin}/v1"})

    def target(self, name="one"):
        found, = [each for each in self.admin.call("targets.list")["targets"] if each["virtual_key"] == name]
        return found

    def wait_for_state(self, state, seconds=30):
        deadline = time.monotonic() + seconds
        while (target := self.target())["state"] != state:
            assert time.monotonic() < deadline, target
            time.sleep(0.005)
        return target

    def told(self, what):
        """How often the daemon's log says something."""
        return self.daemon.log.count(what)
