# SPDX-License-Identifier: Apache-2.0
"""`wicket usage`, `top`, `export`, `feedback` and `logs -f` over real sockets."""

import csv
import io
import json
import os
import subprocess

import pytest

from rpc_client import chat


@pytest.fixture
def environment(proxies):
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "WICKET_SOCKET": str(proxies["use"]),
            "WICKET_ADMIN_SOCKET": str(proxies["admin"])}


@pytest.fixture
def wicket(wicket_program, environment):
    def run(*arguments, code=0):
        done = subprocess.run(
            [wicket_program, *arguments], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, env=environment)
        assert done.returncode == code, done.stderr
        return done

    return run


@pytest.fixture
def trace(client):
    options = {"metadata": {"team": "cli"}}
    return client.call("chat.completions.create", chat(options=options))["gateway"]["trace_id"]


def test_usage_is_a_table_with_bars_or_the_daemon_s_own_answer(wicket, trace):
    lines = wicket("usage", "--by", "metadata.team", "--all", "--since", "2h").stdout.splitlines()
    assert lines[0].split()[:2] == ["METADATA.TEAM", "REQUESTS"] and lines[-1].startswith("total")
    assert any(line.startswith("cli") and "█" in line for line in lines)
    answer = json.loads(wicket("usage", "--by", "key", "--json").stdout)
    assert answer["total"]["requests"] >= 1 and all("virtual_key" in each["by"] for each in answer["usage"])
    assert "did you mean" in wicket("usage", "--by", "modle", code=1).stderr


def test_top_tells_once_where_there_is_no_terminal(wicket, trace):
    told = wicket("top").stdout
    assert told.startswith("wicketd ") and "requests " in told and "MODEL" in told and "\x1b" not in told
    assert json.loads(wicket("top", "--json").stdout)["info"]["counters"]["requests"] >= 1


def test_export_writes_both_forms(wicket, trace):
    filter_ = ["--filter", "metadata.team=cli", "--filter", f"trace_id={trace}"]
    row, = [json.loads(line) for line in wicket("export", *filter_).stdout.splitlines()]
    assert row["trace_id"] == trace
    line, = csv.DictReader(io.StringIO(wicket("export", "--format", "csv", "--since", "1h", *filter_).stdout))
    assert line["trace_id"] == trace
    assert wicket("export", "--format", "csv", "--json", code=2).stdout == ""


def test_feedback_is_kept(wicket, trace, admin):
    wicket("feedback", trace, "7")
    assert json.loads(wicket("feedback", "--weight", "0.5", "--json", "--", trace, "-3").stdout)["feedback_ids"]
    answer = admin.call("analytics.query", {"metrics": ["feedback_by_value"], "filters": {"trace_id": trace}})
    assert answer["summary"]["metrics"] == {"feedback_by_value": {"-3": 1, "7": 1}}
    wicket("feedback", "nowhere", "1", code=1)


def test_logs_are_filtered_and_followed(wicket, wicket_program, environment, client, trace):
    assert "local" in wicket("logs", "--all", "--filter", "metadata.team=cli", "--since", "1h").stdout
    assert "did you mean" in wicket("logs", "--filter", "modle=x", code=2).stderr

    def make():
        return client.call("chat.completions.create", chat(options={"metadata": {"team": "followed"}}))["gateway"]["trace_id"]

    before = make()
    command = [wicket_program, "logs", "-f", "--json", "--filter", "metadata.team=followed"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as following:
        try:
            # The last ones come first, so it is known to have begun.
            assert json.loads(following.stdout.readline())["trace_id"] == before
            after = make()
            assert json.loads(following.stdout.readline())["trace_id"] == after
        finally:
            following.terminate()
