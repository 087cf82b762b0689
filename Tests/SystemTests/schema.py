# SPDX-License-Identifier: Apache-2.0
"""Holds every frame of the system tests to `rpc-schema/openrpc.json`, in both directions, and remembers what was seen."""

import json
import threading

from jsonschema import Draft7Validator

from places import OPENRPC
from schema_branches import Branches

#: Errors that any method may end with, whatever its own list says.
COMMON_ERRORS = {
    "ParseError", "InvalidRequest", "MethodNotFound", "InvalidParams", "InternalError", "PermissionDenied", "Overloaded",
    "Cancelled",
}
#: Those of a request that was not worth reading: it need not fit the schema, and its id may be null.
REFUSALS = {-32700, -32600, -32601, -32602}
INFERENCE = {"chat.completions.create", "messages.create", "embeddings.create", "models.list"}
SECRET_PARTS = ("api_key", "aws_secret_access_key", "aws_session_token")


class Violation(AssertionError):
    """A frame that the schema does not allow."""


class Schema:
    """The document, compiled."""

    def __init__(self, document=None):
        self.document = document or json.loads(OPENRPC.read_text(encoding="utf-8"))
        self.components = self.document["components"]
        self.methods = {method["name"]: method for method in self.document["methods"]}
        self.errors = {error["code"]: (name, error) for name, error in self.components["errors"].items()}
        self.params = {name: self._validator(self._params_schema(method)) for name, method in self.methods.items()}
        self.results = {
            name: self._validator(method["result"]["schema"]) for name, method in self.methods.items() if "result" in method
        }
        self.error_data = self._validator({"$ref": "#/components/schemas/ErrorData"})

    def _validator(self, schema):
        # The components lie beside the schema, so that `#/components/…` finds them.
        return Draft7Validator({"allOf": [schema], "components": self.components})

    def _descriptor(self, param):
        return self.components["contentDescriptors"][param["$ref"].rsplit("/", 1)[1]] if "$ref" in param else param

    def _params_schema(self, method):
        descriptors = [self._descriptor(param) for param in method["params"]]
        return {
            "type": "object",
            "properties": {each["name"]: each["schema"] for each in descriptors},
            "required": [each["name"] for each in descriptors if each.get("required")],
            "additionalProperties": False,
        }

    def fault(self, validator, value):
        """What is wrong with a value, in one line, or None."""
        error = next(validator.iter_errors(value), None)
        return error and f"{error.json_path}: {error.message[:300]}"

    def allowed_errors(self, method):
        own = {ref["$ref"].rsplit("/", 1)[1] for ref in self.methods.get(method, {}).get("errors", [])}
        return own | COMMON_ERRORS


class Recorder:
    """What all conversations together have shown."""

    def __init__(self, schema=None):
        self.schema = schema or Schema()
        self.lock = threading.Lock()
        self.frames = 0
        self.methods = set()
        self.errors = set()
        self.branches = Branches(self.schema)
        #: Found where no test could be failed at once: in a proxy's thread.
        self.violations = []
        #: The keys that were put into a vault, those that are long enough to be nothing else.
        self.secrets = set()
        #: Why this run can't judge what was never seen: some test was left out, or failed.
        self.incomplete = None

    def conversation(self):
        return Conversation(self)

    def keep_secrets(self, params):
        secret = params.get("secret") if isinstance(params, dict) else None
        parts = [secret.get(name) for name in SECRET_PARTS] if isinstance(secret, dict) else []
        self.secrets.update(part for part in parts if isinstance(part, str) and len(part) >= 12)


class Conversation:
    """One connection's frames, each a line without its end."""

    def __init__(self, recorder):
        self._recorder = recorder
        self._schema = recorder.schema
        self._pending = {}
        self._unmatched = 0  # refused lines whose errors carry no id

    def sent(self, line):
        """A line from client to daemon; it may be wrong on purpose."""
        repeated = []

        def note_repeated(pairs):
            if len(dict(pairs)) < len(pairs):
                repeated.append(pairs)
            return dict(pairs)

        try:
            # As text: for bytes, Python would take a byte order mark and lone surrogates.
            value = json.loads(line.decode("utf-8"), object_pairs_hook=note_repeated)
        except (ValueError, RecursionError):
            self._unmatched += 1
            return
        if repeated:  # which of two ids an error names, if any, is the daemon's choice
            self._unmatched += 1
            identifiers = [each for pairs in repeated for name, each in pairs if name == "id"]
            self._pending.update({_key(each): (None, "a key twice") for each in identifiers})
        if isinstance(value, list):  # which may be refused as a whole
            self._unmatched += 1
        with self._recorder.lock:
            self._recorder.frames += 1
            for message in value if isinstance(value, list) and value else [value]:
                self._sent_one(message)

    def _sent_one(self, message):
        method = message.get("method") if isinstance(message, dict) else None
        fault = "not a request"
        if isinstance(method, str) and message.get("jsonrpc") == "2.0":
            fault = f"unknown method {method}"
            if method in self._schema.methods:
                fault = self._schema.fault(self._schema.params[method], message.get("params", {}))
                if fault is None:
                    self._recorder.methods.add(method)
                    self._recorder.keep_secrets(message.get("params", {}))
        identifier = message.get("id") if isinstance(message, dict) else None
        if isinstance(identifier, (str, int, float)) and not isinstance(identifier, bool):
            self._pending[_key(identifier)] = (method, fault)
        elif fault or not isinstance(message, dict) or "id" in message:
            self._unmatched += 1

    def received(self, line):
        """A line from daemon to client. Raises :class:`Violation`."""
        try:
            value = json.loads(line.decode("utf-8"))
        except ValueError as error:
            raise Violation(f"not JSON: {error}: {line[:200]!r}") from None
        with self._recorder.lock:
            self._recorder.frames += 1
            if isinstance(value, list):
                self._require(value, "an empty batch", value)
            for message in value if isinstance(value, list) else [value]:
                self._received_one(message)

    def _received_one(self, message):
        self._require(isinstance(message, dict) and message.get("jsonrpc") == "2.0", "not JSON-RPC 2.0", message)
        if "method" in message:
            self._notification(message)
        elif "error" in message:
            self._error(message)
        else:
            self._result(message)

    def _notification(self, message):
        self._require(set(message) == {"jsonrpc", "method", "params"}, "a notification has other members", message)
        method = message["method"]
        known = self._schema.methods.get(method, {})
        self._require(known.get("x-direction") == "server-to-client", "an unknown notification", message)
        self._check(self._schema.params[method], message["params"], message)
        request = self._pending.get(_key(message["params"]["id"]))
        self._require(request is not None, "a chunk for no request in flight", message)
        expected = request[0].replace("completions.create", "completions.chunk").replace("messages.create", "messages.chunk")
        expected = f"{expected}.chunk" if expected.startswith("logs.") else expected
        self._require(expected == method, f"a chunk of another method than {request[0]}", message)
        self._recorder.methods.add(method)

    def _result(self, message):
        self._require(set(message) == {"jsonrpc", "id", "result"}, "a reply has other members", message)
        method, fault = self._take(message)
        # Some tests have a provider that answers with the key that it was sent; that is its answer, and travels.
        if method not in INFERENCE:
            self._require_no_secret(message)
        self._require(fault is None, f"the daemon took what the schema refuses ({fault})", message)
        self._check(self._schema.results[method], message["result"], message)
        self._recorder.branches.see_result(method, message["result"])

    def _error(self, message):
        self._require(set(message) == {"jsonrpc", "id", "error"}, "a reply has other members", message)
        self._require_no_secret(message)
        error = message["error"]
        self._require(set(error) == {"code", "message", "data"} and error["message"], "an error has other members", message)
        self._require(error["code"] in self._schema.errors, "an unknown code", message)
        name, known = self._schema.errors[error["code"]]
        self._check(self._schema.error_data, error["data"], message)
        fixed = ("type",) if name == "UpstreamError" else ("type", "status")
        for member in fixed:
            self._require(error["data"][member] == known["data"][member], f"data.{member} does not belong to the code", message)
        if message["id"] is None:
            self._require(error["code"] in REFUSALS or name == "Overloaded", "an error without id", message)
            self._require(self._unmatched > 0, "an error for nothing", message)
            self._unmatched -= 1
        else:
            method, fault = self._take(message)
            self._require(fault is None or error["code"] in REFUSALS | {1001}, f"the wrong error for: {fault}", message)
            self._require(name in self._schema.allowed_errors(method), f"not an error of {method}", message)
        self._recorder.errors.add(name)
        self._recorder.branches.see("ErrorData", error["data"])

    def _require_no_secret(self, message):
        """No reply holds a key that any test has put into a vault."""
        text = json.dumps(message, ensure_ascii=False)
        found = [secret for secret in self._recorder.secrets if secret in text]
        self._require(not found, f"a secret of the vault ({found})", message)

    def _take(self, message):
        request = self._pending.pop(_key(message["id"]), None)
        self._require(request is not None, "a reply to nothing, or a second one", message)
        return request

    def _check(self, validator, value, message):
        fault = self._schema.fault(validator, value)
        self._require(fault is None, fault, message)

    def _require(self, condition, what, message):
        if not condition:
            raise Violation(f"{what} in {json.dumps(message)[:1000]}")


def _key(identifier):
    return json.dumps(identifier)
