"""`_schema_gather`: which references a core schema has, for pydantic's cleaning of schemas."""

class MissingDefinitionError(LookupError):
    __module__ = 'pydantic_core._pydantic_core._schema_gather'

    def __init__(self, schema_reference, /):
        super().__init__(schema_reference)
        self.schema_reference = schema_reference


_ONE_OPTIONAL = {
    'list': ('items_schema',), 'deque': ('items_schema',), 'set': ('items_schema',), 'frozenset': ('items_schema',),
    'generator': ('items_schema',), 'dict': ('keys_schema', 'values_schema'),
    'frozendict': ('keys_schema', 'values_schema'), 'ordered-dict': ('keys_schema', 'values_schema'),
    'counter': ('keys_schema', 'values_schema'), 'function-before': ('schema', 'json_schema_input_schema'),
    'function-plain': ('return_schema', 'json_schema_input_schema'),
    'function-wrap': ('return_schema', 'schema', 'json_schema_input_schema'),
}


def _children(schema, kind):
    keys = _ONE_OPTIONAL.get(kind)
    if keys is not None:
        return [schema[key] for key in keys if key in schema]
    if kind == 'definitions':
        return [schema['schema'], *schema['definitions']]
    if kind == 'tuple':
        return list(schema.get('items_schema', ()))
    if kind == 'union':
        return [choice[0] if isinstance(choice, tuple) else choice for choice in schema['choices']]
    if kind == 'tagged-union':
        return list(schema['choices'].values())
    if kind == 'chain':
        return list(schema['steps'])
    if kind == 'lax-or-strict':
        return [schema['lax_schema'], schema['strict_schema']]
    if kind == 'json-or-python':
        return [schema['json_schema'], schema['python_schema']]
    if kind in ('model-fields', 'typed-dict'):
        out = [schema['extras_schema']] if 'extras_schema' in schema else []
        return [*out, *schema.get('computed_fields', ()), *schema['fields'].values()]
    if kind == 'dataclass-args':
        return [*schema.get('computed_fields', ()), *schema['fields']]
    if kind == 'named-tuple':
        return list(schema['fields'])
    if kind in ('arguments', 'arguments-v3'):
        out = [one['schema'] for one in schema['arguments_schema']]
        if kind == 'arguments':
            out += [schema[key] for key in ('var_args_schema', 'var_kwargs_schema') if key in schema]
        return out
    if kind == 'call':
        return [schema['arguments_schema'], *([schema['return_schema']] if 'return_schema' in schema else ())]
    if kind == 'computed-field':
        return [schema['return_schema']]
    return [schema['schema']] if 'schema' in schema else []


def gather_schemas_for_cleaning(schema, definitions):
    """({reference: the one schema that names it, or None for more}, [schemas with a late discriminator])."""
    deferred = []
    collected = {}
    # Of each schema object: where its part of `seen` starts and ends (None: still being walked).
    spans = {}
    seen = []
    steps = [(True, schema, False)]
    while steps:
        entering, schema, with_metadata = steps.pop()
        if not entering:
            if with_metadata:
                metadata = schema.get('metadata')
                if metadata is not None and 'pydantic_internal_union_discriminator' in metadata:
                    deferred.append(schema)
            spans[id(schema)][1] = len(seen)
            continue
        span = spans.get(id(schema))
        if span is not None:
            start, end = span
            for ref in seen[start : len(seen) if end is None else end]:
                collected[ref] = None
            continue
        spans[id(schema)] = [len(seen), None]
        kind = schema['type']
        if not isinstance(kind, str):
            raise TypeError(f"'{type(kind).__name__}' object is not an instance of 'str'")
        with_metadata = True
        if kind == 'definition-ref':
            ref = schema['schema_ref']
            seen.append(ref)
            if ref not in collected:
                definition = definitions.get(ref)
                if definition is None:
                    raise MissingDefinitionError(ref)
                collected[ref] = schema
                children = [definition]
                if 'serialization' in schema:
                    children.append(schema['serialization'])
            else:
                collected[ref] = None
                with_metadata = False
                children = []
        else:
            children = _children(schema, kind)
            if 'serialization' in schema:
                children.append(schema['serialization'])
        steps.append((False, schema, with_metadata))
        steps.extend((True, child, False) for child in reversed(children))
    return collected, deferred


