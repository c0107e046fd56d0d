"""Vision One, limits and regions, and what the vendor's stacks do in AWS."""

from __future__ import annotations

from live.fact import Fact
from live.judges import (
    all_of,
    answered,
    header,
    in_aws,
    in_region,
    not_in_this_life,
    refused_in_words,
    retry_after,
    shaped,
)

KEY = "GET accounts /apikeys/{id}"
ENROL = "POST visionone-connect /connectors"
ENROLMENT = "GET visionone-connect /connectors"
HEALTH = "GET visionone /v3.0/healthcheck/connectivity"
FORWARDER = "the forwarder's stack"
BUCKET = "the trail bucket's notifications"

FACTS = (
    Fact(
        "other-limits",
        "verified",
        "The accounts service and Vision One say with `Retry-After` for how long they ask for patience (429).",
        (KEY, HEALTH),
        retry_after("accounts", "visionone", given=True),
    ),
    Fact(
        "enrolment-none",
        "unknown",
        "Before the enrolment its registration is answered with 404.",
        (ENROLMENT,),
        answered(ENROLMENT, 404, phase="up"),
    ),
    Fact(
        "enrolment-read",
        "unknown",
        "An enrolment can be read, and says how it stands.",
        (ENROLMENT,),
        all_of(answered(ENROLMENT, 200, phase="refresh"), shaped(ENROLMENT, "registration.status", "string")),
    ),
    Fact(
        "enrolment-word",
        "unknown",
        "The word for an enrolment that stands is `registered`.",
        (ENROL,),
        shaped(ENROL, "registration.status", "string 'registered'"),
    ),
    Fact(
        "enrolment-twice",
        "unknown",
        "A second enrolment is refused with 409, whatever its token is worth.",
        (ENROL,),
        not_in_this_life,
    ),
    Fact(
        "vision-one-unasked",
        "inferred",
        "Vision One answers a caller without a token with 401 or 403.",
        (HEALTH,),
        answered(HEALTH, 401, 403),
    ),
    Fact(
        "vision-one-errors",
        "verified",
        "Vision One words a refusal as `error` with code and message.",
        (HEALTH,),
        all_of(refused_in_words("error.code", "visionone"), refused_in_words("error.message", "visionone")),
    ),
    Fact(
        "vision-one-trace",
        "verified",
        "Vision One names each answer in `x-trace-id`.",
        (HEALTH,),
        header("x-trace-id", "visionone"),
    ),
    Fact(
        "late-regions",
        "inferred",
        "Cloud One ae-1 belongs to AWS me-central-1, and trend-us-1 to us-east-2.",
        (KEY,),
        in_region("ae-1", "trend-us-1"),
    ),
    Fact(
        "forwarder-kms",
        "inferred",
        "The forwarder may not decrypt, so it cannot read a bucket that is encrypted with KMS.",
        (FORWARDER,),
        in_aws("forwarder-kms"),
    ),
    Fact(
        "forwarder-runtimes",
        "unknown",
        "AWS still maintains the runtimes of the forwarder's functions.",
        (FORWARDER,),
        in_aws("forwarder-runtimes"),
    ),
    Fact(
        "notifications-replaced",
        "inferred",
        "The forwarder's stack replaces all notifications of the bucket, and removes all when it goes.",
        (BUCKET,),
        not_in_this_life,
    ),
    Fact(
        "provider-once",
        "inferred",
        "An AWS account takes one OIDC provider for an issuer.",
        ("the role's stack",),
        not_in_this_life,
    ),
)
