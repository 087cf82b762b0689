# SPDX-License-Identifier: Apache-2.0
"""One connection for all threads of a process: a reader thread, and calls that are matched by id."""

from __future__ import annotations

import itertools
import os
import queue
import socket
import threading
import time
import weakref
from typing import Any, Dict, Mapping, Optional

from .errors import ConnectionLostError, WicketError
from .locate import ADMIN, USE, socket_path, unavailable
from .protocol import Inbox, Message, encode_cancel, encode_request

#: Seconds that a daemon which was there before may take to restart.
RECONNECT_PATIENCE = 3.0


class _Link:
    """A connected socket and its reader thread, from the first byte to the end of file; never used again after that."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.connect(path)
        except BaseException:
            self._socket.close()
            raise
        self.process = os.getpid()
        self._write_lock = threading.Lock()
        # Guards the two below. Reentrant: the collector may end a forgotten stream in the middle of this thread's own work.
        self._lock = threading.RLock()
        self._mailboxes: Dict[Any, "queue.SimpleQueue[Any]"] = {}
        self._failure: Optional[WicketError] = None
        threading.Thread(target=self._read, name="wicket-reader", daemon=True).start()

    @property
    def alive(self) -> bool:
        return self._failure is None and self.process == os.getpid()

    def register(self, identifier: int, mailbox: "queue.SimpleQueue[Any]") -> bool:
        with self._lock:
            if self._failure is None:
                self._mailboxes[identifier] = mailbox
            return self._failure is None

    def forget(self, identifier: int) -> bool:
        with self._lock:
            return self._mailboxes.pop(identifier, None) is not None

    def write(self, line: bytes) -> None:
        """Sends a whole line. When that fails the end of the line was not sent, so the daemon has not acted on it."""
        with self._write_lock:
            try:
                self._socket.sendall(line)
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        try:
            if self.process == os.getpid():
                self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def abandon(self) -> None:
        """In a forked child: gives up this process's copy of the descriptor and leaves the parent's connection alone."""
        self._socket.close()

    def _read(self) -> None:
        inbox = Inbox()
        cause: Optional[Exception] = None
        try:
            while True:
                data = self._socket.recv(65536)
                if not data:
                    break
                for message in inbox.receive(data):
                    self._deliver(message)
        except (OSError, ValueError) as error:
            cause = error
        failure = inbox.ended(cause)
        with self._lock:
            self._failure = failure
            waiting = list(self._mailboxes.values())
            self._mailboxes.clear()
        self._socket.close()
        for mailbox in waiting:
            mailbox.put(failure)

    def _deliver(self, message: Message) -> None:
        with self._lock:
            if message.chunk is not None:
                mailbox = self._mailboxes.get(message.id)
            else:
                mailbox = self._mailboxes.pop(message.id, None)
        if mailbox is not None:
            mailbox.put(message)


class Call:
    """One call in flight."""

    def __init__(self, link: _Link, identifier: int, mailbox: "queue.SimpleQueue[Any]") -> None:
        self._link = link
        self._identifier = identifier
        self._mailbox = mailbox

    def next_message(self, timeout: Optional[float]) -> Message:
        """The next chunk, or the reply. Raises ``queue.Empty`` when the time is over, or what ended the connection."""
        if self._link.process != os.getpid():
            raise ConnectionLostError("This call was made before the process forked; only the parent gets its answer.")
        message = self._mailbox.get(timeout=timeout)
        if isinstance(message, WicketError):
            raise message
        assert isinstance(message, Message)
        return message

    def cancel(self) -> None:
        """Tells the daemon that nobody waits any more, unless the reply has come."""
        if self._link.forget(self._identifier) and self._link.alive:
            try:
                self._link.write(encode_cancel(self._identifier))
            except OSError:
                pass  # the connection is gone, and with it the call


class Connection:
    """Connects at the first call, and again when the daemon was restarted or the process has forked. Safe for threads."""

    def __init__(self, path: Optional[str], *, admin: bool = False) -> None:
        self._path = path
        self._admin = admin
        self._identifiers = itertools.count(1)
        self._was_connected = False
        self._link: Optional[_Link] = None
        self._lock = threading.Lock()
        _connections.add(self)

    def start(self, method: str, params: Mapping[str, Any]) -> Call:
        """Sends a request. One that could not be sent whole is sent again on a new connection, once."""
        identifier = next(self._identifiers)
        line = encode_request(identifier, method, params)
        mailbox: "queue.SimpleQueue[Any]" = queue.SimpleQueue()
        for _ in range(2):
            link = self._connected()
            try:
                if link.register(identifier, mailbox):
                    link.write(line)
                    return Call(link, identifier, mailbox)
            except OSError:
                link.forget(identifier)
                mailbox = queue.SimpleQueue()  # the reader may have put the end of the connection into the old one
            self._drop(link)
        raise ConnectionLostError(
            "The daemon closes the connection as soon as it is opened; its log says why.", data={"retryable": True}
        )

    def close(self) -> None:
        """Ends the connection and with it every call on it; a later call connects again."""
        with self._lock:
            link, self._link = self._link, None
        if link is not None:
            link.close()

    def _connected(self) -> _Link:
        with self._lock:
            if self._link is None or not self._link.alive:
                self._link = self._connect()
                self._was_connected = True
            return self._link

    def _drop(self, link: _Link) -> None:
        with self._lock:
            if self._link is link:
                self._link = None

    def _connect(self) -> _Link:
        deadline = time.monotonic() + (RECONNECT_PATIENCE if self._was_connected else 0)
        variable = (ADMIN if self._admin else USE)[0]
        while True:
            path = ""
            try:
                path = socket_path(self._path, admin=self._admin)
                return _Link(path)
            except (FileNotFoundError, ConnectionError) as error:
                failure = error if isinstance(error, WicketError) else unavailable([path], variable)
            except OSError as error:
                raise unavailable([f"{path} ({error.strerror or error})"], variable) from error
            if time.monotonic() >= deadline:
                raise failure
            time.sleep(0.05)

    def _forget_parent(self) -> None:
        self._lock = threading.Lock()  # a thread of the parent may have held the old one
        if self._link is not None:
            self._link.abandon()
            self._link = None

    def __del__(self) -> None:
        link = getattr(self, "_link", None)
        if link is not None:
            link.close()


_connections: "weakref.WeakSet[Connection]" = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for connection in list(_connections):
        connection._forget_parent()


os.register_at_fork(after_in_child=_after_fork_in_child)
