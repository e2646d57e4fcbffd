"""JSON into Python objects, with the errors of pydantic's parser (jiter), whole or partial.

The interpreter's own `json` does the work; where it fails, or takes what jiter does not, the text
is read once more by the parser here, which knows jiter's words and its partial mode.
"""

import json
import re

_DEEPEST = 200
_SURROGATE = re.compile(r'\\u[dD][89a-fA-F]')
_NUMBER = re.compile(rb'-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?')


def json_bytes(value, mode):
    """The JSON text of an input as str or bytes; None where it can have none."""
    if isinstance(value, str):
        return str.__str__(value)
    if mode == 'py' and isinstance(value, (bytes, bytearray)):
        return bytes(value)
    return None


def _refuse(name):
    raise ValueError(name)


_plain = json.JSONDecoder().decode
_finite = json.JSONDecoder(parse_constant=_refuse).decode


def parse(data, allow_inf_nan=True, partial=0):
    """(value, None) or (None, what is wrong and where)."""
    if not partial:
        try:
            text = data if isinstance(data, str) else data.decode()
            value = (_plain if allow_inf_nan else _finite)(text)
        except (ValueError, RecursionError):
            pass
        else:
            kind = type(value)
            if kind is str:
                if not _SURROGATE.search(text):
                    return value, None
            elif not (kind is dict or kind is list):
                return value, None
            elif not ('\\u' in text and _SURROGATE.search(text)) and not (
                text.count('[') + text.count('{') > _DEEPEST and _too_deep(value)
            ):
                return value, None
    raw = data.encode('utf-8', 'surrogatepass') if isinstance(data, str) else data
    reader = _Reader(raw, allow_inf_nan, partial)
    try:
        return reader.document(), None
    except _Problem as problem:
        text, index = problem.args
    return None, f'{text} at {_position(raw, index)}'


def _too_deep(value):
    level = [value]
    for _ in range(_DEEPEST):
        deeper = []
        for one in level:
            for inner in one.values() if type(one) is dict else one:
                if type(inner) is list or type(inner) is dict:
                    deeper.append(inner)
        if not deeper:
            return False
        level = deeper
    return True


def _position(raw, index):
    if index >= len(raw):
        line = raw.count(b'\n') + 1
        start = raw.rfind(b'\n') + 1
        return f'line {line} column {len(raw) - start}'
    line = raw.count(b'\n', 0, index + 1) + 1
    start = raw.rfind(b'\n', 0, index + 1) + 1
    return f'line {line} column {max(0, index + 1 - start)}'


class _Problem(Exception):
    pass


_FORGIVEN = frozenset((
    'EOF while parsing a list', 'EOF while parsing an object', 'EOF while parsing a string',
    'EOF while parsing a value', 'expected `,` or `]`', 'expected `,` or `}`',
))
_ESCAPES = {
    0x22: '"', 0x5C: '\\', 0x2F: '/', 0x62: '\b', 0x66: '\f', 0x6E: '\n', 0x72: '\r', 0x74: '\t',
}
_WORDS = {0x74: (b'true', True), 0x66: (b'false', False), 0x6E: (b'null', None)}


class _Reader:
    def __init__(self, raw, allow_inf_nan, partial):
        self.raw = raw
        self.size = len(raw)
        self.index = 0
        self.allow_inf_nan = allow_inf_nan
        self.partial = partial

    def space(self):
        raw, index, size = self.raw, self.index, self.size
        while index < size and raw[index] in b' \t\n\r':
            index += 1
        self.index = index
        return raw[index] if index < size else None

    def document(self):
        value = self.value(0)
        if self.space() is not None:
            raise _Problem('trailing characters', self.index)
        return value

    def value(self, depth):
        char = self.space()
        if char is None:
            raise _Problem('EOF while parsing a value', self.index)
        if char == 0x7B:
            return self.object(depth)
        if char == 0x5B:
            return self.array(depth)
        if char == 0x22:
            self.index += 1
            return self.string(False)
        if char in _WORDS:
            return self.word(*_WORDS[char])
        if char == 0x4E:
            return self.constant(b'NaN', float('nan'))
        if char == 0x49:
            return self.constant(b'Infinity', float('inf'))
        if char == 0x2D and self.raw[self.index + 1 : self.index + 2] == b'I':
            self.index += 1
            return self.constant(b'Infinity', float('-inf'))
        if char == 0x2D or 0x30 <= char <= 0x39:
            return self.number()
        raise _Problem('expected value', self.index)

    def word(self, word, value):
        raw, start = self.raw, self.index
        for offset in range(1, len(word)):
            index = start + offset
            if index >= self.size:
                self.index = index
                raise _Problem('EOF while parsing a value', self.size)
            if raw[index] != word[offset]:
                raise _Problem('expected ident', index)
        self.index = start + len(word)
        return value

    def constant(self, word, value):
        if not self.allow_inf_nan:
            raise _Problem('expected value', self.index)
        return self.word(word, value)

    def number(self):
        raw, start = self.raw, self.index
        match = _NUMBER.match(raw, start)
        index = start
        if match is None:
            # Only a sign.
            index = start + 1
            if index >= self.size:
                raise _Problem('EOF while parsing a value', index)
            raise _Problem('invalid number', index)
        end = match.end()
        rest = raw[end : end + 1]
        digits = raw[start:end].lstrip(b'-')
        if match[1] is None and match[2] is None:
            if digits == b'0' and rest.isdigit():
                raise _Problem('invalid number', end)
            if rest == b'.' or rest in (b'e', b'E') and rest:
                index = end + 1
                if rest != b'.' and raw[index : index + 1] in (b'+', b'-') and index < self.size:
                    index += 1
                if index >= self.size:
                    raise _Problem('EOF while parsing a value', index)
                raise _Problem('invalid number', index)
            if len(digits) > 4300:
                raise _Problem('number out of range', end)
            self.index = end
            return int(raw[start:end])
        if match[2] is None and rest in (b'e', b'E') and rest:
            index = end + 1
            if raw[index : index + 1] in (b'+', b'-') and index < self.size:
                index += 1
            if index >= self.size:
                raise _Problem('EOF while parsing a value', index)
            raise _Problem('invalid number', index)
        self.index = end
        return float(raw[start:end])

    def string(self, is_key):
        raw, size = self.raw, self.size
        start = index = self.index
        parts = []
        while True:
            if index >= size:
                if self.partial == 2 and not is_key:
                    parts.append(self.text(start, size))
                    self.index = size
                    return ''.join(parts)
                self.index = size
                self.text(start, size)
                raise _Problem('EOF while parsing a string', size)
            char = raw[index]
            if char == 0x22:
                parts.append(self.text(start, index))
                self.index = index + 1
                return ''.join(parts)
            if char == 0x5C:
                parts.append(self.text(start, index))
                index += 1
                if index >= size:
                    if self.partial == 2 and not is_key:
                        self.index = size
                        return ''.join(parts)
                    raise _Problem('EOF while parsing a string', size)
                char = raw[index]
                if char in _ESCAPES:
                    parts.append(_ESCAPES[char])
                    index += 1
                elif char == 0x75:
                    try:
                        code, index = self.hex(index + 1)
                        if 0xDC00 <= code <= 0xDFFF:
                            raise _Problem('lone leading surrogate in hex escape', index - 1)
                        if 0xD800 <= code <= 0xDBFF:
                            if index >= size:
                                raise _Problem('EOF while parsing a string', index)
                            if raw[index] != 0x5C:
                                raise _Problem('unexpected end of hex escape', index)
                            if index + 1 >= size:
                                raise _Problem('EOF while parsing a string', index + 1)
                            if raw[index + 1] != 0x75:
                                raise _Problem('unexpected end of hex escape', index + 1)
                            low, index = self.hex(index + 2)
                            if not 0xDC00 <= low <= 0xDFFF:
                                raise _Problem('lone leading surrogate in hex escape', index - 1)
                            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
                    except _Problem as problem:
                        if self.partial == 2 and not is_key and problem.args[0].startswith('EOF'):
                            self.index = size
                            return ''.join(parts)
                        raise
                    parts.append(chr(code))
                else:
                    raise _Problem('invalid escape', index)
                start = index
                continue
            if char < 0x20:
                raise _Problem('control character (\\u0000-\\u001F) found while parsing a string', index)
            index += 1

    def hex(self, index):
        code = 0
        for _ in range(4):
            if index >= self.size:
                raise _Problem('EOF while parsing a string', index)
            digit = chr(self.raw[index])
            if digit not in '0123456789abcdefABCDEF':
                raise _Problem('invalid escape', index)
            code = code * 16 + int(digit, 16)
            index += 1
        return code, index

    def text(self, start, end):
        part = self.raw[start:end]
        try:
            return part.decode()
        except UnicodeDecodeError as error:
            if self.partial == 2 and end == self.size and error.reason == 'unexpected end of data':
                return part[: error.start].decode()
            raise _Problem('invalid unicode code point', start + error.start + 1)

    def array(self, depth):
        out = []
        if depth >= _DEEPEST:
            raise _Problem('recursion limit exceeded', self.index)
        self.index += 1
        try:
            char = self.space()
            if char is None:
                raise _Problem('EOF while parsing a list', self.index)
            if char == 0x5D:
                self.index += 1
                return out
            while True:
                out.append(self.value(depth + 1))
                char = self.space()
                if char is None:
                    raise _Problem('EOF while parsing a list', self.index)
                if char == 0x5D:
                    self.index += 1
                    return out
                if char != 0x2C:
                    raise _Problem('expected `,` or `]`', self.index)
                self.index += 1
                char = self.space()
                if char == 0x5D:
                    raise _Problem('trailing comma', self.index)
                if char is None:
                    raise _Problem('EOF while parsing a value', self.index)
        except _Problem as problem:
            if self.partial and problem.args[0] in _FORGIVEN:
                self.index = self.size
                return out
            raise

    def object(self, depth):
        out = {}
        if depth >= _DEEPEST:
            raise _Problem('recursion limit exceeded', self.index)
        self.index += 1
        try:
            char = self.space()
            if char is None:
                raise _Problem('EOF while parsing an object', self.index)
            if char == 0x7D:
                self.index += 1
                return out
            while True:
                if char != 0x22:
                    raise _Problem('key must be a string', self.index)
                self.index += 1
                key = self.string(True)
                char = self.space()
                if char is None:
                    raise _Problem('EOF while parsing an object', self.index)
                if char != 0x3A:
                    raise _Problem('expected `:`', self.index)
                self.index += 1
                out[key] = self.value(depth + 1)
                char = self.space()
                if char is None:
                    raise _Problem('EOF while parsing an object', self.index)
                if char == 0x7D:
                    self.index += 1
                    return out
                if char != 0x2C:
                    raise _Problem('expected `,` or `}`', self.index)
                self.index += 1
                char = self.space()
                if char is None:
                    raise _Problem('EOF while parsing a value', self.index)
                if char == 0x7D:
                    raise _Problem('trailing comma', self.index)
        except _Problem as problem:
            if self.partial and problem.args[0] in _FORGIVEN:
                self.index = self.size
                return out
            raise


def partial_mode(value):
    """0, 1 or 2 (trailing strings are kept) of the argument `allow_partial`."""
    if value is True or value is False:
        return int(value)
    if value == 'off':
        return 0
    if value == 'on':
        return 1
    if value == 'trailing-strings':
        return 2
    if isinstance(value, str):
        raise ValueError("Invalid partial mode, should be `'off'`, `'on'`, `'trailing-strings'` or a `bool`")
    raise TypeError("Invalid partial mode, should be `'off'`, `'on'`, `'trailing-strings'` or a `bool`")


def from_json(data, *, allow_inf_nan=True, cache_strings=True, allow_partial=False):
    if not isinstance(data, (str, bytes, bytearray)):
        raise TypeError('Expected bytes, bytearray or str')
    if cache_strings not in (True, False, 'all', 'keys', 'none'):
        raise ValueError("Invalid string cache mode, should be `'all'`, '`keys`', `'none`' or a `bool`")
    value, problem = parse(bytes(data) if isinstance(data, bytearray) else data, allow_inf_nan, partial_mode(allow_partial))
    if problem is not None:
        raise ValueError(problem)
    return value
