"""How nodes hang together: documents, prefixes, attributes, and where a node goes."""

from _krait_stand_ins.lxml_etree import names, walking
from _krait_stand_ins.lxml_etree.names import CDATA, XML


class Document:
    """What a tree has beside its nodes. `tops` are the root and what stands before and after it."""

    def __init__(self, parser=None):
        self.parser = parser
        self.tops = []
        self.url = None
        self.encoding = None
        self.version = "1.0"
        self.standalone = None
        # The name, the public and the system identifier, and what stands in brackets.
        self.doctype = None
        # How many nodes stand before it.
        self.doctype_at = 0
        self.is_html = False
        # Whether its nodes were taken out of a tree.
        self.is_loose = False
        self.prefixes = 0

    @property
    def root(self):
        return next((each for each in self.tops if isinstance(each.tag, str)), None)

    def _root_or(self, other):
        root = self.root
        return other if root is None else root

    def new_prefix(self, scope):
        while True:
            prefix = f"ns{self.prefixes}"
            self.prefixes += 1
            if prefix not in scope:
                return prefix

    def like(self):
        """Another one that has no nodes yet."""
        made = Document(self.parser)
        for name in ("url", "encoding", "version", "standalone", "doctype", "doctype_at", "is_html"):
            setattr(made, name, getattr(self, name))
        return made


def _is_within(node, above):
    while node is not None:
        if node is above:
            return True
        node = node._parent
    return False


def _top(node):
    while node._parent is not None:
        node = node._parent
    return node


def _document(node):
    """The document of a node; a node that was taken out of its tree gets its own."""
    top = _top(node)
    if top._own_document is None:
        top._own_document = Document()
        top._own_document.tops.append(top)
    return top._own_document


def _detach(node):
    parent = node._parent
    if parent is not None:
        document = _document(parent)
        parent._children.remove(node)
        node._parent = None
        node._own_document = document.like()
        node._own_document.doctype = None
        node._own_document.tops = [node]
        node._own_document.is_loose = True
    elif node._own_document is not None:
        own = node._own_document
        node._own_document = own.like()
        own.tops.remove(node)
        node._own_document.tops = [node]


def _attach(parent, at, node):
    if type(parent._children) is tuple:
        raise TypeError("this element does not have children or attributes")
    above = node._parent
    _detach(node)
    node._own_document = None
    node._parent = parent
    parent._children.insert(at, node)
    if node._kind == "element":
        _settle(node, above)


def _settle(node, above=None):
    """Puts right the prefixes in a node that was moved: what its new place declares is not declared again, and what only
    its old place `above` declared is declared in it."""
    if node._kind != "element":
        return
    outer = {}
    each = node._parent
    while each is not None:
        for prefix, uri in (each._declared or {}).items():
            outer.setdefault(prefix, uri)
        each = each._parent
    _settle_below(node, node, outer, {})


def _settle_below(node, start, outer, dropped):
    declared = node._declared
    if declared and outer:
        kept = {prefix: uri for prefix, uri in declared.items() if uri not in outer.values()}
        dropped = dropped | {uri: prefix for prefix, uri in declared.items() if prefix not in kept}
        node._declared = kept or None
        declared = node._declared
    scope = outer | declared if declared else outer
    if not (node._tag[0] != "{" and not scope):
        uri = node._tag[1:].rpartition("}")[0] if node._tag[0] == "{" else None
        if uri and (scope.get(node._prefix) != uri or uri in dropped):
            for prefix, known in scope.items():
                if known == uri:
                    node._prefix = prefix
                    break
            else:
                _declare_at(start, node._prefix, uri)
                node._prefix = next(prefix for prefix, known in start._declared.items() if known == uri)
                scope = scope | start._declared
    for name in node._attributes:
        if name[0] == "{":
            uri = name[1:].rpartition("}")[0]
            if uri != XML and not any(prefix and known == uri for prefix, known in scope.items()):
                _declare_at(start, dropped.get(uri), uri, True)
                scope = scope | start._declared
    if start._declared:
        scope = start._declared | scope
    for each in node._children:
        if each._kind == "element":
            _settle_below(each, start, scope, dropped)


def _declare_at(element, prefix, uri, attribute=False):
    declared = dict(element._declared or {})
    if attribute and prefix is None or prefix in declared:
        prefix = names.prefixes.get(uri)
        if prefix is None or prefix in declared:
            prefix = _document(element).new_prefix(element.nsmap)
    declared[prefix] = uri
    element._declared = declared


def _prefix_for(element, uri, attribute=False):
    """The prefix of a namespace where an element is; it is declared there if it has none."""
    if uri == XML:
        return "xml"
    seen = set()
    node = element
    while node is not None:
        for prefix, known in (node._declared or {}).items():
            if prefix not in seen:
                seen.add(prefix)
                if known == uri and (prefix is not None or not attribute):
                    return prefix
        node = node._parent
    prefix = names.prefixes.get(uri)
    if prefix is None or prefix in seen:
        prefix = _document(element).new_prefix(seen)
    element._declared = {**(element._declared or {}), prefix: uri}
    return prefix


def _set(element, key, value):
    name = names.clark(key)
    uri, local = names.split(name)
    is_html = _document(element).is_html if value is None or not local.isidentifier() else False
    names.check(local, is_html, "attribute")
    if value is None and _document(element).is_html:
        value = NO_VALUE
    elif isinstance(value, names.QName):
        value = _resolved(element, value)
    elif isinstance(value, CDATA):
        raise TypeError("Argument must be bytes or unicode, got 'CDATA'")
    else:
        value = names.text_of(value)
        if type(value) is not str:
            value = str(value)
    if uri:
        _prefix_for(element, uri, True)
    element._attributes[name] = value


def _resolved(element, name):
    """A name as a text, with the prefix that its namespace has in an element."""
    uri, local = names.split(name.text)
    return f"{_prefix_for(element, uri, True)}:{local}" if uri else local


class _NoValue(str):
    """The empty text of an attribute of HTML that has no value."""


NO_VALUE = _NoValue()


def _content(value):
    if value is None:
        return None
    if isinstance(value, CDATA):
        return value
    value = names.text_of(value)
    return value if type(value) is str else str(value)


def _beside(node, step):
    if node._parent is not None:
        among = node._parent._children
    else:
        among = node._own_document.tops if node._own_document is not None else [node]
    at = among.index(node) + step
    return among[at] if 0 <= at < len(among) else None


def _base_of_html(node):
    document = _document(node)
    if not document.is_html:
        return None
    found = next((each for each in walking.depth_first(document._root_or(node)) if each._kind == "element" and each._tag == "base"), None)
    return found.get("href") if found is not None else None


def _tags(tag, tags):
    return () if tag is None and not tags else (tag, *tags)


def _paths():
    from lxml import _elementpath

    return _elementpath


def _text_path(path):
    return path.text if isinstance(path, names.QName) else path


def _pairs(attrib):
    if not hasattr(attrib, "items"):
        raise TypeError(f"Invalid attribute dictionary: {type(attrib).__name__}")
    return attrib.items()


def _declare(element, nsmap, parent):
    if not nsmap:
        return
    declared = {}
    for prefix, uri in sorted(nsmap.items(), key=lambda each: each[0] is None):
        if prefix is not None:
            prefix = names.text_of(prefix)
            names.check(prefix, what="prefix")
        uri = names.check_uri(names.text_of(uri))
        if uri == XML and prefix == "xml":
            continue
        if parent is not None and parent.nsmap.get(prefix, XML) == uri:
            continue
        declared[prefix] = uri
    element._declared = declared or None


def _fill(made, tag, attrib, nsmap, extra, document, is_html, parent=None):
    document.is_html = is_html
    uri, local = names.split(tag)
    names.check(local, is_html)
    made._tag, made._attributes, made._children = tag, {}, []
    if parent is None:
        made._own_document = document
        document.tops.append(made)
    _declare(made, nsmap, parent)
    made._parent = parent
    if uri:
        names.check_uri(uri)
        made._prefix = _prefix_for(made, uri)
    given = dict(extra)
    if attrib is not None:
        for name, value in _pairs(attrib):
            given.setdefault(name, value)
    for name, value in given.items():
        _set(made, name, value)
