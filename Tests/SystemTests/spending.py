# SPDX-License-Identifier: Apache-2.0
"""The ledger from outside: a daemon whose model costs a fixed sum, and its books read from the database's file."""

import json
import sqlite3
import subprocess
import sys
import time

import places
from daemon_process import Daemon
from rpc_client import RpcClient

CENTS = 10_000_000
TEN_CENTS = 10 * CENTS
DOLLAR = 100 * CENTS

#: One process with a connection of its own: sends so many different requests at once, and prints what each of them came to.
SPENDER = """
import json, sys
sys.path.insert(0, sys.argv[1])
from rpc_client import RpcClient
path, first, count, options = sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), json.loads(sys.argv[5])
client = RpcClient(path, None, timeout=120)
for number in range(first, first + count):
    body = {"model": "m", "messages": [{"role": "user", "content": f"number {number}"}]}
    client.request("chat.completions.create", {"request": body, "options": options}, id=number)
for _ in range(count):
    message = client.receive()
    error = (message.get("error") or {}).get("data", {})
    print(json.dumps([message["id"], error.get("type", "ok"), error.get("status"), error.get("retryable")]))
"""


def spend(path, processes, each, options):
    """What each request of so many processes came to: id, type of the error or `ok`, status, retryable."""
    running = [
        subprocess.Popen(
            [sys.executable, "-B", "-c", SPENDER, str(places.ROOT / "Tests" / "SystemTests"), str(path), str(index * each),
             str(each), json.dumps(options)], stdout=subprocess.PIPE, text=True)
        for index in range(processes)
    ]
    ends = []
    for process in running:
        output, _ = process.communicate(timeout=120)
        ends += [json.loads(line) for line in output.splitlines()]
    return ends


class Books:
    """The database of a daemon, read beside it."""

    def __init__(self, daemon):
        self.path = daemon.state / "wicket.db"

    def query(self, sql, *values):
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=20)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def spent(self, account):
        return sum(amount for amount, in self.query("SELECT amount FROM budget_spent WHERE account = ?", account))

    @property
    def open(self):
        return self.query("SELECT count(*) FROM budget_reservation")[0][0] + self.query("SELECT count(*) FROM budget_claim")[0][0]

    def rows(self):
        """Of all calls, oldest first."""
        return self.query(
            "SELECT trace_id, status, error, cost_status, cost_nano_usd, attempts, cache_status FROM call ORDER BY id")

    def settled(self, seconds=20):
        """Waits until nothing is open any more."""
        deadline = time.monotonic() + seconds
        while self.open:
            assert time.monotonic() < deadline, self.query("SELECT * FROM budget_reservation")
            time.sleep(0.02)
        return self


def priced(**more):
    """A configuration in which a request of the model `m` costs ten cents, whatever it uses."""
    return {"prices": {"m": {"request_nano_usd": TEN_CENTS}}, **more}


def add_key(daemon, name, origin, **more):
    admin = RpcClient(daemon.admin_socket, None)
    admin.call("virtual_keys.create", {
        "name": name, "provider": "openai", "secret": {"api_key": "sk-test-secret"}, "base_url": f"{origin}/v1", **more})
    admin.close()


def usd(amount, period="total", **more):
    return {"unit": "usd", "amount": amount, "period": period, **more}
