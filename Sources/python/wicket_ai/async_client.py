# SPDX-License-Identifier: Apache-2.0
"""The client for asyncio."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Awaitable, Mapping, Optional, Type, Union

from .admin import Admin
from .async_connection import AsyncConnection
from .client import DEFAULT_TIMEOUT
from .errors import error_from_reply
from .options import CallSettings
from .resources import Cache, Chat, Embeddings, Feedback, Logs, Messages, Models, System, Traces, Usage
from .streams import AsyncStream, timed_out
from .values import Answer, Record


class AsyncWicket:
    """:class:`Wicket` for asyncio: the same options and methods, to be awaited; streams are read by ``async for``.

    One client may serve all tasks of an event loop. A task that is cancelled cancels its call upstream.
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
        self._assemble(settings, AsyncConnection(socket), AsyncConnection(admin_socket, admin=True))

    def _assemble(self, settings: CallSettings, connection: AsyncConnection, admin_connection: AsyncConnection) -> None:
        self._settings = settings
        self._connection = connection
        self._admin_connection = admin_connection
        self.chat: Chat[Awaitable[Answer], Awaitable[AsyncStream]] = Chat(self._infer)
        self.messages: Messages[Awaitable[Answer], Awaitable[AsyncStream]] = Messages(self._infer)
        self.embeddings: Embeddings[Awaitable[Answer], Awaitable[AsyncStream]] = Embeddings(self._infer)
        self.models: Models[Awaitable[Answer], Awaitable[AsyncStream]] = Models(self._infer)
        self.logs: Logs[Awaitable[Record]] = Logs(self.call)
        self.traces: Traces[Awaitable[Record]] = Traces(self.call)
        self.usage: Usage[Awaitable[Record]] = Usage(self.call)
        self.feedback: Feedback[Awaitable[Record]] = Feedback(self.call)
        self.cache: Cache[Awaitable[Record]] = Cache(self.call)
        self.system: System[Awaitable[Record]] = System(self.call)
        self.admin: Admin[Awaitable[Record], Awaitable[AsyncStream]] = Admin(self._admin_call, self._admin_stream)

    def with_options(
        self, *, virtual_key: Optional[str] = None, provider: Optional[str] = None, api_key: Optional[str] = None,
        config: Union[Mapping[str, Any], str, None] = None, metadata: Optional[Mapping[str, str]] = None,
        trace_id: Optional[str] = None, model: Optional[str] = None, timeout: Optional[float] = None, **options: Any,
    ) -> AsyncWicket:
        """A client on the same connection with some options replaced, each as a whole (``metadata`` is not merged)."""
        options.update(
            virtual_key=virtual_key, provider=provider, api_key=api_key, config=config, metadata=metadata, trace_id=trace_id
        )
        client = AsyncWicket.__new__(type(self))
        client._assemble(self._settings.replacing(options, model, timeout), self._connection, self._admin_connection)
        return client

    async def call(self, method: str, params: Optional[Mapping[str, Any]] = None, *, timeout: Optional[float] = None) -> Any:
        """Calls any method with just these params and returns its result; the client's options are not added."""
        return await self._call_on(self._connection, method, params, timeout)

    async def stream(self, method: str, params: Mapping[str, Any], *, timeout: Optional[float] = None) -> AsyncStream:
        """Calls any method that answers in chunks; say ``"stream": True`` in its request."""
        wait = self._settings.timeout if timeout is None else timeout
        return await AsyncStream(await self._connection.start(method, params), wait).wait_for_first()

    async def close(self) -> None:
        """Ends the connection, also for the clients that share it; a later call connects again."""
        await self._connection.close()
        await self._admin_connection.close()

    async def __aenter__(self) -> AsyncWicket:
        return self

    async def __aexit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> None:
        await self.close()

    async def _admin_call(self, method: str, params: Optional[Mapping[str, Any]] = None) -> Any:
        return await self._call_on(self._admin_connection, method, params, None)

    async def _admin_stream(self, method: str, params: Mapping[str, Any]) -> AsyncStream:
        return AsyncStream(await self._admin_connection.start(method, params), None)

    def _infer(
        self, method: str, request: Mapping[str, Any], stream: bool, timeout: Optional[float]
    ) -> Union[Awaitable[Answer], Awaitable[AsyncStream]]:
        params = self._settings.params(request)
        if stream:
            return self.stream(method, params, timeout=timeout)
        return self._answer(method, params, timeout)

    async def _answer(self, method: str, params: Mapping[str, Any], timeout: Optional[float]) -> Answer:
        result = await self._call_on(self._connection, method, params, timeout)
        return Answer(result.get("response"), result.get("gateway"))

    async def _call_on(
        self, connection: AsyncConnection, method: str, params: Optional[Mapping[str, Any]], timeout: Optional[float]
    ) -> Any:
        wait = self._settings.timeout if timeout is None else timeout
        call = await connection.start(method, params or {})
        try:
            message = await call.next_message(wait)
            while message.chunk is not None:  # a stream that nobody asked to iterate
                message = await call.next_message(wait)
        except asyncio.TimeoutError:
            call.cancel()
            raise timed_out(wait) from None
        except BaseException:
            call.cancel()
            raise
        if message.error is not None:
            raise error_from_reply(message.error)
        return message.result
