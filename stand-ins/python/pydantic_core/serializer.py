"""SchemaSerializer."""

from . import ser_collections, ser_functions, ser_models, ser_scalars, ser_wrappers
from .build import Definitions
from .markers import MODULE
from .ser_build import ser_build
from .ser_config import serializer_config
from .ser_state import SerState, from_nesting, warnings_mode
from .to_json import to_bytes

BUILDERS_OF = (ser_collections, ser_functions, ser_models, ser_scalars, ser_wrappers)


class SchemaSerializer:
    __module__ = MODULE
    __slots__ = ('_node', '_definitions', '_settings', '_schema', '_config', '__weakref__')

    def __new__(cls, schema, config=None, _use_prebuilt=True):
        if not isinstance(schema, dict):
            raise TypeError(f"argument 'schema': '{type(schema).__name__}' object is not an instance of 'dict'")
        self = super().__new__(cls)
        definitions = Definitions(_use_prebuilt)
        self._node = ser_build(schema, config, definitions)
        definitions.finish()
        self._definitions = definitions
        self._settings = serializer_config(config)
        self._schema = schema
        self._config = config or None
        return self

    def __init_subclass__(cls, **kwargs):
        raise TypeError("type 'pydantic_core._pydantic_core.SchemaSerializer' is not an acceptable base type")

    def to_python(
        self, value, *, mode=None, include=None, exclude=None, by_alias=None, exclude_unset=False,
        exclude_defaults=False, exclude_none=False, exclude_computed_fields=False, round_trip=False, warnings=True,
        fallback=None, serialize_as_any=False, polymorphic_serialization=None, context=None,
    ):
        state = SerState()
        if mode is not None:
            state.mode = mode
        _fill(
            state, include, exclude, by_alias, exclude_unset, exclude_defaults, exclude_none,
            exclude_computed_fields, round_trip, warnings, fallback, serialize_as_any, polymorphic_serialization,
            context,
        )
        state.config = self._settings
        node = self._node
        try:
            out = node.go(value, state) if serialize_as_any else node.run(value, state)
        except RecursionError as error:
            if not from_nesting(error):
                raise
            raise ValueError('Maximum serialization depth exceeded')
        if state.found:
            state.final_check(2)
        return out

    def to_json(
        self, value, *, indent=None, ensure_ascii=False, include=None, exclude=None, by_alias=None,
        exclude_unset=False, exclude_defaults=False, exclude_none=False, exclude_computed_fields=False,
        round_trip=False, warnings=True, fallback=None, serialize_as_any=False, polymorphic_serialization=None,
        context=None,
    ):
        state = SerState()
        _fill(
            state, include, exclude, by_alias, exclude_unset, exclude_defaults, exclude_none,
            exclude_computed_fields, round_trip, warnings, fallback, serialize_as_any, polymorphic_serialization,
            context,
        )
        state.config = self._settings
        out = to_bytes(self._node.go, value, state, indent, bool(ensure_ascii))
        if state.found:
            state.final_check(2)
        return out

    def __reduce__(self):
        return type(self), (self._schema, self._config, False)

    def __repr__(self):
        refs = ', '.join(str(known.node.name) for known in self._definitions.known.values())
        return f'SchemaSerializer(serializer={self._node.name}, definitions=[{refs}])'


def _fill(
    state, include, exclude, by_alias, exclude_unset, exclude_defaults, exclude_none, exclude_computed_fields,
    round_trip, warnings, fallback, serialize_as_any, polymorphic_serialization, context,
):
    """Only what is not the default: most calls set one thing or nothing."""
    if include is not None:
        state.include = include
    if exclude is not None:
        state.exclude = exclude
    if by_alias is not None:
        state.by_alias = by_alias
    if exclude_unset:
        state.exclude_unset = True
    if exclude_defaults:
        state.exclude_defaults = True
    if exclude_none:
        state.exclude_none = True
    if exclude_computed_fields:
        state.exclude_computed = True
    if round_trip:
        state.round_trip = True
    if warnings is not True:
        state.warn_mode = warnings_mode(warnings)
    if fallback is not None:
        state.fallback = fallback
    if serialize_as_any:
        state.as_any = True
    if polymorphic_serialization is not None:
        state.polymorphic = polymorphic_serialization
    if context is not None:
        state.context = context
