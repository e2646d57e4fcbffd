"""Serializers of sequences, sets, mappings, tuples and generators."""

import collections
from collections.abc import Iterator

from .build import option, required
from .exceptions import SchemaError
from .infer import infer, infer_key, sequence
from .markers import MODULE
from .ser_build import ANY, SerNode, build_or_any, no_key, ser_build, ser_builder
from .ser_filter import filter_of, for_sequence
from .ser_state import NONE, STRICT, PydanticSerializationUnexpectedValue


def _sequence_builder(kind, cls, made):
    def build(schema, config, definitions):
        item = build_or_any(schema, 'items_schema', config, definitions)
        rules = filter_of(schema)
        name = f'{kind}[{item.name}]'
        each, go = item.run, item.go
        only = None if item.exact is None else {item.exact}
        filtered = kind in ('list', 'deque')

        def run(value, state):
            if not isinstance(value, cls):
                state.warn_fallback(name, value)
                return infer(value, state)
            if not filtered:
                out = [go(one, state) for one in value]
            elif state.include is None and state.exclude is None and rules.plain and not state.as_any:
                if only is not None and set(map(type, value)) == only:
                    out = list(value)
                else:
                    out = [each(one, state) for one in value]
            else:
                out = sequence(value, len(value), state, go, rules)
            if state.mode == 'json' or made is None:
                return out
            return collections.deque(out, value.maxlen) if kind == 'deque' else made(out)

        lax = item.may_lax if filtered else False
        return SerNode(kind, name, run, no_key(kind, name), lax=lax)

    ser_builder(kind)(build)


_sequence_builder('list', list, None)
_sequence_builder('deque', collections.deque, collections.deque)
_sequence_builder('set', set, set)
_sequence_builder('frozenset', frozenset, frozenset)


def _mapping_builder(kind, cls, made):
    def build(schema, config, definitions):
        if kind == 'frozendict' and cls is None:
            raise SchemaError('The `frozendict` builtin type is only available on Python 3.15 and above')
        keys = build_or_any(schema, 'keys_schema', config, definitions)
        values = build_or_any(schema, 'values_schema', config, definitions)
        rules = filter_of(schema)
        name = f'{kind}[{keys.name}, {values.name}]'

        def run(value, state):
            if not isinstance(value, cls):
                state.warn_fallback(name, value)
                return infer(value, state)
            json = state.mode == 'json'
            include, exclude = state.include, state.exclude
            pairs = value.items() if kind != 'dict' else dict.items(value)
            write_key = keys.go_key if json else keys.go
            write = values.go
            out = {}
            if include is None and exclude is None and rules.plain:
                for key, one in pairs:
                    out[write_key(key, state)] = write(one, state)
            else:
                try:
                    for key, one in list(pairs):
                        step = rules.step(key, include, exclude)
                        if step is not None:
                            state.include = state.exclude = None
                            out_key = write_key(key, state)
                            state.include, state.exclude = step
                            out[out_key] = write(one, state)
                finally:
                    state.include, state.exclude = include, exclude
            return out if json or made is None else made(out)

        return SerNode(kind, name, run, no_key(kind, name))

    ser_builder(kind)(build)


_frozendict = None
_mapping_builder('dict', dict, None)
_mapping_builder('ordered-dict', collections.OrderedDict, collections.OrderedDict)
_mapping_builder('counter', collections.Counter, collections.Counter)
_mapping_builder('frozendict', _frozendict, None)


@ser_builder('tuple')
def build_tuple(schema, config, definitions):
    nodes = [ser_build(one, config, definitions) for one in required(schema, 'items_schema', list)]
    variadic = option(schema, 'variadic_item_index', int)
    rules = filter_of(schema)
    names = [node.name for node in nodes]
    if variadic is not None:
        names.insert(variadic + 1, '...')
    name = f'tuple[{", ".join(names)}]'

    def each(value, state, write):
        """write(node, item) for every item that is not filtered."""
        size = len(value)
        if variadic is not None:
            middle = max(0, size + 1 - len(nodes))
            plan = nodes[:variadic] + [nodes[variadic]] * middle + nodes[variadic + 1 :]
        else:
            if state.check == STRICT and size != len(nodes):
                raise PydanticSerializationUnexpectedValue(f'Expected {len(nodes)} items, but got {size}')
            plan = nodes
        out = []
        include, exclude = state.include, state.exclude
        plain = include is None and exclude is None and rules.plain
        inner_include, inner_exclude = for_sequence(include, size), for_sequence(exclude, size)

        def put(node, index, item):
            if plain:
                out.append(write(node, item))
                return
            step = rules.step(index, inner_include, inner_exclude)
            if step is not None:
                state.include, state.exclude = step
                out.append(write(node, item))

        try:
            for index, (node, item) in enumerate(zip(plan, value)):
                put(node, index, item)
            if variadic is None:
                if size < len(nodes):
                    state.warn(PydanticSerializationUnexpectedValue('Unexpected too few items present in tuple'))
                elif size > len(nodes):
                    state.warn(PydanticSerializationUnexpectedValue('Unexpected extra items present in tuple'))
                    for index in range(len(nodes), size):
                        put(ANY, index, value[index])
        finally:
            state.include, state.exclude = include, exclude
        return out

    def run(value, state):
        if not isinstance(value, tuple):
            state.warn_fallback(name, value)
            return infer(value, state)
        out = each(value, state, lambda node, item: node.go(item, state))
        return out if state.mode == 'json' else tuple(out)

    return SerNode('tuple', name, run, _tuple_key(name, each), lax=True)


def _tuple_key(name, each):
    def key(value, state):
        if not isinstance(value, tuple):
            state.warn_fallback(name, value)
            return infer_key(value, state)
        include, exclude = state.include, state.exclude
        state.include = state.exclude = None
        try:
            return ','.join(each(value, state, lambda node, item: node.go_key(item, state)))
        finally:
            state.include, state.exclude = include, exclude

    return key


@ser_builder('named-tuple')
def build_named_tuple(schema, config, definitions):
    cls = required(schema, 'cls', type)
    name = option(schema, 'cls_name', str) or cls.__name__
    nodes = []
    for info in required(schema, 'fields', list):
        field_name = required(info, 'name', str)
        try:
            nodes.append(ser_build(required(info, 'schema'), config, definitions))
        except Exception as error:
            text = f'Field `{field_name}`:\n  {type(error).__name__}: {error}'
        else:
            continue
        raise SchemaError(text)
    rules = filter_of(schema)

    def each(value, state, write):
        size = len(value)
        if state.check != NONE and size != len(nodes):
            raise PydanticSerializationUnexpectedValue(f'Expected {len(nodes)} items, but got {size}')
        include, exclude = state.include, state.exclude
        inner_include, inner_exclude = for_sequence(include, size), for_sequence(exclude, size)
        out = []
        try:
            for index, (node, item) in enumerate(zip(nodes, value)):
                step = rules.step(index, inner_include, inner_exclude)
                if step is not None:
                    state.include, state.exclude = step
                    out.append(write(node, item))
        finally:
            state.include, state.exclude = include, exclude
        if size < len(nodes):
            state.warn(PydanticSerializationUnexpectedValue('Unexpected too few items present in named tuple'))
        elif size > len(nodes):
            state.warn(PydanticSerializationUnexpectedValue('Unexpected extra items present in named tuple'))
        return out

    def taken(value, state):
        return isinstance(value, tuple) and not (state.check == STRICT and not isinstance(value, cls))

    def run(value, state):
        if not taken(value, state):
            state.warn_fallback(name, value)
            return infer(value, state)
        out = each(value, state, lambda node, item: node.go(item, state))
        return out if state.mode == 'json' else tuple(out)

    return SerNode('named-tuple', name, run, _tuple_key(name, each), lax=True)


class SerializationIterator:
    __module__ = MODULE

    def __init__(self, iterator, each, rules, state):
        self._parts = (iterator, each, rules, state.kept())
        self._filters = None
        self.index = 0

    def __iter__(self):
        return self

    def __next__(self):
        iterator, each, rules, kept = self._parts
        state = kept.kept()
        for element in iterator:
            if self._filters is None:
                self._filters = (for_sequence(kept.include, None), for_sequence(kept.exclude, None))
            step = rules.step(self.index, *self._filters)
            self.index += 1
            if step is not None:
                state.include, state.exclude = step
                out = each(element, state)
                state.final_check(2)
                return out
        raise StopIteration

    def __repr__(self):
        return f'SerializationIterator(index={self.index}, iterator={self._parts[0]!r})'


@ser_builder('generator')
def build_generator(schema, config, definitions):
    item = build_or_any(schema, 'items_schema', config, definitions)
    rules = filter_of(schema)

    def run(value, state):
        if not isinstance(value, Iterator):
            state.warn_fallback('generator', value)
            return infer(value, state)
        if state.mode == 'json':
            return sequence(value, None, state, item.go, rules)
        return SerializationIterator(value, item.go, rules, state)

    return SerNode('generator', 'generator', run, no_key('generator', 'generator'))


