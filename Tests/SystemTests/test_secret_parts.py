# SPDX-License-Identifier: Apache-2.0
"""Secrets of more than one part, who made a key, and what providers take."""

import json
import os
import pwd

import pytest

from http_upstream import HTTPUpstream, completion
from rpc_client import RpcFailure, chat

AZURE = {"api_key": "k-azure", "azure_resource_name": "res", "azure_deployment_id": "dep", "azure_api_version": "2024-10-21"}
AWS = {"aws_access_key_id": "AKIDEXAMPLE0", "aws_secret_access_key": "canary/secret+1=", "aws_region": "eu-west-1"}
ACCOUNT = {"type": "service_account", "client_email": "a@b", "private_key": "-----BEGIN canary-----\n"}
VERTEX = {"vertex_project_id": "proj", "vertex_region": "europe-west1", "vertex_service_account_json": ACCOUNT}


@pytest.fixture
def create(admin):
    made = []

    def make(name, provider, secret, **more):
        key = admin.call("virtual_keys.create", {"name": name, "provider": provider, "secret": secret, **more})
        made.append(name)
        return key

    yield make
    for name in made:
        admin.call("virtual_keys.delete", {"name": name})


@pytest.mark.parametrize("provider, secret, address, shown", [
    ("azure-openai", AZURE, "https://res.openai.azure.com/openai/deployments/dep", {
        "api_key": None, "azure_resource_name": "res", "azure_deployment_id": "dep", "azure_api_version": "2024-10-21"}),
    ("azure-openai", {"api_key": "k", "resource_name": "r", "deployment_name": "d", "api_version": "v1"},
     "https://r.openai.azure.com/openai/deployments/d", {
        "api_key": None, "azure_resource_name": "r", "azure_deployment_id": "d", "azure_api_version": "v1"}),
    ("bedrock", AWS, "https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1", {
        "aws_access_key_id": None, "aws_secret_access_key": None, "aws_region": "eu-west-1"}),
    ("bedrock", {"api_key": "k", "aws_region": "us-east-1"}, "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1", {
        "api_key": None, "aws_region": "us-east-1"}),
    ("sagemaker", {**AWS, "aws_session_token": "t"}, "https://runtime.sagemaker.eu-west-1.amazonaws.com", {
        "aws_access_key_id": None, "aws_secret_access_key": None, "aws_session_token": None, "aws_region": "eu-west-1"}),
    ("vertex-ai", VERTEX,
     "https://europe-west1-aiplatform.googleapis.com/v1/projects/proj/locations/europe-west1/endpoints/openapi", {
        "vertex_project_id": "proj", "vertex_region": "europe-west1", "vertex_service_account_json": None}),
    ("vertex-ai", {**VERTEX, "vertex_service_account_json": json.dumps(ACCOUNT)},
     "https://europe-west1-aiplatform.googleapis.com/v1/projects/proj/locations/europe-west1/endpoints/openapi", {
        "vertex_project_id": "proj", "vertex_region": "europe-west1", "vertex_service_account_json": None}),
])
def test_a_secret_has_its_providers_parts_and_its_address_is_made_of_them(admin, create, provider, secret, address, shown):
    made = create("parts", provider, secret)
    assert (made["base_url"], made["secret_parts"]) == (address, shown)
    assert made["owner"] == {"uid": os.getuid(), "user": pwd.getpwuid(os.getuid()).pw_name}
    assert admin.call("virtual_keys.get", {"name": "parts"}) == made
    assert "canary" not in json.dumps(admin.call("virtual_keys.list"))


@pytest.mark.parametrize("provider, secret, path", [
    ("openai", {"api_key": "k", "aws_region": "r"}, "params.secret.aws_region"),
    ("openai", AWS, "params.secret.api_key"),
    ("openai", {"api_key": "canary\n"}, "params.secret.api_key"),
    ("azure-openai", {"api_key": "k"}, "params.secret.azure_resource_name"),
    ("azure-openai", {**AZURE, "azure_api_version": "canary?x"}, "params.secret.azure_api_version"),
    ("bedrock", {"api_key": "k"}, "params.secret.aws_region"),
    ("bedrock", {"aws_access_key_id": "canary"}, "params.secret.aws_secret_access_key"),
    ("vertex-ai", {**VERTEX, "vertex_service_account_json": "canary"}, "params.secret.vertex_service_account_json"),
])
def test_a_wrong_part_is_named_and_not_quoted(admin, provider, secret, path):
    with pytest.raises(RpcFailure) as caught:
        admin.call("virtual_keys.create", {"name": "wrong", "provider": provider, "secret": secret}, )
    assert caught.value.type == "invalid_params" and caught.value.data["path"] == path
    assert "canary" not in caught.value.message


@pytest.mark.parametrize("field, limits, path", [
    ("rate_limits", [{"unit": "requests", "amount": 1, "per": "day"}, {"unit": "usd", "amount": 1, "per": "day"}], "[1].unit"),
    ("usage_limits", [{"unit": "usd", "amount": 0, "period": "daily"}], "[0].amount"),
    ("usage_limits", [{"unit": "usd", "amount": 1, "period": "daily", "alert_at": 2}], "[0].alert_at"),
])
def test_a_wrong_limit_is_named_by_its_path(admin, field, limits, path):
    with pytest.raises(RpcFailure) as caught:
        admin.call("virtual_keys.create", {"name": "wrong", "provider": "openai", "secret": {"api_key": "k"}, field: limits})
    assert caught.value.type == "invalid_params" and caught.value.data["path"] == f"params.{field}{path}"


def test_azure_is_asked_by_deployment_with_its_own_header_and_version(admin, create, client):
    with HTTPUpstream(lambda exchange: exchange.json(completion())) as upstream:
        create("azure", "azure-openai", AZURE, base_url=f"{upstream.origin}/openai/deployments/dep")
        client.call("chat.completions.create", chat(provider=None, options={"virtual_key": "azure"}))
        # What is no secret need not be said again, and may change where the address does not depend on it.
        rotated = admin.call("virtual_keys.rotate", {
            "name": "azure", "secret": {"api_key": "k-new", "azure_api_version": "2025-01-01"}})
        assert rotated["secret_parts"] == {
            "api_key": None, "azure_resource_name": "res", "azure_deployment_id": "dep", "azure_api_version": "2025-01-01"}
        client.call("chat.completions.create", chat(provider=None, options={"virtual_key": "azure"}))
    path = "/openai/deployments/dep/chat/completions?api-version="
    assert [(each.path, each.headers["api-key"]) for each in upstream.exchanges] == [
        (f"{path}2024-10-21", "k-azure"), (f"{path}2025-01-01", "k-new")]
    assert all("authorization" not in each.headers for each in upstream.exchanges)
    with pytest.raises(RpcFailure) as caught:
        admin.call("virtual_keys.rotate", {"name": "azure", "secret": {"api_key": "k", "azure_resource_name": "other"}})
    assert caught.value.data["path"] == "params.secret.azure_resource_name"


def test_what_cannot_sign_requests_yet_says_so(create, client):
    create("aws", "bedrock", AWS)
    with pytest.raises(RpcFailure) as caught:
        client.call("chat.completions.create", chat(provider=None, options={"virtual_key": "aws"}))
    assert caught.value.type == "invalid_params" and "api_key" in caught.value.message
    with pytest.raises(RpcFailure) as caught:
        client.call("chat.completions.create", chat(provider=None, options={"provider": "azure-openai", "api_key": "k"}))
    assert caught.value.type == "invalid_params" and "custom_host" in caught.value.data["path"]


def test_providers_say_what_they_take_for_a_key(client, admin):
    providers = {each["name"]: each for each in client.call("providers.list")["providers"]}
    assert admin.call("providers.list") == client.call("providers.list")
    assert list(providers) == sorted(providers) and len(providers) == client.call("system.info")["providers"]
    assert providers["openai"] == {
        "name": "openai", "base_url": "https://api.openai.com/v1", "needs_key": True, "key": "api_key",
        "environment_variable": "OPENAI_API_KEY"}
    assert (providers["local"]["needs_key"], providers["local"]["key"]) == (False, None)
    assert {each["key"] for each in providers.values()} == {None, "api_key", "aws", "azure_openai", "vertex"}
