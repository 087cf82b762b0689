# SPDX-License-Identifier: Apache-2.0
"""Policies hold for real processes: each is told apart by what the kernel says of the one that connected."""

import json
import os
import sqlite3
import subprocess

import pytest

from peers import Peer
from rpc_client import RpcClient, RpcFailure, chat
from scripted_provider import ScriptedProvider, fails, ok

#: Users that need not exist; the kernel only knows numbers.
ONE, TWO = 64001, 64002
#: What `local` answers to `chat()`.
HELLO = "You said: hello"


@pytest.fixture
def gate(make_daemon, connect, recorder):
    """A daemon whose use socket lets everybody in, and what a test needs of it."""

    class Gate:
        def __init__(self, **configuration):
            self.daemon = make_daemon(config={"socket_mode": "0666", **configuration}, start=False)
            os.chmod(self.daemon.folder, 0o755)
            self.open = []
            self.providers = []
            self.start()

        def start(self):
            self.daemon.start()
            os.chmod(self.daemon.use_socket.parent, 0o755)
            self.admin = connect(self.daemon, admin=True)

        def restart(self):
            assert self.daemon.stop() == 0
            self.start()

        def user(self, uid=ONE, *, recorded=True, **more):
            if os.geteuid() != 0:
                pytest.skip("only root can be two users at once")
            connection = Peer(self.daemon.use_socket, uid=uid, **more)
            client = RpcClient(None, recorder if recorded else None, over=connection.socket)
            self.open += [client, connection]
            return client

        def policy(self, name="p", **parts):
            return self.admin.call("policies.create", {"name": name, **parts})

        def provider(self, key, *script, **more):
            made = ScriptedProvider(*script, **more)
            self.providers.append(made)
            self.admin.call("virtual_keys.create", {
                "name": key, "provider": "openai", "secret": {"api_key": "sk-test"}, "base_url": f"{made.origin}/v1"})
            return made

    made = []

    def make(**configuration):
        made.append(Gate(**configuration))
        return made[-1]

    yield make
    for each in made:
        for connection in each.open:
            connection.close()
        for provider in each.providers:
            provider.close()


def refused(client, method="chat.completions.create", params=None):
    """The refusal of a call that a policy denies."""
    with pytest.raises(RpcFailure) as caught:
        client.call(method, chat() if params is None else params)
    assert (caught.value.code, caught.value.type, caught.value.data["status"]) == (1001, "permission_denied", 403)
    return caught.value


def asked(model="gpt-4o", **options):
    return {"request": {"model": model, "messages": [{"role": "user", "content": "hello"}]}, "options": options}


def said(result):
    return result["response"]["choices"][0]["message"]["content"]


# MARK: Each kind


def test_without_a_policy_everything_is_allowed(gate):
    client = gate().user()
    assert said(client.call("chat.completions.create", chat())) == HELLO
    assert client.call("logs.list") is not None


def test_methods(gate):
    gate = gate()
    gate.policy(match={"uid": [ONE]}, allow={"methods": ["chat.*"]}, deny={"methods": ["session.configure"]})
    one, two = gate.user(ONE), gate.user(TWO)
    failure = refused(one, "logs.list", {})
    assert failure.message == "The policy 'p' does not allow the method logs.list: it allows chat.*, but not session.configure."
    refused(one, "session.configure", {"defaults": {}})
    assert said(one.call("chat.completions.create", chat())) == HELLO
    assert one.call("system.ping") == {"pong": True}
    assert one.call("rpc.discover")["openrpc"]
    assert two.call("logs.list")["logs"] == []
    # The method is refused before its params are looked at, and the admin socket comes under no policy.
    refused(one, "logs.get", {"nothing": 1})
    gate.policy("all", priority=0, deny={"methods": ["*"]})
    assert gate.admin.call("policies.list")["policies"][0]["name"] == "all"
    refused(two)


def test_virtual_keys(gate):
    gate = gate()
    prod, test = gate.provider("prod", then=ok("prod")), gate.provider("test", then=ok("test"))
    gate.policy(match={"uid": [ONE]}, allow={"virtual_keys": ["te*"]})
    one, two = gate.user(ONE), gate.user(TWO)
    failure = refused(one, params=asked(virtual_key="prod"))
    assert failure.data["path"] == "params.options.virtual_key"
    assert failure.message == "The policy 'p' does not allow the virtual key prod: it allows te*."
    # A key that is not there is refused in the same words: its name is no business of this caller.
    assert "does not allow the virtual key nothing" in refused(one, params=asked(virtual_key="nothing")).message
    assert said(one.call("chat.completions.create", asked(virtual_key="test"))) == "test"
    assert refused(one, params=asked("@prod/gpt-4o")).data["path"] == "params.options.virtual_key"
    assert said(two.call("chat.completions.create", asked(virtual_key="prod"))) == "prod"
    # A key of the caller's own is @own in the lists, and a provider without keys is none of them.
    own = asked(provider="openai", api_key="sk-own", custom_host=f"{prod.origin}/v1")
    assert refused(one, params=own).data["path"] == "params.options.api_key"
    assert said(one.call("chat.completions.create", chat())) == HELLO
    gate.admin.call("policies.update", {"name": "p", "allow": {"virtual_keys": ["@own"]}})
    assert said(one.call("chat.completions.create", own)) == "prod"
    refused(one, params=asked(virtual_key="test"))
    assert (prod.count, test.count) == (2, 1)


def test_providers(gate):
    gate = gate()
    openai = gate.provider("prod", then=ok("prod"))
    gate.policy(match={"uid": [ONE]}, deny={"providers": ["open*"]})
    one, two = gate.user(ONE), gate.user(TWO)
    assert refused(one, params=asked(virtual_key="prod")).message.endswith("the provider openai: it allows all but open*.")
    own = asked(provider="openai", api_key="sk-own", custom_host=f"{openai.origin}/v1")
    assert refused(one, params=own).data["path"] == "params.options.provider"
    refused(one, "models.list", {"options": {"virtual_key": "prod"}})
    assert said(one.call("chat.completions.create", chat())) == HELLO
    assert said(two.call("chat.completions.create", asked(virtual_key="prod"))) == "prod"
    assert openai.count == 1


def test_models(gate):
    gate = gate()
    openai = gate.provider("prod", then=ok("prod"))
    gate.policy(match={"uid": [ONE]}, allow={"models": ["gpt-4o-mini", "local/*"]})
    one, two = gate.user(ONE), gate.user(TWO)
    failure = refused(one, params=asked("gpt-4o", virtual_key="prod"))
    assert failure.data["path"] == "params.request.model"
    assert failure.message == "The policy 'p' does not allow the model gpt-4o: it allows gpt-4o-mini, local/*."
    assert said(one.call("chat.completions.create", asked("gpt-4o-mini", virtual_key="prod"))) == "prod"
    assert said(one.call("chat.completions.create", chat())) == HELLO
    assert said(two.call("chat.completions.create", asked("gpt-4o", virtual_key="prod"))) == "prod"
    # A config that asks for another model than the caller did leads to that model, whoever was asked for.
    other = asked("gpt-4o-mini", config={"virtual_key": "prod", "override_params": {"model": "gpt-4o"}})
    assert refused(one, params=other).data["path"] == "params.options.config.override_params.model"
    assert openai.count == 2


def test_configs(gate):
    gate = gate()
    gate.provider("prod", then=ok("prod"))
    for name in ("safe", "other"):
        gate.admin.call("configs.create", {"name": name, "config": {"virtual_key": "prod"}})
    gate.policy(match={"uid": [ONE]}, allow={"configs": ["sa*"]})
    one, two = gate.user(ONE), gate.user(TWO)
    assert said(one.call("chat.completions.create", asked(config="safe"))) == "prod"
    failure = refused(one, params=asked(config="other"))
    assert (failure.data["path"], failure.message) == (
        "params.options.config", "The policy 'p' does not allow the config other: it allows sa*.")
    assert "configs of the caller's own (@inline)" in refused(one, params=asked(config={"virtual_key": "prod"})).message
    one.call("session.configure", {"defaults": {"config": "other"}})
    refused(one, params=asked())
    assert said(two.call("chat.completions.create", asked(config="other"))) == "prod"


def test_a_saved_config_leads_to_nothing_that_is_denied(gate):
    gate = gate()
    good, denied = gate.provider("good", then=fails(404)), gate.provider("denied", then=ok("denied"))
    config = {"strategy": {"mode": "fallback"}, "targets": [{"virtual_key": "good"}, {"virtual_key": "denied"}]}
    gate.admin.call("configs.create", {"name": "both", "config": config})
    gate.policy(match={"uid": [ONE]}, deny={"virtual_keys": ["denied"]})
    one, two = gate.user(ONE), gate.user(TWO)
    # What was found for one caller is not used for another, in either order.
    for asked_by_two in range(1, 4):
        with pytest.raises(RpcFailure) as caught:
            one.call("chat.completions.create", asked(config="both"))
        assert (caught.value.type, caught.value.data["status"]) == ("upstream_error", 404)
        assert said(two.call("chat.completions.create", asked(config="both"))) == "denied"
        assert denied.count == asked_by_two
    good.says(then=ok("good"))
    assert said(one.call("chat.completions.create", asked(config="both"))) == "good"


def test_no_draw_leads_to_what_is_denied(gate):
    gate = gate()
    gate.provider("good", then=ok("good"))
    denied = gate.provider("denied", then=ok("denied"))
    config = {"strategy": {"mode": "loadbalance"}, "targets": [{"virtual_key": "good"}, {"virtual_key": "denied"}]}
    gate.policy(match={"uid": [ONE]}, deny={"virtual_keys": ["denied"]})
    one, outcomes = gate.user(ONE), set()
    for _ in range(40):
        try:
            outcomes.add(said(one.call("chat.completions.create", asked(config=config))))
        except RpcFailure as failure:
            outcomes.add(failure.type)
    assert outcomes == {"good", "permission_denied"} and denied.count == 0


def test_a_config_whose_first_target_is_denied_ends_there(gate):
    gate = gate()
    good, denied = gate.provider("good", then=ok("good")), gate.provider("denied", then=ok("denied"))
    config = {"strategy": {"mode": "fallback"}, "targets": [{"virtual_key": "denied"}, {"virtual_key": "good"}]}
    gate.policy(match={"uid": [ONE]}, deny={"virtual_keys": ["denied"]})
    failure = refused(gate.user(ONE), params=asked(config=config))
    assert failure.data["path"] == "params.options.config.targets[0].virtual_key"
    assert (good.count, denied.count) == (0, 0)


# MARK: Whom


def test_groups_and_the_order_of_policies(gate):
    gate = gate()
    gate.policy("group", priority=10, match={"group": [70001]}, deny={"methods": ["logs.list"]})
    gate.policy("user", priority=20, match={"uid": [ONE]}, deny={"methods": ["models.list"]})
    gate.policy("rest", priority=30, deny={"methods": ["system.info"]})
    assert "'group'" in refused(gate.user(ONE, gid=70001), "logs.list", {}).message
    plain = gate.user(ONE, gid=70002)
    assert plain.call("logs.list")["logs"] == []
    assert "'user'" in refused(plain, "models.list", {}).message
    assert "'rest'" in refused(gate.user(TWO), "system.info", {}).message
    # A later policy says nothing where an earlier one matches.
    assert plain.call("system.info")["pid"]
    names = [each["name"] for each in gate.admin.call("policies.list")["policies"]]
    assert names == ["group", "user", "rest"]


# MARK: Defaults


def test_defaults(gate):
    gate = gate(
        defaults={"config": "configured"},
        budgets={"team-one": {"usage_limits": [{"unit": "requests", "amount": 100, "period": "total"}]}})
    for name in ("configured", "policys", "own"):
        gate.provider(name, then=ok(name))
        gate.admin.call("configs.create", {"name": name, "config": {"virtual_key": name}})
    gate.policy(
        match={"uid": [ONE]}, deny={"configs": ["policys"]},
        defaults={"config": "policys", "metadata": {"team": "one"}, "budget": "team-one"})
    one, two = gate.user(ONE), gate.user(TWO)
    ask = lambda client, **options: said(client.call("chat.completions.create", asked(**options)))
    assert (ask(one), ask(two)) == ("policys", "configured")
    assert ask(one, config="own", metadata={"team": "other", "run": "7"}) == "own"
    # A session that says other things leaves the policy's config, one that says a config does not.
    one.call("session.configure", {"defaults": {"metadata": {"session": "s"}}})
    assert ask(one) == "policys"
    one.call("session.configure", {"defaults": {"config": "own"}})
    assert (ask(one), ask(one, config="configured")) == ("own", "configured")
    # null takes away what holds by default, the policy's config too.
    none = gate.user(ONE, recorded=False)
    none.call("session.configure", {"defaults": {"config": None}})
    with pytest.raises(RpcFailure) as caught:
        ask(none)
    assert caught.value.type == "invalid_params"
    logs = gate.admin.call("logs.list", {"limit": 50})["logs"]
    metadata = [each["metadata"] for each in logs if each["peer"]["uid"] == ONE]
    assert all(each["team"] == "one" for each in metadata) and len(metadata) == 6
    assert {"run": "7", "team": "one"} in metadata and {"session": "s", "team": "one"} in metadata
    assert all(each["metadata"] is None for each in logs if each["peer"]["uid"] == TWO)
    gate.admin.call("policies.update", {"name": "p", "defaults": {"config": {"virtual_key": "own"}}})
    assert ask(gate.user(ONE)) == "own"


# MARK: Changes


def test_a_change_takes_effect_at_the_next_request_of_an_open_connection(gate):
    gate = gate()
    one = gate.user(ONE)
    assert said(one.call("chat.completions.create", chat())) == HELLO
    gate.policy(match={"uid": [ONE]}, deny={"models": ["local/*"]})
    refused(one)
    gate.admin.call("policies.update", {"name": "p", "match": {"uid": [TWO]}})
    assert said(one.call("chat.completions.create", chat())) == HELLO
    gate.admin.call("policies.update", {"name": "p", "match": {}, "deny": None, "allow": {"models": ["local/*"]}})
    assert said(one.call("chat.completions.create", chat())) == HELLO
    gate.admin.call("policies.update", {"name": "p", "allow": {"providers": []}})
    refused(one)
    gate.admin.call("policies.delete", {"name": "p"})
    assert said(one.call("chat.completions.create", chat())) == HELLO


def test_a_restart_keeps_the_stored_policies(gate):
    gate = gate()
    made = gate.policy(priority=7, match={"uid": [ONE], "user": ["root", "nobody"]}, deny={"methods": ["logs.list"]})
    second = gate.policy("q", match={"uid": [ONE]}, deny={"methods": ["models.list"]})
    gate.restart()
    assert gate.admin.call("policies.list")["policies"] == [made, second]
    one = gate.user(ONE)
    refused(one, "models.list", {})
    assert one.call("logs.list")["logs"] == []


def test_a_damaged_policy_refuses_everything_until_it_is_written_anew(gate):
    gate = gate()
    gate.policy(match={"uid": [TWO]})
    assert gate.daemon.stop() == 0
    with sqlite3.connect(gate.daemon.state / "wicket.db") as database:
        assert database.execute("UPDATE policy SET match = substr(match, 2)").rowcount == 1
    database.close()
    gate.start()
    assert "refuses everything" in gate.daemon.log
    assert "must be an object" in gate.admin.call("policies.get", {"name": "p"})["problem"]
    one = gate.user(ONE)
    assert "cannot be read and refuses everything" in refused(one).message
    assert one.call("system.ping") == {"pong": True}
    gate.admin.call("policies.update", {"name": "p", "match": {"uid": [TWO]}})
    assert said(one.call("chat.completions.create", chat())) == HELLO


def test_a_reload_swaps_the_policies_of_the_file(gate):
    file = [{"name": "web", "match": {"uid": [ONE]}, "deny": {"methods": ["logs.list"]}}]
    gate = gate(policies=file)
    stored = gate.policy("stored", priority=0, match={"uid": [ONE]}, deny={"methods": ["models.list"]})
    listed = gate.admin.call("policies.list")["policies"]
    assert [each["source"] for each in listed] == ["file", "stored"]
    assert (listed[0]["priority"], listed[0]["created_at"], stored["priority"]) == (None, None, 0)
    one = gate.user(ONE)
    refused(one, "logs.list", {})
    for method, params in (("policies.update", {"name": "web", "deny": {}}), ("policies.delete", {"name": "web"}),
                           ("policies.create", {"name": "web"})):
        with pytest.raises(RpcFailure) as caught:
            gate.admin.call(method, params)
        assert caught.value.type == "conflict" and "in the configuration file" in caught.value.message

    def write(policies):
        gate.daemon.config_file.write_text(json.dumps({"socket_mode": "0666", "policies": policies}))

    # A file that is wrong leaves the old ones in force.
    write([{"name": "web", "match": {"user": ["nobody-has-this-name"]}}])
    with pytest.raises(RpcFailure) as caught:
        gate.admin.call("system.reload")
    assert "names the user 'nobody-has-this-name', which this machine does not have" in caught.value.message
    refused(one, "logs.list", {})
    checked = subprocess.run(gate.daemon.command + ["--check-config"], capture_output=True, text=True)
    assert checked.returncode != 0 and "wicket.yaml:1:" in checked.stderr and "match.user[0]" in checked.stderr
    write([])
    gate.admin.call("system.reload")
    assert one.call("logs.list")["logs"] == []
    refused(one, "models.list", {})


# MARK: Administration


def test_policies_are_listed_in_order_by_pages(gate):
    gate = gate()
    for number in range(7):
        gate.policy(f"p{number}", priority=100 - number)
    seen, cursor = [], None
    while True:
        page = gate.admin.call("policies.list", {"limit": 3, "cursor": cursor})
        seen += [each["name"] for each in page["policies"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"p{number}" for number in reversed(range(7))]


@pytest.mark.parametrize("params, kind, path", [
    ({"name": "p"}, "conflict", "params.name"),
    ({"name": "a/b"}, "invalid_params", "params.name"),
    ({"name": "x", "priority": 1001}, "invalid_params", "params.priority"),
    ({"name": "x", "match": {"uid": ["a"]}}, "invalid_params", "params.match.uid[0]"),
    ({"name": "x", "match": {"user": ["nobody-has-this-name"]}}, "invalid_params", "params.match.user[0]"),
    ({"name": "x", "deny": {"methods": ["configs.list"]}}, "invalid_params", "params.deny.methods[0]"),
    ({"name": "x", "allow": {"key": []}}, "invalid_params", "params.allow.key"),
    ({"name": "x", "defaults": {"config": {"strategy": {"mode": "sideways"}, "targets": [{}]}}}, "invalid_params",
     "params.defaults.config.strategy.mode"),
    ({"name": "x", "defaults": {"config": {"provider": "openai", "api_key": "sk-1"}}}, "invalid_params",
     "params.defaults.config.api_key"),
    ({"name": "x", "policy": {}}, "invalid_params", "params.policy"),
])
def test_a_wrong_policy_is_refused_and_told_where(gate, params, kind, path):
    gate = gate()
    gate.policy()
    with pytest.raises(RpcFailure) as caught:
        gate.admin.call("policies.create", params)
    assert (caught.value.type, caught.value.data["path"]) == (kind, path)
    assert [each["name"] for each in gate.admin.call("policies.list")["policies"]] == ["p"]


def test_what_is_not_there_is_not_found(gate):
    gate = gate()
    gate.policy("web")
    for method in ("policies.get", "policies.update", "policies.delete"):
        with pytest.raises(RpcFailure) as caught:
            gate.admin.call(method, {"name": "webb"})
        assert caught.value.type == "not_found" and "Did you mean 'web'?" in caught.value.message


def test_the_use_socket_manages_no_policies(gate):
    gate = gate()
    for method in ("policies.list", "policies.create", "policies.test"):
        refused(gate.user(0), method, {"name": "x"})


def test_testing_tells_what_would_happen(gate):
    gate = gate()
    gate.provider("prod")
    for field, value in (("uid", [5]), ("user", ["nobody"]), ("group", ["root", 70009]), ("unit", ["cron.*"]),
                         ("cgroup", ["/user.slice"])):
        gate.policy(f"by-{field}", priority=1, match={field: value})
    gate.policy(
        "web", match={"uid": [ONE]}, allow={"virtual_keys": ["prod"], "providers": ["openai"], "models": ["gpt-4o*"],
                                          "configs": ["safe"], "methods": ["chat.*"]},
        defaults={"config": {"virtual_key": "prod"}, "metadata": {"team": "web"}, "budget": "b"})
    test = lambda **params: gate.admin.call("policies.test", {"uid": ONE, **params})
    verdict = test(unit="web.service", cgroup="/system.slice/web.service", gid=ONE)
    assert verdict == {
        "uid": ONE, "gid": ONE, "groups": [], "policy": "web", "allowed": True, "reason": None,
        "passed_by": [{"policy": f"by-{field}", "field": field} for field in ("cgroup", "group", "uid", "unit", "user")],
        "defaults": {"config": {"virtual_key": "prod"}, "metadata": {"team": "web"}, "budget": "b"},
    }
    for params, reason in (
        ({"method": "chat.completions.create", "virtual_key": "prod", "model": "gpt-4o", "config": "safe"}, None),
        ({"method": "models.list"}, "the method models.list"), ({"config": "@inline"}, "configs of the caller's own"),
        ({"virtual_key": "test"}, "the virtual key test"), ({"provider": "anthropic"}, "the provider anthropic"),
        ({"virtual_key": "@own"}, "virtual keys of the caller's own"), ({"model": "o1", "provider": "openai"}, "the model o1"),
    ):
        verdict = test(**params)
        assert verdict["allowed"] == (reason is None)
        assert reason is None or reason in verdict["reason"]
    assert test(groups=["root"])["policy"] == "by-group"
    assert test(groups=[70009])["policy"] == "by-group"
    assert test(unit="cron.service", groups=[])["policy"] == "by-unit"
    assert test(cgroup="/user.slice/user-1.slice")["policy"] == "by-cgroup"
    other = gate.admin.call("policies.test", {"uid": TWO, "model": "o1"})
    assert (other["policy"], other["allowed"], other["gid"], other["defaults"]) == (None, True, None, {})
    root = gate.admin.call("policies.test", {"user": "root"})
    assert (root["uid"], root["gid"], root["policy"]) == (0, 0, "by-group") and 0 in root["groups"]
    for params, path in (({}, "params.uid"), ({"uid": -1}, "params.uid"), ({"user": "nobody-has-this-name"}, "params.user"),
                         ({"uid": 1, "user": "root"}, "params.user"), ({"uid": 1, "groups": ["no-group"]}, "params.groups[0]"),
                         ({"uid": 1, "method": "chat"}, "params.method"),
                         ({"uid": 1, "method": "configs.list"}, "params.method")):
        with pytest.raises(RpcFailure) as caught:
            gate.admin.call("policies.test", params)
        assert (caught.value.type, caught.value.data["path"]) == ("invalid_params", path)


def test_the_commands(gate, wicket_program, tmp_path):
    gate = gate()
    file = tmp_path / "web.json"
    file.write_text(json.dumps({"name": "web", "match": {"uid": [ONE]}, "allow": {"models": ["local/*"]}}))

    def wicket(*arguments):
        done = subprocess.run(
            [wicket_program, "policy", *arguments, "--admin-socket", gate.daemon.admin_socket], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    assert wicket("create", str(file)) == (0, "Added web.\n", "")
    code, shown, _ = wicket("show", "web")
    assert code == 0 and json.loads(shown) == {**json.loads(file.read_text()), "priority": 100}
    file.write_text(shown.replace("local/*", "gpt-*"))
    assert wicket("update", str(file))[:2] == (0, "Changed web.\n")
    assert "uid 64001" in wicket("list")[1] and "models gpt-*" in wicket("list")[1]
    code, told, _ = wicket("test", "--uid", str(ONE), "--model", "o1")
    assert code == 1 and told.startswith("It comes under the policy web.\nRefused: The policy 'web' does not allow the model o1")
    code, told, _ = wicket("test", "--uid", str(TWO), "--model", "o1")
    assert code == 0 and told == "web is not for it: uid does not match\n" \
        "No policy matches: it may use everything of the use socket.\nAllowed.\n"
    code, told, error = wicket("test", "--uid", str(ONE), "--model", "o1", "--json")
    assert code == 1 and json.loads(told)["allowed"] is False and error == ""
    assert wicket("delete", "web")[:2] == (0, "Removed web.\n")
    assert "No policies" in wicket("list")[2]


def test_a_look_alike_of_a_denied_name_is_no_name(gate):
    """To a Swift dictionary the Kelvin sign is a K."""
    gate = gate()
    prod = gate.provider("prodK", then=ok("prod"))
    gate.admin.call("configs.create", {"name": "OK", "config": {"virtual_key": "prodK"}})
    gate.policy(match={"uid": [ONE]}, deny={"virtual_keys": ["prodK"], "configs": ["OK"]})
    one, two = gate.user(ONE), gate.user(TWO)
    refused(one, params=asked(virtual_key="prodK"))
    refused(one, params=asked(config="OK"))
    for like in (asked(virtual_key="prod\u212a"), asked("@prod\u212a/gpt-4o"), asked(config="O\u212a")):
        for caller in (one, two):
            with pytest.raises(RpcFailure) as caught:
                caller.call("chat.completions.create", like)
            assert caught.value.type == "not_found"
    assert said(two.call("chat.completions.create", asked(virtual_key="prodK"))) == "prod"
    assert prod.count == 1


@pytest.mark.parametrize("body", [
    '{"model":"o1-pro","model":"gpt-4o","messages":[]}', '{"model":"gpt-4o","Model":"o1-pro","messages":[]}',
    '{"model":"gpt-4o","mod\\u0065l":"gpt-4o","messages":[]}'])
def test_where_models_are_limited_a_request_names_one(gate, body):
    gate = gate()
    prod = gate.provider("prod", then=ok("prod"))
    gate.policy(match={"uid": [ONE]}, allow={"models": ["gpt-4o"]})
    one, two = gate.user(ONE, recorded=False), gate.user(TWO, recorded=False)
    assert said(one.call("chat.completions.create", asked("gpt-4o", virtual_key="prod"))) == "prod"
    line = f'{{"jsonrpc":"2.0","id":99,"method":"chat.completions.create","params":{{"request":{body},"options":{{"virtual_key":"prod"}}}}}}\n'
    one.send_bytes(line.encode())
    with pytest.raises(RpcFailure) as caught:
        one.outcome(99)
    assert (caught.value.type, caught.value.data["path"]) == ("invalid_params", "params.request.model")
    # Where nothing limits models the bytes go as they came.
    two.send_bytes(line.encode())
    two.outcome(99)
    assert prod.count == 2
