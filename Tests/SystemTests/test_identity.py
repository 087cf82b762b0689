# SPDX-License-Identifier: Apache-2.0
"""Who the daemon takes a caller for: the kernel's word as of the connect, whatever the process does afterwards."""

import os
import signal
import socket
import subprocess

import pytest

from peers import ControlGroup, Peer, control_groups
from rpc_client import RpcClient, RpcFailure

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
needs_groups = pytest.mark.skipif(
    os.getuid() != 0 or control_groups() is None, reason="no control group can be made here: that takes root and cgroup v2")


@pytest.fixture
def open_daemon(make_daemon):
    """A daemon that every user may connect to."""
    daemon = make_daemon(config={"socket_mode": "0666"})
    for folder in (daemon.folder, daemon.use_socket.parent):
        folder.chmod(0o755)
    return daemon


@pytest.fixture
def group():
    made = []

    def make(*elements):
        made.append(ControlGroup(*elements))
        return made[-1]

    yield make
    for each in reversed(made):
        each.remove()


@pytest.fixture
def peer(open_daemon, recorder, group):
    """Makes callers of other kinds; each has `.client`. They are gone before their control groups are."""
    made = []

    def make(path=None, *, connects=True, **more):
        one = Peer((path or open_daemon.use_socket) if connects else None, **more)
        made.append(one)
        if one.socket:
            one.client = RpcClient(None, recorder, over=one.socket)
        return one

    yield make
    for each in made:
        each.end()
        if each.socket:
            each.client.close()


def wait_until_empty(folder):
    deadline = time.monotonic() + 10
    while (folder / "cgroup.procs").read_text().strip() and time.monotonic() < deadline:
        time.sleep(0.01)


def test_a_caller_is_who_the_kernel_says(client, admin):
    for each, socket in ((client, "use"), (admin, "admin")):
        me = each.call("system.whoami")
        assert (me["pid"], me["uid"], me["gid"], me["socket"]) == (os.getpid(), os.getuid(), os.getgid(), socket)
        assert sorted(me["groups"]) == sorted(os.getgroups())
        assert me["executable"] == os.readlink("/proc/self/exe")


@needs_root
def test_uid_gid_and_groups_are_those_of_the_connect(peer):
    one = peer(uid=12345, gid=12346, groups=range(20000, 20200))
    me = one.client.call("system.whoami")
    assert (me["uid"], me["gid"], me["pid"]) == (12345, 12346, one.pid)
    assert sorted(me["groups"]) == list(range(20000, 20200))


@needs_root
def test_two_users_see_their_own_calls_only_and_no_admin_method(open_daemon, connect, peer):
    ada, eve = peer(uid=12345), peer(uid=12346)
    for who in (ada, eve):
        who.client.call("chat.completions.create", {
            "request": {"model": "local/echo", "messages": [{"role": "user", "content": "hello"}]}})
    admin = connect(open_daemon, admin=True)
    rows = admin.call("logs.list", {})["logs"]
    assert sorted(row["peer"]["uid"] for row in rows) == [12345, 12346]
    ids = {row["peer"]["uid"]: row["id"] for row in rows}
    for who, uid, other in ((ada, 12345, 12346), (eve, 12346, 12345)):
        assert [row["peer"]["uid"] for row in who.client.call("logs.list", {})["logs"]] == [uid]
        assert who.client.call("logs.get", {"id": ids[uid]})["peer"]["uid"] == uid
        with pytest.raises(RpcFailure) as caught:
            who.client.call("logs.get", {"id": ids[other]})
        assert caught.value.type == "not_found"
        for method in ("virtual_keys.list", "vault.status", "configs.list", "targets.list", "requests.explain", "system.drain"):
            with pytest.raises(RpcFailure) as caught:
                who.client.call(method, {})
            assert caught.value.type == "permission_denied"


@needs_root
def test_another_user_cannot_open_the_admin_socket(open_daemon, peer):
    with pytest.raises(AssertionError, match="could not connect"):
        peer(open_daemon.admin_socket, uid=12345)


@needs_groups
def test_the_unit_is_the_first_below_the_slices(peer, group):
    service = f"wicket-test-{os.getpid()}.service"
    one = peer(cgroup=group("wicket.slice", service))
    me = one.client.call("system.whoami")
    assert (me["unit"], me["cgroup"]) == (service, f"/wicket.slice/{service}")
    # A unit that was delegated names what is below it, and that makes it no other unit.
    below = peer(cgroup=group("wicket.slice", service, "billing.service"))
    assert below.client.call("system.whoami")["unit"] == service


@needs_groups
def test_a_users_own_unit_is_not_taken_for_the_systems(peer, group):
    one = peer(cgroup=group("user.slice", "user-12345.slice", "user@12345.service", "app.slice", "billing.service"))
    assert one.client.call("system.whoami")["unit"] == "user@12345.service/billing.service"


@needs_groups
def test_a_container_is_told_by_its_group(peer, group):
    container = "0f1e2d3c" * 8
    me = peer(cgroup=group("wicket.slice", f"docker-{container}.scope")).client.call("system.whoami")
    assert (me["container"], me["unit"]) == (container, f"docker-{container}.scope")


@needs_groups
def test_a_fork_an_exec_and_an_end_change_nobody(peer, group):
    service = f"wicket-test-{os.getpid()}.service"
    one = peer(uid=12345, cgroup=group(service))
    before = one.client.call("system.whoami")
    assert before["unit"] == service
    one.exec()
    assert one.client.call("system.whoami") == before
    one.end()
    # The connection is this process's now, root's: it still speaks for who opened it.
    assert one.client.call("system.whoami") == before


@needs_groups
def test_a_used_again_pid_is_not_taken_for_who_had_it(open_daemon, peer, group):
    mine, other = group(f"wicket-mine-{os.getpid()}.service"), group(f"wicket-other-{os.getpid()}.service")
    for _ in range(20):
        # The daemon looks only when the process that connected has gone and another one has its number.
        os.kill(open_daemon.pid, signal.SIGSTOP)
        try:
            first = peer(uid=12345, cgroup=mine)
            pid = first.pid
            first.end()
            second = peer(uid=12345, cgroup=other, connects=False, pid=pid)
            reused = second.pid == pid
        finally:
            os.kill(open_daemon.pid, signal.SIGCONT)
        me = first.client.call("system.whoami")
        assert (me["uid"], me["pid"]) == (12345, pid)
        assert (me["unit"], me["cgroup"], me["executable"]) == (None, None, None)
        second.end()
        if reused:
            return
    pytest.skip("no process got the number of one that had ended: something else on this machine starts too many")


@needs_groups
def test_every_row_of_the_log_says_who(open_daemon, connect, peer, group):
    service = f"wicket-test-{os.getpid()}.service"
    one = peer(uid=12345, gid=12347, cgroup=group(service))
    one.client.call("chat.completions.create", {
        "request": {"model": "local/echo", "messages": [{"role": "user", "content": "hello"}]}})
    row, = connect(open_daemon, admin=True).call("logs.list", {})["logs"]
    assert row["peer"] == {
        "pid": one.pid, "uid": 12345, "gid": 12347, "executable": os.readlink("/proc/self/exe"), "unit": service}


def test_the_command_line_shows_who_you_are(proxies, wicket_program):
    done = subprocess.run(
        [wicket_program, "whoami", "--socket", str(proxies["use"])], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert f"{os.getuid()}" in done.stdout and "unit" in done.stdout and "executable" in done.stdout


@needs_root
def test_whoami_names_the_policy_that_ones_calls_come_under(open_daemon, connect, peer):
    admin = connect(open_daemon, admin=True)
    one, other = peer(uid=12345), peer(uid=12346)
    assert one.client.call("system.whoami")["policy"] is None
    admin.call("policies.create", {"name": "guests", "match": {"uid": [12345]}, "deny": {"methods": ["*"]}})
    assert one.client.call("system.whoami")["policy"] == "guests"
    assert other.client.call("system.whoami")["policy"] is None and admin.call("system.whoami")["policy"] is None
    with pytest.raises(RpcFailure) as caught:
        one.client.call("models.list", {})
    assert caught.value.type == "permission_denied" and "guests" in caught.value.message


@needs_root
def test_a_bus_that_hangs_costs_a_peer_its_unit_and_nobody_else_anything(make_daemon, connect, recorder, short_folder):
    """In a mount namespace whose /proc hides other users' processes, with a system bus that takes connections and says nothing."""
    folder = short_folder()
    folder.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as bus:
        bus.bind(str(folder / "bus"))
        bus.listen(50)
        os.chmod(folder / "bus", 0o777)
        daemon = make_daemon(
            start=False, config={"socket_mode": "0666", "reactors": 1},
            environment={"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder / 'bus'}"})
        for each in (daemon.folder, daemon.config_file):
            os.chown(each, 12345, 12345)
        daemon.command = [
            "unshare", "--mount", "sh", "-c",
            'mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid 12345 --regid 12345 --clear-groups "$0" "$@"',
            *daemon.command]
        daemon.start()
        daemon.use_socket.parent.chmod(0o755)
        daemon.folder.chmod(0o755)
        peers = [Peer(daemon.use_socket, uid=uid) for uid in (12345, 12346, 12347)]
        try:
            for one, uid in zip(peers, (12345, 12346, 12347)):
                client = RpcClient(None, recorder, over=one.socket, timeout=30)
                assert client.call("system.ping") == {"pong": True}
                me = client.call("system.whoami")
                assert me["uid"] == uid and (uid == 12345 or me["unit"] is None)
        finally:
            for one in peers:
                one.close()
        assert daemon.stop() == 0
