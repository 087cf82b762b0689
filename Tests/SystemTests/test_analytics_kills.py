# SPDX-License-Identifier: Apache-2.0
"""The sums are those of the rows, whenever the daemon is killed."""

import contextlib
import random
import threading
import time

from daemon_process import Daemon
from rpc_client import RpcClient, chat

LONG = {"from": "2020-01-01T00:00:00Z", "to": "2090-01-01T00:00:00Z"}


def keep_asking(daemon, recorder, stop):
    """Calls without a pause until the daemon is gone."""
    with RpcClient(daemon.use_socket, recorder) as client, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        while not stop.is_set():
            for number in range(100):
                client.request("chat.completions.create", chat(options={"metadata": {"n": str(number % 3)}}))
            for _ in range(100):
                if client.receive_line() is None:
                    return


def test_after_a_kill_nothing_is_counted_twice_or_left_out(wicketd, short_folder, recorder):
    seeded = random.Random(6)
    daemon = Daemon(short_folder())
    total = 0
    try:
        for _ in range(6):
            daemon.start()
            stop = threading.Event()
            asking = threading.Thread(target=keep_asking, args=(daemon, None, stop))
            asking.start()
            time.sleep(0.5 + seeded.random())
            daemon.kill()
            stop.set()
            asking.join()
            daemon.start()
            with RpcClient(daemon.admin_socket, recorder) as admin:
                last = int(admin.call("logs.list", {"limit": 1})["logs"][0]["id"])
                for filters in ({}, {"stream": False, "status": 200}, {"metadata.n": ["0", "1", "2"]}):
                    answer = admin.call("analytics.query", {"metrics": ["requests"], "filters": filters, **LONG})
                    assert answer["source"] == "rollups"
                    # Rows are numbered without a gap.
                    assert answer["summary"]["metrics"]["requests"] == last, filters
            assert last >= total
            total = last
            daemon.kill()
        assert total > 3000, "so few that nothing was added up"
    finally:
        daemon.kill()
