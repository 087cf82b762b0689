# SPDX-License-Identifier: Apache-2.0
"""Debian with a real systemd as its first process, in a container: what only a booted system shows."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import places

PACKAGES = [
    "ca-certificates", "dbus", "libcurl4", "libpam-systemd", "libsqlite3-0", "libyaml-0-2", "python3-minimal", "systemd",
    "systemd-sysv",
]
CGROUPS = Path("/sys/fs/cgroup")
CACHE = places.ROOT / ".build" / "container"
SECONDS = 60


def missing():
    """Why no container can run here, or None."""
    if os.getuid() != 0:
        return "a container with a systemd of its own takes root"
    for tool in ("systemd-nspawn", "mmdebstrap", "nsenter"):
        if not shutil.which(tool):
            return f"{tool} is not installed: packaging/install-dependencies --tests"
    return None


class Unreachable(Exception):
    """Debian's packages cannot be had."""


def image():
    """The packed root, made once for each list of packages; about half a minute and a mirror of Debian are needed for that."""
    name = hashlib.sha256(" ".join(PACKAGES).encode()).hexdigest()[:16]
    packed = CACHE / f"bookworm-{name}.tar"
    if not packed.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        aside = packed.with_suffix(f".{os.getpid()}.tar")
        made = subprocess.run(
            ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(PACKAGES)}",
             '--aptopt=Acquire::Check-Valid-Until "false"', "--dpkgopt=path-exclude=/usr/share/man/*",
             "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/locale/*", "bookworm", str(aside)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
        if made.returncode != 0:
            raise Unreachable(f"no root of a container can be made: {made.stderr[-300:]}")
        aside.rename(packed)
    return packed


class Container:
    """Booted when made. What this machine built is in `/opt/wicket`, its libraries where they are here; neither can be written."""

    def __init__(self, folder, *, programs):
        self.name = f"wicket-{os.getpid()}"
        self.root = Path(folder) / "root"
        self.root.mkdir()
        self.log = Path(folder) / "boot.log"
        self.leader = None
        self.cgroups = [CGROUPS / "systemd" / self.name, CGROUPS / "unified" / self.name]
        subprocess.run(["tar", "--extract", "--file", str(image()), "--directory", str(self.root)], check=True)
        self._start([f"{program}:{inside(program)}" for program in programs] + libraries(*programs))

    def _start(self, visible):
        binds = [f"--bind-ro={path}" for path in visible]
        # mlock and memfd_secret are cut off by nspawn itself otherwise, and hide what a unit's own filter does.
        command = [
            "systemd-nspawn", "--quiet", "-D", str(self.root), "--boot", "--register=no", "--keep-unit", "--private-network",
            "--link-journal=no", "--console=pipe", f"--machine={self.name}", "--capability=CAP_IPC_LOCK",
            "--system-call-filter=@keyring @memlock memfd_secret", *binds]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=self._enter_cgroups)
        deadline = time.monotonic() + SECONDS
        while True:
            assert self.process.poll() is None, f"the container ended at once:\n{self.log.read_text(errors='replace')}"
            self.leader = self.leader or self._child(self.process.pid)
            if self.leader and self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded"):
                return
            assert time.monotonic() < deadline, f"the container does not come up:\n{self.log.read_text(errors='replace')}"
            time.sleep(0.1)

    def _enter_cgroups(self):
        # On a machine that has one hierarchy only, the container shares this process's group.
        for group in self.cgroups:
            if group.parent.is_dir():
                group.mkdir(exist_ok=True)
                (group / "cgroup.procs").write_text(str(os.getpid()))

    @staticmethod
    def _child(pid):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return next((int(each) for each in children if Path(f"/proc/{each}/comm").read_text().strip() == "systemd"), None)

    def run(self, *command, check=True, input=None):
        """Runs a command in it, as its root."""
        done = subprocess.run(
            ["nsenter", "-t", str(self.leader), "-a", "-r", "-w", "--", "/usr/bin/env", "-i",
             "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", *map(str, command)],
            capture_output=True, text=True, timeout=SECONDS, input=input)
        assert not check or done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def write(self, path, text, mode=0o644):
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        place.chmod(mode)

    def journal(self, unit):
        return self.run("journalctl", "--no-pager", "-o", "cat", "-u", unit).stdout

    def stop(self):
        if self.leader:
            os.kill(self.leader, signal.SIGRTMIN + 4)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for group in self.cgroups:
            for folder in sorted(group.rglob("*"), reverse=True) if group.is_dir() else []:
                if folder.is_dir():
                    folder.rmdir()
            if group.is_dir():
                group.rmdir()


def inside(program):
    """The path that a program of this machine has in a container."""
    return f"/opt/wicket/{os.path.basename(program)}"


def libraries(*programs):
    """The folders of this machine that the programs' libraries lie in, other than the system's own."""
    found = set()
    for program in programs:
        listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        for path in re.findall(r"=> (/\S+)", listed):
            folder = os.path.dirname(os.path.realpath(path))
            if not folder.startswith(("/lib", "/usr/lib")):
                found.add(folder)
    return sorted(found)
