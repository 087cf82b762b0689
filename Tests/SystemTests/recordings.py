# SPDX-License-Identifier: Apache-2.0
"""Reads the recorded exchanges, and says in the tests' own words what a unified answer to them must hold."""

import json
import re

import places

FINISH_REASONS = {
    "end_turn": {"stop"}, "stop_sequence": {"stop"}, "pause_turn": {"stop"}, "compaction": {"stop"}, "tool_use": {"tool_calls"},
    "max_tokens": {"length"}, "model_context_window_exceeded": {"length"}, "refusal": {"content_filter"},
}


def load(provider, endpoint):
    """The records of one endpoint; none where the folder is absent."""
    path = places.SHARED / "wire" / "dev" / f"{provider}.jsonl"
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as lines:
        return [record for record in map(json.loads, lines) if record["endpoint"] == endpoint]


def events(record):
    """The JSON of each `data:` of a recorded stream."""
    found = []
    for line in re.split("\r\n|\n|\r", record["response"]["body"]):
        if line.startswith("data:") and line[5:].strip() != "[DONE]":
            found.append(json.loads(line[5:]))
    return found


def answers(record):
    """How many messages of Anthropic a record holds."""
    return sum(event["type"] == "message_stop" for event in events(record)) if record["stream"] else 1


def is_error(record):
    return record["response"]["status"] >= 400


def asked_for_a_stream(record):
    body = record["request"]["body"]
    return bool(body.get("stream")) if isinstance(body, dict) else record["stream"]


def summary_of_completion(response):
    """Text, tool calls, finish reason, usage and ids of an answer in OpenAI's form."""
    choices = response.get("choices") or [{}]
    message = choices[0].get("message") or {}
    return {
        "id": response.get("id"), "model": response.get("model"), "text": message.get("content") or "",
        "tools": [
            (call["id"], call["function"]["name"], arguments(call["function"]["arguments"]))
            for call in message.get("tool_calls") or [] if call.get("type", "function") == "function"
        ],
        "finish_reason": choices[0].get("finish_reason"), "usage": usage_of(response.get("usage")),
    }


def summary_of_chunks(chunks):
    """The same of a streamed answer, put together from its chunks."""
    text, tools, finish, usage, identifier, model = [], {}, None, None, None, None
    for chunk in chunks:
        identifier, model = identifier or chunk.get("id"), model or chunk.get("model")
        usage = chunk.get("usage") or usage
        for choice in chunk.get("choices") or []:
            if choice.get("index", 0) != 0:
                continue
            delta = choice.get("delta") or {}
            text.append(delta.get("content") or "")
            finish = choice.get("finish_reason") or finish
            for call in delta.get("tool_calls") or []:
                known = tools.setdefault(call.get("index", 0), {"id": None, "name": "", "arguments": ""})
                known["id"] = call.get("id") or known["id"]
                function = call.get("function") or {}
                known["name"] += function.get("name") or ""
                known["arguments"] += function.get("arguments") or ""
    return {
        "id": identifier, "model": model, "text": "".join(text),
        "tools": [(tools[i]["id"], tools[i]["name"], arguments(tools[i]["arguments"])) for i in sorted(tools)],
        "finish_reason": finish, "usage": usage_of(usage),
    }


def usage_of(usage):
    if not usage:
        return None
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
    return {"input": usage.get("prompt_tokens"), "output": usage.get("completion_tokens"), "cached": cached}


def arguments(text):
    """Arguments as JSON where they are; the order of keys and the spaces between them mean nothing."""
    try:
        return json.loads(text or "{}")
    except ValueError:
        return text


def message_of(stream_events):
    """The message that a stream of Anthropic's events spells, put together as Anthropic documents it."""
    message, partial = {}, {}
    for event in stream_events:
        kind = event["type"]
        if kind == "message_start":
            message = json.loads(json.dumps(event["message"]))
            message["content"] = []
        elif kind == "content_block_start":
            message["content"].append(dict(event["content_block"]))
            partial[event["index"]] = ""
        elif kind == "content_block_delta":
            block, delta = message["content"][event["index"]], event["delta"]
            if delta["type"] == "text_delta":
                block["text"] = block.get("text", "") + delta["text"]
            elif delta["type"] == "input_json_delta":
                partial[event["index"]] += delta["partial_json"]
            elif delta["type"] == "thinking_delta":
                block["thinking"] = block.get("thinking", "") + delta["thinking"]
            elif delta["type"] == "signature_delta":
                block["signature"] = delta["signature"]
            elif delta["type"] == "citations_delta":
                block["citations"] = (block.get("citations") or []) + [delta["citation"]]
        elif kind == "content_block_stop":
            if partial.get(event["index"]):
                message["content"][event["index"]]["input"] = json.loads(partial[event["index"]])
        elif kind == "message_stop":
            break  # two recordings hold a second message behind the first
        elif kind == "message_delta":
            message.update(event["delta"])
            message["usage"] = {**message.get("usage", {}), **{k: v for k, v in event.get("usage", {}).items() if v is not None}}
    return message


def expected_of_message(message):
    """What the unified answer to an Anthropic message must hold."""
    content = message.get("content") or []
    usage = message.get("usage") or {}
    read, written = usage.get("cache_read_input_tokens") or 0, usage.get("cache_creation_input_tokens") or 0
    return {
        "id": message.get("id"), "model": message.get("model"),
        "text": "".join(block["text"] for block in content if block["type"] == "text"),
        "tools": [(block["id"], block["name"], block["input"]) for block in content if block["type"] == "tool_use"],
        "finish_reasons": FINISH_REASONS.get(message.get("stop_reason"), {"stop"}),
        "usage": {
            "input": (usage.get("input_tokens") or 0) + read + written, "output": usage.get("output_tokens"), "cached": read,
        },
    }
