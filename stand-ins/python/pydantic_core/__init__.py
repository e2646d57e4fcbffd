"""Support of the stand-in for pydantic_core._pydantic_core."""
