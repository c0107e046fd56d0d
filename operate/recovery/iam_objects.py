"""Roles, their policies and OpenID Connect providers that a run left: finding and removing one."""

from __future__ import annotations

from typing import Any

from components.aws.errors import calling
from operate.recovery.aws_object import AwsObject, Live, age_of, asked, tags_of


class OrphanRole(AwsObject):
    """An IAM role, with the policies on it."""

    service = "iam"

    def find(self) -> Live | None:
        name = self._inputs["name"]
        role = asked(f"IAM role {name}", lambda: self._client.get_role(RoleName=name), "NoSuchEntity")
        return (
            Live(name, tags_of(role["Role"].get("Tags", ())), age_of(role, role["Role"]["CreateDate"]))
            if role
            else None
        )

    def remove(self, live: Live) -> str:
        with calling(f"removing IAM role {live.id}", "iam:DeleteRole and the removal of its policies"):
            for policy in self._listed("list_role_policies", live, "PolicyNames"):
                self._client.delete_role_policy(RoleName=live.id, PolicyName=policy)
            for policy in self._listed("list_attached_role_policies", live, "AttachedPolicies"):
                self._client.detach_role_policy(RoleName=live.id, PolicyArn=policy["PolicyArn"])
            self._client.delete_role(RoleName=live.id)
        return ""

    def _listed(self, what: str, live: Live, key: str) -> list[Any]:
        pages = self._client.get_paginator(what).paginate(RoleName=live.id)
        return [entry for page in pages for entry in page[key]]


class RolePolicy(AwsObject):
    """A policy on an IAM role. The role's tags tell whose it is; AWS does not tell when it was created."""

    service = "iam"

    def find(self) -> Live | None:
        role, name = self._inputs["role"], self._inputs["name"]
        policy = asked(
            f"policy {name} of IAM role {role}",
            lambda: self._client.get_role_policy(RoleName=role, PolicyName=name),
            "NoSuchEntity",
        )
        owner = policy and asked(f"IAM role {role}", lambda: self._client.get_role(RoleName=role), "NoSuchEntity")
        return Live(f"{role}:{name}", tags_of(owner["Role"].get("Tags", ())), None) if owner else None

    def remove(self, live: Live) -> str:
        role, _, name = live.id.partition(":")
        with calling(f"removing policy {name} of IAM role {role}", "iam:DeleteRolePolicy"):
            self._client.delete_role_policy(RoleName=role, PolicyName=name)
        return ""


class OrphanOidcProvider(AwsObject):
    """An OpenID Connect provider: an account has one for a URL."""

    service = "iam"

    def find(self) -> Live | None:
        host = str(self._inputs["url"]).removeprefix("https://")
        with calling("listing the OpenID Connect providers", "iam:ListOpenIDConnectProviders"):
            listed = self._client.list_open_id_connect_providers()["OpenIDConnectProviderList"]
        arn = next((each["Arn"] for each in listed if each["Arn"].partition("/")[2] == host), None)
        if arn is None:
            return None
        found = asked(
            f"OpenID Connect provider {arn}",
            lambda: self._client.get_open_id_connect_provider(OpenIDConnectProviderArn=arn),
            "NoSuchEntity",
        )
        return Live(arn, tags_of(found.get("Tags", ())), age_of(found, found["CreateDate"])) if found else None

    def remove(self, live: Live) -> str:
        with calling(f"removing OpenID Connect provider {live.id}", "iam:DeleteOpenIDConnectProvider"):
            self._client.delete_open_id_connect_provider(OpenIDConnectProviderArn=live.id)
        return ""
