"""Workload Security: the external id and the connector."""

from __future__ import annotations

from live.fact import Fact
from live.judges import accepted, all_of, answered, answered_last, refused_first, refused_in_words, retry_after, shaped

EXTERNAL_ID = "GET workload /awsconnectorsettings"
CONNECT = "POST workload /awsconnectors"
CONNECTOR = "GET workload /awsconnectors/{id}"
DISCONNECT = "DELETE workload /awsconnectors/{id}"
SEARCH = "POST workload /awsconnectors/search"
REGISTER = "POST cloudaccounts /cloudaccounts/aws"

FACTS = (
    Fact(
        "external-id",
        "verified",
        "The tenant shows its external id.",
        (EXTERNAL_ID,),
        shaped(EXTERNAL_ID, "externalId", "string"),
    ),
    Fact(
        "connector-id",
        "verified",
        "A connector's id is a whole number in the field `ID`.",
        (CONNECT, CONNECTOR),
        all_of(shaped(CONNECT, "ID", "integer"), shaped(CONNECTOR, "ID", "integer")),
    ),
    Fact(
        "account-text",
        "verified",
        "An AWS account's id is a text of twelve digits, in a connector and in a registration.",
        (CONNECT, REGISTER),
        all_of(shaped(CONNECT, "accountId", "string (12 digits)"), shaped(REGISTER, "id", "string (12 digits)")),
    ),
    Fact(
        "connector-tried",
        "inferred",
        "Trend tries the role when a connector is made, and refuses one that has not spread yet with 400.",
        (CONNECT,),
        refused_first(CONNECT, "up"),
    ),
    Fact(
        "connector-made",
        "inferred",
        "A connector that is made is answered with 200.",
        (CONNECT,),
        accepted(CONNECT, 200, phase="up"),
    ),
    Fact(
        "connector-twice",
        "unknown",
        "A second connector for an account is refused with 400 or 409.",
        (CONNECT,),
        answered(CONNECT, 400, 409, phase="probe"),
    ),
    Fact(
        "connector-synced",
        "inferred",
        "The time of the last synchronisation is a whole number, and the regions are a list of texts.",
        (CONNECTOR,),
        all_of(shaped(CONNECTOR, "lastSyncTime", "integer"), shaped(CONNECTOR, "syncedRegions[]", "string")),
    ),
    Fact(
        "connector-gone",
        "verified",
        "A connector that was removed is answered with 404, and its removal without a body.",
        (DISCONNECT, CONNECTOR),
        all_of(shaped(DISCONNECT, "(whole)", "nothing"), answered_last(CONNECTOR, 404, "destroy")),
    ),
    Fact(
        "workload-errors",
        "verified",
        "Workload Security words a refusal as `message`.",
        (CONNECTOR, CONNECT),
        refused_in_words("message", "workload"),
    ),
    Fact(
        "workload-limit",
        "verified",
        "Workload Security asks for patience (429) without saying for how long.",
        (SEARCH, CONNECT, CONNECTOR),
        retry_after("workload", given=False),
    ),
)
