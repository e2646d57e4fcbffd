"""What takes the events of a reader: a tree, or somebody's own target."""

from _krait_stand_ins.lxml_etree import nodes
from _krait_stand_ins.lxml_etree.names import CDATA

_BLANKS = " \t\r\n"


class TreeSink:
    """Makes nodes. Texts come in pieces; a text is ended by what comes next."""

    makes_nodes = True

    def __init__(self, document, options):
        self.document = document
        self.options = options
        self._pieces = []
        self._open = []
        # The node whose tail is being read, or None: the text of the innermost element is.
        self._last = None
        self.root = None
        self._is_section = False
        self._drop_blanks = options.remove_blank_text and not document.is_html

    def doctype(self, name, public, system, inner):
        self.document.doctype = (name, public, system, inner)
        self.document.doctype_at = len(self.document.tops)

    def start(self, tag, attributes, prefix, declared, line):
        if self._pieces:
            self._flush(False)
        parent = self._open[-1] if self._open else None
        made = nodes.new("element", self.document, tag, attributes, prefix, declared)
        made._line = line
        if parent is not None:
            made._parent = parent
            parent._children.append(made)
        else:
            made._own_document = self.document
            self.document.tops.append(made)
            if self.root is None:
                self.root = made
        self._open.append(made)
        self._last = None
        made._init()
        return made

    def end(self, tag):
        if self._pieces:
            self._flush(True)
        self._last = self._open.pop()
        return self._last

    def data(self, text):
        self._pieces.append(text)

    def section(self, text):
        """A CDATA section."""
        if self.options.strip_cdata:
            self._pieces.append(text)
            return
        self._is_section = not self._pieces
        self._pieces.append(text)

    def comment(self, text, line=None):
        if self.options.remove_comments:
            return None
        made = nodes.new("comment", self.document, None, {})
        made._text = text
        return self._add(made, line)

    def pi(self, target, text, line=None):
        if self.options.remove_pis:
            return None
        made = nodes.new("PI", self.document, None, {})
        made.target, made._text = target, text or None
        return self._add(made, line)

    def entity(self, name, line=None):
        made = nodes.new("entity", self.document, None, {})
        made.name = name
        return self._add(made, line)

    def close(self):
        from _krait_stand_ins.lxml_etree import lookup

        if self.root is not None:
            lookup.settle(self.document, self.root)
        return self.root

    def _add(self, made, line):
        if self._pieces:
            self._flush(False)
        made._line = line
        if self._open:
            made._parent = self._open[-1]
            self._open[-1]._children.append(made)
            self._last = made
        else:
            made._own_document = self.document
            self.document.tops.append(made)
            self._last = None
        made._init()
        return made

    def _flush(self, ends):
        text = "".join(self._pieces)
        del self._pieces[:]
        if self._is_section:
            text, self._is_section = CDATA(text), False
        if not self._open:
            return
        above = self._open[-1]
        if self._drop_blanks and not text.strip(_BLANKS):
            alone = ends and not above._children
            if not alone and above._text is None and above.get("{http://www.w3.org/XML/1998/namespace}space") != "preserve":
                return
        if self._last is not None:
            self._last._tail = (self._last._tail or "") + text if self._last._tail else text
        else:
            above._text = (above._text or "") + text if above._text else text


class TargetSink:
    """Gives the events to somebody's own target."""

    makes_nodes = False

    def __init__(self, target, options):
        import inspect

        self._target = target
        self._options = options
        self._start = getattr(target, "start", None)
        self._end = getattr(target, "end", None)
        self._data = getattr(target, "data", None)
        self._doctype = getattr(target, "doctype", None)
        self._start_ns = getattr(target, "start_ns", None)
        self._end_ns = getattr(target, "end_ns", None)
        self._comment = None if options.remove_comments else getattr(target, "comment", None)
        self._pi = None if options.remove_pis else getattr(target, "pi", None)
        self._pieces = []
        self._wants_map = False
        self._declared = []
        self.root = None
        if self._start is not None:
            try:
                parameters = list(inspect.signature(self._start).parameters.values())
                many = any(each.kind == each.VAR_POSITIONAL for each in parameters)
                plain = [each for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
                self._wants_map = many or len(plain) > 2
            except (TypeError, ValueError):
                pass

    def doctype(self, name, public, system, inner):
        if self._doctype is not None:
            self._doctype(name, public, system)

    def start(self, tag, attributes, prefix, declared, line):
        self._flush()
        if self._start_ns is not None:
            for prefix, uri in (declared or {}).items():
                self._start_ns(prefix or "", uri)
        self._declared.append(declared)
        if self._start is None:
            return None
        if self._wants_map:
            return self._start(tag, attributes, dict(declared or {}))
        return self._start(tag, attributes)

    def end(self, tag):
        self._flush()
        given = self._end(tag) if self._end is not None else None
        declared = self._declared.pop() if self._declared else None
        if self._end_ns is not None:
            for prefix in reversed(list(declared or {})):
                self._end_ns(prefix or "")
        return given

    def data(self, text):
        self._pieces.append(text)

    section = data

    def comment(self, text, line=None):
        self._flush()
        return self._comment(text) if self._comment is not None else None

    def pi(self, target, text, line=None):
        self._flush()
        return self._pi(target, text) if self._pi is not None else None

    def entity(self, name, line=None):
        pass

    def close(self):
        self._flush()
        return self._target.close() if hasattr(self._target, "close") else None

    def _flush(self):
        if self._pieces:
            text = "".join(self._pieces)
            del self._pieces[:]
            if self._data is not None:
                self._data(text)


class EventSink:
    """Keeps the events that are asked for, and gives all of them to another sink."""

    def __init__(self, sink, events, matches):
        self._sink, self._events, self._matches = sink, frozenset(events), matches
        self.events = []
        self._declared = []

    root = property(lambda self: self._sink.root)
    makes_nodes = property(lambda self: self._sink.makes_nodes)

    def doctype(self, *given):
        self._sink.doctype(*given)

    def start(self, tag, attributes, prefix, declared, line):
        made = self._sink.start(tag, attributes, prefix, declared, line)
        self._declared.append(declared)
        if "start-ns" in self._events:
            self.events += [("start-ns", (prefix or "", uri)) for prefix, uri in (declared or {}).items()]
        if "start" in self._events and self._is_wanted(made):
            self.events.append(("start", made))
        return made

    def end(self, tag):
        made = self._sink.end(tag)
        declared = self._declared.pop() if self._declared else None
        if "end" in self._events and self._is_wanted(made):
            self.events.append(("end", made))
        if "end-ns" in self._events:
            self.events += [("end-ns", None) for _ in declared or ()]

    def data(self, text):
        self._sink.data(text)

    def section(self, text):
        self._sink.section(text)

    def comment(self, text, line=None):
        made = self._sink.comment(text, line)
        if "comment" in self._events and made is not None:
            self.events.append(("comment", made))

    def pi(self, target, text, line=None):
        made = self._sink.pi(target, text, line)
        if "pi" in self._events and made is not None:
            self.events.append(("pi", made))

    def entity(self, name, line=None):
        self._sink.entity(name, line)

    def close(self):
        return self._sink.close()

    def _is_wanted(self, made):
        return self._matches is None or getattr(made, "_kind", None) is None or self._matches(made)


class TreeBuilder:
    """A target that makes a tree, for those who call it themselves."""

    def __init__(self, *, element_factory=None, parser=None, comment_factory=None, pi_factory=None, insert_comments=True, insert_pis=True):
        self._factory = element_factory
        self._comment, self._pi = comment_factory or nodes.Comment, pi_factory or nodes.ProcessingInstruction
        self._parser, self._inserts = parser, (insert_comments, insert_pis)
        self._open, self._pieces, self._last, self._root, self._in_tail = [], [], None, None, False

    def start(self, tag, attrs, nsmap=None):
        self._flush()
        if self._factory is not None:
            made = self._factory(tag, attrs)
        else:
            made = nodes.make(tag, attrs, nsmap, {}, self._parser)
        if self._open:
            self._open[-1].append(made)
        elif self._root is None:
            self._root = made
        self._open.append(made)
        self._last, self._in_tail = made, False
        return made

    def end(self, tag):
        self._flush()
        self._last = self._open.pop()
        if self._last.tag != tag:
            raise AssertionError(f"end tag mismatch (expected {self._last.tag}, got {tag})")
        self._in_tail = True
        return self._last

    def data(self, data):
        self._pieces.append(data)

    def comment(self, comment):
        return self._single(self._comment(comment), self._inserts[0])

    def pi(self, target, data=None):
        return self._single(self._pi(target, data), self._inserts[1])

    def close(self):
        if self._open:
            raise AssertionError("missing end tags")
        if self._root is None:
            raise AssertionError("missing toplevel element")
        return self._root

    def _single(self, made, is_inserted):
        self._flush()
        if is_inserted and self._open:
            self._open[-1].append(made)
            self._last, self._in_tail = made, True
        return made

    def _flush(self):
        if self._pieces and self._last is not None:
            text = "".join(self._pieces)
            if self._in_tail:
                self._last.tail = (self._last.tail or "") + text
            else:
                self._last.text = (self._last.text or "") + text
        self._pieces = []
