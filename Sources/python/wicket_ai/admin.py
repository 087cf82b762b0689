# SPDX-License-Identifier: Apache-2.0
"""The methods of the admin socket, which only the daemon's own user and root may open."""

from __future__ import annotations

from typing import Any, Callable, Dict, Generic, Iterable, List, Mapping, Optional

from .resources import Cache, Caller, Feedback, Logs, RecordT, StreamT, System, Traces, Usage, given

#: Tells "leave it as it is" from None, which is a value.
_UNSET: Any = object()


def _secret(api_key: Optional[str], parts: Optional[Mapping[str, Any]]) -> Mapping[str, Any]:
    if (api_key is None) == (parts is None):
        raise TypeError("give either api_key or secret")
    return {"api_key": api_key} if parts is None else parts


class VirtualKeys(Generic[RecordT]):
    """``client.admin.virtual_keys``. A provider's key goes in and never comes out."""

    def __init__(self, call: Caller[RecordT]) -> None:
        self._call = call

    def create(
        self, *, name: str, provider: str, api_key: Optional[str] = None, base_url: Optional[str] = None,
        models: Optional[Iterable[str]] = None, expires_at: Optional[str] = None,
        rate_limits: Optional[List[Mapping[str, Any]]] = None, usage_limits: Optional[List[Mapping[str, Any]]] = None,
        note: Optional[str] = None, secret: Optional[Mapping[str, Any]] = None,
    ) -> RecordT:
        """Puts a provider's key into the vault under a name: an ``api_key``, or a ``secret`` of all the parts that its provider
        needs (``{"api_key": …, "azure_resource_name": …}``).

        ``base_url`` defaults to the provider's own, and the key is bound to its scheme, host and port. ``models`` are patterns
        (``claude-*``). ``expires_at`` is RFC 3339 in UTC.
        """
        return self._call("virtual_keys.create", given(
            name=name, provider=provider, secret=_secret(api_key, secret), base_url=base_url,
            models=None if models is None else list(models), expires_at=expires_at, rate_limits=rate_limits,
            usage_limits=usage_limits, note=note,
        ))

    def list(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> RecordT:
        """A page of keys, by name: ``virtual_keys`` and ``next_cursor``."""
        return self._call("virtual_keys.list", given(limit=limit, cursor=cursor))

    def get(self, name: str) -> RecordT:
        """One key, without its secret."""
        return self._call("virtual_keys.get", {"name": name})

    def update(
        self, name: str, *, base_url: str = _UNSET, models: Optional[Iterable[str]] = _UNSET,
        expires_at: Optional[str] = _UNSET, rate_limits: Iterable[Mapping[str, Any]] = _UNSET,
        usage_limits: Iterable[Mapping[str, Any]] = _UNSET, note: str = _UNSET,
    ) -> RecordT:
        """Changes what is given, None included, and leaves the rest."""
        changes: Dict[str, Any] = {
            "base_url": base_url, "models": models, "expires_at": expires_at, "rate_limits": rate_limits,
            "usage_limits": usage_limits, "note": note,
        }
        params = {key: value for key, value in changes.items() if value is not _UNSET}
        for key in ("models", "rate_limits", "usage_limits"):
            if params.get(key) is not None:
                params[key] = list(params[key])
        return self._call("virtual_keys.update", {"name": name, **params})

    def rotate(
        self, name: str, *, api_key: Optional[str] = None, grace_s: Optional[int] = None,
        secret: Optional[Mapping[str, Any]] = None,
    ) -> RecordT:
        """Puts a new key in the place of the old one, which stays usable for ``grace_s`` seconds.

        Parts of a ``secret`` that are no secret stay as they are when they are left out.
        """
        return self._call("virtual_keys.rotate", given(name=name, secret=_secret(api_key, secret), grace_s=grace_s))

    def delete(self, name: str) -> RecordT:
        """Removes a key."""
        return self._call("virtual_keys.delete", {"name": name})


class Vault(Generic[RecordT]):
    """``client.admin.vault``."""

    def __init__(self, call: Caller[RecordT]) -> None:
        self._call = call

    def status(self) -> RecordT:
        """Whether provider keys can be read, and where the master key is."""
        return self._call("vault.status", {})

    def unlock(self, passphrase: Optional[str] = None) -> RecordT:
        """Unlocks the vault; the first passphrase sets it. Without one, the daemon looks again for its master key."""
        return self._call("vault.unlock", given(passphrase=passphrase))

    def rotate_master(self, *, to: Optional[str] = None, passphrase: Optional[str] = None) -> RecordT:
        """Replaces the master key while requests go on.

        ``to`` is where the new one is to be, ``file`` or ``passphrase``, and where the present one is unless given.
        """
        return self._call("vault.rotate_master", given(to=to, passphrase=passphrase))


class Providers(Generic[RecordT]):
    """``client.admin.providers``."""

    def __init__(self, call: Caller[RecordT]) -> None:
        self._call = call

    def list(self) -> RecordT:
        """All providers that can be named: ``providers``, each with what it takes for a key."""
        return self._call("providers.list", {})


class ConfigVersions(Generic[RecordT]):
    """``client.admin.configs.versions``."""

    def __init__(self, call: Caller[RecordT]) -> None:
        self._call = call

    def list(self, name: str, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> RecordT:
        """A page of a config's versions, the newest first: ``versions`` and ``next_cursor``."""
        return self._call("configs.versions.list", given(name=name, limit=limit, cursor=cursor))


class Configs(Generic[RecordT]):
    """``client.admin.configs``: routing configs with a name, which calls then say as ``config="name"``."""

    def __init__(self, call: Caller[RecordT]) -> None:
        self._call = call
        self.versions: ConfigVersions[RecordT] = ConfigVersions(call)

    def create(self, *, name: str, config: Mapping[str, Any]) -> RecordT:
        """Saves a config; ``warnings`` tell what of it has no effect."""
        return self._call("configs.create", {"name": name, "config": config})

    def list(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> RecordT:
        """A page of configs, by name: ``configs`` and ``next_cursor``."""
        return self._call("configs.list", given(limit=limit, cursor=cursor))

    def get(self, name: str, *, version: Optional[int] = None) -> RecordT:
        """One config, in its newest version unless another is asked for."""
        return self._call("configs.get", given(name=name, version=version))

    def update(self, name: str, *, config: Mapping[str, Any], expected_version: Optional[int] = None) -> RecordT:
        """Saves the next version; with ``expected_version`` only when that is the newest one by now."""
        return self._call("configs.update", given(name=name, config=config, expected_version=expected_version))

    def delete(self, name: str) -> RecordT:
        """Removes a config with all of its versions."""
        return self._call("configs.delete", {"name": name})

    def check(self, config: Mapping[str, Any]) -> RecordT:
        """Tells a config's warnings, or raises with its first fault; saves nothing."""
        return self._call("configs.check", {"config": config})


class Policies(Generic[RecordT]):
    """``client.admin.policies``: who may use what."""

    def __init__(self, call: Caller[RecordT]) -> None:
        self._call = call

    def create(
        self, *, name: str, priority: Optional[int] = None, match: Optional[Mapping[str, Any]] = None,
        allow: Optional[Mapping[str, Any]] = None, deny: Optional[Mapping[str, Any]] = None,
        defaults: Optional[Mapping[str, Any]] = None,
    ) -> RecordT:
        """Adds a policy. The lowest ``priority`` is asked first, and the first that matches a process counts."""
        return self._call("policies.create", given(
            name=name, priority=priority, match=match, allow=allow, deny=deny, defaults=defaults))

    def list(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> RecordT:
        """A page of policies, in the order in which they are asked: ``policies`` and ``next_cursor``."""
        return self._call("policies.list", given(limit=limit, cursor=cursor))

    def get(self, name: str) -> RecordT:
        """One policy."""
        return self._call("policies.get", {"name": name})

    def update(
        self, name: str, *, priority: Optional[int] = None, match: Optional[Mapping[str, Any]] = None,
        allow: Optional[Mapping[str, Any]] = None, deny: Optional[Mapping[str, Any]] = None,
        defaults: Optional[Mapping[str, Any]] = None,
    ) -> RecordT:
        """Changes the parts that are given, each as a whole; an empty mapping empties one."""
        return self._call("policies.update", given(
            name=name, priority=priority, match=match, allow=allow, deny=deny, defaults=defaults))

    def delete(self, name: str) -> RecordT:
        """Removes a policy."""
        return self._call("policies.delete", {"name": name})

    def test(
        self, *, uid: Optional[int] = None, gid: Optional[int] = None, user: Optional[str] = None,
        groups: Optional[Iterable[Any]] = None, unit: Optional[str] = None, cgroup: Optional[str] = None,
        method: Optional[str] = None, virtual_key: Optional[str] = None, provider: Optional[str] = None,
        model: Optional[str] = None, config: Optional[str] = None,
    ) -> RecordT:
        """Tells which policy a process comes under, and whether it may do this: ``allowed`` and ``reason``."""
        return self._call("policies.test", given(
            uid=uid, gid=gid, user=user, groups=None if groups is None else list(groups), unit=unit, cgroup=cgroup,
            method=method, virtual_key=virtual_key, provider=provider, model=model, config=config,
        ))


class AdminCache(Cache[RecordT]):
    """``client.admin.cache``: what it has, and what is to go; ``reject`` and ``explain`` as ``client.cache`` has them, for
    anybody's calls."""

    def stats(self) -> RecordT:
        """What the cache has, what it was good for, and how often its semantic hits were wrong."""
        return self._call("cache.stats", {})

    def purge(
        self, *, namespace: Optional[str] = None, scope: Optional[str] = None, provider: Optional[str] = None,
        older_than_s: Optional[int] = None, key: Optional[str] = None, all: Optional[bool] = None,
    ) -> RecordT:
        """Removes the answers that all that is given fits: ``purged``. For every answer say ``all=True`` and nothing else."""
        return self._call("cache.purge", given(
            namespace=namespace, scope=scope, provider=provider, older_than_s=older_than_s, key=key, all=all))


class Budgets(Generic[RecordT]):
    """``client.admin.budgets``: what may be spent and what was; amounts are nano-dollars, tokens or requests."""

    def __init__(self, call: Caller[RecordT]) -> None:
        self._call = call

    def list(self) -> RecordT:
        """All budgets: those of the configuration and those of virtual keys."""
        return self._call("budgets.list", {})

    def get(self, id: str) -> RecordT:
        """One budget."""
        return self._call("budgets.get", {"id": id})

    def reset(self, id: str) -> RecordT:
        """Forgets what was spent of a budget in its present window."""
        return self._call("budgets.reset", {"id": id})


class Targets(Generic[RecordT]):
    """``client.admin.targets``: breakers, latencies and requests in flight."""

    def __init__(self, call: Caller[RecordT]) -> None:
        self._call = call

    def list(self) -> RecordT:
        """The health of all targets."""
        return self._call("targets.list", {})

    def reset(self, id: str) -> RecordT:
        """Closes a target's breaker and forgets its failures."""
        return self._call("targets.reset", {"id": id})

    def trip(self, id: str, *, for_ms: Optional[int] = None) -> RecordT:
        """Opens a target's breaker by hand."""
        return self._call("targets.trip", given(id=id, for_ms=for_ms))


class AdminLogs(Logs[RecordT], Generic[RecordT, StreamT]):
    """``client.admin.logs``."""

    def __init__(self, call: Caller[RecordT], stream: Callable[[str, Mapping[str, Any]], StreamT]) -> None:
        super().__init__(call)
        self._stream = stream

    def tail(self, *, filter: Optional[Mapping[str, Any]] = None, after: Optional[str] = None) -> StreamT:
        """Calls as they end, one by one, until the stream is closed: those behind the row ``after``, else those from now on."""
        return self._stream("logs.tail", given(filter=filter, after=after))

    def export(self, *, filter: Optional[Mapping[str, Any]] = None, format: Optional[str] = None) -> StreamT:
        """The journal as a file in pieces, whose ``text`` is put together: ``jsonl``, or ``csv``."""
        return self._stream("logs.export", given(filter=filter, format=format))


class Analytics(Generic[RecordT]):
    """``client.admin.analytics``: figures over many calls."""

    def __init__(self, call: Caller[RecordT]) -> None:
        self._call = call

    def query(
        self, *, metrics: Optional[Iterable[str]] = None, group_by: Optional[Iterable[str]] = None,
        filters: Optional[Mapping[str, Any]] = None, from_: Optional[str] = None, to: Optional[str] = None,
        interval: Optional[str] = None, limit: Optional[int] = None,
    ) -> RecordT:
        """Adds up calls: ``summary`` of all and ``groups``, each with its ``metrics`` and, with an ``interval`` (``hour``,
        ``day``, ``week``, ``month``), their ``series``. The last day unless told otherwise."""
        return self._call("analytics.query", given(
            **{"from": from_}, metrics=None if metrics is None else list(metrics),
            group_by=None if group_by is None else list(group_by), filters=filters, to=to, interval=interval, limit=limit))


class Requests(Generic[RecordT]):
    """``client.admin.requests``."""

    def __init__(self, call: Caller[RecordT]) -> None:
        self._call = call

    def explain(self, trace_id: str) -> RecordT:
        """What routing decided for the calls of a trace, and why."""
        return self._call("requests.explain", {"trace_id": trace_id})


class AdminTraces(Traces[RecordT]):
    """``client.admin.traces``: everybody's; ``get`` as ``client.traces`` has it."""

    def list(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> RecordT:
        """A page of traces, the one with the latest request first: ``traces`` and ``next_cursor``."""
        return self._call("traces.list", given(limit=limit, cursor=cursor))


class Metrics(Generic[RecordT]):
    """``client.admin.metrics``."""

    def __init__(self, call: Caller[RecordT]) -> None:
        self._call = call

    def scrape(self) -> RecordT:
        """All metrics: ``text`` in Prometheus's form, and its ``content_type``."""
        return self._call("metrics.scrape", {})


class Audit(Generic[RecordT]):
    """``client.admin.audit``: what was done to keys and policies, first uses, and what was denied."""

    def __init__(self, call: Caller[RecordT]) -> None:
        self._call = call

    def list(
        self, *, filter: Optional[Mapping[str, Any]] = None, limit: Optional[int] = None, cursor: Optional[str] = None
    ) -> RecordT:
        """A page of entries, the latest first: ``entries`` and ``next_cursor``.

        ``filter`` combines ``kind``, ``subject``, ``uid``, ``since`` and ``until``.
        """
        return self._call("audit.list", given(filter=filter, limit=limit, cursor=cursor))

    def verify(self, *, expect: Optional[str] = None) -> RecordT:
        """Whether an entry was changed, removed or added; with ``expect``, a head of earlier, whether that is still there."""
        return self._call("audit.verify", given(expect=expect))


class AdminSystem(System[RecordT]):
    """``client.admin.system``."""

    def reload(self) -> RecordT:
        """Reads the configuration again."""
        return self._call("system.reload", {})

    def drain(self) -> RecordT:
        """Finishes what is in flight and ends the daemon."""
        return self._call("system.drain", {})


class Admin(Generic[RecordT, StreamT]):
    """``client.admin``: everything over the admin socket, on a connection of its own."""

    def __init__(self, call: Caller[RecordT], stream: Callable[[str, Mapping[str, Any]], StreamT]) -> None:
        #: Any method: ``call(method, params)``.
        self.call = call
        self.virtual_keys: VirtualKeys[RecordT] = VirtualKeys(call)
        self.vault: Vault[RecordT] = Vault(call)
        self.providers: Providers[RecordT] = Providers(call)
        self.configs: Configs[RecordT] = Configs(call)
        self.policies: Policies[RecordT] = Policies(call)
        self.cache: AdminCache[RecordT] = AdminCache(call)
        self.budgets: Budgets[RecordT] = Budgets(call)
        self.targets: Targets[RecordT] = Targets(call)
        self.requests: Requests[RecordT] = Requests(call)
        self.logs: AdminLogs[RecordT, StreamT] = AdminLogs(call, stream)
        self.analytics: Analytics[RecordT] = Analytics(call)
        self.usage: Usage[RecordT] = Usage(call)
        self.feedback: Feedback[RecordT] = Feedback(call)
        self.traces: AdminTraces[RecordT] = AdminTraces(call)
        self.metrics: Metrics[RecordT] = Metrics(call)
        self.audit: Audit[RecordT] = Audit(call)
        self.system: AdminSystem[RecordT] = AdminSystem(call)
