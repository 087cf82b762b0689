# SPDX-License-Identifier: Apache-2.0
"""Who shares answers with whom: a user with himself, unless a policy says otherwise; also while they are in flight."""

import json

import pytest

from cached import CountingProvider, asking, text_of
from peers import Peer
from rpc_client import RpcClient

CHAT = "chat.completions.create"


@pytest.fixture
def host(make_daemon, connect, recorder):
    """A daemon with these policies, a provider behind the key `k`, and callers of other users."""
    made = []

    class Host:
        def __init__(self, policies=None):
            self.provider = CountingProvider()
            made.append(self.provider)
            self.daemon = make_daemon(config={"socket_mode": "0666", **({"policies": policies} if policies else {})})
            for folder in (self.daemon.folder, self.daemon.use_socket.parent):
                folder.chmod(0o755)
            connect(self.daemon, admin=True).call("virtual_keys.create", {
                "name": "k", "provider": "openai", "secret": {"api_key": "sk-x"}, "base_url": f"{self.provider.origin}/v1"})

        def user(self, uid):
            peer = Peer(self.daemon.use_socket, uid=uid)
            made.append(peer)
            return RpcClient(None, recorder, over=peer.socket)

    yield Host
    for each in made:
        each.end() if isinstance(each, Peer) else each.close()


def status(client, **more):
    result = client.call(CHAT, asking("k", **more))
    return text_of(result), result["gateway"]["cache_status"]


def test_users_do_not_share(host):
    world = host()
    ada, eve, again = world.user(12345), world.user(12346), world.user(12345)
    assert status(ada) == ("answer 1", "MISS")
    assert status(eve) == ("answer 2", "MISS")
    assert status(again) == ("answer 1", "HIT")
    assert status(eve, options={"cache_namespace": "n"}) == ("answer 3", "MISS")


def test_users_do_not_share_a_flight(host):
    world = host()
    world.provider.gate.clear()
    ada, eve = world.user(12345), world.user(12346)
    asked = [(client, client.request(CHAT, asking("k"))) for client in (ada, eve)]
    for _ in asked:
        assert world.provider.arrived.acquire(timeout=30)
    world.provider.gate.set()
    assert {client.outcome(identifier)[1]["gateway"]["cache_status"] for client, identifier in asked} == {"MISS"}
