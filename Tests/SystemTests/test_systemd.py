# SPDX-License-Identifier: Apache-2.0
"""The daemon as a systemd service in a sandbox, in a booted container."""

import json
import shutil
import tempfile

import pytest

import container
import places

SERVICE = r"""
[Service]
Type=notify
User=wicket
ExecStart={wicketd} --config /etc/wicket.yaml --state-dir /var/lib/wicket \
  --socket /run/wicket/wicket.sock --admin-socket /run/wicket/admin/admin.sock
RuntimeDirectory=wicket
StateDirectory=wicket
StateDirectoryMode=0700
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
ProtectProc=invisible
ProcSubset=pid
CapabilityBoundingSet=
SystemCallFilter=@system-service memfd_secret
"""


@pytest.fixture(scope="module")
def booted(wicketd, wicket_program):
    reason = container.missing()
    if reason:
        pytest.skip(reason)
    try:
        container.image()
    except container.Unreachable as unreachable:
        pytest.skip(str(unreachable))
    folder = tempfile.mkdtemp(prefix="wk-container-")
    programs = [wicketd, wicket_program]
    box = container.Container(folder, visible=[*programs, *container.libraries(*programs)])
    try:
        box.run("useradd", "--system", "wicket")
        box.write("/etc/wicket.yaml", '{"socket_mode": "0666"}')
        box.write("/etc/systemd/system/wicketd.service", SERVICE.format(wicketd=wicketd))
        box.run("systemctl", "daemon-reload")
        started = box.run("systemctl", "start", "wicketd", check=False)
        assert started.returncode == 0, box.journal("wicketd")
        yield box
    finally:
        box.stop()
        shutil.rmtree(folder, ignore_errors=True)


def whoami(box, *runner):
    done = box.run(*runner, places.WICKET, "whoami", "--json", "--socket", "/run/wicket/wicket.sock")
    return json.loads(done.stdout)


def run_in_unit(name, *more):
    return ["systemd-run", "--quiet", "--pipe", "--wait", f"--unit={name}", *more]


def test_a_sandboxed_daemon_learns_a_callers_unit_from_systemd(booted):
    me = whoami(booted, *run_in_unit("billing.service", "--uid=nobody"))
    assert (me["uid"], me["unit"]) == (65534, "billing.service")
    # /proc shows the daemon no process of another user: what is known was not read there.
    assert (me["executable"], me["cgroup"]) == (None, None)


def test_each_connection_is_told_apart(booted):
    for number in range(20):
        assert whoami(booted, *run_in_unit(f"job-{number}.service", "--uid=nobody"))["unit"] == f"job-{number}.service"


def test_a_caller_without_a_unit_gets_none(booted):
    me = whoami(booted)
    assert (me["uid"], me["unit"]) == (0, None)


def test_without_the_bus_a_caller_is_served_and_has_no_unit(booted):
    booted.run("systemctl", "stop", "dbus.socket", "dbus.service")
    try:
        me = whoami(booted, "setpriv", "--reuid=65534", "--clear-groups")
        assert (me["uid"], me["unit"]) == (65534, None)
    finally:
        booted.run("systemctl", "start", "dbus.socket")
