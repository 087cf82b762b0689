# SPDX-License-Identifier: Apache-2.0
"""What a client tells the gateway with each call, apart from the request itself."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

#: The names in ``options``, as the daemon's schema lists them.
OPTION_NAMES = frozenset((
    "virtual_key", "provider", "api_key", "custom_host", "config", "metadata", "trace_id", "span_id", "parent_span_id",
    "traceparent", "span_name", "cache_force_refresh", "cache_namespace", "request_timeout", "forward_headers", "strict_open_ai_compliance",
    "debug",
))


class CallSettings:
    """The options and the default model of a client. Never changed once made, so clients and threads may share it."""

    __slots__ = ("options", "model", "timeout")

    def __init__(self, options: Mapping[str, Any], model: Optional[str], timeout: Optional[float]) -> None:
        unknown = sorted(set(options) - OPTION_NAMES)
        if unknown:
            raise TypeError(f"unknown option {unknown[0]!r}; there are: {', '.join(sorted(OPTION_NAMES))}")
        self.options: Dict[str, Any] = {name: value for name, value in options.items() if value is not None}
        self.model = model
        self.timeout = timeout

    def replacing(self, options: Mapping[str, Any], model: Optional[str], timeout: Optional[float]) -> CallSettings:
        """These settings with some replaced, key by key; ``None`` leaves one as it is.

        Who answers is replaced as a whole: another virtual key does away with a provider that was set, and the other way round.
        """
        given = {name: value for name, value in options.items() if value is not None}
        kept = dict(self.options)
        if "virtual_key" in given:
            kept = {name: value for name, value in kept.items() if name not in ("provider", "custom_host")}
        elif "provider" in given:
            kept.pop("virtual_key", None)
        return CallSettings(
            {**kept, **given}, self.model if model is None else model, self.timeout if timeout is None else timeout
        )

    def params(self, request: Mapping[str, Any]) -> Dict[str, Any]:
        """The params of an inference method."""
        body = dict(request)
        if self.model is not None:
            body.setdefault("model", self.model)
        options = dict(self.options)
        # Where a virtual key or a config says who pays, an api_key is what names the caller to a hosted gateway; here the kernel
        # does that. It is the provider's own key, and sent, only beside a provider and without a virtual key.
        if "virtual_key" in options or not ("provider" in options or "custom_host" in options):
            options.pop("api_key", None)
        return {"request": body, "options": options} if options else {"request": body}
