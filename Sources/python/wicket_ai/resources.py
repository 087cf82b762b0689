# SPDX-License-Identifier: Apache-2.0
"""The methods of the use socket, under the names that the field's SDKs give them.

Each class is written once: in :class:`Wicket` a call gives an answer, in :class:`AsyncWicket` something to await.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Generic, Iterable, List, Literal, Mapping, Optional, Protocol, TypeVar, Union, overload

AnswerT = TypeVar("AnswerT", covariant=True)
StreamT = TypeVar("StreamT", covariant=True)
RecordT = TypeVar("RecordT")


class Infer(Protocol[AnswerT, StreamT]):
    """Sends an inference call: (method, request, whether to stream, timeout)."""

    def __call__(
        self, method: str, request: Mapping[str, Any], stream: bool, timeout: Optional[float]
    ) -> Union[AnswerT, StreamT]: ...


#: Sends any call: (method, params).
Caller = Callable[[str, Mapping[str, Any]], RecordT]


class _Creates(Generic[AnswerT, StreamT]):
    _method = ""

    def __init__(self, infer: Infer[AnswerT, StreamT]) -> None:
        self._infer = infer

    @overload
    def create(
        self, *, messages: Iterable[Mapping[str, Any]] = ..., model: Optional[str] = ..., stream: Literal[True],
        timeout: Optional[float] = ..., **request: Any
    ) -> StreamT: ...

    @overload
    def create(
        self, *, messages: Iterable[Mapping[str, Any]] = ..., model: Optional[str] = ..., stream: Literal[False] = ...,
        timeout: Optional[float] = ..., **request: Any
    ) -> AnswerT: ...

    @overload
    def create(
        self, *, messages: Iterable[Mapping[str, Any]] = ..., model: Optional[str] = ..., stream: bool,
        timeout: Optional[float] = ..., **request: Any
    ) -> Union[AnswerT, StreamT]: ...

    def create(
        self, *, messages: Iterable[Mapping[str, Any]] = (), model: Optional[str] = None, stream: bool = False,
        timeout: Optional[float] = None, **request: Any
    ) -> Union[AnswerT, StreamT]:
        """Asks the model. ``request`` takes every other field of the body as the API documents it; none is checked here.

        With ``stream=True`` the answer is a stream of chunks. ``timeout`` (seconds) replaces the client's for this call.
        """
        body: Dict[str, Any] = {} if model is None else {"model": model}
        body["messages"] = list(messages)
        body.update(request)
        if stream:
            body["stream"] = True
        return self._infer(self._method, body, stream, timeout)


class Completions(_Creates[AnswerT, StreamT]):
    """``client.chat.completions``: OpenAI's form, any provider behind it."""

    _method = "chat.completions.create"


class Messages(_Creates[AnswerT, StreamT]):
    """``client.messages``: Anthropic's form."""

    _method = "messages.create"


class Chat(Generic[AnswerT, StreamT]):
    """``client.chat``."""

    def __init__(self, infer: Infer[AnswerT, StreamT]) -> None:
        self.completions: Completions[AnswerT, StreamT] = Completions(infer)


class Embeddings(Generic[AnswerT, StreamT]):
    """``client.embeddings``: vectors of texts, in OpenAI's form."""

    def __init__(self, infer: Infer[AnswerT, StreamT]) -> None:
        self._infer = infer

    def create(
        self, *, input: Union[str, Iterable[Any]], model: Optional[str] = None, dimensions: Optional[int] = None,
        encoding_format: Optional[Literal["float", "base64"]] = None, user: Optional[str] = None,
        timeout: Optional[float] = None, **request: Any
    ) -> AnswerT:
        """A vector for each text. ``request`` takes every other field of the body as the API documents it.

        ``model="local/all-minilm-l6-v2"`` makes them in the daemon, without key or network. Vectors come as lists of numbers
        unless ``encoding_format`` says otherwise. ``timeout`` (seconds) replaces the client's for this call.
        """
        body = given(model=model, dimensions=dimensions, encoding_format=encoding_format, user=user)
        body["input"] = input if isinstance(input, str) else list(input)
        body.update(request)
        answer: Any = self._infer("embeddings.create", body, False, timeout)
        result: AnswerT = answer
        return result


class Models(Generic[AnswerT, StreamT]):
    """``client.models``."""

    def __init__(self, infer: Infer[AnswerT, StreamT]) -> None:
        self._infer = infer

    def list(
        self, *, provider: Optional[str] = None, mode: Optional[str] = None, search: Optional[str] = None,
        limit: Optional[int] = None, cursor: Optional[str] = None, timeout: Optional[float] = None
    ) -> AnswerT:
        """The models that the client's provider or virtual key offers; of a client that has neither, a page of the catalog.

        The catalog has each model's prices, its context and what it takes and makes. ``provider``, ``mode`` (``"chat"``,
        ``"embedding"``…) and ``search`` (a part of ``provider/model``) are its filters.
        """
        request = given(provider=provider, mode=mode, search=search, limit=limit, cursor=cursor)
        answer: Any = self._infer("models.list", request, False, timeout)
        result: AnswerT = answer
        return result


class Logs(Generic[RecordT]):
    """``client.logs`` (one's own calls) and ``client.admin.logs`` (everybody's)."""

    def __init__(self, call: Caller[RecordT]) -> None:
        self._call = call

    def list(
        self, *, filter: Optional[Mapping[str, Any]] = None, limit: Optional[int] = None, cursor: Optional[str] = None
    ) -> RecordT:
        """A page of calls, the latest first: ``logs`` and ``next_cursor``, which is None at the end. Where many calls had to be
        looked at for few, a page is shorter than ``limit`` although more follow.

        ``filter`` combines ``virtual_key``, ``provider``, ``model``, ``status``, ``error``, ``user``, ``since``,
        ``metadata.NAME``…
        """
        return self._call("logs.list", given(filter=filter, limit=limit, cursor=cursor))

    def get(self, id: str) -> RecordT:
        """One call."""
        return self._call("logs.get", {"id": id})


class Traces(Generic[RecordT]):
    """``client.traces``: the spans of one's own requests."""

    def __init__(self, call: Caller[RecordT]) -> None:
        self._call = call

    def get(self, trace_id: str) -> RecordT:
        """The spans of a trace as a tree: its requests, below each its tries and its look into the cache."""
        return self._call("traces.get", {"trace_id": trace_id})


class Usage(Generic[RecordT]):
    """``client.usage`` (one's own) and ``client.admin.usage`` (everybody's)."""

    def __init__(self, call: Caller[RecordT]) -> None:
        self._call = call

    def get(
        self, *, from_: Optional[str] = None, to: Optional[str] = None, group_by: Optional[Iterable[str]] = None
    ) -> RecordT:
        """Tokens, requests and cost, in all (``total``) and by group (``usage``); the last day unless told otherwise.

        Times are RFC 3339 in UTC, widened to whole hours. ``group_by`` takes up to three of ``virtual_key``, ``model``,
        ``provider``, ``user``, ``metadata.NAME``…
        """
        groups = None if group_by is None else list(group_by)
        return self._call("usage.get", given(**{"from": from_}, to=to, group_by=groups))


class Feedback(Generic[RecordT]):
    """``client.feedback``: what an answer was worth."""

    def __init__(self, call: Caller[RecordT]) -> None:
        self._call = call

    def create(
        self, trace_id: Optional[str] = None, value: Optional[int] = None, *, weight: Optional[float] = None,
        metadata: Optional[Mapping[str, Any]] = None, feedback: Optional[Iterable[Mapping[str, Any]]] = None,
    ) -> RecordT:
        """Keeps a ``value`` from -10 to 10 for a call, or a list of such of which all are kept or none: ``feedback_ids``."""
        entries = None if feedback is None else list(feedback)
        return self._call("feedback.create", given(
            trace_id=trace_id, value=value, weight=weight, metadata=metadata, feedback=entries))


class Cache(Generic[RecordT]):
    """``client.cache``: one's own hits, and what would be one."""

    def __init__(self, call: Caller[RecordT]) -> None:
        self._call = call

    def reject(self, trace_id: str) -> RecordT:
        """Says that the hit of that call was wrong: its answer goes, and it counts as a false hit."""
        return self._call("cache.reject", {"trace_id": trace_id})

    def explain(
        self, text: Optional[str] = None, *, model: Optional[str] = None,
        config: Union[Mapping[str, Any], str, None] = None, options: Optional[Mapping[str, Any]] = None,
        request: Optional[Mapping[str, Any]] = None,
    ) -> RecordT:
        """What the cache would answer a question with, or a whole ``request``: ``cache_status``, and the ``candidates`` with
        their scores and what speaks against them. Nothing is asked but for a vector, where the config has a provider make it;
        nothing is stored or counted."""
        return self._call("cache.explain", given(
            text=text, model=model, config=config, options=options, request=request))


class System(Generic[RecordT]):
    """``client.system``."""

    def __init__(self, call: Caller[RecordT]) -> None:
        self._call = call

    def info(self) -> RecordT:
        """Version, process, sockets, uptime."""
        return self._call("system.info", {})

    def health(self) -> RecordT:
        """Whether the daemon can do its work."""
        return self._call("system.health", {})

    def ping(self) -> RecordT:
        """Answers at once."""
        return self._call("system.ping", {})

    def whoami(self) -> RecordT:
        """Who the daemon takes this process for."""
        return self._call("system.whoami", {})


def given(**params: Any) -> Dict[str, Any]:
    """The params that have a value."""
    return {name: value for name, value in params.items() if value is not None}


__all__: List[str] = [
    "Caller", "Chat", "Completions", "Embeddings", "Feedback", "Infer", "Logs", "Messages", "Models", "System", "Traces", "Usage",
    "given",
]
