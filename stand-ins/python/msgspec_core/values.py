"""`Meta`, `Raw` and `Ext`."""


class Meta:
    """Extra metadata and constraints for a type or field."""

    __slots__ = (
        "gt", "ge", "lt", "le", "multiple_of", "pattern", "regex", "min_length", "max_length", "tz", "title", "description",
        "examples", "extra_json_schema", "extra",
    )
    _shown = tuple(name for name in __slots__ if name != "regex")

    def __init__(
        self, *, gt=None, ge=None, lt=None, le=None, multiple_of=None, pattern=None, min_length=None, max_length=None, tz=None,
        title=None, description=None, examples=None, extra_json_schema=None, extra=None,
    ):
        for name, value in (("gt", gt), ("ge", ge), ("lt", lt), ("le", le), ("multiple_of", multiple_of)):
            if value is not None and (not isinstance(value, (int, float)) or isinstance(value, bool)):
                raise TypeError(f"`{name}` must be an int or float, got {type(value).__name__}")
            if isinstance(value, float) and value - value != 0:
                raise ValueError(f"`{name}` must be finite, got {value}")
        if gt is not None and ge is not None:
            raise ValueError("Cannot set both `gt` and `ge`")
        if lt is not None and le is not None:
            raise ValueError("Cannot set both `lt` and `le`")
        if multiple_of is not None and multiple_of <= 0:
            raise ValueError("`multiple_of` must be > 0")
        for name, value in (("min_length", min_length), ("max_length", max_length)):
            if value is not None:
                if not isinstance(value, int) or isinstance(value, bool):
                    raise TypeError(f"`{name}` must be an int, got {type(value).__name__}")
                if value < 0:
                    raise ValueError(f"`{name}` must be >= 0, got {value}")
        for name, value in (("pattern", pattern), ("title", title), ("description", description)):
            if value is not None and not isinstance(value, str):
                raise TypeError(f"`{name}` must be a str, got {type(value).__name__}")
        if tz is not None and not isinstance(tz, bool):
            raise TypeError(f"`tz` must be a bool, got {type(tz).__name__}")
        if examples is not None and not isinstance(examples, list):
            raise TypeError(f"`examples` must be a list, got {type(examples).__name__}")
        for name, value in (("extra_json_schema", extra_json_schema), ("extra", extra)):
            if value is not None and not isinstance(value, dict):
                raise TypeError(f"`{name}` must be a dict, got {type(value).__name__}")
        number = any(each is not None for each in (gt, ge, lt, le, multiple_of))
        text = any(each is not None for each in (pattern, min_length, max_length))
        if number and text:
            raise ValueError("Cannot mix numeric constraints (gt, lt, ...) with non-numeric constraints (pattern, min_length, max_length, tz)")
        import re

        for name, value in zip(Meta._shown, (
            gt, ge, lt, le, multiple_of, pattern, min_length, max_length, tz, title, description, examples, extra_json_schema, extra,
        )):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "regex", re.compile(pattern) if pattern is not None else None)

    def __setattr__(self, name, value):
        raise AttributeError(f"attribute '{name}' of 'msgspec.Meta' objects is not writable")

    def __repr__(self):
        shown = ((name, getattr(self, name)) for name in Meta._shown)
        return f"msgspec.Meta({', '.join(f'{name}={value!r}' for name, value in shown if value is not None)})"

    def __rich_repr__(self):
        return [(name, getattr(self, name)) for name in Meta._shown if getattr(self, name) is not None]

    def _key(self):
        return [getattr(self, name) for name in Meta._shown]

    def __eq__(self, other):
        return self._key() == other._key() if isinstance(other, Meta) else NotImplemented

    def __hash__(self):
        def hashed(value):
            return hash(repr(value)) if isinstance(value, (list, dict)) else hash(value)

        return hash(tuple((name, hashed(getattr(self, name))) for name in Meta._shown))

    def __copy__(self):
        return self


class Raw(bytes):
    """A buffer containing an encoded message."""

    def __new__(cls, msg=b"", /):
        return bytes.__new__(cls, msg.encode("utf-8") if isinstance(msg, str) else bytes(msg))

    def copy(self):
        return self

    def __reduce__(self):
        return Raw, (bytes(self),)


class Ext:
    """A record representing a MessagePack Extension Type."""

    __slots__ = ("code", "data")

    def __init__(self, code, data, /):
        if not isinstance(code, int):
            raise TypeError("code must be an int, got " + type(code).__name__)
        if not -128 <= code <= 127:
            raise ValueError("code must be an int between -128 and 127")
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError("data must be a bytes, bytearray, or buffer-like object, got " + type(data).__name__)
        self.code, self.data = code, data

    def __eq__(self, other):
        return self.code == other.code and self.data == other.data if isinstance(other, Ext) else NotImplemented

    def __reduce__(self):
        return Ext, (self.code, self.data)

    def __repr__(self):
        return f"<msgspec.msgpack.Ext object at {id(self):#x}>"
