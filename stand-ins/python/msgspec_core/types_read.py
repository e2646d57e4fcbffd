"""From a type to a reader: a function of a plain value, which gives a value of the type or raises `Wrong`."""

import base64
import binascii
import datetime
import decimal
import enum
import math
import types
import typing
import uuid

from _krait_stand_ins.msgspec_core import formats
from _krait_stand_ins.msgspec_core.checks import length_check, number_check, uuid_of_bytes, uuid_of_text, zone_check
from _krait_stand_ins.msgspec_core.errors import Wrong
from _krait_stand_ins.msgspec_core.fields_read import FieldsReader, StructReader, attributes_of_union, called, union_reader
from _krait_stand_ins.msgspec_core.readers import NoneType, Number, Reader, Settings, name_of
from _krait_stand_ins.msgspec_core.structs import NODEFAULT, UNSET, Factory, StructMeta, UnsetType
from _krait_stand_ins.msgspec_core.values import Ext, Meta, Raw


def reader(kind, settings):
    """The reader of a type; made once for each."""
    try:
        found = settings.made.get(kind)
    except TypeError:
        found, key = None, None
    else:
        key = kind
    if found is None:
        found = Reader()
        if key is not None:
            settings.made[key] = found
        _Builder(found, settings).build(kind)
    return found


def _split(kind):
    """A type without what is around it, and its `Meta`s."""
    metas = []
    while True:
        if isinstance(kind, typing.TypeAliasType):
            kind = kind.__value__
        elif type(kind).__name__ == "TypeAliasType":
            kind = kind.__value__
        elif isinstance(kind, types.GenericAlias) and isinstance(kind.__origin__, typing.TypeAliasType) or \
                isinstance(getattr(kind, "__origin__", None), typing.TypeAliasType):
            kind = kind.__origin__.__value__[kind.__args__]
        elif hasattr(kind, "__metadata__"):
            metas += [each for each in kind.__metadata__ if isinstance(each, Meta)]
            kind = kind.__origin__
        elif getattr(kind, "__origin__", None) is typing.Final or getattr(kind, "__origin__", None) in (typing.Required, typing.NotRequired):
            kind = kind.__args__[0]
        elif kind is typing.Final:
            kind = typing.Any
        elif hasattr(kind, "__supertype__"):
            kind = kind.__supertype__
        elif isinstance(kind, typing.TypeVar):
            if kind.__bound__ is not None:
                kind = kind.__bound__
            elif kind.__constraints__:
                kind = typing.Union[kind.__constraints__]
            else:
                kind = typing.Any
        elif isinstance(kind, str):
            raise TypeError(f"Type {kind!r} is not supported")
        else:
            return kind, metas


class _Builder:
    def __init__(self, made, settings):
        self.made, self.settings = made, settings
        self.is_json = settings.source == "json"
        self.structs = []
        self.floats = self.ints = self.texts = False

    def build(self, kind):
        members = list(self.members(kind, []))
        for each, metas in members:
            self.add(each, metas, len(members) > 1)
        if self.structs:
            self.add_structs()
        made = self.made
        if not made.any and int in made.by_kind and float not in made.by_kind:
            read = made.by_kind[int]
            if self.ints and not self.settings.strict:
                made.by_kind[float] = made.by_kind[Number] = lambda value: (
                    read(int(value)) if math.isfinite(value) and value == int(value) and abs(value) < 2**63 else self._refuse(value)
                )
        elif float in made.by_kind and int not in made.by_kind and self.floats:
            read = made.by_kind[float]
            made.by_kind[int] = lambda value: read(float(value))
        if self.settings.source == "convert" and not (self.settings.attributes and made.default_reader is not None):
            made.by_mapping = made.by_kind.get(dict)
        if not self.settings.strict and not made.any:
            self.add_lax(made)

    def reader_of(self, hint):
        return reader(hint, self.settings)

    def _refuse(self, value):
        raise self.made.unexpected(value)

    def members(self, kind, metas):
        kind, more = _split(kind)
        metas = metas + more
        if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
            for each in kind.__args__:
                yield from self.members(each, metas)
        else:
            yield kind, metas

    def put(self, name, kinds, function):
        self.made.names.add(name)
        for each in kinds:
            self.made.by_kind[each] = function

    def add(self, kind, metas, is_union):
        from msgspec import _utils

        made, origin = self.made, typing.get_origin(kind)
        arguments = typing.get_args(kind)
        plain = origin if origin is not None else kind
        if kind is typing.Any or kind is object:
            made.any = True
            made.names.add("any")
            return
        if kind is UnsetType or kind is UNSET:
            if not is_union:
                raise TypeError("Type `UnsetType` may only be used within a union")
            return
        if kind is Raw:
            made.any = True
            made.names.add("any")
            made.is_raw = True
            return
        if kind is None or kind is NoneType:
            self.put("null", [NoneType], lambda value: None)
        elif kind is bool:
            self.put("bool", [bool], lambda value: value)
        elif kind is int:
            self.ints = True
            self.put("int", [int], number_check(metas, "int"))
        elif kind is float:
            self.floats = True
            check = number_check(metas, "float")
            self.put("float", [float], check)
            made.by_kind.setdefault(decimal.Decimal, lambda value: check(float(value)))
            made.by_kind[Number] = lambda value: check(float(value))
        elif kind is str:
            self.texts = True
            self.put("str", [str], length_check(metas, "str"))
        elif kind in (bytes, bytearray, memoryview):
            self.add_bytes(kind, metas)
        elif kind is datetime.datetime:
            check = zone_check(metas, "datetime")
            self.put("datetime", [datetime.datetime], check)
            self.text("datetime", lambda text: check(formats.datetime_of(text)), datetime.datetime)
            made.datetime_check = check
        elif kind is datetime.date:
            self.put("date", [datetime.date], lambda value: value)
            made.by_kind.setdefault(datetime.datetime, self._refuse)
            self.text("date", formats.date_of, datetime.date)
        elif kind is datetime.time:
            check = zone_check(metas, "time")
            self.put("time", [datetime.time], check)
            self.text("time", lambda text: check(formats.time_of(text)), datetime.time)
        elif kind is datetime.timedelta:
            self.put("duration", [datetime.timedelta], lambda value: value)
            self.text("duration", formats.duration_of, datetime.timedelta)
        elif kind is uuid.UUID:
            self.put("uuid", [uuid.UUID], lambda value: value)
            self.text("uuid", uuid_of_text, uuid.UUID)
            if self.settings.source != "json" and uuid.UUID not in self.settings.builtin:
                for each in (bytes, bytearray, memoryview):
                    made.by_kind.setdefault(each, uuid_of_bytes)
        elif kind is decimal.Decimal:
            self.add_decimal()
        elif kind is Ext:
            self.put("ext", [Ext], lambda value: value)
        elif isinstance(kind, type) and issubclass(kind, enum.Enum):
            self.add_enum(kind)
        elif origin is typing.Literal:
            self.add_literal(kind)
        elif isinstance(plain, StructMeta):
            self.structs.append((kind, plain))
        elif typing.is_typeddict(plain) or getattr(plain, "__total__", None) is not None and isinstance(plain, type) and issubclass(plain, dict):
            self.add_typeddict(kind)
        elif isinstance(plain, type) and (hasattr(plain, "__dataclass_fields__") or hasattr(plain, "__attrs_attrs__")):
            self.add_dataclass(kind, plain)
        elif isinstance(plain, type) and issubclass(plain, tuple) and hasattr(plain, "_fields"):
            self.add_namedtuple(kind, plain)
        else:
            concrete = _utils._CONCRETE_TYPES.get(plain if origin is not None else kind)
            if concrete is None:
                self.add_custom(kind, plain, arguments)
            elif concrete is dict:
                self.add_dict(arguments, metas)
            elif concrete is tuple:
                self.add_tuple(arguments, metas)
            else:
                self.add_collection(concrete, arguments, metas)

    def text(self, name, function, own):
        """A type whose values are texts, unless they are taken as they are."""
        self.made.names.add(name)
        if own in self.settings.builtin:
            return
        self.made.by_kind.setdefault(str, function)

    def add_bytes(self, kind, metas):
        check = length_check(metas, "bytes")

        def made_of(value):
            return check(value if type(value) is kind else kind(value))

        def of_text(text):
            try:
                return check(kind(base64.b64decode(text.encode("ascii"), validate=True)))
            except (binascii.Error, UnicodeEncodeError):
                raise Wrong("Invalid base64 encoded string") from None

        self.put("bytes", [bytes, bytearray, memoryview], made_of)
        if self.settings.source != "msgpack":
            self.text("bytes", of_text, kind)

    def add_decimal(self):
        def of_text(text):
            try:
                return decimal.Decimal(text)
            except decimal.InvalidOperation:
                raise Wrong("Invalid decimal string") from None

        self.put("decimal", [decimal.Decimal], lambda value: value)
        self.text("decimal", of_text, decimal.Decimal)
        by_kind = self.made.by_kind
        by_kind.setdefault(int, decimal.Decimal)
        by_kind.setdefault(Number, lambda value: decimal.Decimal(value.text))
        by_kind.setdefault(float, lambda value: decimal.Decimal(repr(value)))

    def add_enum(self, kind):
        members = dict(kind._value2member_map_)
        if not members:
            raise TypeError("Enum types must have at least one item, " + repr(kind) + " is invalid")
        is_int = all(type(each) is int for each in members)
        if not is_int and not all(isinstance(each, str) for each in members):
            raise TypeError(f"Enums must contain either all str or all int values - {kind!r} is not supported")
        missing = kind._missing_.__func__ is not enum.Enum._missing_.__func__ if hasattr(kind, "_missing_") else False

        def read(value):
            if isinstance(value, enum.Enum):
                value = value.value
            found = members.get(value)
            if found is None:
                if missing:
                    try:
                        return kind(value)
                    except ValueError:
                        pass
                raise Wrong(f"Invalid enum value {value!r}")
            return found

        self.put("int" if is_int else "str", [int if is_int else str], read)
        self.made.by_kind[kind] = lambda value: value
        if is_int:
            self.ints = True

    def add_literal(self, kind):
        values = []

        def gather(kind):
            for each in typing.get_args(kind):
                if typing.get_origin(each) is typing.Literal:
                    gather(each)
                else:
                    values.append(each)

        gather(kind)
        for each in values:
            if each is not None and type(each) not in (int, str, bool):
                raise TypeError(f"Literal may only contain None/integers/strings - {kind!r} is not supported")
        for own, name in ((int, "int"), (str, "str"), (bool, "bool")):
            chosen = {each: each for each in values if type(each) is own}
            if not chosen:
                continue
            before = self.made.by_kind.get(own)

            def read(value, chosen=chosen):
                try:
                    return chosen[value]
                except KeyError:
                    raise Wrong(f"Invalid enum value {value!r}") from None

            if before is not None:
                def read(value, first=before, second=read):
                    try:
                        return first(value)
                    except Wrong:
                        return second(value)

            self.put(name, [own], read)
            if own is int:
                self.ints = True
        if None in values:
            self.put("null", [NoneType], lambda value: None)

    # Containers.

    def add_collection(self, concrete, arguments, metas):
        inner = reader(arguments[0] if arguments else typing.Any, self.settings)
        check = length_check(metas, "array")
        read_item = inner.read

        def read(value):
            made, index = [], 0
            try:
                for index, each in enumerate(value):
                    made.append(read_item(each))
            except Wrong as wrong:
                wrong.steps.append(f"[{index}]")
                raise
            try:
                return check(made if concrete is list else concrete(made))
            except TypeError as error:
                raise Wrong(str(error)) from None

        self.put("array", self.arrays(), read)

    def arrays(self):
        return [list] if self.settings.source != "convert" else [list, tuple, set, frozenset]

    def add_tuple(self, arguments, metas):
        if not arguments or len(arguments) == 2 and arguments[1] is Ellipsis:
            self.add_collection(tuple, arguments[:1], metas)
            return
        if arguments == ((),):
            arguments = ()
        readers = [reader(each, self.settings) for each in arguments]

        def read(value):
            if len(value) != len(readers):
                raise Wrong(f"Expected `array` of length {len(readers)}, got {len(value)}" if self.settings.source != "json" else f"Expected `array` of length {len(readers)}")
            made, index = [], 0
            try:
                for index, each in enumerate(value):
                    made.append(readers[index].read(each))
            except Wrong as wrong:
                wrong.steps.append(f"[{index}]")
                raise
            return tuple(made)

        self.put("array", self.arrays(), read)

    def add_dict(self, arguments, metas):
        key_type, value_type = arguments if arguments else (typing.Any, typing.Any)
        settings = self.settings
        values = reader(value_type, settings)
        check = length_check(metas, "object")
        if settings.str_keys:
            lax = Settings(settings.source, settings.strict, settings.dec_hook, settings.ext_hook, settings.builtin, True)
            lax.made = {}
            keys = reader(key_type, lax)
            read_key = _key_reader(keys, key_type)
        else:
            keys = reader(key_type, settings)
            read_key = keys.read
        read_value = values.read
        is_any = keys.any

        def read(value):
            made = {}
            for key, each in value.items():
                try:
                    if not is_any:
                        try:
                            key = read_key(key)
                        except Wrong as wrong:
                            wrong.in_key = 0
                            raise
                    made[key] = read_value(each)
                except Wrong as wrong:
                    if wrong.in_key is None:
                        wrong.steps.append("[...]")
                    raise
            return check(made)

        self.put("object", [dict, types.MappingProxyType] if settings.source == "convert" else [dict], read)

    def add_custom(self, kind, plain, arguments):
        if not isinstance(plain, type):
            raise TypeError(f"Type {kind!r} is not supported")
        hook, settings = self.settings.dec_hook, self.settings
        def read(value):
            if settings.source == "convert" and hook is None and isinstance(value, plain):
                return value
            if hook is None:
                if isinstance(value, plain):
                    return value
                raise Wrong(f"Expected `{plain.__name__}`, got `{name_of(value)}`")
            try:
                made = hook(kind, value)
            except NotImplementedError:
                raise
            except (TypeError, ValueError) as error:
                wrong = Wrong(str(error))
                wrong.__cause__ = error
                raise wrong from error
            if not isinstance(made, plain):
                raise Wrong(f"Expected `{plain.__name__}`, got `{type(made).__name__}`")
            return made

        self.made.names.add(plain.__name__)
        self.made.default_reader = read
        self.made.custom = plain

    # Objects with fields.

    def add_structs(self):
        objects = [(kind, cls) for kind, cls in self.structs if not cls.__struct_config__.array_like]
        arrays = [(kind, cls) for kind, cls in self.structs if cls.__struct_config__.array_like]
        for structs, name, kinds in ((objects, "object", [dict]), (arrays, "array", self.arrays())):
            if not structs:
                continue
            readers = [StructReader(kind, cls, self.reader_of) for kind, cls in structs]
            if len(readers) == 1:
                read = readers[0].read
            else:
                read = union_reader(readers, name == "array")
            self.put(name, kinds, read)
            if self.settings.source == "convert":
                for each in readers:
                    self.made.by_kind[each.cls] = lambda value: value
                if self.settings.attributes and name == "object":
                    self.made.default_reader = readers[0].read_attributes if len(readers) == 1 else attributes_of_union(readers)

    def add_typeddict(self, kind):
        from msgspec import _utils

        hints, required = _utils.get_typeddict_info(kind)
        self.put("object", [dict], FieldsReader(
            [(name, name, self.reader_of(each), NODEFAULT if name in required else None) for name, each in hints.items()],
            lambda values: values,
        ).read)

    def add_dataclass(self, kind, plain):
        from msgspec import _utils

        cls, fields, defaults, before, after = _utils.get_dataclass_info(kind)
        first = len(fields) - len(defaults)
        described = []
        for index, (name, hint, is_factory) in enumerate(fields):
            default = NODEFAULT
            if index >= first:
                default = Factory(defaults[index - first]) if is_factory else defaults[index - first]
            described.append((name, name, self.reader_of(hint), default))

        def make(values):
            made = cls.__new__(cls)
            if before is not None:
                before(made)
            for name, value in values.items():
                object.__setattr__(made, name, value)
            if after is not None:
                called(after, made)
            return made

        fields_reader = FieldsReader(described, make)
        self.put("object", [dict], fields_reader.read)
        if self.settings.source == "convert":
            self.made.by_kind[cls] = lambda value: value
            if self.settings.attributes:
                self.made.default_reader = fields_reader.read_attributes

    def add_namedtuple(self, kind, plain):
        hints = _hints(plain)
        readers = [reader(hints.get(name, typing.Any), self.settings) for name in plain._fields]
        defaults = plain._field_defaults
        least = len(plain._fields) - len(defaults)

        def read(value):
            if not least <= len(value) <= len(readers):
                if least == len(readers):
                    raise Wrong(f"Expected `array` of length {least}, got {len(value)}")
                raise Wrong(f"Expected `array` of length {least} to {len(readers)}, got {len(value)}")
            made, index = [], 0
            try:
                for index, each in enumerate(value):
                    made.append(readers[index].read(each))
            except Wrong as wrong:
                wrong.steps.append(f"[{index}]")
                raise
            return plain(*made)

        self.put("array", self.arrays(), read)
        if self.settings.source == "convert":
            self.made.by_kind[plain] = lambda value: value

    def add_lax(self, made):
        """What is read otherwise where types are not strict: texts as numbers and the like."""
        by_kind, names = made.by_kind, made.names
        own_text = by_kind.get(str)
        if "datetime" in names:
            check = made.datetime_check

            def of_number(value):
                return check(formats.datetime_of_number(value, None))

            for each in (int, float, Number):
                by_kind.setdefault(each, of_number)
        if "duration" in names:
            for each in (int, float, Number):
                by_kind.setdefault(each, formats.duration_of_number)
        if "bool" in names and int not in by_kind:
            def of_int(value):
                if value in (0, 1) and type(value) is int:
                    return bool(value)
                raise made.unexpected(value)

            by_kind[int] = of_int
        if self.texts or not names & {"bool", "int", "float", "null", "datetime", "duration"}:
            return

        def of_text(text):
            if "null" in names and text.lower() == "null":
                return None
            if "bool" in names and text.lower() in (("true", "false") if "int" in names or "float" in names else ("true", "false", "0", "1")):
                return text.lower() in ("true", "1")
            number = _number(text)
            if type(number) is float and "float" not in names and "int" in names and number != int(number):
                raise made.unexpected(text)
            if number is not None:
                found = by_kind.get(type(number))
                if found is not None:
                    return found(number)
            if own_text is not None:
                return own_text(text)
            raise made.unexpected(text)

        by_kind[str] = of_text


def _number(text):
    stripped = text
    try:
        if stripped.strip() != stripped or "_" in stripped or not stripped:
            return None
        if stripped.lstrip("-").isdigit() and stripped.isascii():
            return int(stripped)
        if stripped.lower().strip("+-") in ("nan", "inf", "infinity"):
            return float(stripped)
        if stripped[0] == "+" or stripped[0] == "." or stripped[-1] == ".":
            return None
        return float(stripped)
    except ValueError:
        return None


def _key_reader(keys, kind):
    """Reads keys of JSON, which are texts, as what they stand for."""
    by_kind = keys.by_kind

    def read(key):
        if type(key) is str and keys.by_kind.get(str) is None:
            number = _number(key)
            if type(number) is int and int in by_kind:
                return by_kind[int](number)
            if number is not None and float in by_kind and "float" in keys.names:
                return by_kind[float](float(number))
            if type(number) is float and "int" in keys.names:
                pass
        return keys.read(key)

    return read


def _hints(cls):
    from msgspec import _utils

    return _utils.get_class_annotations(cls)
