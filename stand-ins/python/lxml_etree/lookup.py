"""Which class an element gets."""

from _krait_stand_ins.lxml_etree import names


class ElementClassLookup:
    def class_for(self, kind, document, tag, attributes, element):
        """The class of a node; None where nothing tells. `kind` is "element", "comment", "PI" or "entity"."""
        return None


class FallbackElementClassLookup(ElementClassLookup):
    def __init__(self, fallback=None):
        self.fallback = fallback

    def set_fallback(self, lookup):
        self.fallback = lookup

    def _fallen_back(self, *asked):
        return self.fallback.class_for(*asked) if self.fallback is not None else None


class ElementDefaultClassLookup(ElementClassLookup):
    def __init__(self, element=None, comment=None, pi=None, entity=None):
        self._classes = {"element": element, "comment": comment, "PI": pi, "entity": entity}
        for kind, made in self._classes.items():
            if made is not None and not isinstance(made, type):
                raise TypeError(f"Expected a class for {kind}")

    element_class = property(lambda self: self._classes["element"])
    comment_class = property(lambda self: self._classes["comment"])
    pi_class = property(lambda self: self._classes["PI"])
    entity_class = property(lambda self: self._classes["entity"])

    def class_for(self, kind, document, tag, attributes, element):
        return self._classes[kind]


class AttributeBasedElementClassLookup(FallbackElementClassLookup):
    def __init__(self, attribute_name, class_mapping, fallback=None):
        super().__init__(fallback)
        self._name, self._mapping = names.clark(attribute_name), dict(class_mapping)

    def class_for(self, kind, document, tag, attributes, element):
        if kind == "element":
            found = self._mapping.get(attributes.get(self._name))
            if found is not None:
                return found
        return self._fallen_back(kind, document, tag, attributes, element)


class ParserBasedElementClassLookup(FallbackElementClassLookup):
    def class_for(self, kind, document, tag, attributes, element):
        lookup = getattr(document.parser, "_lookup", None)
        if lookup is not None:
            return lookup.class_for(kind, document, tag, attributes, element)
        return self._fallen_back(kind, document, tag, attributes, element)


class CustomElementClassLookup(FallbackElementClassLookup):
    def lookup(self, type, doc, namespace, name):
        return None

    def class_for(self, kind, document, tag, attributes, element):
        uri, local = names.split(tag) if kind == "element" else (None, None)
        found = self.lookup(kind, document, uri, local)
        return found if found is not None else self._fallen_back(kind, document, tag, attributes, element)


class PythonElementClassLookup(FallbackElementClassLookup):
    """Asks with the element itself, when all of it was read."""

    def lookup(self, doc, element):
        return None

    def class_for(self, kind, document, tag, attributes, element):
        if kind == "element" and element is not None:
            found = self.lookup(document, element)
            if found is not None:
                return found
        return self._fallen_back(kind, document, tag, attributes, element)


class _NamespaceClasses:
    """The classes of a namespace, by local names; that of None is for all others."""

    def __init__(self, uri):
        self._uri, self._classes = uri, {}

    def __call__(self, given):
        if isinstance(given, type):
            self._set(given.__name__, given)
            return given

        def decorate(made):
            self._set(given, made)
            return made

        return decorate

    def _set(self, name, made):
        from _krait_stand_ins.lxml_etree import nodes

        if not (isinstance(made, type) and issubclass(made, nodes._Element)):
            raise NamespaceRegistryError("Registered element classes must be subtypes of ElementBase")
        self._classes[name] = made

    __setitem__ = _set

    def __getitem__(self, name):
        return self._classes[name]

    def __delitem__(self, name):
        del self._classes[name]

    def __iter__(self):
        return iter(self._classes)

    def items(self):
        return list(self._classes.items())

    def iteritems(self):
        return iter(self._classes.items())

    def update(self, classes):
        for name, made in dict(classes).items():
            if name is None or isinstance(name, str):
                self._set(name, made)

    def clear(self):
        self._classes.clear()

    def __repr__(self):
        return f"Namespace({self._uri!r})"


class ElementNamespaceClassLookup(FallbackElementClassLookup):
    def __init__(self, fallback=None):
        super().__init__(fallback)
        self._namespaces = {}

    def get_namespace(self, ns_uri):
        return self._namespaces.setdefault(ns_uri or None, _NamespaceClasses(ns_uri))

    def class_for(self, kind, document, tag, attributes, element):
        if kind == "element":
            uri, local = names.split(tag)
            known = self._namespaces.get(uri)
            if known is not None:
                found = known._classes.get(local) or known._classes.get(None)
                if found is not None:
                    return found
        return self._fallen_back(kind, document, tag, attributes, element)


class _Global:
    lookup = None


def set_element_class_lookup(lookup=None):
    """The lookup of trees whose parser has none of its own."""
    _Global.lookup = lookup


def settle(document, root):
    """Gives the elements of a tree that was read their classes, where the lookup asks with the element."""
    lookup = getattr(document.parser, "_lookup", None) or _Global.lookup
    each = lookup
    while each is not None and not isinstance(each, PythonElementClassLookup):
        each = getattr(each, "fallback", None)
    if each is None:
        return
    from _krait_stand_ins.lxml_etree import walking

    for node in walking.depth_first(root):
        if node._kind == "element":
            found = lookup.class_for("element", document, node._tag, node._attributes, node)
            if found is not None and type(node) is not found:
                node.__class__ = found
                node._init()


def class_of(kind, document, tag, attributes, element):
    lookup = getattr(document.parser, "_lookup", None) or _Global.lookup
    return lookup.class_for(kind, document, tag, attributes, element) if lookup is not None else None


from _krait_stand_ins.lxml_etree.errors import NamespaceRegistryError  # noqa: E402
