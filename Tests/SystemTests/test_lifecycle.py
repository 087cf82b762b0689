# SPDX-License-Identifier: Apache-2.0
"""How `wicketd` starts, is told about, and ends."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time

import pytest

from daemon_process import answers
from rpc_client import RpcClient, RpcFailure, chat

CONFIGURATION_EXIT = 78  # EX_CONFIG: systemd does not restart after it


def run(program, *arguments, **more):
    command = [program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, **more)


def places_in(folder):
    return ["--state-dir", folder / "state", "--socket", folder / "u", "--admin-socket", folder / "a" / "a"]


def test_version(wicketd):
    done = run(wicketd, "--version")
    assert done.returncode == 0 and any(character.isdigit() for character in done.stdout)


@pytest.mark.parametrize("text, words", [
    ("limts:\n  line_bytes: 1\n", ["limts", "limits", ":1:"]),
    ("limits:\n  line_byte: 100000\n", ["line_byte", "line_bytes", ":2:"]),
    ("reactors: many\n", ["reactors", ":1:"]),
    ("reactors: [\n", []),
    ("providers:\n  - id: mine\n    base_ur: https://a.example\n", ["base_ur"]),
])
def test_a_wrong_configuration_is_refused_with_its_place_and_the_nearest_key(wicketd, tmp_path, text, words):
    file = tmp_path / "wicket.yaml"
    file.write_text(text)
    for arguments in (["--check-config"], []):
        done = run(wicketd, "--config", file, *places_in(tmp_path), *arguments)
        assert done.returncode == CONFIGURATION_EXIT, done.stderr
        said = done.stdout + done.stderr
        assert "wicket.yaml" in said and all(word in said for word in words), said


def test_a_right_configuration_passes_and_starts_nothing(wicketd, tmp_path):
    file = tmp_path / "wicket.yaml"
    file.write_text("limits:\n  max_in_flight: 7\n")
    done = run(wicketd, "--check-config", "--config", file, *places_in(tmp_path))
    assert done.returncode == 0, done.stderr
    assert sorted(os.listdir(tmp_path)) == ["wicket.yaml"]


def test_a_wrong_command_line_is_refused(wicketd):
    done = run(wicketd, "--sokcet", "x")
    assert done.returncode == 64 and "--socket" in done.stderr


def test_what_it_makes_is_closed_to_others(daemon):
    assert mode(daemon.state) == mode(daemon.admin_socket.parent) == 0o700
    assert mode(daemon.admin_socket) == 0o600 and mode(daemon.use_socket) in (0o600, 0o660)
    for path in daemon.state.rglob("*"):
        assert not mode(path) & 0o077, path


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def test_a_path_that_is_too_long_is_refused(make_daemon):
    daemon = make_daemon(start=False)
    daemon.use_socket = daemon.folder / ("x" * 110) / "s"
    done = run(daemon.command[0], "--socket", daemon.use_socket, "--state-dir", daemon.state)
    assert done.returncode != 0 and "107" in done.stderr


def test_a_second_daemon_is_refused_and_the_first_goes_on(make_daemon, connect):
    first = make_daemon()
    # Whatever its sockets are: two daemons must never write one vault.
    elsewhere = [first.command[0], "--state-dir", first.state, "--socket", first.folder / "u", "--admin-socket", first.folder / "a"]
    for command in (first.command, elsewhere):
        second = run(*command, env=first.environment)
        assert second.returncode == 1 and str(first.state) in second.stderr
    assert connect(first).call("system.ping") == {"pong": True}


def test_a_stale_socket_is_removed(make_daemon, connect):
    daemon = make_daemon()
    daemon.kill()
    assert daemon.use_socket.exists()
    daemon.start()
    assert connect(daemon).call("system.ping") == {"pong": True}


def test_what_is_no_socket_is_left_alone(make_daemon):
    daemon = make_daemon(start=False)
    daemon.use_socket.parent.mkdir(parents=True)
    daemon.use_socket.write_text("mine")
    done = run(daemon.command[0], *daemon.command[1:], env=daemon.environment)
    assert done.returncode == 1 and daemon.use_socket.read_text() == "mine"


def test_sigterm_finishes_what_is_in_flight_and_takes_nothing_new(make_daemon, connect):
    daemon = make_daemon()
    client, other = connect(daemon), connect(daemon)
    other.call("system.ping")
    identifier = client.request("chat.completions.create", chat(model="local/slow-1500", stream=True))
    client.receive()
    daemon.terminate()
    deadline = time.monotonic() + 20
    while answers(daemon.use_socket):
        assert time.monotonic() < deadline, "new connections are still taken"
        time.sleep(0.01)
    with pytest.raises(RpcFailure) as caught:
        other.call("chat.completions.create", chat())
    assert caught.value.type == "overloaded" and caught.value.data["retryable"]
    assert other.call("system.health")["status"] == "draining"
    chunks, result = client.outcome(identifier)
    assert chunks and result["response"] is None
    assert daemon.process.wait(30) == 0
    assert not daemon.use_socket.exists() and not daemon.admin_socket.exists()


def test_sigterm_waits_no_longer_than_it_was_told(make_daemon, connect):
    daemon = make_daemon(config={"drain_seconds": 1})
    client = connect(daemon)
    client.request("chat.completions.create", chat(model="local/slow-60000"))
    connect(daemon).call("system.ping")
    daemon.terminate()
    assert daemon.process.wait(20) == 0


def test_sigint_ends_it_too(make_daemon):
    daemon = make_daemon()
    daemon.process.send_signal(signal.SIGINT)
    assert daemon.process.wait(20) == 0


def test_draining_by_rpc(make_daemon, connect):
    daemon = make_daemon()
    assert connect(daemon, admin=True).call("system.drain")["draining"] is True
    assert daemon.process.wait(20) == 0


def test_the_log_and_the_keys_outlive_a_kill(make_daemon, connect):
    daemon = make_daemon()
    connect(daemon, admin=True).call("virtual_keys.create", {"name": "kept", "provider": "openai", "secret": {"api_key": "sk"}})
    span = connect(daemon).call("chat.completions.create", chat())["gateway"]["span_id"]
    deadline = time.monotonic() + 20
    while span not in [row["span_id"] for row in connect(daemon).call("logs.list")["logs"]]:
        assert time.monotonic() < deadline, "the call is not in the log"
    daemon.kill()
    daemon.start()
    assert [row["span_id"] for row in connect(daemon).call("logs.list")["logs"]] == [span]
    assert connect(daemon, admin=True).call("virtual_keys.get", {"name": "kept"})["name"] == "kept"


def test_a_reload_takes_a_right_configuration_and_refuses_a_wrong_one(make_daemon, connect):
    daemon = make_daemon(config={"limits": {"max_in_flight": 100}})
    admin = connect(daemon, admin=True)
    assert admin.call("system.reload") == {"config_file": str(daemon.config_file), "needs_restart": []}
    daemon.config_file.write_text(json.dumps({"limts": {}}))
    daemon.process.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    assert connect(daemon).call("system.ping") == {"pong": True}
    identifier = admin.request("system.reload")
    error = admin.receive()["error"]
    assert identifier and "limits" in error["message"]
    assert connect(daemon).call("system.ping") == {"pong": True}


def test_it_runs_without_a_configuration(make_daemon, connect):
    daemon = make_daemon(start=False)
    place = daemon.command.index("--config")
    del daemon.command[place:place + 2]
    daemon.start()
    assert connect(daemon, admin=True).call("system.reload") == {"config_file": None, "needs_restart": []}


class NotifySocket:
    """What systemd listens on."""

    def __init__(self, path):
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.lines = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            self.lines += self.socket.recv(8192).decode().splitlines()

    def wait_for(self, line):
        deadline = time.monotonic() + 20
        while line not in self.lines:
            assert time.monotonic() < deadline, f"no {line} in {self.lines}"
            time.sleep(0.01)


def test_systemd_is_told(make_daemon, short_folder):
    notify = NotifySocket(short_folder() / "notify")
    daemon = make_daemon(environment={"NOTIFY_SOCKET": notify.path, "WATCHDOG_USEC": "2000000"})
    notify.wait_for("READY=1")
    assert any(line.startswith("STATUS=") for line in notify.lines)
    notify.wait_for("WATCHDOG=1")
    daemon.process.send_signal(signal.SIGHUP)
    notify.wait_for("RELOADING=1")
    daemon.terminate()
    notify.wait_for("STOPPING=1")
    assert daemon.process.wait(20) == 0


@pytest.mark.skipif(shutil.which("systemd-socket-activate") is None, reason="systemd-socket-activate is not installed")
def test_sockets_are_taken_from_socket_activation(make_daemon, recorder):
    daemon = make_daemon(start=False)
    daemon.admin_socket.parent.mkdir(parents=True)
    daemon.command[:0] = [
        "systemd-socket-activate", f"--listen={daemon.use_socket}", f"--listen={daemon.admin_socket}", "--fdname=use:admin",
    ]
    daemon.launch()
    deadline = time.monotonic() + 20
    while not (daemon.use_socket.exists() and daemon.admin_socket.exists()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    for path in (daemon.use_socket, daemon.admin_socket):
        with RpcClient(path, recorder) as client:
            assert client.call("system.ping") == {"pong": True}
    assert daemon.stop() == 0
    assert daemon.use_socket.exists(), "a socket that systemd made is not the daemon's to remove"
