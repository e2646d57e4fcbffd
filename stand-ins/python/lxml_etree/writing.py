"""Writes trees: as XML, as HTML, as plain text."""

import re

from _krait_stand_ins.lxml_etree.names import CDATA, XML
from _krait_stand_ins.lxml_etree.structure import NO_VALUE, _document

_VOID = frozenset("area base basefont br col frame hr img input isindex link meta param embed source track wbr keygen".split())
_INLINE = frozenset(
    "a abbr acronym applet b basefont bdo big br cite code dfn em embed font i iframe img input kbd label map object q s samp "
    "script select small span strike strong sub sup textarea tt u var button del ins param".split()
)
_KNOWN = frozenset(
    "address area base blockquote body caption center col colgroup dd dir div dl dt fieldset form frame frameset h1 h2 h3 h4 h5 "
    "h6 head hr html isindex legend li link menu meta noframes noscript ol optgroup option p pre style table tbody td tfoot th "
    "thead title tr ul".split()
) | _INLINE
_BOOLEAN = frozenset(
    "checked compact declare defer disabled ismap multiple nohref noresize noshade nowrap readonly selected".split()
)
_TEXT = re.compile(r"[&<>\r]")
_ATTRIBUTE = re.compile(r'[&<>"\r\n\t]')
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
_HTML_ATTRIBUTE = re.compile(r'[&<>"]')


def tostring(
    element_or_tree, *, encoding=None, method="xml", xml_declaration=None, pretty_print=False, with_tail=True, standalone=None,
    doctype=None, exclusive=False, inclusive_ns_prefixes=None, with_comments=True, strip_text=False,
):
    """A tree or an element as bytes, or as a text if the encoding is "unicode"."""
    if method in ("c14n", "c14n2"):
        from _krait_stand_ins.lxml_etree import c14n

        if encoding is not None:
            raise TypeError("Cannot specify encoding with C14N")
        if xml_declaration:
            raise ValueError("Cannot enable XML declaration in C14N")
        if method == "c14n":
            if strip_text:
                raise ValueError("strip_text is only available for C14N 2.0 (method='c14n2')")
        return c14n.canonical(element_or_tree, exclusive, with_comments, inclusive_ns_prefixes, method == "c14n2", strip_text)
    if not with_comments:
        raise ValueError("Can only discard comments in C14N serialisation")
    if strip_text:
        raise ValueError("Can only strip text in C14N serialisation")
    if encoding is str or isinstance(encoding, str) and encoding.lower() == "unicode":
        if xml_declaration:
            raise ValueError("Serialisation to unicode must not request an XML declaration")
        encoding, write_declaration = "unicode", False
    elif xml_declaration is None:
        write_declaration = encoding is not None and encoding.upper() not in ("ASCII", "UTF-8", "UTF8", "US-ASCII")
        write_declaration |= standalone is not None
    else:
        write_declaration = bool(xml_declaration)
    if method not in ("xml", "html", "text"):
        raise ValueError(f"unknown output method {method!r}")
    if hasattr(element_or_tree, "getroot"):
        root, is_tree = element_or_tree.getroot(), True
        if root is None:
            raise TypeError("Type 'NoneType' cannot be serialized.")
    elif hasattr(element_or_tree, "_children"):
        root, is_tree = element_or_tree, False
    else:
        raise TypeError(f"Type '{type(element_or_tree).__name__}' cannot be serialized.")
    return written(root, encoding, method, write_declaration, pretty_print, with_tail, standalone, doctype, is_tree)


def written(root, encoding, method, declaration, pretty, with_tail, standalone, doctype, is_tree):
    document = _document(root)
    is_unicode = encoding == "unicode"
    encoding = "ASCII" if encoding is None else encoding
    if not is_unicode:
        try:
            "".encode(encoding)
        except LookupError:
            raise LookupError(f"unknown encoding: '{encoding}'") from None
    out = []
    if method == "text":
        _write_text(root, out.append)
        if with_tail and root._tail:
            out.append(root._tail)
        text = "".join(out)
        return text if is_unicode else text.encode(encoding)
    if declaration and method == "xml":
        # Which encoding it is, only where that is no matter of course.
        named = {None: "", True: " standalone='yes'", False: " standalone='no'"}[None if standalone is None else bool(standalone)]
        out.append(f"<?xml version='{document.version or '1.0'}' encoding='{encoding}'{named}?>\n")
    if doctype is not None:
        out.append(f"{doctype}\n" if isinstance(doctype, str) else f"{doctype.decode()}\n")
        shown = None
    elif is_tree and root._parent is None and document.doctype and document.root is root:
        shown = f"{doctype_text(document)}\n"
    else:
        shown = None
    tops = document.tops if is_tree and root._parent is None else [root]
    try:
        at = next(index for index, each in enumerate(tops) if each is root)
    except StopIteration:
        tops, at = [root], 0
    write = _Html(out.append, pretty) if method == "html" else _Xml(out.append, pretty)
    for index, each in enumerate(tops[:at]):
        if shown and index == document.doctype_at:
            out.append(shown)
            shown = None
        write.node(each, {}, 0)
        if pretty:
            out.append("\n")
    if shown:
        out.append(shown)
    write.node(root, {}, 0) if method == "html" else write.top(root)
    if with_tail and root._tail and not (is_tree and root._parent is None):
        out.append(write.text(root._tail))
    for each in tops[at + 1 :]:
        if pretty:
            out.append("\n")
        write.node(each, {}, 0)
    if pretty:
        out.append("\n")
    text = "".join(out)
    if is_unicode:
        return text
    if encoding.upper().replace("_", "-") in ("UTF-16", "UTF16"):
        return text.encode("utf-16")
    return text.encode(encoding, "xmlcharrefreplace")


def tostringlist(element_or_tree, **named):
    return [tostring(element_or_tree, **named)]


def tounicode(element_or_tree, *, method="xml", pretty_print=False, with_tail=True, doctype=None):
    """A tree or an element as a text."""
    return tostring(
        element_or_tree, encoding="unicode", method=method, pretty_print=pretty_print, with_tail=with_tail, doctype=doctype,
    )


def dump(elem, *, pretty_print=True, with_tail=True):
    import sys

    sys.stdout.write(tostring(elem, encoding="unicode", pretty_print=pretty_print, with_tail=with_tail))


def doctype_text(document):
    if not document.doctype:
        return ""
    name, public, system, inner = document.doctype
    text = f"<!DOCTYPE {name}"
    if public:
        text += f' PUBLIC "{public}"' + (f' "{system}"' if system else "" if document.is_html else ' ""')
    elif system:
        quote = "'" if '"' in system else '"'
        text += f" SYSTEM {quote}{system}{quote}"
    if inner:
        text += f" [{inner}]"
    return text + ">"


def escaped(text):
    if type(text) is CDATA:
        return "<![CDATA[" + str(text).replace("]]>", "]]]]><![CDATA[>") + "]]>"
    return _TEXT.sub(lambda found: _ESCAPES[found.group()], text) if _TEXT.search(text) else text


def escaped_attribute(text):
    return _ATTRIBUTE.sub(lambda found: _ESCAPES[found.group()], text) if _ATTRIBUTE.search(text) else text


def _write_text(node, write):
    if node._kind == "element" and node._text:
        write(node._text)
    elif node._kind == "entity":
        write(node.text)
    for each in node._children:
        _write_text(each, write)
        if each._tail:
            write(each._tail)


class _Xml:
    def __init__(self, write, pretty):
        self._write, self._pretty = write, pretty

    text = staticmethod(escaped)

    def top(self, root):
        """The node that is written first: what is declared above it is declared in it."""
        above, node = {}, root._parent
        while node is not None:
            for prefix, uri in (node._declared or {}).items():
                above.setdefault(prefix, uri)
            node = node._parent
        # First what its own name and attributes need.
        scope = {}
        if above and root._kind == "element":
            if root._tag[0] == "{":
                scope[root._prefix] = root._tag[1:].rpartition("}")[0]
            for key in root._attributes:
                uri = key[1:].rpartition("}")[0] if key[0] == "{" else None
                prefix = next((prefix for prefix, known in above.items() if prefix and known == uri), None)
                if prefix is not None:
                    scope.setdefault(prefix, uri)
        self.node(root, {}, 0, scope | above)

    def node(self, node, scope, depth, above=None):
        write, kind = self._write, node._kind
        if kind != "element":
            write(plain(node))
            return
        declared = node._declared
        if above:
            declared = {**(declared or {}), **{p: u for p, u in above.items() if p not in (declared or {}) and u}}
        inner = scope
        tag = node._tag
        if declared:
            inner = scope | declared
        if tag[0] == "{":
            uri, _, local = tag[1:].rpartition("}")
            name = f"{node._prefix}:{local}" if node._prefix else local
        else:
            name = tag
        write(f"<{name}")
        if declared:
            for prefix, uri in declared.items():
                write(f' xmlns:{prefix}="{escaped_attribute(uri)}"' if prefix else f' xmlns="{escaped_attribute(uri)}"')
        for key, value in node._attributes.items():
            if key[0] == "{":
                uri, _, local = key[1:].rpartition("}")
                prefix = "xml" if uri == XML else node._hints.get(key) if node._hints else None
                if prefix is None or prefix != "xml" and inner.get(prefix) != uri:
                    prefix = next((p for p in reversed(inner) if p and inner[p] == uri), None)
                if prefix is None:
                    prefix = f"ns{len(inner)}"
                    write(f' xmlns:{prefix}="{escaped_attribute(uri)}"')
                key = f"{prefix}:{local}"
            write(f' {key}="{escaped_attribute(value)}"')
        children, text = node._children, node._text
        if not children and not text:
            write("/>" if text is None or not text and text != "" else f"></{name}>")
            return
        write(">")
        if text:
            write(escaped(text))
        indents = self._pretty and not text and not any(each._tail or each._kind == "entity" for each in children)
        if self._pretty and not indents:
            self._pretty = False
            for each in children:
                self.node(each, inner, depth + 1)
                if each._tail:
                    write(escaped(each._tail))
            self._pretty = True
        else:
            for each in children:
                if indents:
                    write("\n" + "  " * (depth + 1))
                self.node(each, inner, depth + 1)
                if each._tail:
                    write(escaped(each._tail))
            if indents:
                write("\n" + "  " * depth)
        write(f"</{name}>")


def plain(node):
    """A comment, a processing instruction or an entity."""
    if node._kind == "comment":
        return f"<!--{node._text or ''}-->"
    if node._kind == "entity":
        return node.text
    return f"<?{node.target} {node._text}?>" if node._text is not None else f"<?{node.target}?>"


class _Html:
    def __init__(self, write, pretty):
        self._write, self._pretty = write, pretty

    @staticmethod
    def text(text):
        return _TEXT.sub(lambda found: _ESCAPES[found.group()] if found.group() != "\r" else "\r", text)

    def node(self, node, scope, depth):
        write = self._write
        if node._kind != "element":
            write(plain(node) if node._kind != "PI" else f"<?{node.target} {node._text}>" if node._text is not None else f"<?{node.target}>")
            return
        tag = node._tag
        local = tag.rpartition("}")[2] if tag[0] == "{" else tag
        name = f"{node._prefix}:{local}" if node._prefix else local
        write(f"<{name}")
        if node._declared:
            for prefix, uri in node._declared.items():
                write(f' xmlns:{prefix}="{uri}"' if prefix else f' xmlns="{uri}"')
            scope = scope | node._declared
        for key, value in node._attributes.items():
            if key[0] == "{":
                uri, _, after = key[1:].rpartition("}")
                prefix = "xml" if uri == XML else next((p for p in scope if p and scope[p] == uri), None)
                key = f"{prefix}:{after}" if prefix else after
            if value is NO_VALUE or key.lower() in _BOOLEAN and tag[0] != "{":
                write(f" {key}")
            else:
                if key in ("href", "action", "src") or key == "name" and local == "a":
                    value = _uri(value)
                write(f' {key}="{_HTML_ATTRIBUTE.sub(lambda found: _ESCAPES[found.group()], value)}"')
        void = local in _VOID
        children, text = node._children, node._text
        if void and not children and not text:
            write(">")
        else:
            write(">")
            raw = local in ("script", "style")
            if text:
                write(text if raw else self.text(text))
            is_block = self._pretty and local in _KNOWN and local not in _INLINE and local[0] != "p"
            # libxml2 counts texts as nodes, too.
            several = len(children) > 1 or bool(children) and (bool(text) or bool(children[0]._tail))
            if is_block and children and not text and children[0]._kind != "entity" and several:
                write("\n")
            for index, each in enumerate(children):
                self.node(each, scope, depth + 1)
                if each._tail:
                    write(each._tail if raw else self.text(each._tail))
                elif self._pretty and index + 1 < len(children):
                    self._after(each, local)
            if is_block and children and not children[-1]._tail and several:
                write("\n")
            write(f"</{name}>")

    def _after(self, node, above):
        name = node._tag if node._kind == "element" else None
        if name in _KNOWN and name not in _INLINE and above[0] != "p":
            self._write("\n")


def _uri(value):
    from urllib.parse import quote

    return quote(value.lstrip(), safe="\"#$%&+,/:;<=>?@[\\]^`{|}!*'()~-_.")
