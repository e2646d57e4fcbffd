"""Readers of objects with known fields, and of unions of Structs."""

from _krait_stand_ins.msgspec_core.errors import Wrong
from _krait_stand_ins.msgspec_core.readers import NAMES, NoneType, name_of
from _krait_stand_ins.msgspec_core.structs import NODEFAULT, Factory


def called(function, made):
    try:
        function(made)
    except (TypeError, ValueError) as error:
        raise Wrong(str(error)) from error


class FieldsReader:
    """Reads objects with known fields: (name in the class, name in the message, reader, default)."""

    forbids = False
    tag = tag_field = None

    def __init__(self, fields, make):
        self.make = make
        self.fields = {encoded: (name, each, default) for name, encoded, each, default in fields}
        self.order = [(encoded, name, default) for name, encoded, each, default in fields]

    def read(self, value):
        found, fields = {}, self.fields
        for key, each in value.items():
            field = fields.get(key)
            if field is None:
                self.unknown(key, each)
                continue
            try:
                found[field[0]] = field[1].read(each)
            except Wrong as wrong:
                wrong.steps.append(f".{key}")
                raise
        return self.made(found)

    def read_attributes(self, value):
        found = {}
        if isinstance(value, (str, bytes, int, float, list, tuple, set, frozenset, NoneType)):
            raise Wrong(f"Expected `object`, got `{name_of(value)}`")
        for encoded, name, default in self.order:
            try:
                each = getattr(value, name)
            except AttributeError:
                try:
                    each = value[name]
                except (TypeError, LookupError):
                    continue
            try:
                found[name] = self.fields[encoded][1].read(each)
            except Wrong as wrong:
                wrong.steps.append(f".{name}")
                raise
        return self.made(found)

    def unknown(self, key, value):
        pass

    def made(self, found):
        values = {}
        for encoded, name, default in self.order:
            if name in found:
                values[name] = found[name]
            elif default is NODEFAULT:
                raise Wrong(f"Object missing required field `{encoded}`")
            elif default is not None or self.has_defaults:
                values[name] = default.factory() if type(default) is Factory else default
        return self.make(values)

    has_defaults = False


class StructReader(FieldsReader):
    has_defaults = True

    def __init__(self, kind, cls, reader_of):
        from msgspec import _utils

        self.cls, config = cls, cls.__struct_config__
        hints = _utils.get_class_annotations(kind)
        fields = [
            (name, encoded, reader_of(hints[name]), cls._struct_all[name])
            for name, encoded in zip(cls.__struct_fields__, cls.__struct_encode_fields__)
        ]
        self.forbids, self.tag, self.tag_field = config.forbid_unknown_fields, config.tag, config.tag_field
        self.is_array = config.array_like
        super().__init__(fields, self.build)
        self.puts = dict(cls._struct_setters)

    def build(self, values):
        made = self.cls.__new__(self.cls)
        puts = self.puts
        for name, value in values.items():
            puts[name](made, value)
        if self.cls._struct_post is not None:
            called(self.cls._struct_post, made)
        return made

    def read(self, value):
        if self.is_array:
            return self.read_array(value)
        return super().read(value)

    def unknown(self, key, value):
        if key == self.tag_field:
            self.check_tag(value)
        elif self.forbids:
            raise Wrong(f"Object contains unknown field `{key}`")

    def check_tag(self, value, step=None):
        if type(value) is not type(self.tag) or value != self.tag:
            if type(value) is type(self.tag):
                wrong = Wrong(f"Invalid value {value!r}")
            else:
                wrong = Wrong(f"Expected `{name_of(self.tag)}`, got `{name_of(value)}`")
            wrong.steps.append(step or f".{self.tag_field}")
            raise wrong

    def read_array(self, value):
        start = 0
        least = sum(default is NODEFAULT for _, _, default in self.order)
        for at in range(len(self.order) - 1, -1, -1):
            if self.order[at][2] is NODEFAULT:
                least = at + 1
                break
        value = list(value)
        if self.tag is not None:
            start = 1
            least += 1
            if value:
                self.check_tag(value[0], "[0]")
        if len(value) < least:
            raise Wrong(f"Expected `array` of at least length {least}, got {len(value)}")
        if self.forbids and len(value) > len(self.order) + start:
            raise Wrong(f"Expected `array` of at most length {len(self.order) + start}, got {len(value)}")
        found = {}
        for index, (encoded, name, default) in enumerate(self.order, start):
            if index >= len(value):
                break
            try:
                found[name] = self.fields[encoded][1].read(value[index])
            except Wrong as wrong:
                wrong.steps.append(f"[{index}]")
                raise
        return self.made(found)


def union_reader(readers, is_array):
    by_tag = {}
    field = readers[0].tag_field
    for each in readers:
        if each.tag is None:
            raise TypeError(
                "If a type union contains multiple Struct types, all Struct types must be tagged (via `tag` or `tag_field` kwarg)"
            )
        if each.tag_field != field:
            raise TypeError("If a type union contains multiple Struct types, all Struct types must have the same `tag_field`")
        if each.tag in by_tag:
            raise TypeError("If a type union contains multiple Struct types, all Struct types must have unique `tag` values")
        by_tag[each.tag] = each
    kind = type(readers[0].tag)

    def found(tag, step):
        chosen = by_tag.get(tag) if type(tag) is kind else None
        if chosen is None:
            wrong = Wrong(f"Invalid value {tag!r}" if type(tag) is kind else f"Expected `{NAMES[kind]}`, got `{name_of(tag)}`")
            wrong.steps.append(step)
            raise wrong
        return chosen

    def read(value):
        if is_array:
            if not value:
                raise Wrong("Expected `array` of at least length 1, got 0")
            return found(value[0], "[0]").read_array(value)
        if field not in value:
            raise Wrong(f"Object missing required field `{field}`")
        return found(value[field], f".{field}").read(value)

    return read


def attributes_of_union(readers):
    def read(value):
        field = readers[0].tag_field
        tag = getattr(value, field, None)
        if type(tag) is type(readers[0].tag):
            for each in readers:
                if each.tag == tag:
                    return each.read_attributes(value)
        if tag is None:
            raise Wrong(f"Object missing required field `{field}`")
        wrong = Wrong(f"Invalid value {tag!r}")
        wrong.steps.append(f".{field}")
        raise wrong

    return read
