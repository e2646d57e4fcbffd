"""One error of a validation, and the exceptions that carry errors through the validators."""

from .error_types import ERROR_TYPES
from .markers import plain_float, safe_repr

_PLURAL = ('min_length', 'max_length', 'max_digits', 'decimal_places', 'whole_digits')


class LineError:
    """One error. `loc` is innermost first: an outer place is appended as the error rises.

    `fields` are the values of the type's message, `context` what a user's error adds to them;
    `template` is the message of a custom error, None for the types of pydantic's table.
    """

    __slots__ = ('type', 'input', 'fields', 'context', 'loc', 'template')

    def __init__(self, type, input, fields=None, context=None, loc=None, template=None):
        self.type = type
        self.input = input
        self.fields = fields
        self.context = context
        self.loc = [] if loc is None else loc
        self.template = template

    def ctx(self):
        if self.template is not None:
            return None if self.context is None else dict(self.context)
        out = dict(self.fields) if self.fields else {}
        if self.context is not None:
            out.update(self.context)
            return out
        return out or None

    def message(self, json):
        if self.template is not None:
            return format_template(self.template, self.context)
        row = ERROR_TYPES[self.type]
        template = row[1] if json and row[1] is not None else row[0]
        return render(template, self.fields)


class ValError(Exception):
    """Validation failed: `errors` has the lines. Never seen by a user."""

    def __init__(self, errors):
        self.errors = errors

    def at(self, place):
        for line in self.errors:
            line.loc.append(place)
        return self


class Omit(Exception):
    """The value is to be left out."""


class UseDefault(Exception):
    """The field's default is to be taken."""


def fail(type, input, **fields):
    """The exception for one error of `type`."""
    return ValError([LineError(type, input, fields)])


def render(template, fields):
    if not fields:
        return template
    for name, value in fields.items():
        if name in _PLURAL:
            template = template.replace('{expected_plural}', '' if value == 1 else 's')
        if value is None and name == 'actual_length':
            text = 'more'
        elif isinstance(value, float):
            text = plain_float(value)
        elif isinstance(value, int):
            text = int.__repr__(value)
        else:
            text = str(value)
        template = template.replace('{' + name + '}', text)
    return template


def format_template(template, context):
    if context:
        for key, value in context.items():
            if not isinstance(key, str):
                raise TypeError(f"'{type(key).__name__}' object is not an instance of 'str'")
            if isinstance(value, int) and -(2**63) <= value < 2**63:
                value = int.__repr__(value)
            template = template.replace('{' + key + '}', value if isinstance(value, str) else str(value))
    return template


def loc_item(value):
    """A place in an error's location: a string, a 64-bit integer, else the value's repr."""
    kind = type(value)
    if kind is str:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return int(value)
    index = getattr(kind, '__index__', None)
    if index is not None and not isinstance(value, int):
        try:
            return int(index(value))
        except Exception:
            pass
    return safe_repr(value)


_KIND_RANGE = {
    'usize': (0, 2**64),
    'u64': (0, 2**64),
    'i32': (-(2**31), 2**31),
}


def known_fields(type_name, context):
    """The fields of error `type_name`, taken out of a user's `context` and checked."""
    row = ERROR_TYPES.get(type_name)
    if row is None:
        raise KeyError(f"Invalid error type: '{type_name}'")
    fields = {}
    for name, kind in row[2]:
        title = ''.join(part.capitalize() for part in type_name.split('_'))
        if context is None or name not in context:
            raise TypeError(f"{title}: '{name}' required in context")
        value = context[name]
        if kind == 'String':
            good = isinstance(value, str)
        elif kind == 'Number':
            good = isinstance(value, (int, float, str)) or hasattr(type(value), '__float__')
            if good and not isinstance(value, (int, float, str)):
                value = float(value)
        elif kind == 'Option<usize>':
            good = value is None or (isinstance(value, int) and 0 <= value < 2**64)
        elif kind == 'any':
            good = True
            kind = 'Option<Py<PyAny>>'
        else:
            low, high = _KIND_RANGE[kind]
            good = isinstance(value, int) and low <= value < high
        if not good:
            raise TypeError(f"{title}: '{name}' context value must be a {kind}")
        fields[name] = value
    return fields


def list_all_errors():
    out = []
    for name, (python, json, fields) in ERROR_TYPES.items():
        example = {}
        for field, kind in fields:
            example[field] = '' if kind == 'String' else None if kind in ('any', 'Option<usize>') else 0
        row = {
            'type': name,
            'message_template_python': python,
            'example_message_python': render(python, example),
        }
        if json is not None:
            row['message_template_json'] = json
            row['example_message_json'] = render(json, example)
        row['example_context'] = example or None
        out.append(row)
    return out


