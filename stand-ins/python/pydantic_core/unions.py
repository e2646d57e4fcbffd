"""Validators of unions and of tagged unions."""

from .build import Node, build, builder, either, option, required
from .errors import Omit, ValError, fail, loc_item
from .exceptions import SchemaError
from .lookup import alias_paths
from .markers import ABSENT
from .model_fields import field_source
from .simple import Lookup
from .state import EXACT, LAX
from .wrappers import custom_error


@builder('union')
def build_union(schema, config, definitions):
    choices = []
    for choice in required(schema, 'choices', list):
        label = None
        if isinstance(choice, tuple):
            choice, label = choice[0], str(choice[1])
        choices.append((build(choice, config, definitions), label))
    mode_name = option(schema, 'mode', str, 'smart')
    if mode_name not in ('smart', 'left_to_right'):
        raise SchemaError(f'Invalid union mode: `{mode_name}`, expected `smart` or `left_to_right`')
    if not choices:
        raise SchemaError('One or more union choices required')
    if len(choices) == 1 and option(schema, 'auto_collapse', bool, True):
        return choices[0][0]
    custom = custom_error(schema)
    name = 'union[' + ','.join(node.name if label is None else label for node, label in choices) + ']'

    def failed(errors, value):
        if custom is not None:
            return ValError([custom(value)])
        lines = []
        for node, label, found in errors:
            place = node.name if label is None else label
            for line in found:
                line.loc.append(place)
            lines.extend(found)
        return ValError(lines)

    def make_smart(mode):
        functions = [(node.fn(mode), node, label) for node, label in choices]
        # A value of just such a type is taken as it is by the first choice that has it.
        exact = set()
        for node, _ in choices:
            if node.exact is None or mode != 'py':
                break
            exact.add(node.exact)

        def validate(value, state):
            if type(value) in exact:
                return value
            old_exactness, old_count = state.exactness, state.fields_set_count
            errors = []
            omit = False
            best = None
            try:
                for function, node, label in functions:
                    state.exactness = EXACT
                    state.fields_set_count = None
                    try:
                        out = function(value, state)
                    except ValError as error:
                        if best is None:
                            errors.append((node, label, error.errors))
                        continue
                    except Omit:
                        if best is None:
                            omit = True
                        continue
                    exactness, count = state.exactness, state.fields_set_count
                    if exactness == EXACT and count is None:
                        return out
                    if exactness is None:
                        exactness = LAX
                    if best is None:
                        better = True
                    elif best[2] is not None and count is not None and best[2] != count:
                        better = best[2] < count
                    else:
                        better = best[1] < exactness
                    if better:
                        best = (out, exactness, count)
            finally:
                state.exactness, state.fields_set_count = old_exactness, old_count
            if best is not None:
                out, exactness, count = best
                state.floor(exactness)
                if count is not None:
                    state.add_fields_set(count)
                return out
            if omit:
                raise Omit
            raise failed(errors, value)

        return validate

    def make_in_order(mode):
        functions = [(node.fn(mode), node, label) for node, label in choices]

        def validate(value, state):
            errors = []
            for function, node, label in functions:
                try:
                    return function(value, state)
                except ValError as error:
                    errors.append((node, label, error.errors))
            raise failed(errors, value)

        return validate

    return Node('union', name, make_smart if mode_name == 'smart' else make_in_order)


class Discriminator:
    """Finds the tag: by paths into the data or with a function."""

    def __init__(self, raw):
        self.function = raw if callable(raw) else None
        self.paths = [] if callable(raw) else alias_paths(raw)

    def __str__(self):
        if self.function is not None:
            return f'{self.function.__name__}()'
        return ' | '.join(map(str, self.paths))


_NONE = object()


@builder('tagged-union')
def build_tagged_union(schema, config, definitions):
    discriminator = Discriminator(required(schema, 'discriminator'))
    shown = str(discriminator)
    tags = []
    names = []
    pairs = []
    for tag, choice in required(schema, 'choices', dict).items():
        node = build(choice, config, definitions)
        tags.append(repr(tag))
        names.append(node.name)
        pairs.append((tag, (tag, node)))
    lookup = Lookup(pairs)
    tags_shown = ', '.join(tags)
    own_attributes = either(schema, config, 'from_attributes', None, bool, True)
    custom = custom_error(schema)

    def not_found(value):
        if custom is not None:
            return ValError([custom(value)])
        return fail('union_tag_not_found', value, discriminator=shown)

    def make(mode):
        function = discriminator.function
        paths = discriminator.paths

        def validate(value, state):
            if function is None:
                if type(value) is dict and mode != 'str':
                    for path in paths:
                        tag = path.of_json(value) if mode == 'json' else path.of_dict(value)
                        if tag is not ABSENT:
                            break
                else:
                    attributes = state.from_attributes
                    get, _ = field_source(
                        value, state.strict or False, own_attributes if attributes is None else attributes, mode
                    )
                    for path in paths:
                        tag = get(path)
                        if tag is not ABSENT:
                            break
                if tag is ABSENT:
                    raise not_found(value)
            else:
                tag = function(value)
                if tag is None:
                    raise not_found(value)
            try:
                found = lookup.find(tag, _NONE)
            except ValError:
                found = _NONE
            if found is not _NONE:
                _, node = found
                try:
                    return node.fn(mode)(value, state)
                except ValError as error:
                    raise error.at(loc_item(tag))
            if custom is not None:
                raise ValError([custom(value)])
            raise fail(
                'union_tag_invalid', value, discriminator=shown, tag=str(tag), expected_tags=tags_shown
            )

        return validate

    return Node('tagged-union', f'tagged-union[{",".join(names)}]', make)


