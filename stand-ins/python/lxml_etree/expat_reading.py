"""XML by expat. What expat refuses is read again by `lenient.py`, which says what is wrong as libxml2 does."""

import pyexpat

from _krait_stand_ins.lxml_etree import lenient
from _krait_stand_ins.lxml_etree.names import XML


class Namespaces:
    """Gives names their namespaces, as they are declared where one is."""

    def __init__(self):
        self._scopes = [{"xml": XML}]

    def start(self, name, pairs):
        """The element's name, its attributes, its prefix, and what it declares; then the prefixes that are not known."""
        scope, declared = self._scopes[-1], None
        for index in range(0, len(pairs), 2):
            attribute = pairs[index]
            if attribute[:5] == "xmlns" and attribute[5:6] in ("", ":"):
                declared = declared or {}
                declared[attribute[6:] or None] = pairs[index + 1]
        if declared:
            scope = scope | declared
        self._scopes.append(scope)
        unknown = []
        prefix, found, local = name.partition(":")
        if found:
            uri = scope.get(prefix)
            if uri is None:
                unknown.append((prefix, None, local))
                tag, prefix = name, None
            else:
                tag = f"{{{uri}}}{local}"
        else:
            uri = scope.get(None)
            tag, prefix = f"{{{uri}}}{name}" if uri else name, None
        attributes, self.hints = {}, None
        for index in range(0, len(pairs), 2):
            attribute = pairs[index]
            before, found, after = attribute.partition(":")
            if found and before != "xmlns":
                uri = scope.get(before)
                if uri is None:
                    unknown.append((before, after, local if found else name))
                else:
                    attribute = f"{{{uri}}}{after}"
                    self.hints = self.hints or {}
                    self.hints[attribute] = before
            elif attribute[:5] == "xmlns" and (found or attribute == "xmlns"):
                continue
            attributes[attribute] = pairs[index + 1]
        return tag, attributes, prefix, declared, unknown

    def end(self):
        del self._scopes[-1]


class ExpatReader:
    """Reads a document that comes in pieces."""

    def __init__(self, sink, options, encoding=None, on_unknown=None):
        self.sink, self._namespaces = sink, Namespaces()
        self._tags = []
        self._makes_nodes = sink.makes_nodes
        self.declaration = None
        self.unknown = []
        made = self._expat = pyexpat.ParserCreate(encoding)
        made.ordered_attributes = True
        if hasattr(made, "SetReparseDeferralEnabled"):
            made.SetReparseDeferralEnabled(False)
        made.buffer_text = True
        made.StartElementHandler = self._start
        made.EndElementHandler = self._end
        made.CharacterDataHandler = sink.data
        made.CommentHandler = self._comment
        made.ProcessingInstructionHandler = self._pi
        made.XmlDeclHandler = self._declared
        made.StartDoctypeDeclHandler = self._doctype
        made.EndDoctypeDeclHandler = self._doctype_ends
        made.EntityDeclHandler = self._entity_declared
        if options.resolve_entities:
            # External entities are not read.
            made.ExternalEntityRefHandler = lambda *given: 0
        self._in_doctype = None
        self._entities = set()
        self._resolves = options.resolve_entities
        if not options.strip_cdata:
            made.StartCdataSectionHandler = self._section_starts
            made.EndCdataSectionHandler = self._section_ends
        if not self._resolves:
            made.DefaultHandler = self._other
        else:
            made.SkippedEntityHandler = self._skipped

    def feed(self, data, is_last=False):
        self._expat.Parse(data, is_last)

    def _start(self, name, pairs):
        tag, attributes, prefix, declared, unknown = self._namespaces.start(name, pairs)
        if unknown:
            raise Unbound
        self._tags.append(tag)
        made = self.sink.start(tag, attributes, prefix, declared, self._expat.CurrentLineNumber)
        if self._namespaces.hints and self._makes_nodes and made is not None:
            made._hints = self._namespaces.hints

    def _end(self, name):
        self._namespaces.end()
        self.sink.end(self._tags.pop())

    def _comment(self, text):
        if self._in_doctype is None:
            self.sink.comment(text, self._expat.CurrentLineNumber)

    def _pi(self, target, text):
        if self._in_doctype is None:
            self.sink.pi(target, text, self._expat.CurrentLineNumber)

    def _declared(self, version, encoding, standalone):
        self.declaration = (version, encoding, {1: True, 0: False}.get(standalone))

    def _doctype(self, name, system, public, has_inner):
        self._in_doctype = (name, public, system)

    def _doctype_ends(self):
        self.sink.doctype(*self._in_doctype, None)
        self._in_doctype = None

    def _entity_declared(self, name, is_parameter, value, *rest):
        self._entities.add(name)

    def _other(self, text):
        if self._in_doctype is None and self._tags and text[:1] == "&" and text[-1:] == ";":
            self.sink.entity(text[1:-1], self._expat.CurrentLineNumber)

    def _skipped(self, name, is_parameter):
        if not is_parameter:
            self.sink.entity(name, self._expat.CurrentLineNumber)

    def _section_starts(self):
        self._section = []
        self._expat.CharacterDataHandler = self._section.append

    def _section_ends(self):
        self._expat.CharacterDataHandler = self.sink.data
        self.sink.section("".join(self._section))


class Unbound(Exception):
    """A prefix is not declared."""


REFUSED = (pyexpat.ExpatError, Unbound)
__all__ = ["REFUSED", "ExpatReader", "Namespaces", "lenient"]
