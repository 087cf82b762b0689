# SPDX-License-Identifier: Apache-2.0
"""A key whose origin is a name is not sent to the host itself, its link or its cloud's metadata, wherever the resolver leads;
private networks are fine. The resolver is an `/etc/hosts` of the daemon's own."""

import os
import shutil
import socket

import pytest

from diversion_cases import HOST_ADDRESSES
from http_upstream import completion
from named_hosts import Certificates, NamedDaemon, TLSUpstream, own_address, why_not
from rpc_client import RpcClient, RpcFailure, chat

SECRET = "sk-named-Rk3vJm9sLc1Wd7Hf"
NAMES = {address: f"name-{index}.test" for index, address in enumerate(HOST_ADDRESSES)}

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="a hosts file of the daemon's own needs a mount namespace, and that needs root"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="certificates are made with openssl"),
]


def answer(exchange):
    exchange.json(completion())


class Names:
    """The daemon, a TLS server at loopback that must not see the key, and one at an address of the machine's own."""

    def __init__(self, make_folder, recorder):
        self.recorder = recorder
        own = own_address()
        hosts = {name: [address] for address, name in NAMES.items()}
        hosts |= {"loop.test": ["127.0.0.1"], "sub.localhost": ["127.0.0.1"]}
        if own:
            hosts |= {"good.test": [own], "mixed.test": ["127.0.0.1", own]}
        folder = make_folder()
        certificates = Certificates(folder, hosts)
        self.loopback = TLSUpstream(answer, certificates)
        self.good = TLSUpstream(answer, certificates, own) if own else None
        self.daemon = NamedDaemon(make_folder(), hosts, config={"ca_file": str(certificates.authority), "reactors": 1}).start()
        self.admin = RpcClient(self.daemon.admin_socket, recorder)

    def key(self, name, host, port):
        self.admin.call("virtual_keys.create", {
            "name": name, "provider": "openai", "secret": {"api_key": SECRET}, "base_url": f"https://{host}:{port}/v1"})
        return name

    def call(self, **options):
        with RpcClient(self.daemon.use_socket, self.recorder) as client:
            return client.call("chat.completions.create", chat(provider=None, model="m", options=options))

    def refusal(self, **options):
        with pytest.raises(RpcFailure) as caught:
            self.call(**options)
        return caught.value

    def newest_entry(self):
        return self.admin.call("audit.list", {"limit": 1})["entries"][0]

    def close(self):
        for each in (self.loopback, self.good):
            if each:
                each.close()
        assert self.daemon.stop() == 0


@pytest.fixture(scope="module")
def names(wicketd, short_folder, recorder):
    if reason := why_not():
        pytest.skip(reason)
    names = Names(short_folder, recorder)
    yield names
    names.close()


def can_resolve(address):
    if ":" not in address:
        return True
    try:
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).close()
        return True
    except OSError:
        return False


@pytest.mark.parametrize("address", HOST_ADDRESSES)
def test_a_name_that_leads_to_the_host_itself(names, address):
    if not can_resolve(address):
        pytest.skip("this machine knows no IPv6, so no name leads to such an address")
    key = names.key(f"to-{HOST_ADDRESSES.index(address)}", NAMES[address], names.loopback.port)
    before = names.loopback.connections
    failure = names.refusal(virtual_key=key)
    assert failure.type == "permission_denied", failure
    assert [attempt["outcome"] for attempt in failure.data["attempts"]] == ["permission_denied"]
    entry = names.newest_entry()
    assert (entry["kind"], entry["subject"]) == ("key.diverted", key) and NAMES[address] in entry["detail"]
    assert names.loopback.connections == before


def test_a_name_under_localhost_is_a_name(names):
    key = names.key("sub", "sub.localhost", names.loopback.port)
    assert names.refusal(virtual_key=key).type == "permission_denied"
    assert names.newest_entry()["subject"] == key


def test_it_is_not_tried_again_and_no_breaker_counts_it(names):
    key = names.key("patient", "loop.test", names.loopback.port)
    for _ in range(8):
        config = {"retry": {"attempts": 3}, "cb_config": {"failure_threshold": 2, "cooldown_interval": 60000}, "virtual_key": key}
        failure = names.refusal(config=config)
        assert failure.type == "permission_denied" and len(failure.data["attempts"]) == 1
    target, = [each for each in names.admin.call("targets.list")["targets"] if each["virtual_key"] == key]
    assert (target["state"], target["failures"]) == ("closed", 0)
    filter = {"kind": "key.diverted", "subject": key}
    assert len(names.admin.call("audit.list", {"filter": filter})["entries"]) == 8


def test_a_connection_that_is_there_already_is_not_used(names):
    """A caller's own key may go to a name that leads to loopback; a vault's key does not follow on its connection."""
    host = f"https://loop.test:{names.loopback.port}/v1"
    for _ in range(3):  # the first answer shows that the host speaks HTTP/1.1; later requests share other connections
        names.call(provider="openai", api_key="sk-own-key", custom_host=host)
    seen = len(names.loopback.exchanges)
    assert names.refusal(virtual_key=names.key("second", "loop.test", names.loopback.port)).type == "permission_denied"
    assert len(names.loopback.exchanges) == seen
    names.call(provider="openai", api_key="sk-own-key", custom_host=host)
    assert all(SECRET not in exchange.headers["authorization"] for exchange in names.loopback.exchanges)


def test_a_name_that_leads_elsewhere_is_fine(names):
    if names.good is None:
        pytest.skip("this machine has no address but loopback")
    names.call(virtual_key=names.key("good", "good.test", names.good.port))
    assert names.good.exchanges[-1].headers["authorization"] == f"Bearer {SECRET}"


def test_of_several_addresses_only_those_elsewhere_are_used(names):
    if names.good is None:
        pytest.skip("this machine has no address but loopback")
    before = names.loopback.connections
    names.call(virtual_key=names.key("mixed", "mixed.test", names.good.port))
    assert names.good.exchanges[-1].headers["host"] == f"mixed.test:{names.good.port}"
    assert names.loopback.connections == before


def test_an_origin_that_says_so_itself_is_fine(names):
    """`https://127.0.0.1` and `https://localhost` mean what they say; here they fail for want of a certificate only."""
    for host in ("127.0.0.1", "localhost"):
        key = names.key(f"plain-{host.replace('.', '-')}", host, names.loopback.port)
        before = names.loopback.connections
        assert names.refusal(virtual_key=key).type == "upstream_unreachable"
        assert names.loopback.connections > before
