# SPDX-License-Identifier: Apache-2.0
"""A `wicketd` of the test's own, as a process in a folder of its own."""

import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from places import WICKETD

READY_SECONDS = 30


class Daemon:
    """Starts, and is waited for until both sockets answer."""

    def __init__(self, folder, *, config=None, environment=None):
        self.folder = Path(folder)
        self.state = self.folder / "state"
        self.use_socket = self.folder / "s" / "wicket.sock"
        self.admin_socket = self.folder / "s" / "admin" / "admin.sock"
        self.config_file = self.folder / "wicket.yaml"
        self.log_file = self.folder / "log"
        self.config_file.write_text(json.dumps(config or {}))  # JSON is YAML
        self.command = [
            WICKETD, "--config", str(self.config_file), "--state-dir", str(self.state),
            "--socket", str(self.use_socket), "--admin-socket", str(self.admin_socket),
        ]
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **(environment or {})}
        self.process = None

    def start(self):
        self.launch()
        self.wait_until_ready()
        return self

    def launch(self):
        """Starts the process and does not wait for it."""
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment, cwd=self.folder
            )
        return self

    def wait_until_ready(self):
        deadline = time.monotonic() + READY_SECONDS
        while not (answers(self.use_socket) and answers(self.admin_socket)):
            assert self.process.poll() is None, f"wicketd ended with {self.process.returncode}:\n{self.log}"
            assert time.monotonic() < deadline, f"wicketd is not ready after {READY_SECONDS} s:\n{self.log}"
            time.sleep(0.01)

    @property
    def pid(self):
        return self.process.pid

    @property
    def log(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def rss_bytes(self):
        return self._status("VmRSS")

    def peak_rss_bytes(self):
        return self._status("VmHWM")

    def _status(self, name):
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
        raise AssertionError(f"no {name} in /proc/{self.pid}/status: the daemon has ended")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def stop(self, seconds=60):
        """SIGTERM; returns the exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"wicketd did not end {seconds} s after SIGTERM:\n{self.log[-4000:]}") from None

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def answers(path):
    """Whether somebody listens at a socket's path."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
            return True
        except OSError:
            return False
