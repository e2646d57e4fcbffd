"""The exceptions that users meet: ValidationError, SchemaError, Pydantic*Error."""

import os
import sys

from .error_types import ERROR_TYPES
from .errors import LineError, Omit, UseDefault, ValError, format_template, known_fields, loc_item, render
from .markers import MODULE, limited, quoted, safe_repr

_INPUT_TYPES = ('python', 'json', 'string')


class PydanticOmit(Exception):
    __module__ = MODULE

    def __new__(cls):
        return super().__new__(cls)

    def __repr__(self):
        return 'PydanticOmit()'

    __str__ = __repr__


class PydanticUseDefault(Exception):
    __module__ = MODULE

    def __new__(cls):
        return super().__new__(cls)

    def __repr__(self):
        return 'PydanticUseDefault()'

    __str__ = __repr__


class PydanticCustomError(ValueError):
    __module__ = MODULE

    def __new__(cls, error_type, message_template, context=None, /):
        for name, value, kind in (('error_type', error_type, str), ('message_template', message_template, str)):
            if not isinstance(value, kind):
                raise TypeError(f"argument '{name}': '{type(value).__name__}' object is not an instance of 'str'")
        if context is not None and not isinstance(context, dict):
            raise TypeError(f"argument 'context': '{type(context).__name__}' object is not an instance of 'dict'")
        self = super().__new__(cls, error_type, message_template, *(() if context is None else (context,)))
        self._core = (error_type, message_template, context)
        return self

    def __init__(self, *args, **kwargs):
        super().__init__(*args)

    type = property(lambda self: self._core[0])
    message_template = property(lambda self: self._core[1])
    context = property(lambda self: self._core[2])

    def message(self):
        return format_template(self._core[1], self._core[2])

    def __str__(self):
        return self.message()

    def __repr__(self):
        return f'{self.message()} [type={self._core[0]}, context={self._core[2]}]'

    def __reduce__(self):
        args = self.args
        if not args:
            kind, template, context = self._core
            args = (kind, template) if context is None else (kind, template, context)
        state = {name: value for name, value in self.__dict__.items() if name != '_core'}
        return (type(self), args, state) if state else (type(self), args)

    def line(self, input):
        kind, template, context = self._core
        return LineError(kind, input, None, context, None, template)


class PydanticKnownError(ValueError):
    __module__ = MODULE

    def __new__(cls, error_type, context=None, /):
        if not isinstance(error_type, str):
            raise TypeError(f"argument 'error_type': '{type(error_type).__name__}' object is not an instance of 'str'")
        fields = known_fields(error_type, context)
        self = super().__new__(cls, error_type, *(() if context is None else (context,)))
        self._core = (error_type, fields, context)
        return self

    def __init__(self, *args, **kwargs):
        pass

    type = property(lambda self: self._core[0])
    message_template = property(lambda self: ERROR_TYPES[self._core[0]][0])

    @property
    def context(self):
        return self.line(None).ctx()

    def message(self):
        return render(ERROR_TYPES[self._core[0]][0], self._core[1])

    def __str__(self):
        return self.message()

    def __repr__(self):
        return f'{self.message()} [type={self._core[0]}, context={self.context}]'

    def line(self, input):
        kind, fields, context = self._core
        return LineError(kind, input, fields, context)


class ValidationError(ValueError):
    __module__ = MODULE

    def __new__(cls, title, line_errors, input_type='python', hide_input=False):
        self = super().__new__(cls, title, line_errors, input_type, hide_input)
        if input_type not in _INPUT_TYPES:
            raise ValueError(f'Invalid error mode: {input_type}')
        for line in line_errors:
            if not isinstance(line, LineError):
                raise TypeError(
                    f"argument 'line_errors': '{type(line).__name__}' object is not an instance of 'PyLineError'"
                )
        self._core = (title, list(line_errors), input_type, hide_input)
        return self

    def __init__(self, *args, **kwargs):
        pass

    @classmethod
    def from_exception_data(cls, title, line_errors, input_type='python', hide_input=False):
        if not isinstance(line_errors, list):
            raise TypeError(
                f"argument 'line_errors': '{type(line_errors).__name__}' object is not an instance of 'list'"
            )
        return cls(title, [_line_from_dict(line) for line in line_errors], input_type, hide_input)

    @property
    def title(self):
        return self._core[0]

    def error_count(self):
        return len(self._core[1])

    def errors(self, *, include_url=True, include_context=True, include_input=True):
        prefix = _url_prefix() if include_url else None
        json = self._core[2] != 'python'
        out = []
        for line in self._core[1]:
            row = {'type': line.type, 'loc': tuple(reversed(line.loc)), 'msg': line.message(json)}
            if include_input:
                row['input'] = line.input
            if include_context:
                context = line.ctx()
                if context is not None:
                    row['ctx'] = context
            if prefix is not None and line.template is None:
                row['url'] = prefix + line.type
            out.append(row)
        return out

    def json(self, *, indent=None, include_url=True, include_context=True, include_input=True):
        from .to_json import dump_plain

        prefix = _url_prefix() if include_url else None
        json = self._core[2] != 'python'
        out = []
        for line in self._core[1]:
            row = {'type': line.type, 'loc': list(reversed(line.loc)), 'msg': line.message(json)}
            if include_input:
                row['input'] = line.input
            if include_context:
                context = line.ctx()
                if context is not None:
                    row['ctx'] = context
            if prefix is not None:
                row['url'] = prefix + line.type
            out.append(row)
        try:
            return dump_plain(out, indent)
        except Exception as error:
            text = str(error)
        raise ValueError(f'Error serializing ValidationError to JSON: {text}')

    def _display(self, heading, hide_input):
        title, lines, input_type, _ = self._core
        prefix = _url_prefix() if _include_url() else None
        if heading is None:
            count = len(lines)
            heading = f'{count} validation error{"" if count == 1 else "s"} for {title}'
        texts = [_pretty(line, input_type != 'python', prefix, hide_input) for line in lines]
        return heading + '\n' + '\n'.join(texts)

    def __repr__(self):
        return self._display(None, self._core[3])

    def __str__(self):
        return self.__repr__()

    def __reduce__(self):
        title, lines, input_type, hide_input = self._core
        rows = self.errors(include_url=_include_url())
        for line, row in zip(lines, rows):
            if line.template is not None:
                args = (line.type, line.template)
                row['type'] = PydanticCustomError(*args, *(() if line.context is None else (line.context,)))
        return self.from_exception_data, (title, rows, input_type, hide_input)


class SchemaError(Exception):
    __module__ = MODULE

    def __new__(cls, message):
        if not isinstance(message, (str, ValidationError)):
            raise TypeError(f"argument 'message': '{type(message).__name__}' object is not an instance of 'str'")
        self = super().__new__(cls, message)
        self._core = message
        return self

    def error_count(self):
        return 0 if isinstance(self._core, str) else self._core.error_count()

    def errors(self):
        if isinstance(self._core, str):
            return []
        return self._core.errors(include_url=False, include_context=False)

    def __str__(self):
        return self._core if isinstance(self._core, str) else self._core._display('Invalid Schema:', False)

    def __repr__(self):
        if isinstance(self._core, str):
            return f'SchemaError({quoted(self._core)})'
        return str(self)


def _line_from_dict(row):
    if not isinstance(row, dict):
        raise TypeError(f"'{type(row).__name__}' object is not an instance of 'dict'")
    if 'type' not in row:
        raise KeyError('type')
    kind = row['type']
    loc = row.get('loc')
    if loc is not None and not isinstance(loc, (tuple, list)):
        raise TypeError('Location must be a list or tuple of strings and ints')
    if isinstance(kind, str):
        context = row.get('ctx')
        if context is not None and not isinstance(context, dict):
            raise TypeError(f"'{type(context).__name__}' object is not an instance of 'dict'")
        line = LineError(str(kind), row.get('input'), known_fields(kind, context), context)
    elif isinstance(kind, PydanticCustomError):
        line = kind.line(row.get('input'))
    else:
        raise TypeError('`type` should be a `str` or `PydanticCustomError`')
    if loc:
        line.loc = [loc_item(place) for place in reversed(loc)]
    return line


def _pretty(line, json, prefix, hide_input):
    out = []
    if line.loc:
        places = [
            f'`{place}`' if isinstance(place, str) and '.' in place else str(place) for place in reversed(line.loc)
        ]
        out.append('.'.join(places) + '\n')
    try:
        message = line.message(json)
    except Exception as error:
        message = f'(error rendering message: {type(error).__name__}: {error})'
    out.append(f'  {message} [type={line.type}')
    if not hide_input and line.type != 'default_factory_not_called':
        shown = limited(safe_repr(line.input))
        out.append(f', input_value={shown}, input_type={type(line.input).__qualname__}')
    out.append(']')
    if prefix is not None and line.template is None:
        out.append(f'\n    For further information visit {prefix}{line.type}')
    return ''.join(out)


_settings = {}


def _include_url():
    """Whether str() names the page of an error: two environment variables decide, read once."""
    known = _settings.get('include')
    if known is None:
        old = os.environ.get('PYDANTIC_ERRORS_OMIT_URL')
        if old is not None:
            import warnings

            warnings.warn(
                'PYDANTIC_ERRORS_OMIT_URL is deprecated, use PYDANTIC_ERRORS_INCLUDE_URL instead',
                DeprecationWarning,
                stacklevel=1,
            )
            known = old == ''
        else:
            new = os.environ.get('PYDANTIC_ERRORS_INCLUDE_URL')
            known = new is None or new == '1' or new.lower() == 'true'
        _settings['include'] = known
    return known


def _url_prefix():
    known = _settings.get('prefix')
    if known is None:
        try:
            import pydantic

            version = '.'.join(pydantic.__version__.split('.')[:2])
        except Exception:
            version = 'latest'
        known = f'https://errors.pydantic.dev/{version}/v/'
        # While pydantic is being imported its version is not there yet.
        if version != 'latest' or 'pydantic' not in sys.modules:
            _settings['prefix'] = known
    return known


OMIT_TEXT = 'Uncaught Omit error, please check your usage of `default` validators.'
USE_DEFAULT_TEXT = (
    'Uncaught `PydanticUseDefault` exception: the error was raised in a field validator '
    'and no default value is available for that field.'
)


def public_error(error, title, input_type, hide_input, with_cause, outer=None):
    """What a user sees of ValError, Omit or UseDefault."""
    if isinstance(error, Omit):
        return SchemaError(OMIT_TEXT)
    if isinstance(error, UseDefault):
        return SchemaError(USE_DEFAULT_TEXT)
    lines = error.errors
    if outer is not None:
        outer = loc_item(outer)
        for line in lines:
            line.loc.append(outer)
    out = ValueError.__new__(ValidationError)
    out._core = (title, lines, input_type, hide_input)
    if with_cause:
        _add_cause(out, lines)
    return out


def _add_cause(out, lines):
    causes = []
    for line in lines:
        if line.type in ('value_error', 'assertion_error') and line.template is None:
            error = line.fields and line.fields.get('error')
            if error is None:
                continue
            if line.loc:
                places = [
                    f'`{place}`' if isinstance(place, str) and '.' in place else str(place)
                    for place in reversed(line.loc)
                ]
                where = '.'.join(places).strip()
            else:
                where = 'root'
            try:
                error.add_note(f'\nPydantic: cause of loc: {where}')
            except Exception:
                continue
            causes.append(error)
    if causes:
        out.__cause__ = BaseExceptionGroup('Pydantic User Code Exceptions', causes)


def user_error(error, input):
    """What an exception of a user's function means: lines of errors, or itself for a bug."""
    if isinstance(error, ValueError):
        if isinstance(error, PydanticCustomError):
            return ValError([error.line(input)])
        if isinstance(error, PydanticKnownError):
            return ValError([error.line(input)])
        if isinstance(error, ValidationError):
            return ValError([
                LineError(line.type, line.input, line.fields, line.context, list(line.loc), line.template)
                for line in error._core[1]
            ])
        str(error)
        return ValError([LineError('value_error', input, {'error': error})])
    if isinstance(error, AssertionError):
        str(error)
        return ValError([LineError('assertion_error', input, {'error': error})])
    if isinstance(error, PydanticOmit):
        return Omit()
    if isinstance(error, PydanticUseDefault):
        return UseDefault()
    return error
