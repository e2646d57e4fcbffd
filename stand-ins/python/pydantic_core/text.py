"""Validators of str, bytes and uuid."""

import sys

from .build import Node, builder, either, from_config, is_strict, length_option, option
from .errors import LineError, ValError, fail
from .exceptions import SchemaError
from .markers import plain_float
from .numeric import is_enum_member
from .patterns import compile_pattern
from .state import LAX, STRICT


def _error(type, input):
    return ValError([LineError(type, input)])


# ---- str


def read_str(value, strict, coerce_numbers):
    """(str, exactness) of a Python object that is no plain str."""
    if isinstance(value, str):
        text = str.__str__(value)
        if not text.isascii():
            checked_unicode(text, value)
        return str(text), STRICT
    if not strict:
        if isinstance(value, (bytes, bytearray)):
            try:
                return value.decode(), LAX
            except UnicodeDecodeError:
                pass
            raise _error('string_unicode', value)
        if coerce_numbers and not isinstance(value, bool):
            decimal = sys.modules.get('decimal')
            if isinstance(value, (int, float)) or (decimal is not None and isinstance(value, decimal.Decimal)):
                return str(value), LAX
        if is_enum_member(value):
            return str(value.value), LAX
    raise _error('string_type', value)


def read_str_json(value, strict, coerce_numbers):
    kind = type(value)
    if coerce_numbers and not strict:
        if kind is int:
            return str(value), LAX
        if kind is float:
            return plain_float(value), LAX
    raise _error('string_type', value)


def read_str_string(value, strict, coerce_numbers):
    if isinstance(value, str):
        return value, STRICT
    raise _error('string_type', value)


STR_READERS = {'py': read_str, 'json': read_str_json, 'str': read_str_string}


def checked_unicode(text, input):
    """A str with lone surrogates has no UTF-8 form."""
    try:
        text.encode()
    except UnicodeEncodeError:
        pass
    else:
        return
    raise _error('string_unicode', input)


def strict_text(value, mode):
    """The text that `validate_str(strict)` would give, or None."""
    if isinstance(value, str):
        return str.__str__(value)
    return None


@builder('str')
def build_str(schema, config, definitions):
    pattern = schema.get('pattern')
    if 'pattern' in schema:
        engine = either(schema, config, 'regex_engine', None, str, 'rust-regex')
        pattern, search = compile_pattern(pattern, engine)
    else:
        search = None
    least = _length(schema, config, 'min_length', 'str_min_length')
    most = _length(schema, config, 'max_length', 'str_max_length')
    strip = either(schema, config, 'strip_whitespace', 'str_strip_whitespace', bool, False)
    lower = either(schema, config, 'to_lower', 'str_to_lower', bool, False)
    upper = either(schema, config, 'to_upper', 'str_to_upper', bool, False)
    coerce = either(schema, config, 'coerce_numbers_to_str', None, bool, False)
    ascii_only = either(schema, config, 'ascii_only', None, bool, False)
    own = is_strict(schema, config)
    plain = not (search or strip or lower or upper or ascii_only or least is not None or most is not None)

    def make_plain(mode):
        read = STR_READERS[mode]
        if mode == 'py':

            def validate(value, state):
                if type(value) is str:
                    return value
                strict = state.strict
                out, exactness = read(value, own if strict is None else strict, coerce)
                if state.exactness is not None:
                    state.floor(exactness)
                return out

        else:

            def validate(value, state):
                if type(value) is str:
                    if state.exactness is not None:
                        state.floor(STRICT)
                    return value
                strict = state.strict
                out, exactness = read(value, own if strict is None else strict, coerce)
                if state.exactness is not None:
                    state.floor(exactness)
                return out

        return validate

    def make(mode):
        inner = make_plain(mode)

        def validate(value, state):
            text = inner(value, state)
            if not text.isascii():
                checked_unicode(text, value)
                if ascii_only and not (strip and text.strip().isascii()):
                    raise _error('string_not_ascii', value)
            if strip:
                text = text.strip()
            if least is not None and len(text) < least:
                raise fail('string_too_short', value, min_length=least)
            if most is not None and len(text) > most:
                raise fail('string_too_long', value, max_length=most)
            if search is not None and search(text) is None:
                raise fail('string_pattern_mismatch', value, pattern=pattern)
            if lower:
                return text.lower()
            if upper:
                return text.upper()
            return text

        return validate

    if plain:
        return Node('str', 'str', make_plain, str)
    return Node('str', 'constrained-str', make)


def _length(schema, config, key, config_key):
    value = either(schema, config, key, config_key)
    if value is None:
        return None
    return length_option({key: value}, key)


# ---- bytes

_URL_SAFE = {char: index for index, char in enumerate(b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')}
_STANDARD = {char: index for index, char in enumerate(b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')}


def _base64(raw, alphabet):
    """(bytes, None) or (None, (text of the error, the wrong byte or None))."""
    import binascii

    end = len(raw)
    padding = raw.find(b'=')
    body = raw if padding < 0 else raw[:padding]
    for index, byte in enumerate(body):
        if byte not in alphabet:
            return None, (f'Invalid symbol {byte}, offset {index}.', byte)
    rest = len(body) % 4
    if padding >= 0:
        tail = raw[padding:]
        good = tail.strip(b'=') == b'' and rest >= 2 and len(tail) <= 4 - rest
        if not good:
            return None, (f'Invalid symbol 61, offset {padding}.', 61)
    if rest == 1:
        return None, (f'Invalid input length: {end}', None)
    if rest:
        last = alphabet[body[-1]]
        if last & (0b1111 if rest == 2 else 0b11):
            byte = body[-1]
            text = f'Invalid last symbol 0x{byte:x} ({chr(byte)!r}) at offset {len(body) - 1}, decoded as 0b{last:08b}.'
            return None, (text, None)
    standard = body.replace(b'-', b'+').replace(b'_', b'/')
    return binascii.a2b_base64(standard + b'=' * (-len(standard) % 4)), None


def bytes_from_text(text, mode, input):
    if mode == 'utf8':
        checked_unicode(text, input)
        return text.encode()
    checked_unicode(text, input)
    raw = text.encode()
    if mode == 'base64':
        out, problem = _base64(raw, _URL_SAFE)
        if problem is not None and problem[1] in (0x2B, 0x2F):
            out, problem = _base64(raw, _STANDARD)
        if problem is None:
            return out
        raise fail('bytes_invalid_encoding', input, encoding='base64', encoding_error=problem[0])
    if len(raw) % 2:
        raise fail('bytes_invalid_encoding', input, encoding='hex', encoding_error='Odd number of digits')
    for index, byte in enumerate(raw):
        if byte not in b'0123456789abcdefABCDEF':
            shown = f'Invalid character {chr(byte)!r} at position {index}'
            raise fail('bytes_invalid_encoding', input, encoding='hex', encoding_error=shown)
    return bytes.fromhex(text)


def bytes_mode(config):
    mode = from_config(config, 'val_json_bytes', str, 'utf8')
    if mode not in ('utf8', 'base64', 'hex'):
        raise SchemaError(f'Invalid bytes serialization mode: `{mode}`, expected `utf8`, `base64` or `hex`')
    return mode


def read_bytes(value, strict, mode):
    kind = type(value)
    if kind is bytes:
        return value, 2
    if isinstance(value, bytes):
        return value, STRICT
    if not strict:
        if isinstance(value, str):
            return bytes_from_text(str.__str__(value), mode, value), LAX
        if isinstance(value, bytearray):
            return bytes(value), LAX
    raise _error('bytes_type', value)


def read_bytes_text(value, strict, mode):
    if isinstance(value, str):
        return bytes_from_text(str.__str__(value), mode, value), STRICT
    raise _error('bytes_type', value)


BYTES_READERS = {'py': read_bytes, 'json': read_bytes_text, 'str': read_bytes_text}


@builder('bytes')
def build_bytes(schema, config, definitions):
    own = is_strict(schema, config)
    coding = bytes_mode(config)
    least = length_option(schema, 'min_length')
    most = length_option(schema, 'max_length')
    constrained = 'min_length' in schema or 'max_length' in schema

    def make(mode):
        read = BYTES_READERS[mode]

        def validate(value, state):
            strict = state.strict
            out, exactness = read(value, own if strict is None else strict, coding)
            if state.exactness is not None:
                state.floor(exactness)
            if least is not None and len(out) < least:
                raise fail('bytes_too_short', value, min_length=least)
            if most is not None and len(out) > most:
                raise fail('bytes_too_long', value, max_length=most)
            return out

        return validate

    if constrained:
        return Node('bytes', 'constrained-bytes', make)
    return Node('bytes', 'bytes', make, bytes)


# ---- uuid


def _uuid_problem(text):
    """What is wrong with a UUID's text; None for a good one."""
    body = text
    raw = text.encode('utf-8', 'surrogatepass')
    size = len(raw)
    if size == 32 and _hex(text):
        return None
    start = 0
    if size == 38 and text.startswith('{') and text.endswith('}'):
        body, start = text[1:-1], 1
    elif size == 45 and text.startswith('urn:uuid:'):
        body, start = text[9:], 9
    elif text.startswith('urn:uuid:'):
        body, start = text[9:], 9
    elif len(text) >= 2 and text.startswith('{') and text.endswith('}'):
        body, start = text[1:-1], 1
    position = start
    for char in body:
        if char not in '0123456789abcdefABCDEF-':
            return f'invalid character: found `{char}` at {position}'
        position += 1
    groups = body.split('-')
    if len(groups) == 1:
        return f'invalid length: found {size}'
    if len(groups) != 5:
        return f'invalid group count: expected 5, found {len(groups)}'
    for index, (group, expected) in enumerate(zip(groups, (8, 4, 4, 4, 12))):
        if len(group) != expected:
            return f'invalid group length in group {index}: expected {expected}, found {len(group)}'
    return None


def _hex(text):
    return all(char in '0123456789abcdefABCDEF' for char in text)


def _uuid_number(text):
    if text.startswith('urn:uuid:'):
        text = text[9:]
    return int(text.strip('{}').replace('-', ''), 16)


@builder('uuid')
def build_uuid(schema, config, definitions):
    import uuid

    version = option(schema, 'version', int)
    own = is_strict(schema, config)
    new, put = object.__new__, object.__setattr__

    def make(mode):
        def validate(value, state):
            if mode == 'py' and isinstance(value, uuid.UUID):
                if version is not None and value.version != version:
                    raise fail('uuid_version', value, expected_version=version)
                return value
            strict = state.strict
            if (own if strict is None else strict) and state.input_type == 'python':
                raise fail('is_instance_of', value, **{'class': 'UUID'})
            if state.input_type == 'python' and state.exactness is not None:
                state.floor(LAX)
            number = None
            if isinstance(value, str):
                text = str.__str__(value)
                problem = _uuid_problem(text)
                if problem is not None:
                    raise fail('uuid_parsing', value, error=problem)
                number = _uuid_number(text)
            elif mode == 'py' and isinstance(value, bytes):
                try:
                    text = value.decode()
                except UnicodeDecodeError:
                    text = None
                if text is not None and _uuid_problem(text) is None:
                    number = _uuid_number(text)
                elif len(value) == 16:
                    number = int.from_bytes(value, 'big')
                else:
                    problem = f'invalid length: expected 16 bytes, found {len(value)}'
                    raise fail('uuid_parsing', value, error=problem)
            else:
                raise _error('uuid_type', value)
            if version is not None and ((number >> 76) & 0xF != version or (number >> 62) & 0b11 != 0b10):
                raise fail('uuid_version', value, expected_version=version)
            out = new(uuid.UUID)
            put(out, 'int', number)
            put(out, 'is_safe', uuid.SafeUUID.unknown)
            return out

        return validate

    return Node('uuid', 'uuid', make)


