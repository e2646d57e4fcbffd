"""Validators of dict, ordered-dict, counter and frozendict."""

import collections
from collections.abc import Mapping

from .build import Node, build, builder, is_strict, length_option, option
from .errors import LineError, Omit, ValError, fail, loc_item
from .exceptions import SchemaError
from .markers import error_text
from .state import LAX, STRICT
from .strings_mode import string_items


def _error(type, input):
    return ValError([LineError(type, input)])


def mapping_items(mapping):
    """The (key, value) pairs of a Mapping that may be anything."""
    try:
        items = list(mapping.items())
    except Exception as error:
        problem = error_text(error)
    else:
        for item in items:
            if not isinstance(item, tuple) or len(item) != 2:
                problem = 'Mapping items must be tuples of (key, value) pairs'
                break
        else:
            return items
    raise fail('mapping_type', mapping, error=problem)


def read_dict(value, strict, mode, error='dict_type'):
    """The dict or Mapping that a value is."""
    if mode == 'py':
        if isinstance(value, dict) or (not strict and isinstance(value, Mapping)):
            return value
    elif isinstance(value, dict):
        return value
    raise _error(error, value)


def pairs_of(value, mode):
    if mode == 'str':
        return string_items(value)
    return value.items() if type(value) is dict else mapping_items(value)


def _mapping_builder(kind, field_type, wanted, made, type_error):
    def build_it(schema, config, definitions):
        if kind == 'frozendict' and made is None:
            raise SchemaError('The `frozendict` builtin type is only available on Python 3.15 and above')
        keys = build(schema.get('keys_schema', _ANY), config, definitions)
        values = build(schema.get('values_schema', _ANY), config, definitions)
        own = is_strict(schema, config)
        least = length_option(schema, 'min_length')
        most = length_option(schema, 'max_length')
        fail_fast = option(schema, 'fail_fast', bool, False)

        def make(mode):
            # JSON's keys are texts, whatever they are read as.
            check_key = keys.fn('str' if mode == 'json' else mode)
            check_value = values.fn(mode)
            key_only = {keys.exact} if keys.exact is not None and mode == 'py' else None
            any_key = keys.kind == 'any'

            def validate(value, state):
                if kind == 'dict':
                    if type(value) is not dict:
                        strict = state.strict
                        read_dict(value, own if strict is None else strict, mode)
                elif isinstance(value, wanted):
                    pass
                else:
                    strict = state.strict
                    if mode == 'py' and (own if strict is None else strict):
                        raise _error(type_error, value)
                    read_dict(value, False, mode, type_error)
                    state.floor(LAX if mode == 'py' else STRICT)
                if most is None and not fail_fast and not state.allow_partial and type(value) is dict and mode != 'str':
                    out = _quick(value, state)
                    if out is None:
                        out = _slow(value, state)
                else:
                    out = _slow(value, state)
                if least is not None and len(out) < least:
                    raise fail('too_short', value, field_type=field_type, min_length=least, actual_length=len(out))
                return out if made is dict else made(out)

            def _quick(value, state):
                """None where something failed."""
                try:
                    if any_key or (key_only is not None and set(map(type, value)) == key_only):
                        if any_key:
                            state.floor(STRICT)
                        return {key: check_value(one, state) for key, one in value.items()}
                    return {check_key(key, state): check_value(one, state) for key, one in value.items()}
                except (ValError, Omit):
                    return None

            def _slow(value, state):
                out = {}
                errors = []
                partial = state.allow_partial
                pairs = pairs_of(value, mode)
                last = None
                if partial:
                    pairs = list(pairs)
                    last = len(pairs) - 1
                try:
                    for index, (key, one) in enumerate(pairs):
                        is_last = index == last
                        state.allow_partial = 0
                        good = True
                        try:
                            out_key = check_key(key, state)
                        except ValError as error:
                            place = loc_item(key)
                            for line in error.errors:
                                line.loc.append('[key]')
                                line.loc.append(place)
                            errors.extend(error.errors)
                            good = False
                        except Omit:
                            continue
                        state.allow_partial = partial if is_last else 0
                        if fail_fast and errors:
                            break
                        try:
                            out_value = check_value(one, state)
                        except ValError as error:
                            if not is_last:
                                place = loc_item(key)
                                for line in error.errors:
                                    line.loc.append(place)
                                errors.extend(error.errors)
                            continue
                        except Omit:
                            continue
                        if fail_fast and errors:
                            break
                        if good:
                            out[out_key] = out_value
                            if most is not None and len(out) > most:
                                raise fail(
                                    'too_long', value, field_type=field_type, max_length=most, actual_length=None
                                )
                finally:
                    state.allow_partial = partial
                if errors:
                    raise ValError(errors)
                return out

            return validate

        return Node(kind, f'{kind}[{keys.name},{values.name}]', make)

    builder(kind)(build_it)


_ANY = {'type': 'any'}
_mapping_builder('dict', 'Dictionary', dict, dict, 'dict_type')
_mapping_builder(
    'ordered-dict', 'OrderedDict', collections.OrderedDict, collections.OrderedDict, 'ordered_dict_type'
)
_mapping_builder('counter', 'Counter', collections.Counter, collections.Counter, 'counter_type')
_frozendict = getattr(__builtins__, 'frozendict', None) if not isinstance(__builtins__, dict) else __builtins__.get('frozendict')
_mapping_builder('frozendict', 'Frozendict', _frozendict or (), _frozendict, 'frozen_dict_type')
