# SPDX-License-Identifier: Apache-2.0
"""A real daemon that is killed while requests under a budget are anywhere on their way, again and again, and what its books must
hold after each start.

Every request that the provider served is in the ledger once, at its exact cost; none is lost and none is there twice. What the
provider did not see was cut between its reservation and its sending, and is marked as estimated. And what the provider served
never passes the budget.
"""

import json
import random
import threading
import time

from http_upstream import HTTPUpstream, completion
from rpc_client import RpcClient
from spending import TEN_CENTS, Books, add_key, priced, usd
from daemon_process import Daemon

ACCOUNT = "virtual_key/k/usd/total"


class LedgerKills:
    def __init__(self, folder, seed, *, connections=4, burst=12):
        self.random = random.Random(seed)
        self.seed = seed
        self.connections = connections
        self.burst = burst
        self.served = []
        self._lock = threading.Lock()
        self.provider = HTTPUpstream(self._serve)
        self.daemon = Daemon(folder, config=priced(reactors=2, log={"level": "error"}))
        self.books = Books(self.daemon)
        self.kills = 0
        self.sent = 0
        self.acknowledged = set()
        self.refused = 0
        #: Rows of cut calls, and those of them that the provider never saw.
        self.cut = self.unseen = 0
        self.amount = 0

    def _serve(self, exchange):
        body = json.loads(exchange.body)
        with self._lock:
            self.served.append(body["messages"][0]["content"])
        exchange.json(completion())

    def run(self, kills, *, budget_for=0.7):
        """:param budget_for: the budget is enough for about this share of all requests, so that it is met."""
        requests = kills * self.connections * self.burst
        self.amount = int(requests * budget_for * 0.5) * TEN_CENTS
        try:
            self.start()
            add_key(self.daemon, "k", self.provider.origin, usage_limits=[usd(self.amount / 1e9)])
            for _ in range(kills):
                self.kill_in_a_burst()
                self.start()
                self.check()
            self.drain()
        except BaseException:
            print(f"seed {self.seed}, after {self.kills} kills\n{self.daemon.log[-3000:]}")
            raise
        finally:
            self.daemon.kill()
            self.provider.close()

    def summary(self):
        return (
            f"{self.sent} requests, {len(self.served)} served, {len(self.acknowledged)} acknowledged, {self.refused} refused, "
            f"{self.cut} cut, {self.unseen} of them unseen")

    def start(self):
        self.daemon.launch()
        deadline = time.monotonic() + 30
        while True:
            try:
                for path in (self.daemon.use_socket, self.daemon.admin_socket):
                    RpcClient(path, None).close()
                return
            except OSError:
                assert self.daemon.process.poll() is None, f"wicketd ended with {self.daemon.process.returncode}"
                assert time.monotonic() < deadline
                time.sleep(0.001)

    def kill_in_a_burst(self):
        clients = [RpcClient(self.daemon.use_socket, None) for _ in range(self.connections)]
        for client in clients:
            lines = []
            for _ in range(self.burst):
                self.sent += 1
                trace = f"n{self.sent}"
                lines.append(json.dumps({
                    "jsonrpc": "2.0", "id": self.sent, "method": "chat.completions.create",
                    "params": {
                        "request": {"model": "m", "messages": [{"role": "user", "content": trace}]},
                        "options": {"virtual_key": "k", "trace_id": trace}}}))
            client.send_bytes("".join(line + "\n" for line in lines).encode())
        self.wait(self.random.randrange(self.connections * self.burst))
        self.daemon.kill()
        self.kills += 1
        for client in clients:
            self.read(client)

    def wait(self, count):
        """Until the provider has served so many more, however quick this machine is, and a little longer; or for a while, when
        the budget is spent."""
        goal = len(self.served) + count
        deadline = time.monotonic() + self.random.random() * 0.4
        while len(self.served) < goal and time.monotonic() < deadline:
            time.sleep(0.0005)
        time.sleep(self.random.random() * 0.005)

    def read(self, client):
        """What the daemon had sent before it died."""
        try:
            while (line := client.receive_line()) is not None:
                reply = json.loads(line)
                if "result" in reply:
                    self.acknowledged.add(f"n{reply['id']}")
                else:
                    assert reply["error"]["data"]["type"] == "budget_exceeded", reply
                    self.refused += 1
        except OSError:
            pass
        client.close()

    def check(self):
        """Right after a start nothing is under way."""
        assert self.books.open == 0, "a reservation of before is open"
        with self._lock:
            served = list(self.served)
        heard = set(served)
        assert len(heard) == len(served), "the provider was asked twice"
        assert len(served) * TEN_CENTS <= self.amount, "the budget was passed"
        rows = self.books.query("SELECT trace_id, cost_status, cost_nano_usd, status FROM call WHERE cost_nano_usd > 0")
        traces = [row[0] for row in rows]
        assert len(set(traces)) == len(traces), "a row is there twice"
        missing = heard - set(traces)
        assert not missing, f"lost: {missing}"
        assert self.acknowledged <= heard
        assert all(row[2] == TEN_CENTS for row in rows), rows
        unseen = [row for row in rows if row[0] not in heard]
        assert all(row[1] == "estimated" and row[3] == 500 for row in unseen), unseen
        self.unseen = len(unseen)
        self.cut = sum(row[1] == "estimated" for row in rows)
        assert self.books.spent(ACCOUNT) == sum(row[2] for row in rows), "the ledger is not the sum of its rows"

    def drain(self):
        """The rest of the budget can be spent, and no more."""
        left = self.amount - self.books.spent(ACCOUNT)
        with RpcClient(self.daemon.use_socket, None) as client:
            for number in range(left // TEN_CENTS + 1):
                client.request("chat.completions.create", {
                    "request": {"model": "m", "messages": [{"role": "user", "content": f"rest {number}"}]},
                    "options": {"virtual_key": "k"}})
                reply = client.receive()
                assert ("result" in reply) == (number < left // TEN_CENTS), reply
        assert self.books.settled().spent(ACCOUNT) == self.amount
