# SPDX-License-Identifier: Apache-2.0
"""The daemon, the recordings and the recorder, as fixtures."""

import itertools
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

import places
from daemon_process import Daemon
from recording_proxy import RecordingProxy
from rpc_client import RpcClient, RpcFailure
from schema import Recorder
from scripted_provider import ScriptedProvider

NO_DAEMON = "there is no wicketd: build it (swift build), or name it with WICKETD"
NO_CLI = "there is no wicket: build it (swift build), or name it with WICKET"
NO_RECORDINGS = f"the recorded exchanges are not at {places.SHARED / 'wire'}: they are not part of the repository"

_recorder = Recorder()


@pytest.fixture(scope="session")
def recorder():
    return _recorder


@pytest.fixture(autouse=True)
def no_violation_in_a_proxy():
    _recorder.violations.clear()
    yield
    assert _recorder.violations == []


@pytest.fixture(scope="session")
def short_folder():
    """Makes folders whose socket paths fit into 107 bytes, whatever the test's name."""
    made = []

    def make():
        made.append(tempfile.mkdtemp(prefix="wk-"))
        return Path(made[-1])

    yield make
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def wicketd():
    if places.WICKETD is None:
        pytest.skip(NO_DAEMON)
    return places.WICKETD


@pytest.fixture(scope="session")
def wicket_program():
    if places.WICKET is None:
        pytest.skip(NO_CLI)
    return places.WICKET


def _daemons(short_folder):
    running = []

    def make(*, start=True, **more):
        daemon = Daemon(short_folder(), **more)
        running.append(daemon)
        return daemon.start() if start else daemon

    return make, running


@pytest.fixture
def make_daemon(wicketd, short_folder):
    """Starts a daemon for one test; what is still running at its end is killed."""
    make, running = _daemons(short_folder)
    yield make
    for daemon in running:
        daemon.kill()


@pytest.fixture(scope="session")
def daemon(wicketd, short_folder):
    """One daemon for all tests that leave it as they found it. It must end well."""
    make, running = _daemons(short_folder)
    daemon = make()
    yield daemon
    try:
        assert daemon.stop() == 0, daemon.log[-4000:]
    finally:
        daemon.kill()


@pytest.fixture
def connect(daemon, recorder):
    """Opens connections to the shared daemon, or to the one given."""
    clients = []

    def make(to=None, *, admin=False, recorded=True, timeout=60):
        to = to or daemon
        client = RpcClient(to.admin_socket if admin else to.use_socket, recorder if recorded else None, timeout=timeout)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(connect):
    return connect()


@pytest.fixture
def admin(connect):
    return connect(admin=True)


@pytest.fixture(scope="session")
def proxies(daemon, short_folder, recorder):
    """Recorded stand-ins for the shared daemon's sockets: `use` and `admin`, for clients that are programs of their own."""
    folder = short_folder()
    use = RecordingProxy(folder / "use", daemon.use_socket, recorder)
    admin = RecordingProxy(folder / "admin", daemon.admin_socket, recorder)
    yield {"use": use.path, "admin": admin.path}
    use.close()
    admin.close()


@pytest.fixture
def virtual_key(admin):
    """Makes virtual keys, and removes them after the test."""
    made = []

    def make(name, provider="openai", *, base_url, secret="sk-test-secret", **more):
        admin.call("virtual_keys.create", {
            "name": name, "provider": provider, "secret": {"api_key": secret}, "base_url": base_url, **more})
        made.append(name)
        return name

    yield make
    for name in made:
        admin.call("virtual_keys.delete", {"name": name})


_numbers = itertools.count(1)


@pytest.fixture
def provider(virtual_key):
    """Starts providers that follow a script, each with a virtual key (`.key`) that no other test has: breakers are told apart
    by it."""
    running = []

    def make(*script, kind="openai", **more):
        made = ScriptedProvider(*script, **more)
        running.append(made)
        made.key = virtual_key(f"{kind}-{next(_numbers)}", kind, base_url=f"{made.origin}/v1")
        return made

    yield make
    for each in running:
        each.close()


@pytest.fixture
def saved_config(admin):
    """Saves configs, and removes them after the test."""
    made = []

    def make(config):
        name = f"config-{next(_numbers)}"
        admin.call("configs.create", {"name": name, "config": config})
        made.append(name)
        return name

    yield make
    for name in made:
        admin.call("configs.delete", {"name": name})


@pytest.fixture
def explain(admin):
    """What routing decided for the one call of a trace, once its row is written."""

    def decisions(trace_id):
        deadline = time.monotonic() + 20
        while True:
            try:
                request, = admin.call("requests.explain", {"trace_id": trace_id})["requests"]
                return request["decisions"]
            except RpcFailure as failure:
                assert failure.type == "not_found" and time.monotonic() < deadline, failure
                time.sleep(0.02)

    return decisions


@pytest.fixture(scope="session")
def replay_origin():
    """The replay server over the recordings of openai and anthropic."""
    server = places.SHARED / "wire" / "replay.py"
    recordings = [places.SHARED / "wire" / "dev" / f"{name}.jsonl" for name in ("openai", "anthropic")]
    if not server.exists() or not all(path.exists() for path in recordings):
        pytest.skip(NO_RECORDINGS)
    process = subprocess.Popen(
        [sys.executable, str(server), "--port", "0", *map(str, recordings)], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    try:
        yield json.loads(process.stdout.readline())["listening"]
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


@pytest.fixture(scope="session")
def embedder_model():
    """The packed model of the built-in embedder, fetched once and kept beside the build."""
    place = places.ROOT / ".build" / "embedder" / "all-minilm-l6-v2.q8"
    place.parent.mkdir(parents=True, exist_ok=True)
    packer = places.ROOT / "packaging" / "fetch-embedder"
    outcome = subprocess.run([sys.executable, packer, "--output", place], capture_output=True, text=True)
    if outcome.returncode != 0:
        pytest.skip(f"the embedder's model cannot be had: {outcome.stderr.strip()[-300:]}")
    return place


def pytest_collection_modifyitems(items):
    """What the recorder has to say comes last."""
    items.sort(key=lambda item: item.path.name == "test_coverage.py")


def pytest_runtest_logreport(report):
    if report.failed:
        _recorder.incomplete = f"{report.nodeid} failed"


def pytest_deselected(items):
    if items:
        _recorder.incomplete = "not all tests were chosen"
