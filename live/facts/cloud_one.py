"""Cloud One's other services: the key, the registration of an account, the CloudTrail integration."""

from __future__ import annotations

from live.fact import Fact
from live.judges import accepted, all_of, answered, not_in_this_life, refused_in_words, shaped

KEY = "GET accounts /apikeys/{id}"
REGISTER = "POST cloudaccounts /cloudaccounts/aws"
REGISTERED = "GET cloudaccounts /cloudaccounts/aws"
REGISTRATION = "GET cloudaccounts /cloudaccounts/aws/{id}"
DEREGISTER = "DELETE cloudaccounts /cloudaccounts/aws/{id}"
CHANGE = "PATCH cloudaccounts /cloudaccounts/aws/{id}"
TEMPLATES = "GET cloudaccounts /cloudaccounts/aws/templates"
MINT = "POST cloudtrail /stacks"
MINTED = "GET cloudtrail /stacks"
ENROLMENT = "GET visionone-connect /connectors"

_PAIRS = ("templateUrl", "param_ServiceToken", "param_ServiceURL", "param_APIVersion", "param_S3BucketName")

FACTS = (
    Fact(
        "key-urn",
        "verified",
        "A key can read itself, and its URN names region and account.",
        (KEY,),
        shaped(KEY, "urn", "string (URN)"),
    ),
    Fact(
        "registration-made",
        "inferred",
        "A registration that is made is answered with 201.",
        (REGISTER,),
        accepted(REGISTER, 201, phase="up"),
    ),
    Fact(
        "registration-state",
        "verified",
        "An account is registered in state `managed`.",
        (REGISTER,),
        shaped(REGISTER, "state", "string 'managed'"),
    ),
    Fact(
        "registration-single",
        "inferred",
        "A single registration can be read by the AWS account's id.",
        (REGISTRATION,),
        answered(REGISTRATION, 200, phase="probe"),
    ),
    Fact(
        "registration-twice",
        "unknown",
        "A second registration of an account is refused with 409.",
        (REGISTER,),
        answered(REGISTER, 409, phase="probe"),
    ),
    Fact(
        "registration-changed",
        "unknown",
        "There is no call that changes a registration.",
        (CHANGE,),
        not_in_this_life,
    ),
    Fact(
        "registration-gone",
        "inferred",
        "Taking a registration back is answered without a body.",
        (DEREGISTER,),
        shaped(DEREGISTER, "(whole)", "nothing"),
    ),
    Fact(
        "registrations-page",
        "verified",
        "A list that goes on says so in `next`.",
        (REGISTERED,),
        lambda record: (
            shaped(REGISTERED, "next", "string")(record)
            if "next" in (record.body(REGISTERED) or {})
            else not_in_this_life(record)
        ),
    ),
    Fact(
        "template-region",
        "inferred",
        "The role's template is only told for a region that is named.",
        (TEMPLATES,),
        answered(TEMPLATES, 400),
    ),
    Fact(
        "cloud-one-errors",
        "verified",
        "Cloud One's other services word a refusal as `message`.",
        (TEMPLATES, REGISTER, ENROLMENT),
        refused_in_words("message", "accounts", "services", "cloudaccounts", "cloudtrail", "visionone-connect"),
    ),
    Fact(
        "deployment-pairs",
        "verified",
        "The deployment URL names token, template and parameters in its fragment.",
        (MINT,),
        all_of(*(shaped(MINT, f"deploymentURL#{name}", "string") for name in _PAIRS)),
    ),
    Fact(
        "token-unread",
        "unknown",
        "No call reads the tokens that were minted.",
        (MINTED,),
        answered(MINTED, 403, 404, 405),
    ),
    Fact(
        "token-anew",
        "verified",
        "Each request for the parameters mints another token.",
        (MINT,),
        not_in_this_life,
    ),
)
