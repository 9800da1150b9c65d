"""Ground rules of the API's JSON objects."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, field_validator


class Shape(BaseModel):
    """Ground rules of every object: unknown fields are an error, not a surprise."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*")
    @classmethod
    def _no_nul(cls, value: object) -> object:
        """No text has a reason to hold a NUL, and PostgreSQL cannot store one."""
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and "\0" in text for text in texts):
            raise ValueError("a text holds a NUL character")
        return value
