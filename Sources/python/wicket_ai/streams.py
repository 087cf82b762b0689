# SPDX-License-Identifier: Apache-2.0
"""Streamed answers: iterate over them, and read what the gateway did when they have ended."""

from __future__ import annotations

import asyncio
import queue
from types import TracebackType
from typing import AsyncIterator, Iterator, Optional, Type

from .async_connection import AsyncCall
from .connection import Call
from .errors import CallTimeoutError, error_from_reply
from .protocol import Message
from .values import Record


class _Ending:
    """What a stream's last message says; None until it has ended."""

    def __init__(self) -> None:
        #: The reply's ``response``: None, since the answer came in chunks.
        self.response: Optional[Record] = None
        #: What the gateway did.
        self.gateway: Optional[Record] = None
        self._ended = False

    def _take(self, message: Message) -> Optional[Record]:
        """The chunk, or None at the end."""
        if message.chunk is not None:
            return message.chunk
        self._ended = True
        if message.error is not None:
            raise error_from_reply(message.error)
        if isinstance(message.result, Record):
            self.response, self.gateway = message.result.get("response"), message.result.get("gateway")
        return None


def timed_out(timeout: Optional[float]) -> CallTimeoutError:
    """The error for a message that did not come in time."""
    return CallTimeoutError(f"Nothing came from the daemon within {timeout} s, so the call was cancelled; raise `timeout`.")


class Stream(_Ending):
    """Chunks as they arrive. Leaving the loop early, ``close()`` or the end of a ``with`` block cancels the rest upstream too."""

    def __init__(self, call: Call, timeout: Optional[float]) -> None:
        super().__init__()
        self._call = call
        self._timeout = timeout
        self._first: Optional[Record] = None

    def wait_for_first(self) -> Stream:
        """Waits until the provider has answered, so that a refusal is raised where the call was made."""
        self._first = self._next()
        return self

    def __iter__(self) -> Iterator[Record]:
        try:
            while not self._ended or self._first is not None:
                chunk, self._first = self._first, None
                chunk = chunk if chunk is not None else self._next()
                if chunk is None:
                    return
                yield chunk
        finally:
            self.close()

    def _next(self) -> Optional[Record]:
        try:
            return self._take(self._call.next_message(self._timeout))
        except queue.Empty:
            self.close()
            raise timed_out(self._timeout) from None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Cancels what is left; does nothing when all has come."""
        self._ended, self._first = True, None
        self._call.cancel()

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


class AsyncStream(_Ending):
    """:class:`Stream` for asyncio: ``async for`` and ``async with``."""

    def __init__(self, call: AsyncCall, timeout: Optional[float]) -> None:
        super().__init__()
        self._call = call
        self._timeout = timeout
        self._first: Optional[Record] = None

    async def wait_for_first(self) -> AsyncStream:
        """Waits until the provider has answered, so that a refusal is raised where the call was made."""
        self._first = await self._next()
        return self

    async def __aiter__(self) -> AsyncIterator[Record]:
        try:
            while not self._ended or self._first is not None:
                chunk, self._first = self._first, None
                chunk = chunk if chunk is not None else await self._next()
                if chunk is None:
                    return
                yield chunk
        finally:
            await self.close()

    async def _next(self) -> Optional[Record]:
        try:
            return self._take(await self._call.next_message(self._timeout))
        except asyncio.TimeoutError as error:
            await self.close()
            if isinstance(error, CallTimeoutError):
                raise
            raise timed_out(self._timeout) from None
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Cancels what is left; does nothing when all has come."""
        self._ended, self._first = True, None
        self._call.cancel()

    async def __aenter__(self) -> AsyncStream:
        return self

    async def __aexit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> None:
        await self.close()
