# SPDX-License-Identifier: Apache-2.0
"""The synchronous client."""

from __future__ import annotations

import queue
from types import TracebackType
from typing import Any, Mapping, Optional, Type, Union

from .admin import Admin
from .connection import Connection
from .errors import error_from_reply
from .options import CallSettings
from .resources import Cache, Chat, Embeddings, Feedback, Logs, Messages, Models, System, Traces, Usage
from .streams import Stream, timed_out
from .values import Answer, Record

#: Seconds that a client waits for an answer, or for the next piece of a stream, unless it is told otherwise.
DEFAULT_TIMEOUT = 600.0


class Wicket:
    """Reaches AI providers through the local Wicket daemon.

    ``virtual_key`` names a key in the daemon's vault; it needs nothing else. ``provider`` with ``api_key`` uses a key of one's
    own, which is sent with each call. An ``api_key`` beside a ``virtual_key`` (as hosted gateways want one) is ignored: the
    daemon knows its callers from the kernel. ``model`` is used where a call names none. ``timeout`` is in seconds, and bounds
    the wait for the answer or the next piece of a stream. All other options are those of the daemon's schema.

    ``socket`` is a path or ``unix:///path``; by default ``WICKET_SOCKET``, the user's daemon, the system's. Nothing is connected
    before the first call. One client may serve all threads; a fork makes its own connection.
    """

    def __init__(
        self, *, virtual_key: Optional[str] = None, provider: Optional[str] = None, api_key: Optional[str] = None,
        config: Union[Mapping[str, Any], str, None] = None, metadata: Optional[Mapping[str, str]] = None,
        trace_id: Optional[str] = None, model: Optional[str] = None, socket: Optional[str] = None,
        admin_socket: Optional[str] = None, timeout: Optional[float] = None, **options: Any,
    ) -> None:
        options.update(
            virtual_key=virtual_key, provider=provider, api_key=api_key, config=config, metadata=metadata, trace_id=trace_id
        )
        settings = CallSettings(options, model, DEFAULT_TIMEOUT if timeout is None else timeout)
        self._assemble(settings, Connection(socket), Connection(admin_socket, admin=True))

    def _assemble(self, settings: CallSettings, connection: Connection, admin_connection: Connection) -> None:
        self._settings = settings
        self._connection = connection
        self._admin_connection = admin_connection
        self.chat: Chat[Answer, Stream] = Chat(self._infer)
        self.messages: Messages[Answer, Stream] = Messages(self._infer)
        self.embeddings: Embeddings[Answer, Stream] = Embeddings(self._infer)
        self.models: Models[Answer, Stream] = Models(self._infer)
        self.logs: Logs[Record] = Logs(self.call)
        self.traces: Traces[Record] = Traces(self.call)
        self.usage: Usage[Record] = Usage(self.call)
        self.feedback: Feedback[Record] = Feedback(self.call)
        self.cache: Cache[Record] = Cache(self.call)
        self.system: System[Record] = System(self.call)
        self.admin: Admin[Record, Stream] = Admin(self._admin_call, self._admin_stream)

    def with_options(
        self, *, virtual_key: Optional[str] = None, provider: Optional[str] = None, api_key: Optional[str] = None,
        config: Union[Mapping[str, Any], str, None] = None, metadata: Optional[Mapping[str, str]] = None,
        trace_id: Optional[str] = None, model: Optional[str] = None, timeout: Optional[float] = None, **options: Any,
    ) -> Wicket:
        """A client on the same connection with some options replaced, each as a whole (``metadata`` is not merged)."""
        options.update(
            virtual_key=virtual_key, provider=provider, api_key=api_key, config=config, metadata=metadata, trace_id=trace_id
        )
        client = Wicket.__new__(type(self))
        client._assemble(self._settings.replacing(options, model, timeout), self._connection, self._admin_connection)
        return client

    def call(self, method: str, params: Optional[Mapping[str, Any]] = None, *, timeout: Optional[float] = None) -> Any:
        """Calls any method with just these params and returns its result; the client's options are not added."""
        return self._call_on(self._connection, method, params, timeout)

    def stream(self, method: str, params: Mapping[str, Any], *, timeout: Optional[float] = None) -> Stream:
        """Calls any method that answers in chunks; say ``"stream": True`` in its request."""
        wait = self._settings.timeout if timeout is None else timeout
        return Stream(self._connection.start(method, params), wait).wait_for_first()

    def close(self) -> None:
        """Ends the connection, also for the clients that share it; a later call connects again."""
        self._connection.close()
        self._admin_connection.close()

    def __enter__(self) -> Wicket:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> None:
        self.close()

    def _admin_call(self, method: str, params: Optional[Mapping[str, Any]] = None) -> Any:
        return self._call_on(self._admin_connection, method, params, None)

    def _admin_stream(self, method: str, params: Mapping[str, Any]) -> Stream:
        return Stream(self._admin_connection.start(method, params), None)

    def _infer(
        self, method: str, request: Mapping[str, Any], stream: bool, timeout: Optional[float]
    ) -> Union[Answer, Stream]:
        params = self._settings.params(request)
        if stream:
            return self.stream(method, params, timeout=timeout)
        result = self._call_on(self._connection, method, params, timeout)
        return Answer(result.get("response"), result.get("gateway"))

    def _call_on(
        self, connection: Connection, method: str, params: Optional[Mapping[str, Any]], timeout: Optional[float]
    ) -> Any:
        wait = self._settings.timeout if timeout is None else timeout
        call = connection.start(method, params or {})
        try:
            message = call.next_message(wait)
            while message.chunk is not None:  # a stream that nobody asked to iterate
                message = call.next_message(wait)
        except queue.Empty:
            call.cancel()
            raise timed_out(wait) from None
        except BaseException:
            call.cancel()
            raise
        if message.error is not None:
            raise error_from_reply(message.error)
        return message.result
