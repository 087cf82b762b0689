# SPDX-License-Identifier: Apache-2.0
"""The Python client of Wicket, the local gate to AI providers.

    from wicket_ai import Wicket

    wicket = Wicket(virtual_key="anthropic-prod")
    completion = wicket.chat.completions.create(
        model="claude-3.5-sonnet", messages=[{"role": "user", "content": "Say this is a test"}]
    )
    print(completion.choices[0].message.content)
"""

from .async_client import AsyncWicket
from .client import DEFAULT_TIMEOUT, Wicket
from .errors import (
    BudgetExceededError, CallCancelledError, CallTimeoutError, CircuitOpenError, ConflictError, ConnectionLostError,
    DaemonUnavailableError, GuardrailDeniedError, InternalError, InvalidParamsError, InvalidRequestError, MethodNotFoundError,
    NoRouteError, NotFoundError, OverloadedError, ParseError, PermissionDeniedError, RateLimitedError, UpstreamError,
    UpstreamTimeoutError, UpstreamUnreachableError, VaultLockedError, WicketError,
)
from .locate import socket_path
from .streams import AsyncStream, Stream
from .values import Answer, Record

__version__ = "0.1.0"

__all__ = [
    "Answer", "AsyncStream", "AsyncWicket", "BudgetExceededError", "CallCancelledError", "CallTimeoutError", "CircuitOpenError",
    "ConflictError", "ConnectionLostError", "DEFAULT_TIMEOUT", "DaemonUnavailableError", "GuardrailDeniedError", "InternalError",
    "InvalidParamsError", "InvalidRequestError", "MethodNotFoundError", "NoRouteError", "NotFoundError", "OverloadedError",
    "ParseError", "PermissionDeniedError", "RateLimitedError", "Record", "Stream", "UpstreamError", "UpstreamTimeoutError",
    "UpstreamUnreachableError", "VaultLockedError", "Wicket", "WicketError", "socket_path",
]
