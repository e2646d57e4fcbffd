"""What one serialization carries along: settings, warnings, and the errors that users see."""

import warnings as python_warnings

from .markers import MODULE, limited_repr

NONE, STRICT, LAX = 0, 1, 2
_DEPTH = 255


class PydanticSerializationError(ValueError):
    __module__ = MODULE

    def __new__(cls, message, /):
        if not isinstance(message, str):
            raise TypeError(f"argument 'message': '{type(message).__name__}' object is not an instance of 'str'")
        self = super().__new__(cls, message)
        self._message = message
        return self

    def __str__(self):
        return self._message

    def __repr__(self):
        return f'PydanticSerializationError({self._message})'

    def __reduce__(self):
        return type(self), (self._message,)


class PydanticSerializationUnexpectedValue(ValueError):
    __module__ = MODULE

    def __new__(cls, message=None, field_name=None, field_type=None, input_value=None, /):
        self = super().__new__(cls, message, field_name, field_type, input_value)
        self._core = (message, field_name, field_type, input_value)
        return self

    def __init__(self, *args):
        pass

    def __str__(self):
        message, field_name, field_type, value = self._core
        text = message or ''
        if field_type is not None:
            if text:
                text += ': '
            text += f'Expected `{field_type}`'
            if value is not None:
                text += ' - serialized value may not be as expected'
        if value is not None:
            name = '' if field_name is None else f"field_name='{field_name}', "
            text += f' [{name}input_value={limited_repr(value)}, input_type={type(value).__name__}]'
        return text or 'Unexpected Value'

    def __repr__(self):
        return f'PydanticSerializationUnexpectedValue({self})'

    def __reduce__(self):
        state = {name: value for name, value in self.__dict__.items() if name != '_core'}
        args = self._core
        return (type(self), args, state) if state else (type(self), args)


def from_nesting(error):
    """Whether a RecursionError is of a value that is nested deep, not of a function that calls and calls."""
    frames = 0
    trace = error.__traceback__
    while trace is not None:
        frames += 1
        trace = trace.tb_next
    return frames >= 100


class SerState:
    """The settings of a call; the class has the defaults, so that a plain call sets little."""

    mode = 'python'
    # Whether the result is written as JSON text: then floats and keys are as JSON has them.
    wire = False
    odd_floats = False
    include = None
    exclude = None
    by_alias = None
    exclude_unset = False
    exclude_defaults = False
    exclude_none = False
    exclude_computed = False
    round_trip = False
    warn_mode = 'warn'
    fallback = None
    as_any = False
    polymorphic = None
    serialize_unknown = False
    context = None
    config = None
    model = None
    field_name = None
    # In unions: STRICT (just the class), LAX (subclasses too), else NONE.
    check = NONE
    active = None
    depth = 0
    found = None

    def warn_fallback(self, field_type, value):
        """A value that is not of the schema's type."""
        if value is None:
            return
        if self.check:
            raise PydanticSerializationUnexpectedValue(None, self.field_name, field_type, value)
        if self.warn_mode != 'none':
            self.warn(PydanticSerializationUnexpectedValue(None, self.field_name, field_type, value))

    def warn(self, warning):
        if self.warn_mode != 'none':
            if self.found is None:
                self.found = []
            self.found.append(warning)

    def final_check(self, level):
        found = self.found
        if not found or self.warn_mode == 'none':
            return
        text = 'Pydantic serializer warnings:\n  ' + '\n  '.join(map(repr, found))
        if self.warn_mode == 'warn':
            python_warnings.warn(text, UserWarning, stacklevel=level + 1)
        else:
            raise PydanticSerializationError(text)

    def enter(self, value, mark):
        """Go into a value that may be part of a cycle; the key for `leave`."""
        key = (id(value), mark)
        active = self.active
        if active is None:
            active = self.active = set()
        elif key in active:
            raise ValueError('Circular reference detected (id repeated)')
        if self.depth >= _DEPTH:
            raise ValueError('Maximum serialization depth exceeded')
        active.add(key)
        self.depth += 1
        return key

    def leave(self, key):
        self.depth -= 1
        self.active.discard(key)

    def kept(self):
        """A copy for what is serialized later, or by a user's function."""
        other = SerState()
        other.__dict__.update(self.__dict__)
        if other.active:
            other.active = set(other.active)
        if other.found:
            other.found = list(other.found)
        return other


def warnings_mode(value):
    if value is True:
        return 'warn'
    if value is False:
        return 'none'
    if isinstance(value, str):
        if value in ('none', 'warn', 'error'):
            return value
        raise ValueError("Invalid warnings parameter, should be `'none'`, `'warn'`, `'error'` or a `bool`")
    raise TypeError("Invalid warnings parameter, should be `'none'`, `'warn'`, `'error'` or a `bool`")
