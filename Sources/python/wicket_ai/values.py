# SPDX-License-Identifier: Apache-2.0
"""Answers: JSON objects whose keys are attributes too."""

from __future__ import annotations

import json
from typing import Any, Dict, Iterator

# Fields that the providers' forms leave out when they have no value. As attributes they read as None, as in the providers' own
# SDKs; any other missing name is an error, so that a typing mistake is seen.
_OPTIONAL = frozenset((
    "annotations", "audio", "cache_creation_input_tokens", "cache_read_input_tokens", "completion_tokens_details", "content",
    "finish_reason", "function_call", "id", "logprobs", "prompt_tokens_details", "reasoning_content", "refusal", "role",
    "service_tier", "stop_reason", "stop_sequence", "system_fingerprint", "tool_calls", "type", "usage",
))


class Record(Dict[str, Any]):
    """A JSON object: ``record["usage"]`` and ``record.usage`` are the same. Printing it shows JSON.

    A key that is named like a method of ``dict`` (``items``, ``values``) is reached by ``record["items"]`` only.
    """

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            if name in _OPTIONAL:
                return None
            raise AttributeError(f"no {name!r} in this answer; it has: {', '.join(self) or 'nothing'}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        try:
            del self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __dir__(self) -> Iterator[str]:
        return iter([*super().__dir__(), *(key for key in self if key.isidentifier())])

    def __str__(self) -> str:
        return json.dumps(self, indent=2, ensure_ascii=False)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict.__repr__(self)})"

    def to_dict(self) -> Dict[str, Any]:
        """A copy in plain dicts and lists."""
        return {key: _plain(value) for key, value in self.items()}


class Answer(Record):
    """What a model answered, in the provider-neutral form, and beside it what the gateway did (``gateway``)."""

    def __init__(self, response: Any = (), gateway: Any = None) -> None:
        super().__init__(response or ())
        object.__setattr__(self, "gateway", gateway if gateway is not None else Record())

    #: Trace id, provider, attempts, cost, latency, dropped parameters…
    gateway: Record


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
