"""Serializers around others, unions and references."""

from .build import option, required
from .exceptions import SchemaError
from .infer import infer, infer_key
from .markers import ABSENT
from .ser_build import ANY, SerNode, ser_build, ser_builder
from .ser_state import LAX, NONE, STRICT, PydanticSerializationUnexpectedValue
from .unions import Discriminator


@ser_builder('nullable')
def build_nullable(schema, config, definitions):
    inner = ser_build(required(schema, 'schema'), config, definitions)
    deeper = inner.run

    def run(value, state):
        if value is None:
            return None
        return infer(value, state) if state.as_any else deeper(value, state)

    def key(value, state):
        return 'None' if value is None else inner.go_key(value, state)

    return SerNode('nullable', 'nullable', run, key, inner.exact, inner.may_lax)


@ser_builder('default')
def build_default(schema, config, definitions):
    if 'default' in schema and 'default_factory' in schema:
        raise SchemaError("'default' and 'default_factory' cannot be used together")
    inner = ser_build(required(schema, 'schema'), config, definitions)
    takes_data = option(schema, 'default_factory_takes_data', bool, False)

    def default():
        if 'default' in schema:
            return schema['default']
        if 'default_factory' in schema and not takes_data:
            return schema['default_factory']()
        return ABSENT

    return SerNode('default', 'default', inner.go, inner.go_key, inner.exact, inner.may_lax, default)


@ser_builder('json-or-python')
def build_json_or_python(schema, config, definitions):
    json = ser_build(required(schema, 'json_schema'), config, definitions)
    python = ser_build(required(schema, 'python_schema'), config, definitions)

    def run(value, state):
        return (json if state.wire else python).go(value, state)

    name = f'json-or-python[json={json.name}, python={python.name}]'
    return SerNode('json-or-python', name, run, json.go_key)


def _inner(kind, key):
    def build(schema, config, definitions):
        return ser_build(required(schema, key), config, definitions)

    ser_builder(kind)(build)


_inner('function-before', 'schema')
_inner('function-after', 'schema')
_inner('function-wrap', 'schema')
_inner('custom-error', 'schema')
_inner('lax-or-strict', 'strict_schema')


@ser_builder('chain')
def build_chain(schema, config, definitions):
    return ser_build(required(schema, 'steps', list)[-1], config, definitions)


@ser_builder('call')
def build_call(schema, config, definitions):
    return ser_build(schema['return_schema'], config, definitions) if 'return_schema' in schema else ANY


@ser_builder('arguments')
def build_arguments(schema, config, definitions):
    raise SchemaError('`arguments` validators require a custom serializer')


@ser_builder('definitions')
def build_definitions(schema, config, definitions):
    for one in required(schema, 'definitions', list):
        ref = required(one, 'ref', str)
        definitions.add(ref, ser_build(one, config, definitions))
    return ser_build(required(schema, 'schema'), config, definitions)


@ser_builder('definition-ref')
def build_definition_ref(schema, config, definitions):
    definition = definitions.get(required(schema, 'schema_ref', str))
    mark = id(definition)
    asking = []

    def run(value, state):
        key = state.enter(value, mark)
        try:
            return definition.node.run(value, state)
        finally:
            state.leave(key)

    def key(value, state):
        return definition.node.key(value, state)

    def lax():
        if asking:
            return False
        asking.append(True)
        try:
            return definition.node.may_lax()
        finally:
            asking.pop()

    return SerNode('definition-ref', 'definition-ref', run, key, lax=lax)


# ---- unions


class _Choices:
    def __init__(self, nodes):
        self.nodes = nodes
        self._lax = None

    def may_lax(self):
        return any(node.may_lax() for node in self.nodes)

    def pick(self, value, state, method):
        """What the first choice that fits gives; ABSENT where none does."""
        top = state.check == NONE
        old = state.check
        if top:
            state.check = STRICT
        errors = []
        try:
            for node in self.nodes:
                try:
                    return getattr(node, method)(value, state)
                except Exception as error:
                    errors.append(error)
            if not top:
                raise PydanticSerializationUnexpectedValue('\n'.join(map(_described, errors)))
            if self.may_lax():
                state.check = LAX
                for node in self.nodes:
                    try:
                        return getattr(node, method)(value, state)
                    except Exception:
                        pass
        finally:
            state.check = old
        for error in errors:
            state.warn(_as_warning(error))
        return ABSENT


def _described(error):
    text = str(error)
    return f'{type(error).__name__}: {text}' if text else type(error).__name__


def _as_warning(error):
    if isinstance(error, PydanticSerializationUnexpectedValue):
        return error
    return PydanticSerializationUnexpectedValue(_described(error))


def _node(kind, name, choices, pick):
    def run(value, state):
        if not state.wire:
            out = pick(value, state, 'go')
            return infer(value, state) if out is ABSENT else out
        # JSON is written from what the choice gives as Python objects.
        state.wire = False
        try:
            out = pick(value, state, 'go')
        finally:
            state.wire = True
        if out is ABSENT:
            return infer(value, state)
        include, exclude = state.include, state.exclude
        state.include = state.exclude = None
        try:
            return infer(out, state)
        finally:
            state.include, state.exclude = include, exclude

    def key(value, state):
        out = pick(value, state, 'go_key')
        return infer_key(value, state) if out is ABSENT else out

    return SerNode(kind, name, run, key, lax=choices.may_lax)


@ser_builder('union')
def build_union(schema, config, definitions):
    nodes = [
        ser_build(choice[0] if isinstance(choice, tuple) else choice, config, definitions)
        for choice in required(schema, 'choices', list)
    ]
    if not nodes:
        raise SchemaError('One or more union choices required')
    if len(nodes) == 1:
        return nodes[0]
    choices = _Choices(nodes)
    return _node('union', f'Union[{", ".join(node.name for node in nodes)}]', choices, choices.pick)


@ser_builder('tagged-union')
def build_tagged_union(schema, config, definitions):
    discriminator = Discriminator(required(schema, 'discriminator'))
    by_tag = {}
    for tag, choice in required(schema, 'choices', dict).items():
        by_tag[tag] = ser_build(choice, config, definitions)
    nodes = list(by_tag.values())
    if not nodes:
        raise SchemaError('One or more union choices required')
    if len(nodes) == 1:
        return nodes[0]
    choices = _Choices(nodes)

    def tag_of(value):
        if discriminator.function is not None:
            try:
                return discriminator.function(value)
            except Exception:
                return ABSENT
        for path in discriminator.paths:
            try:
                tag = path.of_dict(value) if isinstance(value, dict) else path.of_object(value)
            except Exception:
                continue
            if tag is not ABSENT:
                return tag
        return ABSENT

    def pick(value, state, method):
        tag = tag_of(value)
        node = None if tag is ABSENT else by_tag.get(tag)
        top = state.check == NONE
        if node is None:
            if top:
                state.warn(
                    PydanticSerializationUnexpectedValue(
                        'Defaulting to left to right union serialization - failed to get discriminator value '
                        'for tagged union serialization',
                        None, None, value,
                    )
                )
            return choices.pick(value, state, method)
        old = state.check
        if top:
            state.check = STRICT
        try:
            try:
                return getattr(node, method)(value, state)
            except Exception as error:
                problem = error
            if top and choices.may_lax():
                state.check = LAX
                try:
                    return getattr(node, method)(value, state)
                except Exception:
                    pass
        finally:
            state.check = old
        if top:
            state.warn(_as_warning(problem))
            return ABSENT
        raise problem

    def name():
        return f'TaggedUnion[{", ".join(node.name for node in nodes)}]'

    return _node('tagged-union', name, choices, pick)
