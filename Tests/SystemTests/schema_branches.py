# SPDX-License-Identifier: Apache-2.0
"""Which alternatives of the schema's results were ever seen: values of an enum, null or not, optional keys there or not."""

from jsonschema import Draft7Validator


class Branches:
    """Names each alternative once (`LogRow.error: null`), whether it was seen or not."""

    def __init__(self, schema):
        self._components = schema.components
        self._results = {name: method["result"]["schema"] for name, method in schema.methods.items() if "result" in method}
        self._validators = {}
        self.seen = set()
        self.all = set()
        for name, result in self._results.items():
            self._list(result, name, set())
        self._list({"$ref": "#/components/schemas/ErrorData"}, "ErrorData", set())

    def see_result(self, method, value):
        self._walk(self._results[method], method, value)

    def see(self, component, value):
        self._walk({"$ref": f"#/components/schemas/{component}"}, component, value)

    @property
    def unseen(self):
        return self.all - self.seen

    def _resolve(self, schema, path):
        while "$ref" in schema:
            path = schema["$ref"].rsplit("/", 1)[1]
            schema = self._components["schemas"][path]
        return schema, path

    def _list(self, schema, path, visited):
        schema, path = self._resolve(schema, path)
        if path in visited:
            return
        visited = visited | {path}
        for index, alternative in enumerate(_alternatives(schema)):
            self.all.add(f"{path}: {_label(alternative, index)}")
            self._list(alternative, path + _suffix(alternative, index), visited)
        self.all.update(f"{path}: {value}" for value in schema.get("enum", []))
        if isinstance(schema.get("type"), list):
            self.all.update(f"{path}: {name}" for name in schema["type"])
        for name, child in schema.get("properties", {}).items():
            if name not in schema.get("required", []):
                self.all.add(f"{path}.{name}: present")
            self._list(child, f"{path}.{name}", visited)
        if "items" in schema:
            self._list(schema["items"], f"{path}[]", visited)

    def _walk(self, schema, path, value):
        schema, path = self._resolve(schema, path)
        for index, alternative in enumerate(_alternatives(schema)):
            if self._is_valid(alternative, value):
                self.seen.add(f"{path}: {_label(alternative, index)}")
                self._walk(alternative, path + _suffix(alternative, index), value)
        if "enum" in schema:
            self.seen.add(f"{path}: {value}")
        if isinstance(schema.get("type"), list):
            self.seen.update(f"{path}: {name}" for name in schema["type"] if Draft7Validator({}).is_type(value, name))
        if isinstance(value, dict):
            for name, child in schema.get("properties", {}).items():
                if name in value:
                    self.seen.add(f"{path}.{name}: present")
                    self._walk(child, f"{path}.{name}", value[name])
        if isinstance(value, list) and "items" in schema:
            for item in value:
                self._walk(schema["items"], f"{path}[]", item)

    def _is_valid(self, schema, value):
        validator = self._validators.get(id(schema))
        if validator is None:
            # Schemas live as long as the document does, so their identity is a key.
            validator = Draft7Validator({"allOf": [schema], "components": self._components})
            self._validators[id(schema)] = validator
        return validator.is_valid(value)


def _alternatives(schema):
    return schema.get("anyOf") or schema.get("oneOf") or []


def _label(schema, index):
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[1]
    status = schema.get("properties", {}).get("status", {}).get("const")
    return status or (schema["type"] if isinstance(schema.get("type"), str) else str(index))


def _suffix(schema, index):
    return f"({_label(schema, index)})"
