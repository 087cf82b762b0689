# SPDX-License-Identifier: Apache-2.0
"""What a call leaves in the journal."""

import pytest

from routed import ask, fallback, quick_retry
from scripted_provider import fails, ok

STREAM = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


def row_of(admin, result):
    rows = admin.call("logs.list", {"filter": {"trace_id": result["gateway"]["trace_id"]}})["logs"]
    assert len(rows) == 1
    return rows[0]


@STREAM
def test_a_row_says_whence_the_call_came_and_what_it_took(client, admin, provider, saved_config, stream):
    name = saved_config(fallback(
        provider(then=fails(500)), {"virtual_key": provider(fails(429, after_ms=1), then=ok("hello")).key,
                                    "retry": quick_retry(1, on_status_codes=[429])}))
    options = {"parent_span_id": "53995c3f42cd8ad8", "span_name": "draft", "metadata": {"_user": "u-7", "team": "blue"}}
    row = row_of(admin, ask(client, name, stream=stream, options=options))
    assert (row["parent_span_id"], row["span_name"], row["config"], row["user"]) == ("53995c3f42cd8ad8", "draft", name, "u-7")
    assert (row["attempts"], row["retry_attempt_count"], row["fallbacks"]) == (3, 1, 1)
    latency = row["latency_ms"]
    assert 0 <= latency["queue"] <= latency["total"] and 0 < latency["first_byte"] <= latency["upstream"]
    assert row["bytes"]["request"] > 40 and row["bytes"]["response"] > 40
    assert row["policy"] is None


@pytest.mark.parametrize("method, request_, user", [
    ("chat.completions.create", {"user": "of the request"}, "of the request"),
    ("messages.create", {"metadata": {"user_id": "of Anthropic's"}, "max_tokens": 9}, "of Anthropic's"),
    ("chat.completions.create", {}, "of the metadata"),
])
def test_the_request_s_user_goes_before_the_metadata_s(client, admin, provider, method, request_, user):
    key = provider(kind="anthropic" if method == "messages.create" else "openai").key
    request = {"model": "m", "messages": [{"role": "user", "content": "hi"}], **request_}
    options = {"virtual_key": key, "metadata": {"_user": "of the metadata"}, "config": {}}
    result = client.call(method, {"request": request, "options": options})
    row = row_of(admin, result)
    assert (row["user"], row["config"], row["fallbacks"]) == (user, "inline", 0)
