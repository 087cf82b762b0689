# SPDX-License-Identifier: Apache-2.0
"""The Python clients against the daemon, the seed's examples among them."""

import asyncio
import contextlib
import io
import json
import os
import threading
import time

import pytest

import wicket_ai
from http_upstream import HTTPUpstream, completion, piece
from wicket_ai import AsyncWicket, Wicket

HELLO = [{"role": "user", "content": "Say this is a test"}]


@pytest.fixture
def wicket(proxies):
    with Wicket(provider="local", model="local/echo", socket=proxies["use"], admin_socket=proxies["admin"]) as client:
        yield client


ANTHROPIC_MESSAGE = {
    "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-3-5-sonnet-20241022",
    "content": [{"type": "text", "text": "This is a test"}], "stop_reason": "end_turn", "stop_sequence": None,
    "usage": {"input_tokens": 12, "output_tokens": 6},
}


def test_the_seeds_examples(proxies, wicket, monkeypatch):
    monkeypatch.setenv("WICKET_SOCKET", proxies["use"])
    with HTTPUpstream(lambda exchange: exchange.json(ANTHROPIC_MESSAGE)) as upstream:
        wicket.admin.virtual_keys.create(
            name="YOUR_ANTHROPIC_VIRTUAL_KEY", provider="anthropic", api_key="sk-ant", base_url=f"{upstream.origin}/v1")
        try:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                run_the_seed()
        finally:
            wicket.admin.virtual_keys.delete("YOUR_ANTHROPIC_VIRTUAL_KEY")
    completion_text, message_text = printed.getvalue().split("\n---\n")
    assert json.loads(completion_text)["choices"][0]["message"]["content"] == "This is a test"
    assert json.loads(message_text)["content"] == "This is a test"
    assert [exchange.headers["x-api-key"] for exchange in upstream.exchanges] == ["sk-ant", "sk-ant"]
    assert json.loads(upstream.exchanges[0].body)["model"] == "claude-3-5-sonnet-20241022"


def run_the_seed():
    from wicket_ai import Wicket as Portkey

    portkey = Portkey(
        api_key="YOUR_PORTKEY_API_KEY",
        virtual_key="YOUR_ANTHROPIC_VIRTUAL_KEY"
    )
    completion = portkey.chat.completions.create(
        messages=[{"role": "user", "content": "Say this is a test"}],
        model="claude-3.5-sonnet"
    )
    print(completion)
    print("---")
    response = portkey.with_options(
        metadata={
            "environment": "production",
            "prompt": "test_prompt",
            "session_id": "1729"
        }).chat.completions.create(
            messages=[{"role": "user", "content": "What is 1729"}],
            model="claude-3.5-sonnet",
    )
    print(response.choices[0].message)


def test_an_answer_a_stream_and_what_the_gateway_did(wicket):
    whole = wicket.chat.completions.create(messages=HELLO)
    assert "Say this is a test" in whole.choices[0].message.content == whole["choices"][0]["message"]["content"]
    assert whole.gateway.provider == "local" and whole.gateway.usage.input_tokens > 0
    stream = wicket.chat.completions.create(messages=HELLO, stream=True)
    text = "".join(choice.delta.content or "" for chunk in stream for choice in chunk.choices)
    assert text == whole.choices[0].message.content
    assert stream.response is None and stream.gateway.latency_ms.first_chunk > 0


def test_messages_and_models(wicket):
    message = wicket.messages.create(messages=HELLO, max_tokens=64)
    assert "Say this is a test" in message.content[0].text
    events = list(wicket.messages.create(messages=HELLO, max_tokens=64, stream=True))
    assert events[0].type == "message_start" and events[-1].type == "message_stop"
    assert "local/echo" in [model.id for model in wicket.models.list().data]


def test_models_of_the_catalog(proxies):
    with Wicket(socket=proxies["use"]) as client:
        page = client.models.list(provider="openai", search="gpt-4o-mini", limit=1)
        assert page.data[0].owned_by == "openai" and page.data[0].prices.output_nano_usd > 0 and page.next_cursor


@pytest.mark.parametrize("model, kind, status", [
    ("local/status-429", wicket_ai.UpstreamError, 429), ("local/reset", wicket_ai.UpstreamUnreachableError, 502),
])
@pytest.mark.parametrize("stream", [False, True])
def test_errors_are_exceptions_of_their_own(wicket, model, kind, status, stream):
    with pytest.raises(kind) as caught:
        list(wicket.chat.completions.create(model=model, messages=HELLO, stream=stream))
    error = caught.value
    assert error.status == status and error.retryable and error.data["trace_id"]
    if kind is wicket_ai.UpstreamError:
        assert error.provider_error["error"]["message"]


def test_the_other_errors(wicket):
    with pytest.raises(wicket_ai.InvalidParamsError) as caught:
        wicket.call("chat.completions.create", {"request": {}, "options": {"nonsense": 1}})
    assert "nonsense" in caught.value.path
    with pytest.raises(wicket_ai.NotFoundError):
        wicket.with_options(virtual_key="no-such-key").chat.completions.create(messages=HELLO)
    with pytest.raises(wicket_ai.MethodNotFoundError):
        wicket.call("no.such.method")
    with pytest.raises(wicket_ai.PermissionDeniedError):
        wicket.call("vault.status")
    with pytest.raises(wicket_ai.UpstreamTimeoutError):
        wicket.with_options(request_timeout=100).chat.completions.create(model="local/slow", messages=HELLO)


def test_leaving_a_stream_closes_the_upstream(wicket):
    closed = threading.Event()

    def endless(exchange):
        exchange.start_events()
        exchange.send_event(piece("first"))
        if exchange.wait_for_hang_up():
            closed.set()

    with HTTPUpstream(endless) as upstream:
        wicket.admin.virtual_keys.create(name="endless", provider="openai", api_key="sk", base_url=upstream.origin)
        try:
            for _ in wicket.with_options(virtual_key="endless").chat.completions.create(messages=HELLO, stream=True):
                break
            assert closed.wait(20), "the upstream was not closed"
        finally:
            wicket.admin.virtual_keys.delete("endless")


def test_a_timeout_of_the_client_cancels(wicket):
    with pytest.raises(wicket_ai.CallTimeoutError):
        wicket.chat.completions.create(model="local/slow-20000", messages=HELLO, timeout=0.1)
    assert wicket.system.ping().pong


def test_the_admin_namespace(wicket):
    keys = wicket.admin.virtual_keys
    made = keys.create(name="by-python", provider="openai", api_key="sk-1", models=["gpt-*"], note="n")
    assert (made.name, made.models, made.note) == ("by-python", ["gpt-*"], "n")
    assert keys.update("by-python", note="m", models=None).models is None
    assert keys.rotate("by-python", api_key="sk-2", grace_s=5).fingerprint != made.fingerprint
    assert keys.get("by-python").note == "m"
    assert "by-python" in [key.name for key in keys.list().virtual_keys]
    assert keys.delete("by-python").deleted
    with pytest.raises(TypeError):
        keys.create(name="none", provider="openai")
    secret = {"api_key": "k", "aws_region": "eu-west-1"}
    assert keys.create(name="parts", provider="bedrock", secret=secret).secret_parts.aws_region == "eu-west-1"
    assert keys.rotate("parts", secret={"api_key": "k2"}).secret_parts.aws_region == "eu-west-1"
    keys.delete("parts")
    assert next(each for each in wicket.admin.providers.list().providers if each.name == "openai").needs_key
    before = wicket.admin.vault.status()
    assert (before.state, wicket.admin.vault.unlock().master_key.id) == ("unlocked", before.master_key.id)
    assert wicket.admin.vault.rotate_master(to="file").master_key.id != before.master_key.id
    assert wicket.admin.logs.list(limit=1)["logs"] is not None
    assert wicket.admin.system.info().name == "wicketd"


def test_a_config_goes_along_by_its_name_or_as_it_is(wicket):
    configs = wicket.admin.configs
    config = {"strategy": {"mode": "fallback"}, "targets": [{"provider": "local"}]}
    made = configs.create(name="by-python", config=config)
    assert (made.name, made.version, made.warnings) == ("by-python", 1, [])
    for each in ("by-python", config):
        answer = wicket.with_options(config=each, trace_id="t-python").chat.completions.create(messages=HELLO)
        assert answer.gateway.target == "config.targets[0]"
    assert configs.update("by-python", config={"provider": "local"}, expected_version=1).version == 2
    assert configs.get("by-python").config["provider"] == "local" and configs.get("by-python", version=1).version == 1
    assert [each.version for each in configs.versions.list("by-python").versions] == [2, 1]
    assert "by-python" in [each.name for each in configs.list().configs]
    with pytest.raises(wicket_ai.InvalidParamsError):
        configs.check({"strategy": {"mode": "x"}, "targets": [{"provider": "local"}]})
    assert configs.check(config).digest == made.digest
    assert len(wicket.admin.requests.explain("t-python").requests) == 2
    target = next(each.id for each in wicket.admin.targets.list().targets if each.model == "local/echo")
    assert wicket.admin.targets.trip(target, for_ms=60_000).state == "open"
    assert wicket.admin.targets.reset(target).state == "closed"
    assert configs.delete("by-python").deleted


def test_the_cache(wicket):
    cache = wicket.admin.cache
    assert cache.stats().entries >= 0 and cache.stats().embedder.state in ("ready", "missing", "off")
    assert cache.purge(namespace="by-python").purged == 0
    with pytest.raises(wicket_ai.InvalidParamsError):
        cache.purge()
    for each in (wicket.cache, cache):
        with pytest.raises(wicket_ai.NotFoundError):
            each.reject("no-such-trace")
    told = wicket.cache.explain("hello", model="local/echo", options={"provider": "local"})
    assert (told.mode, told.cache_status, told.candidates) == ("off", "DISABLED", [])


def test_the_audit_log(wicket):
    audit = wicket.admin.audit
    head = audit.verify().head
    wicket.admin.virtual_keys.create(name="audited", provider="openai", api_key="sk-1")
    wicket.admin.virtual_keys.delete("audited")
    page = audit.list(filter={"subject": "audited"}, limit=1)
    assert [each.kind for each in page.entries] == ["key.deleted"] and page.entries[0].actor.uid == os.getuid()
    assert audit.list(filter={"subject": "audited"}, cursor=page.next_cursor).entries[0].kind == "key.created"
    assert audit.verify(expect=head).valid and not audit.verify(expect="ab" * 32).valid


def test_many_threads_share_a_client(wicket):
    answers = {}

    def run(number):
        answer = wicket.chat.completions.create(messages=[{"role": "user", "content": f"number {number}."}])
        answers[number] = f"number {number}." in answer.choices[0].message.content

    threads = [threading.Thread(target=run, args=(number,)) for number in range(50)]
    [thread.start() for thread in threads]
    [thread.join(60) for thread in threads]
    assert answers == {number: True for number in range(50)}


def test_asyncio(proxies):
    async def run():
        sockets = {"socket": proxies["use"], "admin_socket": proxies["admin"]}
        async with AsyncWicket(provider="local", model="local/echo", **sockets) as client:
            answers = await asyncio.gather(*(
                client.chat.completions.create(messages=[{"role": "user", "content": f"number {n}."}]) for n in range(50)))
            assert all(f"number {n}." in answer.choices[0].message.content for n, answer in enumerate(answers))
            stream = await client.with_options(metadata={"a": "1"}).chat.completions.create(messages=HELLO, stream=True)
            text = "".join([choice.delta.content or "" async for chunk in stream for choice in chunk.choices])
            assert "Say this is a test" in text and stream.gateway.provider == "local"
            with pytest.raises(wicket_ai.UpstreamError):
                await client.chat.completions.create(model="local/status-500", messages=HELLO)
            task = asyncio.ensure_future(client.chat.completions.create(model="local/slow-20000", messages=HELLO))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await client.admin.vault.status()).state == "unlocked"
            return (await client.system.ping()).pong

    assert asyncio.run(run())


def test_a_daemon_that_is_restarted_is_found_again(make_daemon):
    daemon = make_daemon()
    with Wicket(provider="local", model="local/echo", socket=f"unix://{daemon.use_socket}") as client:
        client.chat.completions.create(messages=HELLO)
        assert daemon.stop() == 0
        daemon.start()
        client.chat.completions.create(messages=HELLO)
        daemon.kill()
        with pytest.raises(wicket_ai.DaemonUnavailableError, match="wicketd"):
            client.system.ping()


def test_a_forked_child_has_its_own_connection(wicket):
    wicket.system.ping()
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if wicket.system.ping().pong else 1)
        except BaseException:
            os._exit(2)
    deadline = time.monotonic() + 30
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        assert time.monotonic() < deadline, "the child hangs"
        time.sleep(0.01)
    assert status == 0 and wicket.system.ping().pong


def test_bodies_pass_the_client_untouched(wicket):
    with HTTPUpstream(lambda exchange: exchange.json(completion())) as upstream:
        own = Wicket(provider="openai", api_key="sk-own", custom_host=upstream.origin, socket=wicket._connection._path)
        with own:
            own.chat.completions.create(model="gpt-x", messages=HELLO, temperature=0.5, unknown={"b": 1, "a": [None, True]})
    assert json.loads(upstream.exchanges[0].body) == {
        "model": "gpt-x", "messages": HELLO, "temperature": 0.5, "unknown": {"b": 1, "a": [None, True]}}
    assert upstream.exchanges[0].headers["authorization"] == "Bearer sk-own"
