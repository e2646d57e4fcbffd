"""Elements, comments, processing instructions and entities: the nodes of a tree, and how they move."""

from _krait_stand_ins.lxml_etree import lookup, names, walking
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


class _Element:
    """A node of a tree. Names that begin with `_` are krait's own."""

    _text = _tail = _parent = _own_document = _prefix = None
    _line = None
    # Prefixes that are declared here, or None.
    _declared = None
    # The prefixes that attributes were read with, where they have some.
    _hints = None
    _kind = "element"

    def _init(self):
        pass

    # What it is.

    @property
    def tag(self):
        return self._tag

    @tag.setter
    def tag(self, value):
        tag = names.clark(value)
        uri, local = names.split(tag)
        names.check(local, _document(self).is_html)
        self._tag = tag
        self._prefix = _prefix_for(self, uri) if uri else None

    @property
    def prefix(self):
        return self._prefix

    @property
    def text(self):
        text = self._text
        return str(text) if type(text) is CDATA else text

    @text.setter
    def text(self, value):
        self._text = _resolved(self, value) if isinstance(value, names.QName) else _content(value)

    @property
    def tail(self):
        tail = self._tail
        return str(tail) if type(tail) is CDATA else tail

    @tail.setter
    def tail(self, value):
        self._tail = _content(value)

    @property
    def attrib(self):
        return _Attrib(self)

    @property
    def nsmap(self):
        found = {}
        node = self
        while node is not None:
            for prefix, uri in (node._declared or {}).items():
                if prefix not in found:
                    found[prefix] = uri
            node = node._parent
        return {prefix: uri for prefix, uri in found.items() if uri or prefix}

    @property
    def sourceline(self):
        return self._line

    @sourceline.setter
    def sourceline(self, line):
        if line <= 0:
            self._line = None
        else:
            self._line = line

    @property
    def base(self):
        node, given = self, []
        while node is not None:
            value = node._attributes.get(f"{{{XML}}}base")
            if value is not None:
                given.append(value)
            node = node._parent
        if not given:
            return _base_of_html(self) or _document(self).url
        from urllib.parse import urljoin

        url = _document(self).url or ""
        for each in reversed(given):
            url = urljoin(url, each)
        return url

    @base.setter
    def base(self, url):
        if url is None:
            self._attributes.pop(f"{{{XML}}}base", None)
        else:
            self._attributes[f"{{{XML}}}base"] = names.text_of(url)

    # Attributes.

    def get(self, key, default=None):
        value = self._attributes.get(names.clark(key))
        return default if value is None else str(value) if type(value) is not str else value

    def set(self, key, value):
        _set(self, key, value)

    def keys(self):
        return list(self._attributes)

    def values(self):
        return [str(each) for each in self._attributes.values()]

    def items(self):
        return [(name, str(value)) for name, value in self._attributes.items()]

    # Children, as a list.

    def __len__(self):
        return len(self._children)

    def __bool__(self):
        import warnings

        warnings.warn(
            "Truth-testing of elements was a source of confusion and will always return True in future versions. "
            "Use specific 'len(elem)' or 'elem is not None' test instead.",
            FutureWarning, 2,
        )
        return bool(self._children)

    def __contains__(self, element):
        return isinstance(element, _Element) and element._parent is self

    def __iter__(self):
        return walking.ElementChildIterator(self)

    def __reversed__(self):
        return walking.ElementChildIterator(self, reversed=True)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return self._children[index]
        try:
            return self._children[index]
        except IndexError:
            raise IndexError("list index out of range") from None

    def __setitem__(self, index, value):
        if isinstance(index, slice):
            given = [_node(each) for each in value]
            final = list(self._children)
            final[index] = given
            for each in list(self._children):
                if each not in final:
                    self.remove(each)
            for at, each in enumerate(final):
                if at >= len(self._children) or self._children[at] is not each:
                    self.insert(at, each)
            return
        _node(value)
        self.replace(self[index], value)

    def __delitem__(self, index):
        if isinstance(index, slice):
            for each in self._children[index]:
                self.remove(each)
        else:
            self.remove(self[index])

    def append(self, element):
        _node(element)
        if element is self or _is_within(self, element):
            raise ValueError("cannot append parent to itself")
        _attach(self, len(self._children) - (element._parent is self), element)

    def insert(self, index, element):
        _node(element)
        if element is self or _is_within(self, element):
            raise ValueError("cannot append parent to itself")
        count = len(self._children)
        at = max(index + count, 0) if index < 0 else min(index, count)
        before = self._children[at] if at < count else None
        if before is element:
            return
        _detach(element)
        at = len(self._children) if before is None else self._children.index(before)
        _attach(self, at, element)

    def extend(self, elements):
        if isinstance(elements, _Element):
            elements = list(elements)
        for each in elements:
            if each is None:
                raise TypeError("Node must not be None")
            self.append(each)

    def remove(self, element):
        _node(element)
        if element._parent is not self:
            raise ValueError("Element is not a child of this node.")
        above = self
        _detach(element)
        _settle(element, above)

    def replace(self, old_element, new_element):
        _node(new_element)
        if old_element._parent is not self:
            raise ValueError("Element is not a child of this node.")
        if old_element is new_element:
            return
        if new_element is self or _is_within(self, new_element):
            raise ValueError("cannot append parent to itself")
        _detach(new_element)
        at = self._children.index(old_element)
        _detach(old_element)
        _settle(old_element, self)
        _attach(self, at, new_element)

    def clear(self, keep_tail=False):
        self._text = None
        if not keep_tail:
            self._tail = None
        self._attributes.clear()
        for each in self._children:
            each._parent = None
        del self._children[:]

    def index(self, child, start=None, stop=None):
        if child is None or child._parent is not self:
            raise ValueError("Element is not a child of this node.")
        at = self._children.index(child)
        if at not in range(len(self._children))[slice(start, stop)]:
            raise ValueError("list.index(x): x not in slice" if (start, stop) != (None, None) else "list.index(x): x not in list")
        return at

    def getchildren(self):
        return list(self._children)

    # Around it.

    def getparent(self):
        return self._parent

    def getnext(self):
        return _beside(self, 1)

    def getprevious(self):
        return _beside(self, -1)

    def addnext(self, element):
        _add_beside(self, element, 1)

    def addprevious(self, element):
        _add_beside(self, element, 0)

    def getroottree(self):
        from _krait_stand_ins.lxml_etree import trees

        return trees.ElementTree(_document(self)._root_or(_top(self)))

    def itersiblings(self, tag=None, *tags, preceding=False):
        return walking.SiblingsIterator(self, _tags(tag, tags), preceding=preceding)

    def iterancestors(self, tag=None, *tags):
        return walking.AncestorsIterator(self, _tags(tag, tags))

    def iterdescendants(self, tag=None, *tags):
        return walking.ElementDepthFirstIterator(self, _tags(tag, tags), inclusive=False)

    def iterchildren(self, tag=None, *tags, reversed=False):
        return walking.ElementChildIterator(self, _tags(tag, tags), reversed=reversed)

    def iter(self, tag=None, *tags):
        return walking.ElementDepthFirstIterator(self, _tags(tag, tags))

    def getiterator(self, tag=None, *tags):
        return self.iter(tag, *tags)

    def itertext(self, tag=None, *tags, with_tail=True):
        return walking.ElementTextIterator(self, _tags(tag, tags), with_tail=with_tail)

    def find(self, path, namespaces=None):
        return _paths().find(self, _text_path(path), namespaces=namespaces, with_prefixes=not _document(self).is_html)

    def findtext(self, path, default=None, namespaces=None):
        return _paths().findtext(self, _text_path(path), default, namespaces=namespaces, with_prefixes=not _document(self).is_html)

    def findall(self, path, namespaces=None):
        return _paths().findall(self, _text_path(path), namespaces=namespaces, with_prefixes=not _document(self).is_html)

    def iterfind(self, path, namespaces=None):
        return _paths().iterfind(self, _text_path(path), namespaces=namespaces, with_prefixes=not _document(self).is_html)

    def xpath(self, _path, *, namespaces=None, extensions=None, smart_strings=True, **variables):
        from _krait_stand_ins.lxml_etree import xpath

        found = xpath.XPathElementEvaluator(self, namespaces=namespaces, extensions=extensions, smart_strings=smart_strings)
        return found(_path, **variables)

    def cssselect(self, expr, *, translator="xml"):
        from lxml.cssselect import CSSSelector

        return CSSSelector(expr, translator=translator)(self)

    def makeelement(self, _tag, attrib=None, nsmap=None, **extra):
        return make(_tag, attrib, nsmap, extra, parser=_document(self).parser, is_html=_document(self).is_html)

    def __copy__(self):
        return _copy(self, _document(self))

    def __deepcopy__(self, memo):
        return _copy(self, _document(self))

    def __reduce__(self):
        raise TypeError("no default __reduce__ due to non-trivial __cinit__")

    def __repr__(self):
        return f"<Element {self.tag} at {id(self):#x}>"


class ElementBase(_Element):
    """What people's own classes of elements are made from."""

    def __init__(self, *children, attrib=None, nsmap=None, **extra):
        tag = getattr(type(self), "TAG", None)
        is_html = bool(getattr(type(self), "HTML", False))
        if tag is None:
            tag = type(self).__name__
        uri, local = names.split(names.clark(tag))
        if uri is None:
            uri = getattr(type(self), "NAMESPACE", None)
        parser = getattr(type(self), "PARSER", None)
        for each in children:
            if isinstance(each, type) and issubclass(each, _Element) or isinstance(each, (_Element, str, bytes)):
                continue
            raise TypeError(f"invalid child type: {each!r}")
        _fill(self, f"{{{uri}}}{local}" if uri else local, attrib, nsmap, extra, Document(parser), is_html)
        self._init()
        last = None
        for each in children:
            if isinstance(each, (str, bytes)):
                if last is None:
                    self._text = (self._text or "") + names.text_of(each)
                else:
                    last._tail = (last._tail or "") + names.text_of(each)
            else:
                last = each() if isinstance(each, type) else each
                self.append(last)


class _ContentOnly(_Element):
    """A node that has text alone."""

    _children = ()
    _attributes = {}
    _text = ""

    @property
    def text(self):
        return self._text or ""

    @text.setter
    def text(self, value):
        self._text = None if value is None else names.text_of(value)

    @property
    def attrib(self):
        return _NoAttrib(self)

    nsmap = property(lambda self: self._parent.nsmap if self._parent is not None else {})

    def get(self, key, default=None):
        return default

    def set(self, key, value):
        raise TypeError("this element does not have children or attributes")

    append = insert = __setitem__ = set

    def append(self, element):
        raise TypeError("this element does not have children or attributes")

    def keys(self):
        return []

    values = items = keys

    def __len__(self):
        return 0

    def __getitem__(self, index):
        if isinstance(index, slice):
            return []
        raise IndexError("list index out of range")

    def __delitem__(self, index):
        raise TypeError("this element does not have children or attributes")


class _Comment(_ContentOnly):
    _kind = "comment"
    tag = property(lambda self: Comment)

    def __repr__(self):
        return f"<!--{self.text}-->"


class CommentBase(_Comment):
    def __init__(self, text=None):
        self._text = _comment_text(text)
        self._init()


class _ProcessingInstruction(_ContentOnly):
    _kind = "PI"
    tag = property(lambda self: ProcessingInstruction)
    target = ""

    @property
    def text(self):
        return self._text

    @text.setter
    def text(self, value):
        self._text = None if value is None else names.text_of(value)

    def get(self, key, default=None):
        return self.attrib.get(key, default)

    @property
    def attrib(self):
        import re

        found = re.findall(r"""([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""", f" {self._text or ''}")
        return {name: one or other for name, one, other in found}

    def __repr__(self):
        return f"<?{self.target} {self._text}?>" if self._text else f"<?{self.target}?>"


class PIBase(_ProcessingInstruction):
    def __init__(self, target, text=None):
        self.target, self._text = names.text_of(target), _pi_text(text)
        self._init()


class _Entity(_ContentOnly):
    _kind = "entity"
    tag = property(lambda self: Entity)
    name = ""
    text = property(lambda self: f"&{self.name};")

    def __repr__(self):
        return f"&{self.name};"


class EntityBase(_Entity):
    def __init__(self, name):
        self.name = _entity_name(name)
        self._init()


class _Attrib:
    """The attributes of an element."""

    def __init__(self, element):
        self._element = element

    def __setitem__(self, key, value):
        _set(self._element, key, value)

    def __delitem__(self, key):
        name = names.clark(key)
        if name not in self._element._attributes:
            raise KeyError(name)
        del self._element._attributes[name]

    def __getitem__(self, key):
        value = self._element._attributes.get(names.clark(key))
        if value is None:
            raise KeyError(names.clark(key))
        return str(value)

    def get(self, key, default=None):
        return self._element.get(key, default)

    def pop(self, key, *default):
        if len(default) > 1:
            raise TypeError(f"pop expected at most 2 arguments, got {len(default) + 1}")
        name = names.clark(key)
        if name not in self._element._attributes:
            if default:
                return default[0]
            raise KeyError(key)
        return str(self._element._attributes.pop(name))

    def clear(self):
        self._element._attributes.clear()

    def update(self, given):
        for key, value in given.items() if hasattr(given, "items") else given:
            _set(self._element, key, value)

    def keys(self):
        return self._element.keys()

    def values(self):
        return self._element.values()

    def items(self):
        return self._element.items()

    def iterkeys(self):
        return iter(self.keys())

    def itervalues(self):
        return iter(self.values())

    def iteritems(self):
        return iter(self.items())

    __iter__ = iterkeys

    def has_key(self, key):
        return key in self

    def __contains__(self, key):
        return names.clark(key) in self._element._attributes

    def __len__(self):
        return len(self._element._attributes)

    def __bool__(self):
        return bool(self._element._attributes)

    def __copy__(self):
        return dict(self.items())

    def __deepcopy__(self, memo):
        return dict(self.items())

    def __eq__(self, other):
        try:
            return dict(self.items()) == dict(other.items() if isinstance(other, _Attrib) else other)
        except (TypeError, ValueError):
            return NotImplemented

    __hash__ = None

    def __repr__(self):
        return repr(dict(self.items()))


class _NoAttrib(_Attrib):
    """The attributes of what has none."""

    def __setitem__(self, key, value):
        raise KeyError("invalid operation on an element without attributes")

    def update(self, given):
        if given:
            raise KeyError("invalid operation on an element without attributes")

    def clear(self):
        pass


import collections.abc  # noqa: E402

collections.abc.MutableMapping.register(_Attrib)


# Making nodes.

def new(kind, document, tag, attributes, prefix=None, declared=None):
    """A node that a parser has read."""
    found = lookup.class_of(kind, document, tag, attributes, None) or _CLASSES[kind]
    made = found.__new__(found)
    if kind == "element":
        made._tag, made._attributes, made._children = tag, attributes, []
        if prefix is not None:
            made._prefix = prefix
        if declared:
            made._declared = declared
    return made


def make(tag, attrib=None, nsmap=None, extra=None, parser=None, is_html=False):
    """What `Element` gives."""
    if parser is None:
        from _krait_stand_ins.lxml_etree import parsers

        parser = parsers.get_default_parser()
    document = Document(parser)
    tag = names.clark(tag)
    found = lookup.class_of("element", document, tag, {}, None) or _Element
    made = found.__new__(found)
    _fill(made, tag, attrib, nsmap, extra or {}, document, is_html)
    made._init()
    return made


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


class _Maker(type):
    """The type of `Element`, which makes elements and is what they are instances of."""

    def __call__(cls, _tag, attrib=None, nsmap=None, **_extra):
        return make(_tag, attrib, nsmap, _extra)

    def __instancecheck__(cls, instance):
        return isinstance(instance, _Element)

    def __subclasscheck__(cls, other):
        return issubclass(other, _Element)


class Element(metaclass=_Maker):
    """Makes an element that stands alone."""


def SubElement(_parent, _tag, attrib=None, nsmap=None, **_extra):
    """An element at the end of another."""
    if not isinstance(_parent, _Element):
        raise TypeError(f"Argument '_parent' has incorrect type (expected lxml.etree._Element, got {type(_parent).__name__})")
    if type(_parent._children) is tuple:
        raise TypeError("this element does not have children or attributes")
    document = _document(_parent)
    tag = names.clark(_tag)
    found = lookup.class_of("element", document, tag, {}, None) or _Element
    made = found.__new__(found)
    _fill(made, tag, attrib, nsmap, _extra, document, document.is_html, _parent)
    _parent._children.append(made)
    made._init()
    return made


def Comment(text=None):
    """A comment."""
    made = _new_plain("comment")
    made._text = _comment_text(text)
    made._init()
    return made


def ProcessingInstruction(target, text=None):
    """A processing instruction."""
    target = names.text_of(target)
    names.check(target.replace(":", "_"), what="PI")
    if target.lower() == "xml":
        raise ValueError(f"Invalid PI name {target.encode()!r}")
    made = _new_plain("PI")
    made.target, made._text = target, _pi_text(text)
    made._init()
    return made


def Entity(name):
    """A reference to an entity."""
    made = _new_plain("entity")
    made.name = _entity_name(name)
    made._init()
    return made


def _new_plain(kind):
    document = Document()
    made = new(kind, document, None, {})
    made._own_document = document
    document.tops.append(made)
    return made


def _comment_text(text):
    text = "" if text is None else names.text_of(text)
    if "--" in text or text.endswith("-"):
        raise ValueError("Comment may not contain '--' or end with '-'")
    return text


def _pi_text(text):
    text = "" if text is None else names.text_of(text)
    if "?>" in text:
        raise ValueError("PI text must not contain '?>'")
    return text


def _entity_name(name):
    name = names.text_of(name)
    if name.startswith("#"):
        try:
            int("0" + name[1:], 16) if name[1:2] == "x" else int(name[1:])
            return name
        except ValueError:
            raise ValueError(f"Invalid character reference: {name!r}") from None
    try:
        names.check(name)
    except ValueError:
        raise ValueError(f"Invalid entity reference: {name!r}") from None
    return name


_CLASSES = {"element": _Element, "comment": _Comment, "PI": _ProcessingInstruction, "entity": _Entity}


def _copy(node, document):
    """A copy of a node with what is in it, at the top of a tree of its own."""
    made = _copied(node, document)
    own = document.like()
    own.tops = [made]
    made._own_document = own
    if node._kind == "element":
        _settle(made, node._parent)
        top = node._parent is None and node._own_document is document and document.root is node
        if top:
            at = document.tops.index(node)
            for index, each in enumerate(document.tops):
                if each is not node:
                    beside = _copied(each, document)
                    beside._own_document = own
                    own.tops.insert(index if index < at else len(own.tops), beside)
        else:
            own.doctype = None
    made._tail = node._tail
    return made


def _copied(node, document):
    found = lookup.class_of(node._kind, document, node._tag if node._kind == "element" else None, node._attributes, None)
    found = found or type(node) if node._kind != "element" else found or _CLASSES["element"]
    made = found.__new__(found)
    made._text, made._prefix, made._line = node._text, node._prefix, node._line
    if node._kind == "element":
        made._tag, made._attributes, made._children = node._tag, dict(node._attributes), []
        made._declared = dict(node._declared) if node._declared else None
        made._hints = node._hints
        for each in node._children:
            child = _copied(each, document)
            child._parent, child._tail = made, each._tail
            made._children.append(child)
    elif node._kind == "PI":
        made.target = node.target
    elif node._kind == "entity":
        made.name = node.name
    made._init()
    return made


# Moving nodes.

def _node(given):
    if not isinstance(given, _Element):
        raise TypeError(f"Argument 'element' has incorrect type (expected lxml.etree._Element, got {type(given).__name__})")
    return given


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


def _add_beside(node, element, step):
    _node(element)
    parent = node._parent
    if parent is None and element._kind not in ("comment", "PI") and not _document(node).is_loose:
        raise TypeError("Only processing instructions and comments can be siblings of the root element")
    if element is node:
        return
    if parent is None:
        document = _document(node)
        _detach(element)
        element._tail = None
        element._own_document = document
        document.tops.insert(document.tops.index(node) + step, element)
        return
    if _is_within(node, element):
        raise ValueError("cannot add ancestor as sibling, please break cycle first")
    _detach(element)
    _attach(parent, parent._children.index(node) + step, element)


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
