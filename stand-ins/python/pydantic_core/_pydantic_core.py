"""Stands in for pydantic_core's compiled half: the same names, in Python."""

import sys
import types

from _krait_stand_ins import installed_version
from _krait_stand_ins.pydantic_core import gather as _gather
from _krait_stand_ins.pydantic_core.errors import list_all_errors
from _krait_stand_ins.pydantic_core.exceptions import (
    PydanticCustomError,
    PydanticKnownError,
    PydanticOmit,
    PydanticUseDefault,
    SchemaError,
    ValidationError,
)
from _krait_stand_ins.pydantic_core.json_read import from_json
from _krait_stand_ins.pydantic_core.markers import ArgsKwargs, PydanticUndefined, PydanticUndefinedType, Some
from _krait_stand_ins.pydantic_core.ser_state import (
    PydanticSerializationError,
    PydanticSerializationUnexpectedValue,
)
from _krait_stand_ins.pydantic_core.serializer import SchemaSerializer
from _krait_stand_ins.pydantic_core.state import DEPTH_LIMIT as _recursion_limit
from _krait_stand_ins.pydantic_core.temporal import TzInfo
from _krait_stand_ins.pydantic_core.to_json import to_json, to_jsonable_python
from _krait_stand_ins.pydantic_core.urls import MultiHostUrl, Url
from _krait_stand_ins.pydantic_core.validator import SchemaValidator

__version__ = installed_version('pydantic-core', __file__) or '2.50.5'
build_profile = 'release'
build_info = 'profile=release pgo=false'

_schema_gather = types.ModuleType(
    'pydantic_core._pydantic_core._schema_gather', 'Which references a core schema has.'
)
_schema_gather.MissingDefinitionError = _gather.MissingDefinitionError
_schema_gather.gather_schemas_for_cleaning = _gather.gather_schemas_for_cleaning
sys.modules['pydantic_core._pydantic_core._schema_gather'] = _schema_gather


def validate_core_schema(schema, *, strict=None):
    """Of versions before 2.35: a schema's faults are found where it is built."""
    return schema


__all__ = [
    'ArgsKwargs',
    'MultiHostUrl',
    'PydanticCustomError',
    'PydanticKnownError',
    'PydanticOmit',
    'PydanticSerializationError',
    'PydanticSerializationUnexpectedValue',
    'PydanticUndefined',
    'PydanticUndefinedType',
    'PydanticUseDefault',
    'SchemaError',
    'SchemaSerializer',
    'SchemaValidator',
    'Some',
    'TzInfo',
    'Url',
    'ValidationError',
    '__version__',
    '_recursion_limit',
    '_schema_gather',
    'build_info',
    'build_profile',
    'from_json',
    'list_all_errors',
    'to_json',
    'to_jsonable_python',
    'validate_core_schema',
]
