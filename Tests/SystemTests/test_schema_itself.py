# SPDX-License-Identifier: Apache-2.0
"""The schema's own examples fit it, and the recorder refuses what does not."""

import json

import pytest
from jsonschema import Draft7Validator

from schema import Recorder, Schema, Violation

SCHEMA = Schema()
EXAMPLES = [(method, example) for method in SCHEMA.methods.values() for example in method["examples"]]


@pytest.mark.parametrize("method, example", EXAMPLES, ids=[f"{m['name']}: {e['name']}" for m, e in EXAMPLES])
def test_an_example_is_what_its_method_says(method, example):
    params = {param["name"]: param["value"] for param in example["params"]}
    assert SCHEMA.fault(SCHEMA.params[method["name"]], params) is None
    if "result" in method:
        assert SCHEMA.fault(SCHEMA.results[method["name"]], example["result"]["value"]) is None


def test_the_document_is_complete():
    document = SCHEMA.document
    assert document["openrpc"] == "1.3.2"
    names = [method["name"] for method in document["methods"]]
    assert len(names) == len(set(names))
    for method in document["methods"]:
        assert method["x-socket"] in ("use", "admin", "both") and method["summary"]
        assert method["examples"] or method["name"] == "rpc.discover", method["name"]
        assert ("result" in method) == (method.get("x-direction") is None), "a notification has a direction and no result"
    for schema in SCHEMA.components["schemas"].values():
        Draft7Validator.check_schema(schema)
    codes = [error["code"] for error in SCHEMA.components["errors"].values()]
    assert len(codes) == len(set(codes)) == 19


def exchange(sent, received):
    conversation = Recorder(SCHEMA).conversation()
    conversation.sent(json.dumps({"jsonrpc": "2.0", **sent}).encode())
    conversation.received(json.dumps({"jsonrpc": "2.0", **received}).encode())


PING = {"id": 1, "method": "system.ping"}
GET = {"id": 1, "method": "logs.get", "params": {"id": "x"}}
NOT_FOUND = {"code": 1002, "message": "m", "data": {"type": "not_found", "status": 404, "retryable": False}}


def test_a_right_exchange_passes():
    exchange(PING, {"id": 1, "result": {"pong": True}})
    exchange(GET, {"id": 1, "error": NOT_FOUND})


@pytest.mark.parametrize("sent, received", [
    (PING, {"id": 2, "result": {"pong": True}}),
    (PING, {"id": 1, "result": {"pong": True, "extra": 1}}),
    (PING, {"id": 1, "result": {"pong": True}, "error": NOT_FOUND}),
    (PING, {"id": 1, "error": NOT_FOUND}),  # not an error of that method
    (PING, {"id": 1, "error": {**NOT_FOUND, "code": 99}}),
    (PING, {"id": 1, "error": {**NOT_FOUND, "data": {}}}),
    (PING, {"id": None, "error": {"code": -32600, "message": "m", "data": NOT_FOUND["data"]}}),
    ({**PING, "params": {"extra": 1}}, {"id": 1, "result": {"pong": True}}),  # taken although it is wrong
    (GET, {"id": 1, "error": {**NOT_FOUND, "data": {**NOT_FOUND["data"], "status": 500}}}),
    (PING, {"method": "chat.completions.chunk", "params": {"id": 1, "chunk": {}}}),
    (PING, {"method": "system.ping", "params": {}}),
])
def test_a_wrong_exchange_is_refused(sent, received):
    with pytest.raises(Violation):
        exchange(sent, received)


def test_a_second_reply_is_refused():
    conversation = Recorder(SCHEMA).conversation()
    conversation.sent(json.dumps({"jsonrpc": "2.0", **PING}).encode())
    reply = json.dumps({"jsonrpc": "2.0", "id": 1, "result": {"pong": True}}).encode()
    conversation.received(reply)
    with pytest.raises(Violation):
        conversation.received(reply)


def test_every_branch_of_an_example_is_one_that_the_walk_lists():
    recorder = Recorder(SCHEMA)
    for method, example in EXAMPLES:
        if "result" in method:
            recorder.branches.see_result(method["name"], example["result"]["value"])
    assert recorder.branches.seen and recorder.branches.seen <= recorder.branches.all | {
        name for name in recorder.branches.seen if name.endswith(": present")
    }


def test_a_reply_that_holds_a_key_of_the_vault_is_a_violation():
    conversation = Recorder().conversation()
    params = {"name": "k", "provider": "openai", "secret": {"api_key": "sk-0123456789"}}
    conversation.sent(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "virtual_keys.create", "params": params}).encode())
    conversation.sent(b'{"jsonrpc":"2.0","id":2,"method":"system.ping"}')
    with pytest.raises(Violation, match="a secret of the vault"):
        conversation.received(b'{"jsonrpc":"2.0","id":2,"result":{"pong":"sk-0123456789"}}')
