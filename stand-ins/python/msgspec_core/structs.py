"""`Struct`: classes whose fields are their annotations."""

import sys
import types

NoneType = type(None)


class _Nothing:
    """There is no default."""

    __slots__ = ()

    def __repr__(self):
        return "NODEFAULT"

    def __reduce__(self):
        return "NODEFAULT"


NODEFAULT = _Nothing()


class UnsetType:
    """A singleton indicating a field value is unset."""

    __slots__ = ()
    _made = None

    def __new__(cls):
        if cls._made is None:
            UnsetType._made = object.__new__(cls)
        return cls._made

    def __repr__(self):
        return "UNSET"

    def __reduce__(self):
        return "UNSET"

    def __bool__(self):
        return False


UNSET = UnsetType()


class Factory:
    __slots__ = ("factory",)

    def __init__(self, factory):
        if not callable(factory):
            raise TypeError("default_factory must be callable")
        self.factory = factory

    def __repr__(self):
        return f"Factory({self.factory!r})"


class Field:
    """Configuration for a Struct field."""

    __slots__ = ("default", "default_factory", "name")

    def __init__(self, *, default=NODEFAULT, default_factory=NODEFAULT, name=None):
        if default is not NODEFAULT and default_factory is not NODEFAULT:
            raise TypeError("Cannot set both `default` and `default_factory`")
        if default_factory is not NODEFAULT and not callable(default_factory):
            raise TypeError("default_factory must be callable")
        if name is not None and not isinstance(name, str):
            raise TypeError("name must be a str or None")
        self.default, self.default_factory, self.name = default, default_factory, name


_SETTINGS = (
    "frozen", "eq", "order", "repr_omit_defaults", "array_like", "gc", "weakref", "dict", "cache_hash", "omit_defaults",
    "forbid_unknown_fields",
)
_DEFAULTS = dict.fromkeys(_SETTINGS, False) | {"eq": True, "gc": True}


class StructConfig:
    """Configuration settings for a given Struct type."""

    __slots__ = (*_SETTINGS, "tag", "tag_field")
    __module__ = "msgspec.structs"


class StructMeta(type):
    """The metaclass for creating `Struct` types."""

    def __new__(
        mcls, name, bases, namespace, *, tag_field=None, tag=None, rename=NODEFAULT, omit_defaults=None, forbid_unknown_fields=None,
        frozen=None, eq=None, order=None, kw_only=False, repr_omit_defaults=None, array_like=None, gc=None, weakref=None, dict=None,
        cache_hash=None, **rest,
    ):
        given = {
            "frozen": frozen, "eq": eq, "order": order, "repr_omit_defaults": repr_omit_defaults, "array_like": array_like,
            "gc": gc, "weakref": weakref, "dict": dict, "cache_hash": cache_hash, "omit_defaults": omit_defaults,
            "forbid_unknown_fields": forbid_unknown_fields,
        }
        for key, value in given.items():
            if value is not None and not isinstance(value, bool):
                raise TypeError(f"`{key}` must be a bool")
        for method in ("__init__", "__new__", "__slots__"):
            if method in namespace:
                raise TypeError(f"Struct types cannot define {method}")
        chosen = {}
        fields, encoded, tags, inherited_rename = {}, {}, [None, None], None
        only = set()
        for base in reversed(bases):
            if isinstance(base, StructMeta) and base.__dict__.get("__struct_config__") is not None:
                chosen.update(base._struct_given)
                tags = [base._struct_tags[0] or tags[0], base._struct_tags[1] or tags[1]] if hasattr(base, "_struct_tags") else tags
                inherited_rename = base._struct_rename or inherited_rename
                for field, default in base._struct_all.items():
                    fields.pop(field, None)
                    fields[field] = default
                    encoded[field] = base._struct_names[field]
                    only.discard(field)
                only |= base._struct_only
            else:
                for method in ("__init__", "__new__"):
                    if method in base.__dict__ and base is not _StructMixin and base.__module__ not in ("typing", "abc", "builtins"):
                        raise TypeError(f"{base.__name__} cannot define {method}")
        chosen.update({key: value for key, value in given.items() if value is not None})
        kept = {**_DEFAULTS, **chosen}
        if kept["order"] and not kept["eq"]:
            raise ValueError("Cannot set eq=False and order=True")
        if kept["cache_hash"] and not kept["frozen"]:
            raise ValueError("Cannot set cache_hash=True without frozen=True")
        rename = rename if rename is not NODEFAULT else inherited_rename
        own = _annotations(namespace)
        own_names, explicit = [], {}
        for field, annotation in own.items():
            if _is_class_variable(annotation):
                continue
            if field in ("__weakref__", "__dict__", "__msgspec_cached_hash__"):
                raise TypeError(f"Cannot have a struct field named {field!r}")
            default = namespace.pop(field, NODEFAULT)
            if isinstance(default, Field):
                explicit[field] = default.name
                if default.default_factory is not NODEFAULT:
                    default = Factory(default.default_factory)
                else:
                    default = default.default
            default = _checked_default(default, field)
            # One that is defined again keeps its place.
            fields[field] = default
            only.discard(field)
            if kw_only:
                only.add(field)
            own_names.append(field)
        order_of_fields = [each for each in fields if each not in only] + [each for each in fields if each in only]
        seen = None
        for field in order_of_fields:
            if field in only:
                break
            if fields[field] is not NODEFAULT:
                seen = field
            elif seen is not None:
                raise TypeError(
                    f"Required field {field!r} cannot follow optional fields. Either reorder the struct fields, or set "
                    "`kw_only=True` in the struct definition."
                )
        for field in own_names:
            encoded[field] = explicit[field] if explicit.get(field) else _renamed(rename, field)
        all_slots = {slot for base in bases for each in base.__mro__ for slot in getattr(each, "__struct_fields__", ())}
        slots = sorted(field for field in own_names if field not in all_slots)
        is_first = not any(isinstance(base, StructMeta) for base in bases)
        has_weak = any(_has(base, "__weakref__") for base in bases)
        if kept["weakref"] and not has_weak:
            slots.append("__weakref__")
        if kept["dict"] and not any(_has(base, "__dict__") for base in bases):
            slots.append("__dict__")
        if kept["cache_hash"] and not any(getattr(getattr(base, "__struct_config__", None), "cache_hash", False) for base in bases):
            slots.append("__msgspec_cached_hash__")
        namespace = {**namespace, "__slots__": tuple(slots) if not is_first or name != "Struct" else ()}
        cls = super().__new__(mcls, name, bases, namespace, **rest)
        cls._struct_given = chosen
        cls._struct_all = {field: fields[field] for field in fields}
        cls._struct_only, cls._struct_names, cls._struct_rename = only, encoded, rename
        cls.__struct_fields__ = tuple(order_of_fields)
        cls.__match_args__ = tuple(each for each in order_of_fields if each not in only)
        with_names = tuple(encoded[each] for each in order_of_fields)
        if len(set(with_names)) != len(with_names):
            raise ValueError("Multiple fields rename to the same name, field names must be unique")
        for each in with_names:
            if any(ord(letter) < 32 or letter in '\\"' for letter in each):
                raise ValueError(
                    "Renamed field names must not contain '\\\\', '\"', or control characters ('\\u0000' to '\\u001F')"
                )
        cls.__struct_encode_fields__ = cls.__struct_fields__ if with_names == cls.__struct_fields__ else with_names
        defaults = [fields[each] for each in order_of_fields]
        while defaults and defaults[0] is NODEFAULT:
            del defaults[0]
        cls.__struct_defaults__ = tuple(defaults)
        config = StructConfig()
        for key, value in kept.items():
            setattr(config, key, value)
        config.weakref, config.dict = _has(cls, "__weakref__"), _has(cls, "__dict__")
        tag_field = tag_field if tag_field is not None else tags[1]
        tag = tag if tag is not None else tags[0]
        cls._struct_tags = (tag, tag_field)
        config.tag, config.tag_field = _tag_of(cls, tag, tag_field)
        if config.tag_field in with_names:
            raise ValueError(f"Cannot have a struct field that conflicts with `tag_field={config.tag_field!r}`")
        cls.__struct_config__ = config
        cls._struct_setters = [(field, _descriptor(cls, field).__set__) for field in order_of_fields]
        cls._struct_getters = [_descriptor(cls, field).__get__ for field in order_of_fields]
        cls._struct_post = getattr(cls, "__post_init__", None)
        cls._struct_count = len(cls.__match_args__)
        return cls

    def __init__(cls, name, bases, namespace, **settings):
        type.__init__(cls, name, bases, namespace)

    def __call__(cls, *given, **named):
        made = cls.__new__(cls)
        if len(given) > cls._struct_count:
            raise TypeError("Extra positional arguments provided")
        count, all_ = len(given), cls._struct_all
        for index, (field, put) in enumerate(cls._struct_setters):
            if index < count:
                if field in named:
                    raise TypeError(f"Argument '{field}' given by name and position")
                put(made, given[index])
            elif field in named:
                put(made, named.pop(field))
            else:
                default = all_[field]
                if default is NODEFAULT:
                    raise TypeError(f"Missing required argument '{field}'")
                put(made, default.factory() if type(default) is Factory else default)
        if named:
            raise TypeError(f"Unexpected keyword argument '{next(iter(named))}'")
        if cls._struct_post is not None:
            made.__post_init__()
        return made

    @property
    def __signature__(cls):
        import inspect

        parameters = []
        hints = getattr(cls, "__annotations__", {})
        for field in cls.__struct_fields__:
            default = cls._struct_all[field]
            parameters.append(inspect.Parameter(
                field,
                inspect.Parameter.KEYWORD_ONLY if field in cls._struct_only else inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=inspect.Parameter.empty if default is NODEFAULT else default,
                annotation=hints.get(field, inspect.Parameter.empty),
            ))
        return inspect.Signature(parameters)


def _has(cls, name):
    return any(name in each.__dict__ for each in cls.__mro__ if each is not object)


def _descriptor(cls, field):
    for each in cls.__mro__:
        found = each.__dict__.get(field)
        if isinstance(found, types.MemberDescriptorType):
            return found
    raise TypeError(f"{cls.__name__} has no place for the field {field!r}")


def _annotations(namespace):
    found = namespace.get("__annotations__")
    if found is not None:
        return found
    annotate = namespace.get("__annotate_func__") or namespace.get("__annotate__")
    if annotate is None:
        return {}
    from msgspec._utils import call_annotate_forwardref

    return call_annotate_forwardref(annotate)


def _is_class_variable(annotation):
    import typing

    if isinstance(annotation, str):
        return annotation.startswith(("ClassVar[", "typing.ClassVar[")) or annotation in ("ClassVar", "typing.ClassVar")
    return annotation is typing.ClassVar or getattr(annotation, "__origin__", None) is typing.ClassVar


def _checked_default(default, field):
    kind = type(default)
    if kind in (list, dict, set, bytearray):
        if default:
            raise TypeError(
                f"Using a non-empty mutable collection ({default!r}) as a default value is unsafe. Instead configure a "
                f"`default_factory` for this field."
            )
        return Factory(kind)
    if isinstance(kind, StructMeta) and not kind.__struct_config__.frozen and kind.__struct_fields__:
        raise TypeError(
            f"Using a mutable struct object ({default!r}) as a default value is unsafe. Either configure a `default_factory` "
            "for this field, or set `frozen=True` on `" + kind.__name__ + "`"
        )
    return default


def _renamed(rename, field):
    if rename is None:
        return field
    if isinstance(rename, str):
        if rename == "lower":
            return field.lower()
        if rename == "upper":
            return field.upper()
        if rename == "kebab":
            return field.strip("_").replace("_", "-")
        if rename in ("camel", "pascal"):
            stripped = field.lstrip("_")
            parts = stripped.split("_")
            made = "".join(part[:1].upper() + part[1:] for part in parts)
            start = field[: len(field) - len(stripped)]
            if rename == "camel":
                made = made[:1].lower() + made[1:] if parts[0][:1].islower() or not parts[0] else parts[0] + made[len(parts[0]) :]
            return start + made
        raise ValueError(f"rename='{rename}' is unsupported")
    if callable(rename):
        made = rename(field)
        if made is None:
            return field
        if not isinstance(made, str):
            raise TypeError(f"Expected calling `rename` to return a `str` or `None`, got `{type(made).__name__}`")
        return made
    if hasattr(rename, "get"):
        made = rename.get(field)
        if made is None:
            return field
        if not isinstance(made, str):
            raise TypeError(f"Expected `rename[field]` to return a `str` or `None`, got `{type(made).__name__}`")
        return made
    raise TypeError("`rename` must be a str, callable, or mapping")


def _tag_of(cls, tag, tag_field):
    if tag is False:
        return None, None
    if tag is None and tag_field is None:
        return None, None
    name = cls.__qualname__.rpartition("<locals>.")[2]
    if tag is None or tag is True:
        made = name
    elif callable(tag):
        made = tag(name)
    else:
        made = tag
    if not isinstance(made, (str, int)) or isinstance(made, bool):
        raise TypeError("`tag` must be a `str` or an `int`")
    field = "type" if tag_field is None else tag_field
    if not isinstance(field, str):
        raise TypeError("`tag_field` must be a `str`")
    return made, field


class _StructMixin:
    __slots__ = ()

    def __repr__(self):
        cls = type(self)
        omits = cls.__struct_config__.repr_omit_defaults
        shown = []
        for field in cls.__struct_fields__:
            value = getattr(self, field)
            if omits and is_default(value, cls._struct_all[field]):
                continue
            shown.append((field, value))
        key = id(self)
        if key in _shown:
            return "..."
        _shown.add(key)
        try:
            return f"{cls.__name__}({', '.join(f'{field}={value!r}' for field, value in shown)})"
        finally:
            _shown.discard(key)

    def __rich_repr__(self):
        cls = type(self)
        omits = cls.__struct_config__.repr_omit_defaults
        made = []
        for field in cls.__struct_fields__:
            value = getattr(self, field)
            if not (omits and is_default(value, cls._struct_all[field])):
                made.append((field, value))
        return made

    def __setattr__(self, name, value):
        if type(self).__struct_config__.frozen:
            raise AttributeError(f"immutable type: '{type(self).__name__}'")
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        if type(self).__struct_config__.frozen:
            raise AttributeError(f"immutable type: '{type(self).__name__}'")
        object.__delattr__(self, name)

    def __eq__(self, other):
        cls = type(self)
        if not cls.__struct_config__.eq:
            return self is other if self is other else NotImplemented
        if type(other) is not cls:
            return NotImplemented
        return self is other or all(get(self) == get(other) for get in cls._struct_getters)

    def __ne__(self, other):
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    def _ordered(self, other):
        cls = type(self)
        if not cls.__struct_config__.order or type(other) is not cls:
            return None
        return [get(self) for get in cls._struct_getters], [get(other) for get in cls._struct_getters]

    def __lt__(self, other):
        pair = self._ordered(other)
        return NotImplemented if pair is None else pair[0] < pair[1]

    def __le__(self, other):
        pair = self._ordered(other)
        return NotImplemented if pair is None else pair[0] <= pair[1]

    def __gt__(self, other):
        pair = self._ordered(other)
        return NotImplemented if pair is None else pair[0] > pair[1]

    def __ge__(self, other):
        pair = self._ordered(other)
        return NotImplemented if pair is None else pair[0] >= pair[1]

    def __hash__(self):
        cls = type(self)
        config = cls.__struct_config__
        if not config.eq:
            return object.__hash__(self)
        if not config.frozen:
            raise TypeError(f"unhashable type: '{cls.__name__}'")
        if config.cache_hash:
            try:
                return self.__msgspec_cached_hash__
            except AttributeError:
                pass
        made = hash((cls, *(get(self) for get in cls._struct_getters)))
        if config.cache_hash:
            object.__setattr__(self, "__msgspec_cached_hash__", made)
        return made

    def __copy__(self):
        cls = type(self)
        made = cls.__new__(cls)
        for (field, put), get in zip(cls._struct_setters, cls._struct_getters):
            try:
                put(made, get(self))
            except AttributeError:
                raise AttributeError(f"Struct field {field!r} is unset") from None
        return made

    def __replace__(self, **changes):
        return replace(self, **changes)

    def __reduce__(self):
        cls = type(self)
        values = [get(self) for get in cls._struct_getters]
        if cls._struct_only:
            return _rebuild, (cls, dict(zip(cls.__struct_fields__, values)))
        return cls, tuple(values)


_shown = set()


def _rebuild(cls, fields):
    return cls(**fields)


class Struct(_StructMixin, metaclass=StructMeta):
    """A base class for defining efficient serializable objects."""

    def __init_subclass__(cls, **settings):
        super().__init_subclass__(**settings)


def is_default(value, default):
    """Whether a value is what the field has if nothing is given."""
    if default is NODEFAULT:
        return False
    if value is default:
        return True
    if type(default) is Factory:
        return type(value) is default.factory and default.factory in (list, dict, set) and not value
    kind = type(value)
    if kind in (tuple, frozenset):
        return type(default) is kind and not value and not default
    return kind is type(default) and kind in (int, float, str, bool) and value == default and (kind is not float or repr(value) == repr(default))


def _struct(value):
    if not isinstance(type(value), StructMeta):
        raise TypeError("`struct` must be a `msgspec.Struct`")
    return type(value)


def asdict(struct, /):
    """Convert a struct to a dict."""
    cls = _struct(struct)
    return {field: getattr(struct, field) for field in cls.__struct_fields__}


def astuple(struct, /):
    """Convert a struct to a tuple."""
    cls = _struct(struct)
    return tuple(getattr(struct, field) for field in cls.__struct_fields__)


def replace(struct, /, **changes):
    """Create a new struct instance of the same type as ``struct``, replacing fields."""
    cls = _struct(struct)
    for field in changes:
        if field not in cls._struct_all:
            raise TypeError(f"`{cls.__name__}` has no field '{field}'")
    made = cls.__new__(cls)
    for (field, put), get in zip(cls._struct_setters, cls._struct_getters):
        try:
            put(made, changes[field] if field in changes else get(struct))
        except AttributeError:
            raise AttributeError(f"Struct field {field!r} is unset") from None
    if cls._struct_post is not None:
        made.__post_init__()
    return made


def force_setattr(struct, name, value, /):
    """Set an attribute on a struct, even if the struct is frozen."""
    if not isinstance(struct, Struct):
        raise TypeError("`struct` must be a `msgspec.Struct`")
    object.__setattr__(struct, name, value)


def defstruct(name, fields, *, bases=None, module=None, namespace=None, **settings):
    """Dynamically define a new Struct class."""
    if not isinstance(name, str):
        raise TypeError("`name` must be a str")
    made = dict(namespace or {})
    hints = {}
    for each in fields:
        if isinstance(each, str):
            hints[each] = __import__("typing").Any
            continue
        if not isinstance(each, tuple) or len(each) not in (2, 3) or not isinstance(each[0], str):
            raise TypeError("items in `fields` must be one of `str`, `tuple[str, type]`, or `tuple[str, type, Any]`")
        hints[each[0]] = each[1]
        if len(each) == 3:
            made[each[0]] = each[2]
    made["__annotations__"] = hints
    if module is not None:
        made["__module__"] = module
    else:
        made.setdefault("__module__", sys._getframe(1).f_globals.get("__name__", "__main__"))
    if bases is not None and not isinstance(bases, tuple):
        raise TypeError("`bases` must be a tuple")
    return StructMeta(name, bases or (Struct,), made, **settings)
