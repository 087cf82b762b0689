# SPDX-License-Identifier: Apache-2.0
"""The daemon as a systemd service in a sandbox, in a booted container."""

import json
import shutil
import tempfile

import pytest

import container
import places

#: 64 hexadecimal digits.
MASTER_KEY = "5eed" * 16
SERVICE = r"""
[Service]
Type=notify
User=wicket
ExecStart={wicketd} --config /etc/wicket.yaml --state-dir /var/lib/wicket \
  --socket /run/wicket/wicket.sock --admin-socket /run/wicket/admin/admin.sock
RuntimeDirectory=wicket
StateDirectory=wicket
StateDirectoryMode=0700
LoadCredentialEncrypted=wicket-master
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
    box = container.Container(folder, programs=[wicketd, wicket_program])
    try:
        box.run("useradd", "--system", "wicket")
        box.write("/etc/wicket.yaml", '{"socket_mode": "0666"}')
        box.write("/etc/systemd/system/wicketd.service", SERVICE.format(wicketd=container.inside(wicketd)))
        box.run("systemd-creds", "setup")
        box.write("/root/master", MASTER_KEY, 0o600)
        box.run("mkdir", "-p", "/etc/credstore.encrypted")
        box.run("systemd-creds", "encrypt", "--with-key=host", "/root/master", "/etc/credstore.encrypted/wicket-master")
        box.run("rm", "/root/master")
        box.run("systemctl", "daemon-reload")
        started = box.run("systemctl", "start", "wicketd", check=False)
        assert started.returncode == 0, box.journal("wicketd")
        yield box
    finally:
        box.stop()
        shutil.rmtree(folder, ignore_errors=True)


def whoami(box, *runner):
    done = box.run(*runner, container.inside(places.WICKET), "whoami", "--json", "--socket", "/run/wicket/wicket.sock")
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


def admin(box, method, params="{}"):
    done = box.run(container.inside(places.WICKET), "call", method, params, "--json", "--admin-socket", "/run/wicket/admin/admin.sock")
    return json.loads(done.stdout)


def test_the_master_key_is_a_credential_that_is_sealed_to_the_host(booted):
    status = admin(booted, "vault.status")
    assert (status["state"], status["master_key"]["source"]) == ("unlocked", "credential")
    assert not (booted.root / "var/lib/wicket/master.key").exists()
    admin(booted, "virtual_keys.create", '{"name":"k","provider":"openai","secret":{"api_key":"sk-canary-0123456789abcdef"}}')
    booted.run("systemctl", "restart", "wicketd")
    assert admin(booted, "vault.status")["readable_keys"] == 1
    # Nobody else reads it, and it is in no file, log or environment.
    path = status["master_key"]["path"]
    assert booted.run("setpriv", "--reuid=65534", "--clear-groups", "cat", path, check=False).returncode != 0
    pid = booted.run("systemctl", "show", "-p", "MainPID", "--value", "wicketd").stdout.strip()
    environment = booted.run("cat", f"/proc/{pid}/environ", f"/proc/{pid}/cmdline").stdout
    journal = booted.run("journalctl", "--no-pager", "-o", "export").stdout
    for text in (MASTER_KEY, "sk-canary-0123456789abcdef"):
        assert text not in environment and text not in journal
        found = booted.run("grep", "-rlaF", text, "/var/lib", "/etc", "/run/log", "/var/log", check=False)
        assert found.stdout == ""


def test_a_credential_of_another_host_leaves_the_vault_locked_and_untouched(booted):
    good = booted.run("cat", "/etc/credstore.encrypted/wicket-master").stdout
    booted.write("/root/master", "ba5e" * 16, 0o600)
    booted.run("systemd-creds", "encrypt", "--with-key=host", "--name=wicket-master", "/root/master",
               "/etc/credstore.encrypted/wicket-master")
    booted.run("systemctl", "restart", "wicketd")
    status = admin(booted, "vault.status")
    assert (status["state"], status["virtual_keys"], status["readable_keys"]) == ("locked", 1, 0)
    booted.write("/etc/credstore.encrypted/wicket-master", good, 0o600)
    booted.run("systemctl", "restart", "wicketd")
    assert admin(booted, "vault.status")["readable_keys"] == 1


def test_without_the_bus_a_caller_is_served_and_has_no_unit(booted):
    booted.run("systemctl", "stop", "dbus.socket", "dbus.service")
    try:
        me = whoami(booted, "setpriv", "--reuid=65534", "--clear-groups")
        assert (me["uid"], me["unit"]) == (65534, None)
    finally:
        booted.run("systemctl", "start", "dbus.socket")
