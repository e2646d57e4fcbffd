"""JSON: from plain values to bytes, and back."""

import json
import re
from json.encoder import encode_basestring

from _krait_stand_ins.msgspec_core import readers
from _krait_stand_ins.msgspec_core.errors import DecodeError
from _krait_stand_ins.msgspec_core.values import Raw

_CONTROL = re.compile(r"\\u00[0-9a-f]{2}")


def text_of(value, key_order=None):
    """A plain value as JSON."""
    pieces = []
    _write(value, pieces.append)
    return "".join(pieces)


def _write(value, write):
    kind = type(value)
    if kind is str:
        write(encode_basestring(value).replace("\x7f", "\\u007f"))
    elif value is None:
        write("null")
    elif kind is bool:
        write("true" if value else "false")
    elif kind is int:
        write(int.__repr__(value))
    elif kind is float:
        write(_float(value))
    elif kind is dict:
        write("{")
        comma = ""
        for key, each in value.items():
            write(f"{comma}{encode_basestring(key)}:")
            _write(each, write)
            comma = ","
        write("}")
    elif kind is list:
        write("[")
        comma = ""
        for each in value:
            if comma:
                write(comma)
            _write(each, write)
            comma = ","
        write("]")
    elif kind is Raw:
        write(value.decode("utf-8"))
    else:
        write(value.text)


def _float(value):
    if value != value or value in (float("inf"), float("-inf")):
        return "null"
    text = float.__repr__(value)
    return text.replace("e+", "e").replace("e0", "e").replace("e-0", "e-") if "e" in text else text


class _Malformed(Exception):
    pass


def _constant(name):
    raise _Malformed(name)


def value_of(data, wants_texts, float_hook=None):
    """What JSON says, as plain values."""
    if isinstance(data, str):
        text = data
    else:
        try:
            text = bytes(data).decode("utf-8")
        except UnicodeDecodeError:
            raise DecodeError("Invalid UTF-8 encoded string") from None
    named = {"parse_constant": _constant, "strict": True}
    if float_hook is not None:
        named["parse_float"] = float_hook
    elif wants_texts:
        named["parse_float"] = _number
    try:
        return json.loads(text, **named)
    except _Malformed:
        at = re.search(r"-?(?:NaN|Infinity)", text).start()
        raise DecodeError(f"JSON is malformed: invalid character (byte {len(text[:at].encode())})") from None
    except json.JSONDecodeError as error:
        raise _refused(error, text) from None
    except RecursionError:
        raise RecursionError("maximum recursion depth exceeded while deserializing an object") from None


def _number(text):
    made = readers.Number(text)
    made.text = text
    return made


_MESSAGES = {
    "Expecting ',' delimiter": None,
    "Expecting property name enclosed in double quotes": "object keys must be strings",
    "Illegal trailing comma before end of object": "trailing comma in object",
    "Illegal trailing comma before end of array": "trailing comma in array",
    "Extra data": "trailing characters",
    "Expecting ':' delimiter": "expected ':'",
    "Invalid control character at": "invalid character",
    "Invalid \\escape": "invalid escape character in string",
    "Expecting value": "invalid character",
}


def _refused(error, text):
    at, message = error.pos, error.msg.partition(": line")[0]
    if message.startswith("Unterminated string") or at >= len(text.rstrip()):
        return DecodeError("Input data was truncated")
    words = _MESSAGES.get(message, "invalid character")
    if words is None:
        before = text[:at].rstrip()
        words = "expected ',' or ']'" if _innermost(before) == "[" else "expected ',' or '}'"
    if words.startswith("trailing comma"):
        at = text.index("]" if "array" in words else "}", at)
    if words == "invalid character" and message == "Expecting value" and text[at : at + 1] in "]}" and text[:at].rstrip()[-1:] == ",":
        words = "trailing comma in array" if text[at] == "]" else words
    return DecodeError(f"JSON is malformed: {words} (byte {len(text[:at].encode())})")


def _innermost(text):
    """The bracket that is open at the end of a text."""
    open_ = []
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', text):
        each = found.group()
        if each in "[{":
            open_.append(each)
        elif each in "]}" and open_:
            open_.pop()
    return open_[-1] if open_ else ""


def formatted(data, indent):
    """JSON with other white space."""
    is_text = isinstance(data, str)
    value = json.loads(data, parse_float=_Kept, parse_int=_Kept)
    pieces = []
    _format(value, pieces.append, indent, 0)
    text = "".join(pieces)
    return text if is_text else text.encode("utf-8")


class _Kept(str):
    """A number as it is written."""


def _format(value, write, indent, depth):
    if isinstance(value, (list, dict)) and value:
        brackets = "[]" if isinstance(value, list) else "{}"
        line = "\n" + " " * indent * (depth + 1) if indent > 0 else ""
        comma = "," if indent != 0 else ", "
        comma, colon = ("," + line, ": ") if indent > 0 else (", ", ": ") if indent == 0 else (",", ":")
        write(brackets[0] + line)
        for index, each in enumerate(value):
            if index:
                write(comma)
            if brackets == "{}":
                write(encode_basestring(each) + colon)
                each = value[each]
            _format(each, write, indent, depth + 1)
        write(("\n" + " " * indent * depth if indent > 0 else "") + brackets[1])
    elif type(value) is _Kept:
        write(value)
    elif isinstance(value, (list, dict)):
        write("[]" if isinstance(value, list) else "{}")
    else:
        _write(value, write)
