#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the cache over the socket of a real daemon, and prints the table of the README.

    packaging/fetch-embedder --output .build/embedder/all-minilm-l6-v2.q8
    swift build -c release --static-swift-stdlib
    Tests/Benchmarks/cache.py [--rounds N] [--quick] [--json FILE] [--check] [--wicketd PATH] [--tool PATH] [--model PATH]

* exact hits: one client with everything on core 0, so that no figure contains the wake-up of another core; then 32 clients on
  core 1 and the daemon alone on core 0.
* semantic hits: one client on core 0 with the daemon, with 10 thousand, 100 thousand and 1 million entries in one partition. The
  questions that hit, and their answers, got there by real requests; `wicket-cache-benchmark fill` adds the others to the file.
  Each request is a paraphrase, and no two in a row are the same. `wicket-cache-benchmark split` runs the same parts of the
  daemon one by one over the same file, in processor time.
* start-up: from the start of the process to its first answer, and until all questions are in the index. The file is in the
  system's page cache.

The journal is on in every figure. --quick asks less and stops at 10 thousand entries. --check exits 1 when a mark is missed.
"""
import argparse
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import run
from run import PORT, ROOT, Process, answers, rpc, wait_for

SIZES = (10_000, 100_000, 1_000_000)
VERBS = ("reset", "replace", "clean", "install", "configure", "repair", "upgrade", "remove", "calibrate", "test", "insure", "paint",
         "label", "sell", "store", "lift", "wash", "wire", "seal", "dry")
THINGS = ("the password of a router", "the filter of a furnace", "the lens of a telescope", "a printer in the office",
          "the chain of a bicycle", "a wooden kitchen table", "the brakes of a truck", "a solar panel on the roof",
          "the strings of a guitar", "a leather winter jacket", "the valve of a radiator", "an electric garage door",
          "the battery of a laptop", "a marble bathroom floor", "the cover of a swimming pool", "an old vinyl record",
          "the blade of a lawn mower", "a copper water pipe", "the screen of a phone", "a glass aquarium")
SHORT = ("How do I {} {}?", "How can I {} {}?")
LONG = ("How do I {} {} for a neighbour in the village by myself with common tools?",
        "How can I {} {} for a neighbour in the village by myself with common tools?")
EXACT = "What would you look at first, and what next, before I {} {}? Take the usual things into account, and the unusual ones too."
# What else people ask: form, and what stands in it.
COUNTRIES = ("Peru", "Norway", "Kenya", "Japan", "Canada", "Egypt", "Poland", "Chile", "Vietnam", "Ireland", "Morocco", "Greece")
OTHERS = (
    ("What is the {} of {}?", ("capital", "population", "currency", "national dish", "highest mountain", "climate"), COUNTRIES),
    ("What does the law of {} say about {}?", COUNTRIES, ("divorce", "inheritance", "noise at night", "tax fraud", "trade unions")),
    ("Who {} {}?", ("wrote", "translated", "painted", "sang about"), ("the Odyssey", "a storm at sea", "the last emperor", "Faust",
     "the fall of Troy", "a blind king", "the plague", "the moon", "a lonely lighthouse", "the revolution")),
    ("Why does my {} program {}?", ("Python", "Rust", "Java", "JavaScript", "Haskell", "Go"), ("leak memory", "stop with a stack overflow",
     "print the wrong encoding", "wait for a lock forever", "compile so slowly", "lose packets", "round numbers wrongly", "ignore signals")),
    ("Is {} good for {}?", ("garlic", "coffee", "running", "red wine", "swimming", "yoghurt", "sleep", "salt"),
     ("the heart", "old dogs", "pregnant women", "the skin", "a child with asthma", "the memory", "athletes", "diabetics")),
    ("Explain {} to {}.", ("photosynthesis", "inflation", "black holes", "the offside rule", "recursion", "plate tectonics", "antibodies",
     "compound interest"), ("a child", "a lawyer", "my grandmother", "a student of music", "an engineer", "a politician")),
    ("Write a {} about {}.", ("poem", "speech", "headline", "joke", "letter of complaint", "song"), ("autumn", "a late train",
     "my best friend", "a broken promise", "the mayor", "two cats", "freedom", "an astronaut", "the football final")),
    ("What causes {} in {}?", ("fever", "rust", "inflation", "anxiety", "erosion", "drought", "migration", "mutations"),
     ("horses", "teenagers", "the steel industry", "coral reefs", "large cities", "bacteria", "the Sahara", "small banks")),
)


def questions(form):
    return [form.format(verb, thing) for thing in THINGS for verb in VERBS]


def mixture():
    """The texts about which the other entries lie: one in nine is like those that hit."""
    return questions(SHORT[0])[::8] + [form.format(one, other) for form, ones, others in OTHERS for one in ones for other in others]


class World:
    """One daemon after the other on one state directory."""

    def __init__(self, folder, given):
        self.folder, self.given = folder, given
        self.state = folder / "state"
        self.use, self.admin = folder / "use.sock", folder / "admin" / "admin.sock"
        (folder / "wicket.yaml").write_text(
            "reactors: 1\nlog:\n  level: warning\n"
            f"embedder_file: {given.model}\ncache:\n  semantic_bytes: {1 << 30}\n  disk_bytes: {8 << 30}\n")
        self.daemon, self.is_new = None, True

    def start(self, expected=0):
        """Milliseconds until the first answer, and until so many questions are in the index."""
        began = time.monotonic()
        self.daemon = Process(0, self.given.wicketd, "--config", self.folder / "wicket.yaml", "--socket", self.use, "--admin-socket",
                              self.admin, "--state-dir", self.state, stderr=None)
        wait_for(lambda: self.use.exists() and answers(socket.AF_UNIX, str(self.use)), "wicketd")
        rpc(self.use, "system.ping", {})
        ready = time.monotonic()
        wait_for(lambda: self.stats()["vectors"] >= expected, "the index", 120)
        loaded = time.monotonic()
        if self.is_new:
            self.is_new = False
            rpc(self.admin, "virtual_keys.create", {"name": "bench", "provider": "openai", "secret": {"api_key": "sk-bench-0123456789"},
                                                    "base_url": f"http://127.0.0.1:{PORT}/v1"})
            for name, rule in (("exact", {"mode": "simple"}), ("semantic", {"mode": "semantic", "verify_percent": 0})):
                rpc(self.admin, "configs.create", {"name": name, "config": {"virtual_key": "bench", "cache": rule}})
        return (ready - began) * 1000, (loaded - began) * 1000

    def stop(self):
        if self.daemon:
            self.daemon.stop()
        self.daemon = None

    def stats(self):
        return rpc(self.admin, "cache.stats", {})

    def load(self, core, config, lanes, requests, texts, warmup=None):
        """All of them are to be hits of that config's kind."""
        kind = {"exact": "hits", "semantic": "semantic_hits"}[config]
        warmup = len(questions(SHORT[0])) if warmup is None else warmup
        before = self.stats()[kind]
        done = subprocess.run(["taskset", "-c", str(core), self.folder / "load", f"unix:{self.use}", str(lanes), str(requests),
                               str(warmup), "whole", json.dumps({"config": config}), texts], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"load {config}: {done.stderr}")
        hits = self.stats()[kind] - before
        if hits < requests + warmup:
            sys.exit(f"{hits} of {requests + warmup} requests were {kind}")
        return json.loads(done.stdout)

    def tell(self, texts, config):
        """Asks each once, so that its answer is kept."""
        subprocess.run([self.folder / "load", f"unix:{self.use}", "1", str(len(questions(SHORT[0]))), "0", "whole",
                        json.dumps({"config": config}), texts], check=True, stdout=subprocess.DEVNULL)

    def partition(self, text):
        """Where the questions are, and whose: as `load` asks."""
        request = {"model": "bench-1", "messages": [
            {"role": "system", "content": "You are a helpful assistant that answers in few words."}, {"role": "user", "content": text}],
            "temperature": 0.7, "max_tokens": 256}
        told = rpc(self.admin, "cache.explain", {"request": request, "options": {"config": "semantic"}})
        return told["partition"], told["scope"]

    def tool(self, command, *more):
        done = subprocess.run(["taskset", "-c", "0", self.given.tool, command, self.state, self.given.model, *map(str, more)],
                              capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{self.given.tool} {command}: {done.stderr}")
        return done.stdout


def measure(world, upstream, given, samples):
    def note(name, value):
        samples.setdefault(name, []).append(value)

    scale = 0.1 if given.quick else 1.0
    files = {}
    # Each question is of one kind: one that is kept already is an exact hit, and in no index.
    for name, form in (("exact", (EXACT,)), ("short", SHORT), ("long", LONG)):
        for which, text in zip(("kept", "asked"), form):
            files[name, which] = world.folder / f"{name}-{which}"
            files[name, which].write_text("\n".join(questions(text)) + "\n")
    (world.folder / "mixture").write_text("\n".join(mixture()) + "\n")
    world.start()
    note("memory/idle", world.daemon.rss_mb())
    world.tell(files["exact", "kept"], "exact")
    for _ in range(given.rounds):
        upstream.move(0)
        one = world.load(0, "exact", 1, int(20000 * scale), files["exact", "kept"])
        many = world.load(1, "exact", 32, int(100000 * scale), files["exact", "kept"])
        for figure in ("p50", "p99"):
            note(f"exact/{figure}", one[figure])
        note("exact/rps", many["rps"])
    note("memory/exact", world.daemon.rss_mb())
    for name in ("short", "long"):
        world.tell(files[name, "kept"], "semantic")
    kept = 2 * len(questions(SHORT[0]))
    wait_for(lambda: world.stats()["vectors"] >= kept, "the questions")
    partition, scope = world.partition(questions(SHORT[1])[0])
    count = kept
    for size in SIZES[:1] if given.quick else SIZES:
        world.stop()
        print(f"{size:,} entries …", file=sys.stderr, flush=True)
        world.tool("fill", "--partition", partition, "--scope", scope, "--texts", world.folder / "mixture", "--count", size - count)
        count = size
        for _ in range(given.rounds):
            ready, loaded = world.start(count)
            note(f"{size}/ready", ready)
            note(f"{size}/loaded", loaded)
            note(f"{size}/memory", world.daemon.rss_mb())
            for name in ("short", "long"):
                found = world.load(0, "semantic", 1, int(2000 * scale), files[name, "asked"])
                for figure in ("p50", "p99"):
                    note(f"{size}/{name}/{figure}", found[figure])
            world.stop()
            for name in ("short", "long"):
                split = json.loads(world.tool("split", "--partition", partition, "--texts", files[name, "asked"]))
                if not split["all_hits"]:
                    sys.exit(f"not all {name} questions hit")
                for part in ("tokenise", "embed", "search", "judge"):
                    note(f"{size}/{name}/{part}", split[part][0])
                note(f"{size}/{name}/pieces", split["pieces"])
                note(f"{size}/bytes", split["bytes"] / split["count"])


def table(samples, sizes):
    def cell(key, digits=0, low=True):
        values = samples[key]
        return f"{statistics.median(values):,.{digits}f} [{(min if low else max)(values):,.{digits}f}]"

    def median(key):
        return statistics.median(samples[key])

    print(f"\n{platform.machine()}, {os.cpu_count()} cores, kernel {platform.release()}, {time.strftime('%Y-%m-%d')}, load average "
          f"{os.getloadavg()[0]:.1f}; medians of {len(samples['exact/p50'])} rounds [best]\n")
    print("| exact hit | p50 | p99 | requests/s, 32 clients |\n|--|--:|--:|--:|")
    print(f"| over the socket | {cell('exact/p50', 1)} µs | {cell('exact/p99', 1)} µs | {cell('exact/rps', 0, False)} |\n")
    print("| semantic hit, µs | entries | p50 | p99 | tokenise | embed | search | read and judge |\n|--|--:|--:|--:|--:|--:|--:|--:|")
    for size in sizes:
        for name in ("short", "long"):
            parts = " | ".join(cell(f"{size}/{name}/{part}") for part in ("tokenise", "embed", "search", "judge"))
            print(f"| {median(f'{size}/{name}/pieces'):.0f} pieces | {size:,} | {cell(f'{size}/{name}/p50')} | "
                  f"{cell(f'{size}/{name}/p99')} | {parts} |")
    print("\n| entries | first answer after | all in the index after | resident memory | of the index, an entry |\n|--:|--:|--:|--:|--:|")
    for size in sizes:
        print(f"| {size:,} | {cell(f'{size}/ready')} ms | {cell(f'{size}/loaded')} ms | {cell(f'{size}/memory')} MB | "
              f"{median(f'{size}/bytes'):.0f} B |")
    print(f"\nIdle and empty {median('memory/idle'):.0f} MB, after the exact hits {median('memory/exact'):.0f} MB.")
    largest = sizes[-1]
    marks = [
        ("exact hit, p50, µs", median("exact/p50"), 25, True),
        ("exact hits a second, 32 clients", median("exact/rps"), 30_000, False),
        (f"semantic hit at {largest:,}, p50, µs", median(f"{largest}/short/p50"), 1500, True),
        (f"the same, of a longer question, µs", median(f"{largest}/long/p50"), 1500, True),
        (f"start with {largest:,}, to the first answer, ms", median(f"{largest}/ready"), 2000, True),
        (f"start with {largest:,}, all in the index, ms", median(f"{largest}/loaded"), 2000, True),
    ]
    missed = 0
    print("\n| mark | measured | must be | |\n|--|--:|--:|--|")
    for name, value, mark, low in marks:
        good = value <= mark if low else value >= mark
        missed += not good
        print(f"| {name} | {value:,.1f} | {'≤' if low else '≥'} {mark:,} | {'yes' if good else '**no**'} |")
    return missed


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--wicketd", default=str(ROOT / ".build/release/wicketd"))
    options.add_argument("--tool", default=str(ROOT / ".build/release/wicket-cache-benchmark"))
    options.add_argument("--model", default=str(ROOT / ".build/embedder/all-minilm-l6-v2.q8"))
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--quick", action="store_true", help="a tenth of the requests, 10 thousand entries, one round")
    options.add_argument("--json", help="write all samples there")
    options.add_argument("--check", action="store_true", help="exit 1 when a mark is missed")
    given = options.parse_args()
    given.rounds = 1 if given.quick else given.rounds
    for path, remedy in ((given.wicketd, "swift build -c release --static-swift-stdlib"), (given.tool, "the same"),
                         (given.model, f"packaging/fetch-embedder --output {given.model}")):
        if not os.path.exists(path):
            sys.exit(f"{path} is not there: run `{remedy}` first")
    with tempfile.TemporaryDirectory(prefix="wicket-cache-bench-") as name:
        folder = Path(name)
        run.build(folder)
        upstream = Process(0, folder / "upstream", PORT, 1)
        world, samples = World(folder, given), {}
        try:
            wait_for(lambda: answers(socket.AF_INET, ("127.0.0.1", PORT)), "the upstream")
            measure(world, upstream, given, samples)
        finally:
            world.stop()
            upstream.stop()
    missed = table(samples, SIZES[:1] if given.quick else SIZES)
    if given.json:
        Path(given.json).write_text(json.dumps(samples))
    if given.check and missed:
        sys.exit(1)


if __name__ == "__main__":
    main()
