# SPDX-License-Identifier: Apache-2.0
"""Short words for calls that follow a config."""

import time

import pytest

from rpc_client import RpcFailure, chat


def routed(config, *, model="m", stream=False, options=None, **request):
    """Params of a chat that a config (an object, or a saved one's name) sends on its way."""
    return chat(model=model, provider=None, stream=stream, options={"config": config, **(options or {})}, **request)


def ask(client, config, **more):
    """The result; with `stream`, the text of the chunks is in `response` all the same."""
    chunks, result = client.stream("chat.completions.create", routed(config, **more))
    if more.get("stream"):
        result["response"] = text_of(chunks)
    else:
        result["response"] = result["response"]["choices"][0]["message"]["content"]
    return result


def failure_of(client, config, **more):
    """The failure of a call that must fail."""
    with pytest.raises(RpcFailure) as caught:
        client.stream("chat.completions.create", routed(config, **more))
    return caught.value


def text_of(chunks):
    return "".join(choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"])


def until(condition, seconds=20):
    """Waits until something holds; what it was is in the assertion's traceback."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not so after {seconds} s"
        time.sleep(0.005)


def fallback(*targets, **strategy):
    """A config that asks keys, or nodes, one after the other."""
    return {"strategy": {"mode": "fallback", **strategy}, "targets": nodes(targets)}


def loadbalance(*targets, **strategy):
    return {"strategy": {"mode": "loadbalance", **strategy}, "targets": nodes(targets)}


def nodes(targets):
    return [node if isinstance(node, dict) else {"virtual_key": node.key} for node in targets]


#: A wait of a millisecond, where the provider's header says `retry-after-ms: 1`.
def quick_retry(attempts, **more):
    return {"attempts": attempts, "use_retry_after_header": True, **more}


def outcomes(failure):
    """Target, status and outcome of each try that a failure names."""
    return [(each["target"], each["status"], each["outcome"]) for each in failure.data["attempts"]]
