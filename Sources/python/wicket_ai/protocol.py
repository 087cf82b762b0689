# SPDX-License-Identifier: Apache-2.0
"""JSON-RPC 2.0, one value a line: bytes in and out, no IO. Both clients stand on it."""

from __future__ import annotations

import json
from typing import Any, Iterator, List, Mapping, NamedTuple, Optional

from .errors import ConnectionLostError
from .values import Record

CANCEL = "$/cancelRequest"


def encode_request(identifier: int, method: str, params: Mapping[str, Any]) -> bytes:
    """One line that asks for a reply.

    Raises ``TypeError`` or ``ValueError`` for what JSON cannot say (NaN, a set).
    """
    return _line({"jsonrpc": "2.0", "id": identifier, "method": method, "params": params})


def encode_cancel(identifier: int) -> bytes:
    """One line that ends a request of the same connection."""
    return _line({"jsonrpc": "2.0", "method": CANCEL, "params": {"id": identifier}})


def _line(value: Any) -> bytes:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode("utf-8") + b"\n"
    except UnicodeEncodeError:  # a lone surrogate, which only an escape can carry
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"


class Message(NamedTuple):
    """A line from the daemon, for the call ``id``: one chunk of a stream, or the reply that ends the call."""

    id: Any
    #: Set for a chunk.
    chunk: Optional[Record] = None
    #: Set for a reply that is no error.
    result: Any = None
    #: Set for a reply that is one.
    error: Optional[Record] = None


def decode(line: bytes) -> Optional[Message]:
    """Reads a line; None for a notification that this client does not know, which a newer daemon may send.

    Raises ``ValueError`` when the line is no message.
    """
    value = json.loads(line, object_hook=Record)
    if not isinstance(value, Record):
        raise ValueError("not an object")
    if "method" in value:
        params = value.get("params")
        if isinstance(params, Record) and isinstance(params.get("chunk"), Record):
            return Message(params.get("id"), chunk=params["chunk"])
        return None
    error = value.get("error")
    if error is not None:
        return Message(value.get("id"), error=error if isinstance(error, Record) else Record(message=str(error)))
    return Message(value.get("id"), result=value.get("result"))


class LineSplitter:
    """Cuts a byte stream at 0x0A and nowhere else: U+2028 and its like are text."""

    def __init__(self) -> None:
        self._pending: List[bytes] = []

    def receive(self, data: bytes) -> List[bytes]:
        """The lines that ``data`` completes, without their ends; empty ones are left out."""
        first, *rest = data.split(b"\n")
        self._pending.append(first)
        if not rest:
            return []
        lines = [b"".join(self._pending), *rest[:-1]]
        self._pending = [rest[-1]]
        return [line for line in lines if line.strip()]


class Inbox:
    """What one connection receives: bytes in, the messages of its calls out, and why it ended."""

    def __init__(self) -> None:
        self._splitter = LineSplitter()
        self._end = "The daemon closed the connection before it answered; it may have been restarted."

    def receive(self, data: bytes) -> Iterator[Message]:
        """The messages that ``data`` completes. Raises ``ValueError`` at a line that is none."""
        for line in self._splitter.receive(data):
            message = decode(line)
            if message is not None and message.id is None and message.error is not None:
                self._end = f"The daemon closed the connection: {message.error.get('message')}"
            elif message is not None:
                yield message

    def ended(self, cause: Optional[Exception]) -> ConnectionLostError:
        """What those who still wait are told, ``cause`` being what reading ended with, or None at the end of file."""
        if isinstance(cause, OSError):
            return ConnectionLostError(f"The connection to the daemon failed: {cause}.")
        if cause is not None:
            return ConnectionLostError(f"The daemon sent a line that is no JSON-RPC message: {cause}.")
        return ConnectionLostError(self._end)
