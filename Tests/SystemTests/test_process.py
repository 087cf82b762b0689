# SPDX-License-Identifier: Apache-2.0
"""A process of the daemon's own user, without root's rights, cannot look into the daemon."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from daemon_process import Daemon
from http_upstream import HTTPUpstream, completion
from rpc_client import RpcClient, chat

#: Nobody's, so that no other process runs as it.
UID = 12345
CANARY = "sk-canary-Pb6dXr9uNe3Ky1Wm"

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can start the daemon and its attacker as a user that is neither root nor this one")

#: Tries to read a process in each way that Linux has; prints which errno each of them ends with, 0 for success.
ATTACKER = r"""
import ctypes, json, os, signal, sys
pid = int(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]

def opened(name):
    try:
        with open(f"/proc/{pid}/{name}", "rb", buffering=0) as file:
            if name != "mem":
                file.read(64)
        return 0
    except OSError as error:
        return error.errno

def listed(name):
    try:
        os.listdir(f"/proc/{pid}/{name}") and os.readlink(f"/proc/{pid}/{name}/0")
        return 0
    except OSError as error:
        return error.errno

def traced(request):
    if libc.ptrace(request, pid, None, None) == 0:
        return 0
    return ctypes.get_errno()

class Piece(ctypes.Structure):
    _fields_ = [("start", ctypes.c_void_p), ("length", ctypes.c_size_t)]

def read_across():
    room = ctypes.create_string_buffer(8)
    local, remote = Piece(ctypes.addressof(room), 8), Piece(0x1000, 8)
    if libc.process_vm_readv(pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0) >= 0:
        return 0
    return ctypes.get_errno()

PTRACE_ATTACH, PTRACE_SEIZE = 16, 0x4206
found = {name: opened(name) for name in ("mem", "maps", "environ", "auxv", "stack", "io")}
found |= {"fd": listed("fd"), "vm_readv": read_across(), "seize": traced(PTRACE_SEIZE), "attach": traced(PTRACE_ATTACH)}
print(json.dumps(found))
"""
EPERM, EACCES, EFAULT = 1, 13, 14


class OtherUsersDaemon(Daemon):
    """Runs as `UID`, in a folder that is its own."""

    def __init__(self, folder):
        super().__init__(folder)
        program = self.folder / "wicketd"  # where it was built may be closed to others
        shutil.copy(self.command[0], program)
        for path in (self.folder, self.config_file, program):
            os.chown(path, UID, UID)
        self.log_file.touch()
        os.chown(self.log_file, UID, UID)
        as_user = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "--no-new-privs"]
        self.command = [*as_user, str(program), *self.command[1:]]


def run_as_user(*command, **more):
    return subprocess.run(
        list(map(str, command)), user=UID, group=UID, extra_groups=[], capture_output=True, text=True, timeout=120, cwd="/", **more)


def attack(pid):
    done = run_as_user(shutil.which("python3", path="/usr/bin:/bin") or sys.executable, "-c", ATTACKER, pid)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def daemon(wicketd, short_folder):
    """It has just used a key."""
    if not shutil.which("setpriv"):
        pytest.skip("setpriv (package util-linux) is not installed")
    daemon = OtherUsersDaemon(short_folder())
    try:
        daemon.start()
        with HTTPUpstream(lambda exchange: exchange.json(completion())) as upstream:
            with RpcClient(daemon.admin_socket, None) as admin:
                admin.call("virtual_keys.create", {
                    "name": "k", "provider": "openai", "secret": {"api_key": CANARY}, "base_url": f"{upstream.origin}/v1"})
            with RpcClient(daemon.use_socket, None) as client:
                client.call("chat.completions.create", chat(provider=None, options={"virtual_key": "k"}))
        yield daemon
    finally:
        daemon.kill()


def test_it_runs_as_that_user(daemon):
    with RpcClient(daemon.use_socket, None) as client:
        assert client.call("system.info")["uid"] == UID
    assert os.stat(f"/proc/{daemon.pid}/mem").st_uid == 0  # not its user's any more


def test_the_attacks_work_on_any_other_process_of_the_user():
    """Or the ones that fail below would show nothing."""
    if os.path.exists("/proc/sys/kernel/yama/ptrace_scope") and open("/proc/sys/kernel/yama/ptrace_scope").read().strip() != "0":
        pytest.skip("yama forbids a process to trace others of its user, whatever those do")
    victim = subprocess.Popen(["sleep", "60"], user=UID, group=UID, extra_groups=[], stdin=subprocess.DEVNULL)
    try:
        time.sleep(0.1)
        found = attack(victim.pid)
        assert found["mem"] == found["environ"] == found["fd"] == found["seize"] == 0, found
        assert found["vm_readv"] == EFAULT, found  # allowed, and nothing lies there
    finally:
        victim.kill()
        victim.wait()


def test_no_process_of_the_same_user_reads_its_memory(daemon):
    found = attack(daemon.pid)
    assert all(errno in (EPERM, EACCES) for errno in found.values()), found
    with RpcClient(daemon.use_socket, None) as client:
        assert client.call("system.ping") == {"pong": True}


@pytest.mark.skipif(not shutil.which("gcore"), reason="gcore (package gdb) is not installed; the attack above is what it does")
def test_no_core_of_it_is_taken(daemon):
    folder = daemon.folder / "cores"
    folder.mkdir()
    os.chown(folder, UID, UID)
    run_as_user("gcore", "-o", folder / "core", daemon.pid)
    assert list(folder.iterdir()) == []


def test_a_crash_ends_it_at_once_and_leaves_no_core(daemon):
    limits = open(f"/proc/{daemon.pid}/limits").read()
    core, = [line.split() for line in limits.splitlines() if line.startswith("Max core file size")]
    assert core[4:6] == ["0", "0"], core
    daemon.process.send_signal(signal.SIGABRT)
    assert daemon.process.wait(30) == -signal.SIGABRT
    assert "Backtrac" not in daemon.log, "a crash handler printed what it found"
    for path in daemon.folder.rglob("*"):
        assert "core" not in path.name and (not path.is_file() or CANARY.encode() not in path.read_bytes()), path
