# SPDX-License-Identifier: Apache-2.0
"""The connection of :class:`AsyncWicket`: native asyncio, one for all tasks of an event loop."""

from __future__ import annotations

import asyncio
import itertools
import os
import select
import time
from typing import Any, Dict, Mapping, Optional

from .connection import RECONNECT_PATIENCE
from .errors import ConnectionLostError, WicketError
from .locate import ADMIN, USE, socket_path, unavailable
from .protocol import Inbox, Message, encode_cancel, encode_request


class _AsyncLink:
    """A connected socket and the task that reads it; never used again once it has ended."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.loop = asyncio.get_running_loop()
        self.process = os.getpid()
        self.failure: Optional[WicketError] = None
        self.mailboxes: Dict[Any, "asyncio.Queue[Any]"] = {}
        self._writer = writer
        self._task = self.loop.create_task(self._read(reader))

    @property
    def alive(self) -> bool:
        usable = self.failure is None and self.loop is asyncio.get_running_loop() and self.process == os.getpid()
        return usable and not self._hung_up()

    def _hung_up(self) -> bool:
        """Whether the daemon has closed its end, asked of the kernel: the reader task may not have run since."""
        descriptor = self._writer.get_extra_info("socket").fileno()
        if descriptor < 0:
            return True
        poll = select.poll()
        poll.register(descriptor, select.POLLRDHUP)
        return bool(poll.poll(0))

    def write(self, line: bytes) -> None:
        """Queues a line whole, without waiting: what a cancelled task leaves behind is never half a line."""
        self._writer.write(line)

    async def drain(self) -> None:
        await self._writer.drain()

    def close(self) -> None:
        if self.process == os.getpid() and not self.loop.is_closed():
            self._writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        inbox = Inbox()
        cause: Optional[Exception] = None
        try:
            while True:
                data = await reader.read(65536)
                if not data:
                    break
                for message in inbox.receive(data):
                    self._deliver(message)
        except (OSError, ValueError) as error:
            cause = error
        finally:
            self.failure = failure = inbox.ended(cause)
            for mailbox in self.mailboxes.values():
                mailbox.put_nowait(failure)
            self.mailboxes.clear()
            self._writer.close()

    def _deliver(self, message: Message) -> None:
        mailbox = self.mailboxes.get(message.id) if message.chunk is not None else self.mailboxes.pop(message.id, None)
        if mailbox is not None:
            mailbox.put_nowait(message)


class AsyncCall:
    """One call in flight."""

    def __init__(self, link: _AsyncLink, identifier: int, mailbox: "asyncio.Queue[Any]") -> None:
        self._link = link
        self._identifier = identifier
        self._mailbox = mailbox

    async def next_message(self, timeout: Optional[float]) -> Message:
        """The next chunk, or the reply. Raises ``asyncio.TimeoutError`` when the time is over, or what ended the connection."""
        message = await asyncio.wait_for(self._mailbox.get(), timeout)
        if isinstance(message, WicketError):
            raise message
        assert isinstance(message, Message)
        return message

    def cancel(self) -> None:
        """Tells the daemon that nobody waits any more, unless the reply has come. Never waits: a cancelled task may call it."""
        if self._link.mailboxes.pop(self._identifier, None) is not None and self._link.failure is None:
            if not self._link.loop.is_closed():
                self._link.write(encode_cancel(self._identifier))


class AsyncConnection:
    """Connects at the first call, and again when the daemon was restarted or another event loop runs."""

    def __init__(self, path: Optional[str], *, admin: bool = False) -> None:
        self._path = path
        self._admin = admin
        self._identifiers = itertools.count(1)
        self._was_connected = False
        self._link: Optional[_AsyncLink] = None
        self._connecting: Optional["asyncio.Task[_AsyncLink]"] = None

    async def start(self, method: str, params: Mapping[str, Any]) -> AsyncCall:
        """Sends a request."""
        identifier = next(self._identifiers)
        line = encode_request(identifier, method, params)
        link = await self._connected()
        mailbox: "asyncio.Queue[Any]" = asyncio.Queue()
        link.mailboxes[identifier] = mailbox
        link.write(line)
        call = AsyncCall(link, identifier, mailbox)
        try:
            await link.drain()
        except OSError:
            pass  # the reader sees the same end, and tells the call
        except asyncio.CancelledError:
            call.cancel()
            raise
        return call

    async def close(self) -> None:
        """Ends the connection and with it every call on it; a later call connects again."""
        link, self._link = self._link, None
        if link is not None:
            link.close()

    async def _connected(self) -> _AsyncLink:
        if self._link is not None and self._link.alive:
            return self._link
        loop = asyncio.get_running_loop()
        if self._connecting is None or self._connecting.get_loop() is not loop:
            self._connecting = loop.create_task(self._connect())
            self._connecting.add_done_callback(self._connect_ended)
        # Shielded: many tasks may wait for the one attempt, and one of them may be cancelled.
        return await asyncio.shield(self._connecting)

    def _connect_ended(self, task: "asyncio.Task[_AsyncLink]") -> None:
        if self._connecting is task:
            self._connecting = None
        if not task.cancelled() and task.exception() is None:
            self._link = task.result()
            self._was_connected = True

    async def _connect(self) -> _AsyncLink:
        deadline = time.monotonic() + (RECONNECT_PATIENCE if self._was_connected else 0)
        variable = (ADMIN if self._admin else USE)[0]
        while True:
            path = ""
            try:
                path = socket_path(self._path, admin=self._admin)
                return _AsyncLink(*await asyncio.open_unix_connection(path))
            except (FileNotFoundError, ConnectionError) as error:
                failure = error if isinstance(error, WicketError) else unavailable([path], variable)
            except OSError as error:
                raise unavailable([f"{path} ({error.strerror or error})"], variable) from error
            if time.monotonic() >= deadline:
                raise failure
            await asyncio.sleep(0.05)
