"""Serialization of values by what they are, where no schema says it."""

import collections
import datetime as dt
import enum
import sys
import types
from collections.abc import Iterator

from .markers import plain_float, safe_repr
from .ser_config import DEFAULT, bytes_text, date_json, datetime_json, time_json, timedelta_json
from .ser_filter import PLAIN, for_sequence
from .ser_state import PydanticSerializationError

_MARK = -1
_LEAVES = frozenset((str, int, bool, type(None)))


def _float(value, state):
    value = float(value)
    if value != value or value in (float('inf'), float('-inf')):
        mode = (state.config or DEFAULT).inf_nan
        if mode == 'null':
            return None
        if mode == 'strings' and state.wire:
            return 'NaN' if value != value else 'Infinity' if value > 0 else '-Infinity'
        return value
    if state.wire:
        odd_float(value, state)
    return value


def odd_float(value, state):
    """Python and JSON's writer in Rust differ in very large and very small numbers."""
    if value and not 1e-4 <= abs(value) < 1e16:
        state.odd_floats = True


def kind_of(value):
    """The name of the kind that a value is serialized as."""
    known = _BY_TYPE.get(type(value))
    if known is not None:
        return known
    return _kind_of_rest(value, type(value))


_BY_TYPE = {
    type(None): 'none', int: 'int', bool: 'bool', float: 'float', str: 'str', list: 'list', dict: 'dict',
    bytes: 'bytes', bytearray: 'bytearray', tuple: 'tuple', set: 'set', frozenset: 'frozenset',
    dt.datetime: 'datetime', dt.date: 'date', dt.time: 'time', dt.timedelta: 'timedelta', complex: 'complex',
    collections.OrderedDict: 'ordered_dict', collections.Counter: 'counter', collections.deque: 'deque',
    types.GeneratorType: 'generator',
}
_SUBCLASS = {'int': 'int_subclass', 'float': 'float_subclass', 'str': 'str_subclass'}
# Classes of modules that may not be imported yet: then there are no instances of them.
_LATE = (
    ('decimal', 'Decimal', 'decimal'), ('fractions', 'Fraction', 'fraction'), ('uuid', 'UUID', 'uuid'),
    ('pathlib', 'Path', 'path'), ('re', 'Pattern', 'pattern'), ('ipaddress', 'IPv4Address', 'ipv4_address'),
    ('ipaddress', 'IPv6Address', 'ipv6_address'), ('ipaddress', 'IPv4Network', 'ipv4_network'),
    ('ipaddress', 'IPv6Network', 'ipv6_network'),
)


def _late(module, name):
    module = sys.modules.get(module)
    return getattr(module, name, None) if module is not None else None


def _kind_of_rest(value, cls):
    if not isinstance(value, type):
        if hasattr(value, '__pydantic_serializer__'):
            if not _builtin_first(cls):
                return 'pydantic'
        elif hasattr(value, '__dataclass_fields__') and not _builtin_first(cls):
            return 'dataclass'
        if isinstance(cls, enum.EnumMeta):
            return 'enum'
    bases = cls.__mro__ if isinstance(cls, type) else ()
    late = {}
    for module, name, kind in _LATE:
        known = _late(module, name)
        if known is not None:
            late[known] = kind
    # As the class's chain of first bases has it.
    base = cls
    while base is not None:
        kind = _BY_TYPE.get(base)
        if kind is not None:
            return _SUBCLASS.get(kind, kind) if base is not cls else kind
        kind = late.get(base) or _urls().get(base)
        if kind is not None:
            return kind
        if base is cls and isinstance(value, Iterator):
            return 'generator'
        base = base.__base__
    for base in bases:
        kind = _BY_TYPE.get(base)
        if kind is not None:
            return _SUBCLASS.get(kind, kind)
        kind = late.get(base)
        if kind is not None:
            return kind
    try:
        for test, kind in _INSTANCE:
            if isinstance(value, test):
                return kind
    except Exception:
        pass
    if isinstance(value, enum.Enum):
        return 'enum'
    return 'unknown'


_INSTANCE = (
    (int, 'int_subclass'), (str, 'str_subclass'), (bytes, 'bytes'), (list, 'list'), (tuple, 'tuple'),
    (dict, 'dict'), (float, 'float_subclass'), (set, 'set'), (frozenset, 'frozenset'),
)


def _builtin_first(cls):
    return cls in _BY_TYPE


_url_kinds = {}


def _urls():
    if not _url_kinds:
        from .urls import MultiHostUrl, Url

        _url_kinds[Url] = 'url'
        _url_kinds[MultiHostUrl] = 'multi_host_url'
    return _url_kinds


def infer(value, state):
    kind = type(value)
    if kind in _LEAVES:
        if state.mode == 'json' and state.depth >= 255:
            raise ValueError('Maximum serialization depth exceeded')
        return value
    return infer_known(kind_of(value), value, state)


def infer_known(kind, value, state):
    if kind in ('none', 'int', 'bool', 'str'):
        return value
    try:
        key = state.enter(value, _MARK)
    except ValueError:
        if state.wire and state.serialize_unknown:
            return '...'
        if state.mode == 'json':
            raise
        return value
    try:
        return (_JSON if state.mode == 'json' else _PYTHON).get(kind, _same)(value, state)
    finally:
        state.leave(key)


def _same(value, state):
    return value


def sequence(items, length, state, each=infer, rules=PLAIN):
    """The serialized items that include and exclude leave."""
    include, exclude = state.include, state.exclude
    if include is None and exclude is None and rules.plain:
        return [each(item, state) for item in items]
    inner_include, inner_exclude = for_sequence(include, length), for_sequence(exclude, length)
    out = []
    try:
        for index, item in enumerate(items):
            step = rules.step(index, inner_include, inner_exclude)
            if step is not None:
                state.include, state.exclude = step
                out.append(each(item, state))
    finally:
        state.include, state.exclude = include, exclude
    return out


def _unfiltered(items, state):
    include, exclude = state.include, state.exclude
    state.include = state.exclude = None
    try:
        return [infer(item, state) for item in items]
    finally:
        state.include, state.exclude = include, exclude


def _pairs(pairs, state):
    out = {}
    include, exclude = state.include, state.exclude
    json = state.mode == 'json'
    if include is None and exclude is None:
        if json:
            for key, value in pairs:
                out[key if type(key) is str else infer_key(key, state)] = infer(value, state)
        else:
            for key, value in pairs:
                out[infer(key, state)] = infer(value, state)
        return out
    try:
        for key, value in pairs:
            step = PLAIN.step(key, include, exclude)
            if step is not None:
                state.include, state.exclude = step
                out_key = infer_key(key, state) if json else infer(key, state)
                out[out_key] = infer(value, state)
    finally:
        state.include, state.exclude = include, exclude
    return out


def pydantic_serializer(value):
    """The SchemaSerializer of a value's class, built where it is not yet; None without one."""
    from .serializer import SchemaSerializer

    known = getattr(value, '__pydantic_serializer__', None)
    if known is None or type(known) is SchemaSerializer:
        return known
    if hasattr(known, 'rebuild'):
        built = known.rebuild(parent_namespace_depth=0)
        if built is not None:
            known = built
    if type(known) is not SchemaSerializer:
        raise TypeError(f"'{type(known).__name__}' object is not an instance of 'SchemaSerializer'")
    return known


def call_serializer(serializer, value, state):
    old = state.config
    state.config = serializer._settings
    try:
        return serializer._node.run(value, state)
    finally:
        state.config = old


def _pydantic(value, state):
    serializer = pydantic_serializer(value)
    if serializer is None:
        raise _unknown_error(value)
    return call_serializer(serializer, value, state)


def _dataclass(value, state):
    import dataclasses

    marker = dataclasses._FIELD
    pairs = [
        (name, getattr(value, name))
        for name, field in value.__dataclass_fields__.items()
        if field._field_type is marker
    ]
    return _pairs(pairs, state)


def _unknown_error(value):
    return PydanticSerializationError(f'Unable to serialize unknown type: {safe_repr(type(value))}')


def _unknown_text(value):
    try:
        return str(value)
    except Exception:
        return f'<Unserializable {type(value).__qualname__} object>'


def _unknown_json(value, state):
    if state.fallback is not None:
        return infer(state.fallback(value), state)
    if state.serialize_unknown:
        return _unknown_text(value)
    raise _unknown_error(value)


def _unknown_python(value, state):
    return value if state.fallback is None else infer(state.fallback(value), state)


def uuid_text(value):
    text = f'{value.int:032x}'
    return f'{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}'


def complex_text(value):
    real, imaginary = value.real, value.imag
    text = plain_float(imaginary) + 'j'
    if imaginary == 0 and str(imaginary).startswith('-'):
        text = '-0j'
    if real != 0.0:
        sign = '' if text.startswith('-') else '+'
        return f'{plain_float(real)}{sign}{text}'
    return text


def _str(value, state):
    return str(value)


_JSON = {
    'int_subclass': lambda value, state: int.__index__(value) if isinstance(value, int) else int(value),
    'float': _float,
    'float_subclass': _float,
    'decimal': _str,
    'fraction': _str,
    'str_subclass': lambda value, state: str.__str__(value),
    'bytes': lambda value, state: bytes_text(value, (state.config or DEFAULT).bytes),
    'bytearray': lambda value, state: bytes_text(value, (state.config or DEFAULT).bytes),
    'tuple': lambda value, state: sequence(value, len(value), state),
    'list': lambda value, state: sequence(value, len(value), state),
    'set': _unfiltered,
    'frozenset': _unfiltered,
    'deque': lambda value, state: sequence(value, len(value), state),
    'dict': lambda value, state: _pairs(dict.items(value), state),
    'counter': lambda value, state: _pairs(dict.items(value), state),
    'ordered_dict': lambda value, state: _pairs(value.items(), state),
    'datetime': lambda value, state: datetime_json(value, (state.config or DEFAULT).temporal),
    'date': lambda value, state: date_json(value, (state.config or DEFAULT).temporal),
    'time': lambda value, state: time_json(value, (state.config or DEFAULT).temporal),
    'timedelta': lambda value, state: timedelta_json(value, (state.config or DEFAULT).timedelta),
    'url': _str,
    'multi_host_url': _str,
    'path': _str,
    'ipv4_address': _str,
    'ipv6_address': _str,
    'ipv4_network': _str,
    'ipv6_network': _str,
    'uuid': lambda value, state: uuid_text(value),
    'pydantic': _pydantic,
    'dataclass': _dataclass,
    'enum': lambda value, state: infer(value.value, state),
    'generator': lambda value, state: sequence(value, None, state),
    'complex': lambda value, state: complex_text(value),
    'pattern': lambda value, state: str(value.pattern),
    'unknown': _unknown_json,
}


def _generator(value, state):
    from .ser_collections import SerializationIterator

    return SerializationIterator(value, infer, PLAIN, state)


_PYTHON = {
    'tuple': lambda value, state: tuple(sequence(value, len(value), state)),
    'list': lambda value, state: sequence(value, len(value), state),
    'set': lambda value, state: set(_unfiltered(value, state)),
    'frozenset': lambda value, state: frozenset(_unfiltered(value, state)),
    'deque': lambda value, state: collections.deque(sequence(value, len(value), state), value.maxlen),
    'dict': lambda value, state: _pairs(dict.items(value), state),
    'ordered_dict': lambda value, state: collections.OrderedDict(_pairs(value.items(), state)),
    'counter': lambda value, state: collections.Counter(_pairs(dict.items(value), state)),
    'pydantic': _pydantic,
    'dataclass': _dataclass,
    'generator': _generator,
    'fraction': _str,
    'unknown': _unknown_python,
}


def infer_key(key, state):
    return infer_key_known(kind_of(key), key, state)


def infer_key_known(kind, key, state):
    if kind == 'str':
        return key
    if kind == 'str_subclass':
        return str.__str__(key)
    if kind == 'none':
        return 'None'
    if kind == 'bool':
        return 'true' if key else 'false'
    config = state.config or DEFAULT
    if kind in ('float', 'float_subclass'):
        number = float(key)
        if config.inf_nan == 'null' and (number != number or number in (float('inf'), float('-inf'))):
            return 'None'
        return str(key)
    if kind in ('bytes', 'bytearray'):
        return bytes_text(key, config.bytes)
    if kind in ('datetime', 'date', 'time', 'timedelta'):
        return key_text(_JSON[kind](key, state))
    if kind == 'uuid':
        return uuid_text(key)
    if kind == 'tuple':
        return ','.join(infer_key(one, state) for one in key)
    if kind in _NO_KEYS:
        raise TypeError(f'`{kind}` not valid as object key')
    if kind in ('dataclass', 'pydantic'):
        hash(key)
        return str(key)
    if kind == 'enum':
        return infer_key(key.value, state)
    if kind == 'complex':
        return complex_text(key)
    if kind == 'pattern':
        return str(key.pattern)
    if kind == 'unknown':
        if state.fallback is not None:
            return infer_key(state.fallback(key), state)
        if state.serialize_unknown:
            return _unknown_text(key)
        raise _unknown_error(key)
    return str(key)


_NO_KEYS = frozenset(('list', 'set', 'frozenset', 'deque', 'dict', 'ordered_dict', 'counter', 'generator'))


def key_text(value):
    return plain_float(value) if isinstance(value, float) else value


