# SPDX-License-Identifier: Apache-2.0
"""What can go wrong, one class for each type of error that the daemon names."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Type


class WicketError(Exception):
    """The base of all. Branch on the class, or on ``type`` when a newer daemon may know more types than this client."""

    #: The error's stable name, as in ``data.type``.
    type: str = "error"
    #: The JSON-RPC error code; 0 for an error that this client found itself.
    code: int = 0
    #: The HTTP status that an SDK would expect.
    status: int = 500
    #: Whether sending the same call again may help.
    retryable: bool = False

    def __init__(self, message: str, *, code: Optional[int] = None, data: Optional[Mapping[str, Any]] = None) -> None:
        super().__init__(message)
        self.message = message
        #: All that the daemon said: ``trace_id``, ``provider``, ``target``, ``attempts``, ``after_chunks``…
        self.data: Dict[str, Any] = dict(data or {})
        self.code = self.code if code is None else code
        self.type = self.data.get("type", self.type)
        self.status = self.data.get("status", self.status)
        self.retryable = self.data.get("retryable", self.retryable)

    @property
    def retry_after_ms(self) -> Optional[int]:
        """How long to wait before a retry, when that is known."""
        return self.data.get("retry_after_ms")

    @property
    def path(self) -> Optional[str]:
        """The offending field, for :class:`InvalidParamsError`."""
        return self.data.get("path")

    @property
    def provider_error(self) -> Any:
        """The provider's own error body, untouched, for :class:`UpstreamError`."""
        return self.data.get("provider_error")


class DaemonUnavailableError(WicketError, ConnectionError):
    """No daemon answers at any of the socket's places. Nothing was sent."""

    type, status, retryable = "daemon_unavailable", 503, True


class ConnectionLostError(WicketError, ConnectionError):
    """The connection ended before the reply came: the call may or may not have been carried out."""

    type, status = "connection_lost", 502


class CallTimeoutError(WicketError, TimeoutError):
    """The client's own ``timeout`` passed. The call was cancelled."""

    type, status, retryable = "call_timeout", 408, True


class ParseError(WicketError):
    """The daemon found no JSON in a line."""

    type, code, status = "parse_error", -32700, 400


class InvalidRequestError(WicketError):
    """The daemon found no request in a JSON value."""

    type, code, status = "invalid_request", -32600, 400


class MethodNotFoundError(WicketError):
    """The daemon has no such method; it may be older than this client."""

    type, code, status = "method_not_found", -32601, 404


class InvalidParamsError(WicketError):
    """A parameter is missing, unknown or wrong; ``path`` names it."""

    type, code, status = "invalid_params", -32602, 400


class InternalError(WicketError):
    """A fault of the daemon."""

    type, code, status = "internal_error", -32603, 500


class PermissionDeniedError(WicketError):
    """This process may not call this, or not with this virtual key."""

    type, code, status = "permission_denied", 1001, 403


class NotFoundError(WicketError):
    """No such virtual key, provider or row."""

    type, code, status = "not_found", 1002, 404


class ConflictError(WicketError):
    """The name is taken, or the version moved on."""

    type, code, status = "conflict", 1003, 409


class VaultLockedError(WicketError):
    """The daemon was given no master key."""

    type, code, status, retryable = "vault_locked", 1004, 503, True


class BudgetExceededError(WicketError):
    """The budget is used up; sending again does not help until its period ends."""

    type, code, status = "budget_exceeded", 1101, 402


class RateLimitedError(WicketError):
    """The gateway's own limit; a provider's is an :class:`UpstreamError` with status 429."""

    type, code, status, retryable = "rate_limited", 1102, 429, True


class OverloadedError(WicketError):
    """Too many requests in flight on this connection."""

    type, code, status, retryable = "overloaded", 1103, 503, True


class GuardrailDeniedError(WicketError):
    """A guardrail refused the input or the output; see ``data["hook_results"]``."""

    type, code, status = "guardrail_denied", 1201, 446


class UpstreamError(WicketError):
    """The provider answered with an error; ``status`` and ``provider_error`` are its own."""

    type, code, status = "upstream_error", 1301, 502


class UpstreamTimeoutError(WicketError):
    """``request_timeout`` passed."""

    type, code, status, retryable = "upstream_timeout", 1302, 408, True


class UpstreamUnreachableError(WicketError):
    """No connection to the provider, a TLS failure, or a reset before an answer."""

    type, code, status, retryable = "upstream_unreachable", 1303, 502, True


class CircuitOpenError(WicketError):
    """The breaker of every target is open."""

    type, code, status, retryable = "circuit_open", 1304, 503, True


class NoRouteError(WicketError):
    """Conditional routing matched nothing and there is no default."""

    type, code, status = "no_route", 1305, 400


class CallCancelledError(WicketError):
    """The call was cancelled."""

    type, code, status = "cancelled", 1401, 499


_CLASSES = [
    ParseError, InvalidRequestError, MethodNotFoundError, InvalidParamsError, InternalError, PermissionDeniedError,
    NotFoundError, ConflictError, VaultLockedError, BudgetExceededError, RateLimitedError, OverloadedError,
    GuardrailDeniedError, UpstreamError, UpstreamTimeoutError, UpstreamUnreachableError, CircuitOpenError, NoRouteError,
    CallCancelledError,
]
_BY_TYPE: Dict[str, Type[WicketError]] = {each.type: each for each in _CLASSES}
_BY_CODE: Dict[int, Type[WicketError]] = {each.code: each for each in _CLASSES}


def error_from_reply(error: Mapping[str, Any]) -> WicketError:
    """The exception for a reply's ``error`` object. A type that is not known becomes a plain :class:`WicketError`."""
    data = error.get("data")
    data = data if isinstance(data, Mapping) else {}
    code = error.get("code", 0)
    kind = _BY_TYPE.get(str(data.get("type"))) or _BY_CODE.get(code) or WicketError
    return kind(str(error.get("message", "The daemon gave no message.")), code=code, data=data)
