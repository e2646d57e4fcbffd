"""Elements, comments, processing instructions and entities: the nodes of a tree, and how they move."""

from _krait_stand_ins.lxml_etree import lookup, names, walking
from _krait_stand_ins.lxml_etree.attributes import _Attrib, _NoAttrib
from _krait_stand_ins.lxml_etree.names import CDATA, XML
from _krait_stand_ins.lxml_etree.structure import (
    Document,
    _attach,
    _base_of_html,
    _beside,
    _content,
    _detach,
    _document,
    _fill,
    _is_within,
    _paths,
    _prefix_for,
    _resolved,
    _set,
    _settle,
    _tags,
    _text_path,
    _top,
)


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

    insert = __setitem__ = set

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
