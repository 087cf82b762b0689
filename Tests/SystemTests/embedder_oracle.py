# SPDX-License-Identifier: Apache-2.0
"""The model as other people's programs run it: tokens from `tokenizers`, vectors from `onnxruntime` in 32 bits."""
import json
import struct

import numpy
import onnx
import onnxruntime
import tokenizers
from onnx import TensorProto, helper, numpy_helper

WIDTH, HEADS, LAYERS = 384, 12, 6


def tokenizer(vocabulary, longest):
    """The tokenizer of the model's own tokenizer.json, with marks that a text spells out taken as text."""
    made = tokenizers.Tokenizer(tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    made.normalizer = tokenizers.normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    made.post_processor = tokenizers.processors.BertProcessing(("[SEP]", 102), ("[CLS]", 101))
    made.enable_truncation(longest)
    return made


def tensors(block):
    """The tensors of a safetensors file."""
    length = struct.unpack_from("<Q", block)[0]
    found = {}
    for name, entry in json.loads(block[8:8 + length]).items():
        if entry.get("dtype") == "F32":
            start, end = entry["data_offsets"]
            found[name] = numpy.frombuffer(block[8 + length + start:8 + length + end], numpy.float32).reshape(entry["shape"])
    return found


class Graph:
    """An ONNX graph that grows a node at a time; each is named by its only output."""

    def __init__(self, weights):
        self.weights = weights
        self.nodes, self.constants = [], {}

    def constant(self, value, name=None):
        name = name or f"constant{len(self.constants)}"
        self.constants.setdefault(name, numpy_helper.from_array(numpy.ascontiguousarray(value), name))
        return name

    def __call__(self, operation, *inputs, **attributes):
        output = f"{operation}{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, list(inputs), [output], **attributes))
        return output

    def linear(self, value, *names):
        matrix = numpy.concatenate([self.weights[name + ".weight"] for name in names])
        biases = numpy.concatenate([self.weights[name + ".bias"] for name in names])
        return self("Add", self("MatMul", value, self.constant(matrix.T)), self.constant(biases))

    def normalised(self, value, name):
        gain, shift = self.constant(self.weights[name + ".weight"]), self.constant(self.weights[name + ".bias"])
        return self("LayerNormalization", value, gain, shift, axis=-1, epsilon=1e-12)

    def heads(self, value, permutation):
        shape = self.constant(numpy.array([0, -1, HEADS, WIDTH // HEADS]), "split")
        return self("Transpose", self("Reshape", value, shape), perm=permutation)

    def gelu(self, value):
        share = self("Erf", self("Mul", value, self.constant(numpy.float32(2 ** -0.5), "root")))
        share = self("Mul", self("Add", share, self.constant(numpy.float32(1), "one")), self.constant(numpy.float32(0.5), "half"))
        return self("Mul", value, share)

    def layer(self, value, name):
        query, key, states = (self.linear(value, f"{name}attention.self.{part}") for part in ("query", "key", "value"))
        scores = self("MatMul", self.heads(query, [0, 2, 1, 3]), self.heads(key, [0, 2, 3, 1]))
        scores = self("Mul", scores, self.constant(numpy.float32((WIDTH / HEADS) ** -0.5), "scale"))
        mixed = self("MatMul", self("Softmax", scores, axis=-1), self.heads(states, [0, 2, 1, 3]))
        merged = self.constant(numpy.array([0, -1, WIDTH]), "merge")
        mixed = self("Reshape", self("Transpose", mixed, perm=[0, 2, 1, 3]), merged)
        mixed = self.linear(mixed, name + "attention.output.dense")
        value = self.normalised(self("Add", mixed, value), name + "attention.output.LayerNorm")
        inner = self.gelu(self.linear(value, name + "intermediate.dense"))
        return self.normalised(self("Add", self.linear(inner, name + "output.dense"), value), name + "output.LayerNorm")


def session(block):
    """The encoder over one text: ids [1, pieces] to the mean of its states [1, WIDTH]."""
    graph = Graph(tensors(block))
    weights = graph.weights
    words = graph("Gather", graph.constant(weights["embeddings.word_embeddings.weight"]), "ids")
    types = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    value = graph("Add", words, graph("Gather", graph.constant(types), "positions"))
    value = graph.normalised(value, "embeddings.LayerNorm")
    for number in range(LAYERS):
        value = graph.layer(value, f"encoder.layer.{number}.")
    graph.nodes.append(helper.make_node("ReduceMean", [value, graph.constant(numpy.array([1]))], ["mean"], keepdims=0))
    whole = ["ids", "positions"]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, [1, None]) for name in whole]
    outputs = [helper.make_tensor_value_info("mean", TensorProto.FLOAT, [1, WIDTH])]
    made = helper.make_graph(graph.nodes, "encoder", inputs, outputs, list(graph.constants.values()))
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def vector(run, ids):
    given = numpy.array([ids], numpy.int64)
    mean = run.run(None, {"ids": given, "positions": numpy.arange(len(ids))[None, :]})[0][0]
    return mean / numpy.linalg.norm(mean)
