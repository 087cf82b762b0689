#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the gateway against the same upstream asked directly, in one run, and prints the table of the README.

    Tests/Benchmarks/run.py [--wicketd PATH] [--rounds N] [--quick] [--json FILE] [--check]

The load generator, the upstream and the daemon are separate processes. Two settings:

* one core: everything on core 0 and one client, so that no figure contains the wake-up of another core. What the gateway
  adds is its p50 minus the direct one.
* own core: the daemon alone on core 0, upstream and load on core 1. Its CPU time comes from the scheduler's own account of its threads.

The journal is on in every figure. nginx (where installed) stands beside it as a plain reverse proxy, without a log.
Each figure is the median of the rounds; the best is in brackets. --check exits 1 when a mark is missed.
"""
import argparse
import json
import os
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PORT, NGINX_PORT, CHUNKS = 19655, 19656, 50
KEY = "bench"
DIRECT = {"virtual_key": KEY}
# Two levels of strategy, a condition, a draw and a retry rule: what a config of a real service looks like.
CONFIG = {
    "retry": {"attempts": 2},
    "strategy": {"mode": "conditional", "conditions": [{"query": {"params.stream": {"$eq": "never"}}, "then": "none"}], "default": "split"},
    "targets": [
        {"name": "none", "virtual_key": KEY},
        {"name": "split", "strategy": {"mode": "loadbalance"}, "targets": [
            {"virtual_key": KEY, "weight": 0.7, "override_params": {"model": "bench-2"}},
            {"virtual_key": KEY, "weight": 0.3, "override_params": {"model": "bench-3"}}]}]}
ROUTED = {"config": "bench"}


def build(folder: Path) -> None:
    for name in ("upstream", "load"):
        subprocess.run(["cc", "-O2", "-o", folder / name, HERE / f"{name}.c"], check=True)


class Process:
    """A child on one core, ended with the benchmark."""

    def __init__(self, core, *command, **options):
        self.child = subprocess.Popen(["taskset", "-c", str(core), *map(str, command)], stdout=subprocess.DEVNULL,
                                      stderr=options.pop("stderr", subprocess.DEVNULL), **options)

    @property
    def pids(self):
        """taskset becomes its command; nginx has a worker below it."""
        children = Path(f"/proc/{self.child.pid}/task/{self.child.pid}/children").read_text().split()
        return [self.child.pid, *map(int, children)]

    def cpu_ns(self) -> int:
        total = 0
        for pid in self.pids:
            for thread in Path(f"/proc/{pid}/task").iterdir():
                total += int((thread / "schedstat").read_text().split()[0])
        return total

    def rss_mb(self) -> float:
        status = Path(f"/proc/{self.child.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def move(self, core) -> None:
        for pid in self.pids:
            subprocess.run(["taskset", "-a", "-p", "-c", str(core), str(pid)], check=True, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(10)
        except subprocess.TimeoutExpired:
            self.child.kill()


def wait_for(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.01)
    sys.exit(f"{what} did not come up")


def answers(family, address):
    with socket.socket(family) as probe:
        return probe.connect_ex(address) == 0


def rpc(path, method, params):
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(str(path))
        link.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode() + b"\n")
        reply = json.loads(link.makefile().readline())
    if "error" in reply:
        sys.exit(f"{method}: {reply['error']}")
    return reply["result"]


def start_daemon(wicketd, folder):
    """The daemon with its defaults, one reactor, a key for the upstream and a warm journal."""
    config = folder / "wicket.yaml"
    config.write_text("reactors: 1\nlog:\n  level: warning\n")
    use, admin = folder / "use.sock", folder / "admin" / "admin.sock"
    daemon = Process(0, wicketd, "--config", config, "--socket", use, "--admin-socket", admin, "--state-dir", folder / "state",
                     stderr=None)
    wait_for(lambda: use.exists() and answers(socket.AF_UNIX, str(use)), "wicketd")
    rpc(admin, "virtual_keys.create", {"name": KEY, "provider": "openai", "secret": {"api_key": "sk-bench-0123456789"},
                                       "base_url": f"http://127.0.0.1:{PORT}/v1"})
    rpc(admin, "configs.create", {"name": ROUTED["config"], "config": CONFIG})
    return daemon, use


def start_nginx(folder):
    if not shutil.which("nginx"):
        return None
    (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log /dev/null;
events {{ worker_connections 2048; }}
http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream up {{ server 127.0.0.1:{PORT}; keepalive 300; keepalive_requests 10000000; }}
  server {{ listen 127.0.0.1:{NGINX_PORT}; keepalive_requests 10000000;
    location / {{ proxy_pass http://up; proxy_http_version 1.1; proxy_set_header connection ""; proxy_buffering off; }} }} }}
""")
    nginx = Process(0, "nginx", "-c", folder / "nginx.conf", "-p", folder)
    wait_for(lambda: answers(socket.AF_INET, ("127.0.0.1", NGINX_PORT)), "nginx")
    return nginx


class Bench:
    def __init__(self, folder, scale):
        self.folder, self.scale = folder, scale
        self.samples = {}

    def load(self, core, target, lanes, requests, mode, options=DIRECT):
        count = max(200, int(requests * self.scale))
        done = subprocess.run(["taskset", "-c", str(core), self.folder / "load", target, str(lanes), str(count), str(count // 10),
                               mode, json.dumps(options, separators=(",", ":"))], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"load {target} {mode}: {done.stderr}")
        return json.loads(done.stdout)

    def note(self, name, value):
        self.samples.setdefault(name, []).append(value)

    def on_one_core(self, name, target):
        for mode, count in (("whole", 30000), ("stream", 5000)):
            r = self.load(0, target, 1, count, mode)
            for figure in ("p50", "p99", "first_p50"):
                self.note(f"one/{name}/{mode}/{figure}", r[figure])

    def on_own_core(self, name, target, process, options=DIRECT, runs=((32, "whole", 150000), (256, "whole", 150000), (32, "stream", 10000))):
        for lanes, mode, count in runs:
            before = process.cpu_ns() if process else 0
            r = self.load(1, target, lanes, count, mode, options)
            key = f"own/{name}/{lanes}/{mode}"
            for figure in ("rps", "p50", "p99"):
                self.note(f"{key}/{figure}", r[figure])
            if process:
                # The warm-up's requests were paid for as well.
                paid = (process.cpu_ns() - before) / 1000
                self.note(f"{key}/cpu", paid / (r["requests"] * 1.1))
                if r["chunks"]:
                    self.note(f"{key}/cpu_chunk", paid / (r["chunks"] * 1.1))

    def median(self, name):
        return statistics.median(self.samples[name]) if name in self.samples else None

    def best(self, name, low=True):
        return (min if low else max)(self.samples[name]) if name in self.samples else None


def hang_ups(use, admin, rounds=25):
    """Milliseconds from a client's hang-up to the end of the provider's side: the median and the worst."""
    taken = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        rpc(admin, "virtual_keys.create", {"name": "slow", "provider": "openai", "secret": {"api_key": "sk-slow-0123456789"},
                                           "base_url": f"http://127.0.0.1:{server.getsockname()[1]}/v1"})
        line = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "chat.completions.create", "params": {
            "request": {"model": "m", "messages": [], "stream": True}, "options": {"virtual_key": "slow"}}}).encode() + b"\n"
        for number in range(rounds):
            client = socket.socket(socket.AF_UNIX)
            client.connect(str(use))
            client.sendall(line)
            upstream, _ = server.accept()
            upstream.recv(65536)
            if number % 2:  # every other one in the middle of a stream
                upstream.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: {\"choices\":[]}\n\n")
                client.recv(65536)
            started = time.perf_counter()
            client.close()
            while upstream.recv(65536):
                pass
            taken.append((time.perf_counter() - started) * 1000)
            upstream.close()
    return statistics.median(taken), max(taken)


def table(b: Bench, names, idle, after, hung_up):
    def cell(key, digits=1, low=True):
        if b.median(key) is None:
            return "–"
        return f"{b.median(key):,.{digits}f} [{b.best(key, low):,.{digits}f}]"

    def added(name, figure="p50", mode="whole"):
        return b.median(f"one/{name}/{mode}/{figure}") - b.median(f"one/direct/{mode}/{figure}")

    print(f"\n{platform.machine()}, {os.cpu_count()} cores, kernel {platform.release()}, {time.strftime('%Y-%m-%d')}; µs unless said\n")
    print("| all on one core, one client | p50 | added p50 | p99 | added p99 | stream of 50: p50 | first chunk p50 |")
    print("|--|--:|--:|--:|--:|--:|--:|")
    for n in names:
        if b.median(f"one/{n}/whole/p50") is None:
            continue
        print(f"| {n} | {cell(f'one/{n}/whole/p50')} | {added(n):.1f} | {cell(f'one/{n}/whole/p99')} | {added(n, 'p99'):.1f} "
              f"| {cell(f'one/{n}/stream/p50')} | {cell(f'one/{n}/stream/first_p50')} |")
    print("\n| alone on a core | requests/s, 32 clients | CPU a request | p50 | p99 | requests/s, 256 clients | p99 | CPU a chunk, burst |")
    print("|--|--:|--:|--:|--:|--:|--:|--:|")
    for n in names:
        k = f"own/{n}/32/whole"
        print(f"| {n} | {cell(k + '/rps', 0, False)} | {cell(k + '/cpu')} | {cell(k + '/p50')} | {cell(k + '/p99')} "
              f"| {cell(f'own/{n}/256/whole/rps', 0, False)} | {cell(f'own/{n}/256/whole/p99')} | {cell(f'own/{n}/32/stream/cpu_chunk', 2)} |")
    print(f"\nwicket's resident memory: {idle:.1f} MB idle, {after:.1f} MB after all of it. "
          f"A hang-up ends the upstream's side after {hung_up[0]:.2f} ms (median).")
    marks = [
        ("added p50, one core, one client", added("wicket"), 35, True),
        ("requests/s, 32 clients", b.median("own/wicket/32/whole/rps"), 30000, False),
        ("CPU a request, 32 clients", b.median("own/wicket/32/whole/cpu"), 30, True),
        ("CPU a chunk, burst", b.median("own/wicket/32/stream/cpu_chunk"), 1, True),
        ("CPU that a config adds to a request", b.median("own/wicket, routed/32/whole/cpu") - b.median("own/wicket/32/whole/cpu"), 5, True),
        ("idle memory, MB", idle, 22, True),
        ("hang-up to the upstream's end, worst of 25, ms", hung_up[1], 50, True),
    ]
    missed = 0
    print("\n| mark | measured | must be | |\n|--|--:|--:|--|")
    for name, value, mark, low in marks:
        good = value <= mark if low else value >= mark
        missed += not good
        print(f"| {name} | {value:,.2f} | {'≤' if low else '≥'} {mark:,} | {'yes' if good else '**no**'} |")
    return missed


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--wicketd", default=str(ROOT / ".build/release/wicketd"))
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--quick", action="store_true", help="a tenth of the requests, two rounds")
    options.add_argument("--json", help="write all samples there")
    options.add_argument("--check", action="store_true", help="exit 1 when a mark is missed")
    given = options.parse_args()
    if not os.access(given.wicketd, os.X_OK):
        sys.exit(f"{given.wicketd} is not there: run `swift build -c release --static-swift-stdlib` first")
    with tempfile.TemporaryDirectory(prefix="wicket-bench-") as name:
        folder = Path(name)
        build(folder)
        bench = Bench(folder, 0.1 if given.quick else 1.0)
        running = []
        try:
            upstream = Process(0, folder / "upstream", PORT, CHUNKS)
            running.append(upstream)
            wait_for(lambda: answers(socket.AF_INET, ("127.0.0.1", PORT)), "the upstream")
            daemon, use = start_daemon(given.wicketd, folder)
            running.append(daemon)
            time.sleep(1)
            idle = daemon.rss_mb()
            nginx = start_nginx(folder)
            ways = {"direct": (f"tcp:{PORT}", None), "wicket": (f"unix:{use}", daemon)}
            if nginx:
                running.append(nginx)
                ways["nginx"] = (f"tcp:{NGINX_PORT}", nginx)
            for round_number in range(2 if given.quick else given.rounds):
                print(f"round {round_number + 1} …", file=sys.stderr, flush=True)
                upstream.move(0)
                for way, (target, _) in ways.items():
                    bench.on_one_core(way, target)
                upstream.move(1)
                for way, (target, process) in ways.items():
                    bench.on_own_core(way, target, process)
                bench.on_own_core("wicket, routed", f"unix:{use}", daemon, ROUTED, ((32, "whole", 150000),))
            hung_up = hang_ups(use, folder / "admin" / "admin.sock")
            missed = table(bench, [*ways, "wicket, routed"], idle, daemon.rss_mb(), hung_up)
        finally:
            for process in reversed(running):
                process.stop()
    if given.json:
        Path(given.json).write_text(json.dumps(bench.samples))
    if given.check and missed:
        sys.exit(1)


if __name__ == "__main__":
    main()
