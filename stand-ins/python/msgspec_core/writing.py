"""From any value to plain ones: None, bool, int, float, str, list, dict, and what is taken as it is."""

import base64
import datetime
import decimal
import enum
import uuid

from _krait_stand_ins.msgspec_core import formats
from _krait_stand_ins.msgspec_core.structs import UNSET, NODEFAULT, Struct, StructMeta, is_default
from _krait_stand_ins.msgspec_core.values import Ext, Raw

_PLAIN = frozenset((type(None), bool, int, float, str))


class Plain:
    """How values are made plain."""

    def __init__(self, protocol, enc_hook=None, decimal_format="string", uuid_format="canonical", order=None, builtin=(), str_keys=True):
        self.protocol, self.hook, self.order = protocol, enc_hook, order
        self.decimal_format, self.uuid_format = decimal_format, uuid_format
        self.builtin, self.str_keys = frozenset(builtin or ()), str_keys

    def of(self, value):
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind in self.builtin:
            return value
        if kind is list or kind is tuple:
            of = self.of
            made = [of(each) for each in value]
            return tuple(made) if kind is tuple and self.protocol == "builtins" else made
        if kind is dict:
            return self.of_dict(value)
        if isinstance(kind, StructMeta):
            return self.of_struct(value, kind)
        return self.of_other(value, kind)

    def of_dict(self, value):
        made = {}
        for key, each in value.items():
            made[key if type(key) is str else self.of_key(key)] = self.of(each)
        if self.order is not None:
            if not all(isinstance(key, str) for key in made):
                raise TypeError("Only dicts with str keys are supported when `order` is not `None`")
            made = dict(sorted(made.items()))
        return made

    def of_key(self, key):
        if isinstance(key, enum.Enum):
            key = key.value
        plain = self.of(key)
        if self.protocol == "json" or self.str_keys:
            if isinstance(plain, bool) or plain is None or isinstance(plain, (list, dict)):
                raise TypeError("Only dicts with str-like or number-like keys are supported")
            if isinstance(plain, (int, float)):
                return repr(plain)
            return plain if isinstance(plain, str) else str(plain)
        return tuple(plain) if isinstance(plain, list) else plain

    def of_struct(self, value, kind):
        config = kind.__struct_config__
        of = self.of
        if config.array_like:
            made = [] if config.tag is None else [config.tag]
            for get in kind._struct_getters:
                each = get(value)
                made.append(None if each is UNSET else of(each))
            return made
        made = {} if config.tag is None else {config.tag_field: config.tag}
        omits = config.omit_defaults
        for field, encoded, get in zip(kind.__struct_fields__, kind.__struct_encode_fields__, kind._struct_getters):
            try:
                each = get(value)
            except AttributeError:
                raise AttributeError(f"Struct field {field!r} is unset") from None
            if each is UNSET or omits and is_default(each, kind._struct_all[field]):
                continue
            made[encoded] = of(each)
        return dict(sorted(made.items())) if self.order == "sorted" else made

    def of_other(self, value, kind):
        is_packed = self.protocol == "msgpack"
        if kind in (bytes, bytearray, memoryview):
            return value if is_packed else base64.b64encode(value).decode("ascii")
        if kind is datetime.datetime:
            if is_packed and value.tzinfo is not None:
                return value
            return formats.text_of_datetime(value)
        if kind is datetime.date:
            return value.isoformat()
        if kind is datetime.time:
            return formats.text_of_time(value)
        if kind is datetime.timedelta:
            return formats.text_of_duration(value)
        if isinstance(value, uuid.UUID):
            if self.uuid_format == "bytes":
                return value.bytes
            return value.hex if self.uuid_format == "hex" else str(value)
        if isinstance(value, decimal.Decimal):
            if self.decimal_format == "number":
                return _Exact(value) if self.protocol == "json" else float(value)
            return str(value)
        if kind is Raw:
            if self.protocol == "builtins":
                raise TypeError(f"Encoding objects of type {kind.__name__} is unsupported")
            return value
        if kind is Ext and is_packed:
            return value
        if isinstance(value, enum.Enum):
            return self.of(value.value)
        if kind in (set, frozenset):
            members = list(value)
            if self.order is not None:
                members.sort()
            made = [self.of(each) for each in members]
            return made
        if isinstance(value, tuple):
            made = [self.of(each) for each in value]
            return tuple(made) if self.protocol == "builtins" else made
        if isinstance(value, (list, set, frozenset)):
            return [self.of(each) for each in value]
        if isinstance(value, dict):
            return self.of_dict(value)
        if isinstance(value, str):
            return str(value)
        if isinstance(value, (int, float)) and kind is not bool:
            return int(value) if isinstance(value, int) else float(value)
        if hasattr(kind, "__dataclass_fields__") and not isinstance(value, type):
            return self.of_fields(value, [name for name, field in kind.__dataclass_fields__.items()])
        if hasattr(kind, "__attrs_attrs__"):
            return self.of_fields(value, [field.name for field in kind.__attrs_attrs__ if not field.name.startswith("_")])
        if self.hook is not None:
            return self.of(self.hook(value))
        raise TypeError(f"Encoding objects of type {kind.__name__} is unsupported")

    def of_fields(self, value, names):
        made = {}
        for name in names:
            each = getattr(value, name, UNSET)
            if each is not UNSET:
                made[name] = self.of(each)
        for name, each in getattr(value, "__dict__", {}).items():
            if name not in made and not name.startswith("_") and each is not UNSET and name in names:
                made[name] = self.of(each)
        return dict(sorted(made.items())) if self.order == "sorted" else made


class _Exact:
    """A number of JSON, by its digits."""

    def __init__(self, value):
        self.text = str(value)


__all__ = ["NODEFAULT", "Plain", "Struct"]
