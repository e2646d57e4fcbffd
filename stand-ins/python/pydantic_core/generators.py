"""The validator of generator."""

from .build import Node, builder, from_config, length_option
from .errors import Omit, UseDefault, ValError, fail
from .exceptions import public_error
from .sequences import _error, items_of
from .state import State


@builder('generator')
def build_generator(schema, config, definitions):
    item = items_of(schema, config, definitions)
    least = length_option(schema, 'min_length')
    most = length_option(schema, 'max_length')
    hide = from_config(config, 'hide_input_in_errors', bool, False)
    cause = from_config(config, 'validation_error_cause', bool, False)

    def make(mode):
        deeper = None if item is None else item.fn(mode)

        def validate(value, state):
            state.allow_partial = 0
            if mode == 'str' or (mode == 'json' and not isinstance(value, (list, str, dict))):
                raise _error('iterable_type', value)
            try:
                iterator = iter(value)
            except Exception:
                iterator = None
            if iterator is None:
                raise _error('iterable_type', value)
            kept = None if deeper is None else kept_state(state)
            source = list(value) if mode == 'json' and not isinstance(value, list) else value
            return ValidatorIterator(source, iterator, deeper, kept, least, most, hide, cause, item)

        return validate

    return Node('generator', f'generator[{"any" if item is None else item.name}]', make)


def kept_state(state):
    """A state of its own for a validator that is called later, or by a user's function."""
    kept = State()
    kept.__dict__.update(state.__dict__)
    kept.allow_partial = 0
    kept.has_field_error = False
    if kept.active:
        kept.active = set(kept.active)
    return kept


class ValidatorIterator:
    __module__ = 'pydantic_core._pydantic_core'

    def __init__(self, source, iterator, validate, state, least, most, hide, cause, node):
        self._parts = (source, iterator, validate, state, least, most, hide, cause, node)
        self.index = 0

    def __iter__(self):
        return self

    def __next__(self):
        source, iterator, validate, state, least, most, hide, cause, _ = self._parts
        problem = None
        outer = None
        try:
            item = next(iterator)
        except StopIteration:
            if least is not None and self.index < least:
                problem = fail('too_short', source, field_type='Generator', min_length=least, actual_length=self.index)
            else:
                raise
        else:
            index = self.index
            self.index += 1
            if most is not None and index >= most:
                problem = fail('too_long', source, field_type='Generator', max_length=most, actual_length=None)
            elif validate is None:
                return item
            else:
                try:
                    return validate(item, state)
                except (ValError, Omit, UseDefault) as error:
                    problem, outer = error, index
        raise public_error(problem, 'ValidatorIterator', 'python', hide, cause, outer)

    def __repr__(self):
        node = self._parts[-1]
        shown = 'None' if node is None else f'Some({node.name})'
        return f'ValidatorIterator(index={self.index}, schema={shown})'
