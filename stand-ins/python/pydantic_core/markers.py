"""Small value types: PydanticUndefined, ArgsKwargs, Some, and text helpers shared by all."""

MODULE = 'pydantic_core._pydantic_core'


class PydanticUndefinedType:
    __module__ = MODULE
    __slots__ = ()

    def __new__(cls, *args, **kwargs):
        raise NotImplementedError('Creating instances of "UndefinedType" is not supported')

    @staticmethod
    def new():
        return PydanticUndefined

    def __repr__(self):
        return 'PydanticUndefined'

    def __copy__(self):
        return self

    def __deepcopy__(self, _memo, /):
        return self

    def __reduce__(self):
        return 'PydanticUndefined'


PydanticUndefined = object.__new__(PydanticUndefinedType)


class _Absent:
    """No value was there: told apart from every value that a user can give."""

    __slots__ = ()

    def __repr__(self):
        return '<absent>'


ABSENT = _Absent()


class ArgsKwargs:
    __module__ = MODULE
    __slots__ = ('args', 'kwargs')

    def __init__(self, args, kwargs=None):
        if not isinstance(args, tuple):
            raise TypeError(
                f"argument 'args': '{type(args).__name__}' object is not an instance of 'tuple'"
            )
        if kwargs is not None and not isinstance(kwargs, dict):
            raise TypeError(
                f"argument 'kwargs': '{type(kwargs).__name__}' object is not an instance of 'dict'"
            )
        _set_slot(self, 'args', args)
        _set_slot(self, 'kwargs', kwargs or None)

    def __setattr__(self, name, value):
        raise AttributeError(f"attribute '{name}' of 'ArgsKwargs' objects is not writable")

    def __eq__(self, other):
        if not isinstance(other, ArgsKwargs):
            return NotImplemented
        return self.args == other.args and self.kwargs == other.kwargs

    __hash__ = None

    def __repr__(self):
        if self.kwargs is None:
            return f'ArgsKwargs({safe_repr(self.args)})'
        return f'ArgsKwargs({safe_repr(self.args)}, {safe_repr(self.kwargs)})'


_set_slot = object.__setattr__


class Some:
    __module__ = MODULE
    __slots__ = ('_value',)
    __match_args__ = ('value',)

    def __init__(self, value):
        self._value = value

    @property
    def value(self):
        return self._value

    @classmethod
    def __class_getitem__(cls, _item, /):
        return cls

    def __repr__(self):
        return f'Some({self._value!r})'


_missing = []


def missing_sentinel():
    """`pydantic_core.MISSING`; versions before 2.34 have none: then nothing is ever it."""
    if not _missing:
        import pydantic_core

        _missing.append(getattr(pydantic_core, 'MISSING', ABSENT))
    return _missing[0]


def safe_repr(value):
    try:
        return repr(value)
    except Exception:
        return f'<unprintable {type(value).__qualname__} object>'


def limited(text, most=50):
    """`text`, cut in its middle where its UTF-8 form has more than `most` bytes."""
    raw = text.encode('utf-8', 'surrogatepass')
    if len(raw) <= most:
        return text
    middle = (most + 1) // 2
    head = raw[:middle]
    start = len(raw) - (middle - 1)
    while start < len(raw) and 0x80 <= raw[start] < 0xC0:
        start += 1
    return head.decode('utf-8', 'ignore') + '...' + raw[start:].decode('utf-8', 'surrogatepass')


def limited_repr(value, most=50):
    return limited(safe_repr(value), most)


def error_text(error):
    """`ValueError: text` of an exception, as validation errors quote it."""
    name = type(error).__qualname__
    try:
        text = str(error)
    except Exception:
        return f'{name}: <exception str() failed>'
    return f'{name}: {text}' if text else name


def function_name(function):
    try:
        name = function.__name__
    except AttributeError:
        return repr(function)
    return name


def quoted(text):
    """`text` as Rust's debug form writes a string."""
    out = ['"']
    for char in text:
        if char in '"\\':
            out.append('\\' + char)
        elif char == '\n':
            out.append('\\n')
        elif char == '\r':
            out.append('\\r')
        elif char == '\t':
            out.append('\\t')
        else:
            out.append(char)
    out.append('"')
    return ''.join(out)


def plain_float(number):
    """A float in the shortest positional form, without exponent and without `.0`."""
    if number != number:
        return 'NaN'
    if number in (float('inf'), float('-inf')):
        return 'inf' if number > 0 else '-inf'
    text = repr(number)
    if 'e' in text:
        mantissa, exponent = text.split('e')
        sign = ''
        if mantissa.startswith('-'):
            sign, mantissa = '-', mantissa[1:]
        whole, _, fraction = mantissa.partition('.')
        power = int(exponent)
        digits = whole + fraction
        point = len(whole) + power
        if point <= 0:
            return sign + '0.' + '0' * -point + digits
        if point >= len(digits):
            return sign + digits + '0' * (point - len(digits))
        return sign + digits[:point] + '.' + digits[point:]
    return text[:-2] if text.endswith('.0') else text


def one_of(texts):
    """`a, b or c`."""
    if len(texts) == 1:
        return texts[0]
    return ', '.join(texts[:-1]) + ' or ' + texts[-1]
