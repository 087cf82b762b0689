# SPDX-License-Identifier: Apache-2.0
"""Other processes as callers: another user, another control group, one that ends, execs or whose number is used again."""

import os
import signal
import socket
import time
from pathlib import Path


def control_groups():
    """The folder of the unified hierarchy that tests may make groups in, or None."""
    for line in Path("/proc/mounts").read_text().splitlines():
        kind, place = line.split()[2], line.split()[1]
        if kind == "cgroup2" and os.access(place, os.W_OK):
            return Path(place)
    return None


class ControlGroup:
    """A group for a test; removed with it. Its members have to be gone by then."""

    def __init__(self, *elements):
        root = control_groups()
        self.folders = [root.joinpath(*elements[: count + 1]) for count in range(len(elements))]
        for folder in self.folders:
            folder.mkdir(exist_ok=True)
        self.path = "/" + "/".join(elements)

    def enter(self):
        """Puts the calling process into it."""
        (self.folders[-1] / "cgroup.procs").write_text(str(os.getpid()))

    def remove(self):
        """Waits for its last member, which may not have been reaped yet. What another test's group is in stays."""
        members = self.folders[-1] / "cgroup.procs"
        deadline = time.monotonic() + 10
        while members.exists() and members.read_text().strip() and time.monotonic() < deadline:
            time.sleep(0.01)
        for folder in reversed(self.folders):
            try:
                folder.rmdir()
            except OSError:
                return


class Peer:
    """A child process that connects to a socket and hands the connection over: `.socket` speaks in its name from then on."""

    def __init__(self, path, *, uid=None, gid=None, groups=(), cgroup=None, pid=None):
        ours, theirs = socket.socketpair()
        if pid is not None:
            Path("/proc/sys/kernel/ns_last_pid").write_text(str(pid - 1))
        self.pid = os.fork()
        if self.pid == 0:
            try:
                ours.close()
                self._live(theirs, str(path) if path else None, uid, gid, groups, cgroup)
            finally:
                os._exit(1)
        theirs.close()
        self._line = ours
        self.socket = None
        if path:
            word, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
            assert word == b"+", "the child could not connect"
            self.socket = socket.socket(fileno=descriptors[0])

    def _live(self, line, path, uid, gid, groups, cgroup):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if cgroup:
            cgroup.enter()
        if uid is not None:
            os.setgroups(list(groups))
            os.setgid(gid if gid is not None else uid)
            os.setuid(uid)
        if path:
            with socket.socket(socket.AF_UNIX) as connection:
                try:
                    connection.connect(path)
                except OSError:
                    line.send(b"-")
                    return
                socket.send_fds(line, [b"+"], [connection.fileno()])
        order = line.recv(1)
        if order == b"x":
            os.execv("/bin/sleep", ["sleep", "60"])

    def exec(self):
        """Becomes another program, in which the connection is not open any more."""
        self._line.send(b"x")
        while "sleep" not in Path(f"/proc/{self.pid}/cmdline").read_text():
            pass

    def close(self):
        """The connection and the process."""
        if self.socket:
            self.socket.close()
        self.end()

    def end(self):
        """Ends the process; what it handed over stays open. Safe to call twice."""
        if self.pid is None:
            return
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.pid = None
        self._line.close()
