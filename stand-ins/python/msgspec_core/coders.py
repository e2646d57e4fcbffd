"""The encoders and decoders, and the functions that are one call of them."""

import decimal

from _krait_stand_ins.msgspec_core import packed, readers, texts, types_read
from _krait_stand_ins.msgspec_core.errors import DecodeError, ValidationError, Wrong
from _krait_stand_ins.msgspec_core.values import Raw
from _krait_stand_ins.msgspec_core.writing import Plain


def _called(name, hook):
    if hook is not None and not callable(hook):
        raise TypeError(f"{name} must be callable")
    return hook


class _Encoder:
    _protocol = "json"

    def __init__(self, *, enc_hook=None, decimal_format="string", uuid_format="canonical", order=None):
        if decimal_format not in ("string", "number"):
            raise ValueError(f"`decimal_format` must be 'string' or 'number', got {decimal_format!r}")
        formats = ("canonical", "hex") if self._protocol == "json" else ("canonical", "hex", "bytes")
        if uuid_format not in formats:
            raise ValueError(f"`uuid_format` must be {_either(formats)}, got {uuid_format!r}")
        if order not in (None, "deterministic", "sorted"):
            raise ValueError(f"`order` must be one of `{{None, 'deterministic', 'sorted'}}`, got {order!r}")
        self.enc_hook, self.order = _called("enc_hook", enc_hook), order
        self.decimal_format, self.uuid_format = decimal_format, uuid_format
        self._plain = Plain(self._protocol, enc_hook, decimal_format, uuid_format, order, str_keys=self._protocol == "json")

    def encode(self, obj, /):
        value = self._plain.of(obj)
        return texts.text_of(value).encode("utf-8") if self._protocol == "json" else packed.bytes_of(value)

    def encode_into(self, obj, buffer, offset=0, /):
        if not isinstance(buffer, bytearray):
            raise TypeError("buffer must be a `bytearray`")
        if offset == -1:
            offset = len(buffer)
        elif offset < 0:
            raise ValueError("offset must be >= -1")
        data = self.encode(obj)
        del buffer[offset:]
        buffer.extend(bytes(max(offset - len(buffer), 0)) + data)


def _either(words):
    quoted = [repr(word) for word in words]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}" if len(words) == 2 else f"{', '.join(quoted[:-1])}, or {quoted[-1]}"


class JSONEncoder(_Encoder):
    """A JSON encoder."""

    def encode_lines(self, items, /):
        return b"".join(self.encode(each) + b"\n" for each in items)


class MsgpackEncoder(_Encoder):
    """A MessagePack encoder."""

    _protocol = "msgpack"


class _Decoder:
    _source = "json"

    def _prepare(self, type, strict, dec_hook, ext_hook=None):
        self.type, self.strict = _any_of(type), strict
        self.dec_hook = _called("dec_hook", dec_hook)
        settings = readers.Settings(self._source, strict, dec_hook, ext_hook, str_keys=self._source == "json")
        self._reader = types_read.reader(self.type, settings)
        self._is_raw = getattr(self._reader, "is_raw", False)
        self._needs_texts = any("decimal" in each.names for each in settings.made.values())
        self._has_raw = any(getattr(each, "is_raw", False) for each in settings.made.values())
        if self._has_raw and not self._is_raw:
            _read_raw(settings)

    def _fitted(self, value):
        try:
            return self._reader.read(value)
        except Wrong as wrong:
            made, cause = wrong.made(), wrong.__cause__
        made.__context__ = cause
        raise made from cause

    @classmethod
    def __class_getitem__(cls, item):
        import types

        return types.GenericAlias(cls, item)


def _any_of(type_):
    import typing

    return typing.Any if isinstance(type_, str) and type_ == "Any" else type_


def _read_raw(settings):
    for each in settings.made.values():
        if getattr(each, "is_raw", False):
            each.any = False
            protocol = settings.source
            each.default_reader = (
                (lambda value: Raw(texts.text_of(value).encode())) if protocol == "json" else (lambda value: Raw(packed.bytes_of(value)))
            )


class JSONDecoder(_Decoder):
    """A JSON decoder."""

    def __init__(self, type="Any", *, strict=True, dec_hook=None, float_hook=None):
        self.float_hook = _called("float_hook", float_hook)
        self._prepare(type, strict, dec_hook)

    def decode(self, buf, /):
        if self._is_raw:
            return Raw(buf)
        return self._fitted(texts.value_of(_buffer(buf), self._needs_texts, self.float_hook))

    def decode_lines(self, buf, /):
        data = buf.encode("utf-8") if isinstance(buf, str) else bytes(buf)
        made = []
        for line in data.split(b"\n"):
            if line.strip():
                try:
                    made.append(self._reader.read(texts.value_of(line, self._needs_texts, self.float_hook)))
                except Wrong as wrong:
                    wrong.steps.append(f"[{len(made)}]")
                    raise wrong.made() from None
        return made


class MsgpackDecoder(_Decoder):
    """A MessagePack decoder."""

    _source = "msgpack"

    def __init__(self, type="Any", *, strict=True, dec_hook=None, ext_hook=None):
        self.ext_hook = _called("ext_hook", ext_hook)
        self._prepare(type, strict, dec_hook, ext_hook)

    def decode(self, buf, /):
        if self._is_raw:
            return Raw(buf)
        return self._fitted(packed.Unpacker(_buffer(buf), self.ext_hook).whole())


def _buffer(data):
    if isinstance(data, (str, bytes, bytearray, memoryview)):
        return data
    return memoryview(data)


_json_encoder, _msgpack_encoder = JSONEncoder(), MsgpackEncoder()
_decoders = {}


def _decoder(kind, type, strict, dec_hook, **named):
    if dec_hook is not None or named:
        return kind(type, strict=strict, dec_hook=dec_hook, **named)
    try:
        found = _decoders.get((kind, type, strict))
    except TypeError:
        return kind(type, strict=strict)
    if found is None:
        if len(_decoders) > 256:
            _decoders.clear()
        found = _decoders[kind, type, strict] = kind(type, strict=strict)
    return found


def json_encode(obj, /, *, enc_hook=None, order=None):
    """Serialize an object as JSON."""
    if enc_hook is None and order is None:
        return _json_encoder.encode(obj)
    return JSONEncoder(enc_hook=enc_hook, order=order).encode(obj)


def msgpack_encode(obj, /, *, enc_hook=None, order=None):
    """Serialize an object as MessagePack."""
    if enc_hook is None and order is None:
        return _msgpack_encoder.encode(obj)
    return MsgpackEncoder(enc_hook=enc_hook, order=order).encode(obj)


def json_decode(buf, /, *, type="Any", strict=True, dec_hook=None):
    """Deserialize an object from JSON."""
    return _decoder(JSONDecoder, type, strict, dec_hook).decode(buf)


def msgpack_decode(buf, /, *, type="Any", strict=True, dec_hook=None, ext_hook=None):
    """Deserialize an object from MessagePack."""
    named = {"ext_hook": ext_hook} if ext_hook is not None else {}
    return _decoder(MsgpackDecoder, type, strict, dec_hook, **named).decode(buf)


def json_format(buf, *, indent=2):
    """Format an existing JSON message, usually to be more human readable."""
    texts.value_of(buf, False)
    return texts.formatted(buf, indent)


def convert(obj, type, *, strict=True, from_attributes=False, dec_hook=None, str_keys=False, builtin_types=None):
    """Convert the input object to the specified type, or error accordingly."""
    settings = readers.Settings(
        "convert", strict, _called("dec_hook", dec_hook), builtin_types=builtin_types, str_keys=str_keys, attributes=from_attributes,
    )
    try:
        return types_read.reader(_any_of(type), settings).read(obj)
    except Wrong as wrong:
        made, cause = wrong.made(), wrong.__cause__
    raise made from cause


def to_builtins(obj, *, str_keys=False, builtin_types=None, enc_hook=None, order=None):
    """Convert a complex object to one composed only of simpler builtin types."""
    if order not in (None, "deterministic", "sorted"):
        raise ValueError(f"`order` must be one of `{{None, 'deterministic', 'sorted'}}`, got {order!r}")
    return Plain("builtins", _called("enc_hook", enc_hook), order=order, builtin=builtin_types, str_keys=str_keys).of(obj)


__all__ = ["DecodeError", "ValidationError", "decimal"]
