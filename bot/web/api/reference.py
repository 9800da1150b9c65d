"""The OpenAPI document, made ready to be read by people. Pure: one dictionary in, another one out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or a field of a body."""

    name: str
    type: str
    required: bool
    description: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked for."""

    method: str
    path: str
    anchor: str
    summary: str
    closed: bool
    fields: tuple[Field, ...]
    answers: str
    status: str


@dataclass(frozen=True, slots=True)
class ShapeDescription:
    """One kind of object."""

    name: str
    description: str
    fields: tuple[Field, ...]


def reference(document: Schema) -> dict[str, Any]:
    """What the reference's template shows: operations by tag, and the objects."""
    schemas: Mapping[str, Schema] = document.get("components", {}).get("schemas", {})
    groups: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            tag = next(iter(told.get("tags", ())), "")
            groups.setdefault(tag, []).append(_operation(f"/api{path}", method, told, schemas))
    return {
        "description": document["info"]["description"],
        "groups": groups,
        "shapes": [
            ShapeDescription(_bare(name), str(schemas[name].get("description", "")), _fields(schemas[name]))
            for name in schemas
        ],
    }


def _operation(path: str, method: str, told: Schema, schemas: Mapping[str, Schema]) -> Operation:
    fields = [
        Field(one["name"], _type(one["schema"]), bool(one.get("required")), one.get("description", ""), one["in"])
        for one in told.get("parameters", ())
    ]
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if body:
        name = body.get("$ref", "").rpartition("/")[2]
        fields += [
            Field(one.name, one.type, one.required, one.description, "body") for one in _fields(schemas.get(name, body))
        ]
    answered: Mapping[str, Schema] = told["responses"]
    status = next((one for one in answered if one.startswith("2")), "200")
    answer = answered.get(status, {})
    shape = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return Operation(
        method=method.upper(),
        path=path,
        anchor=str(told.get("operationId", "")),
        summary=str(told.get("description") or told.get("summary", "")),
        closed=bool(told.get("security")),
        fields=tuple(fields),
        answers=_type(shape) if shape and shape != {"type": "null"} else "",
        status=status,
    )


def _fields(schema: Schema) -> tuple[Field, ...]:
    required = set(schema.get("required", ()))
    return tuple(
        Field(name, _type(one), name in required, str(one.get("description", "")))
        for name, one in schema.get("properties", {}).items()
    )


def _type(schema: Schema) -> str:
    """A schema in a few words: "string", "list of Article", "date-time or null"."""
    if "$ref" in schema:
        return _bare(str(schema["$ref"]).rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"])
    if "const" in schema:
        return f'"{schema["const"]}"'
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")


def _bare(name: str) -> str:
    """ "ArticleShape" → "Article"."""
    return name.removesuffix("Shape")
