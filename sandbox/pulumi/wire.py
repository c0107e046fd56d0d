"""Property maps on the engine's wire and as Python values.

The engine's markers are documented with its property marshalling (sdk/go/common/resource/plugin). As the official
bridge does, the plugins declare that they take neither secrets nor output values, so the engine sends plain values and
marks secrets again in what comes back. Only a provider's own settings arrive marked.
"""

from __future__ import annotations

from typing import Any, Final

from google.protobuf.struct_pb2 import Struct

UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
CONFIDENTIAL: Final = "1b47061264138c4ac30d75fd1eb44270"

PropertyMap = dict[str, Any]
"""A property map: None, bool, int, float, str, list and dict, and UNKNOWN anywhere."""


class Unknown:
    """The type of UNKNOWN, a value that a preview cannot know yet."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __deepcopy__(self, _memo: object) -> Unknown:
        return self


UNKNOWN: Final = Unknown()


def to_python(struct: Struct) -> PropertyMap:
    """Return the map that the engine sent. Absent and null properties are both left out."""
    return {name: value for name, field in struct.fields.items() if (value := _value(field)) is not None}


def _value(field: Any) -> Any:
    kind = field.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if field.string_value == UNKNOWN_TEXT else field.string_value
    if kind == "number_value":
        number = field.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return field.bool_value
    if kind == "list_value":
        return [_value(item) for item in field.list_value.values]
    if kind == "struct_value":
        members = to_python(field.struct_value)
        return members.get("value") if members.get(SIGNATURE) == CONFIDENTIAL else members
    return None


def to_struct(props: PropertyMap) -> Struct:
    """Return the map as the engine reads it. None is left out."""
    struct = Struct()
    struct.update(_plain(props))
    return struct


def state_of(resource_id: str, outputs: PropertyMap) -> Struct:
    """Return outputs as the engine keeps them of a bridged resource: Terraform's attribute `id` is one of them."""
    return to_struct({**outputs, "id": resource_id})


def _plain(value: Any) -> Any:
    if isinstance(value, Unknown):
        return UNKNOWN_TEXT
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def has_unknown(value: Any) -> bool:
    """Return whether UNKNOWN stands anywhere in the value."""
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return isinstance(value, Unknown)
