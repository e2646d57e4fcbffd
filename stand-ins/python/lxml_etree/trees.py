"""A whole document: `ElementTree`, and what is known of it."""

import os

from _krait_stand_ins.lxml_etree import nodes, walking, writing


class DocInfo:
    def __init__(self, document):
        self._document = document

    @property
    def root_name(self):
        if self._document.doctype:
            return self._document.doctype[0]
        root = self._document.root
        if root is None:
            return None
        local = root.tag.rpartition("}")[2]
        return f"{root.prefix}:{local}" if root.prefix else local

    @property
    def public_id(self):
        return self._document.doctype[1] if self._document.doctype else None

    @public_id.setter
    def public_id(self, value):
        name, _, system, inner = self._document.doctype or (self.root_name, None, None, None)
        self._document.doctype = (name, value, system, inner)

    @property
    def system_url(self):
        return self._document.doctype[2] if self._document.doctype else None

    @system_url.setter
    def system_url(self, value):
        if value is not None and '"' in value and "'" in value:
            raise ValueError("System URL may not contain both single (') and double quotes (\").")
        name, public, _, inner = self._document.doctype or (self.root_name, None, None, None)
        self._document.doctype = (name, public, value, inner)

    @property
    def xml_version(self):
        return self._document.version or "1.0"

    @property
    def encoding(self):
        return self._document.encoding

    @property
    def standalone(self):
        return self._document.standalone

    @property
    def URL(self):
        return self._document.url

    @URL.setter
    def URL(self, url):
        self._document.url = url

    @property
    def doctype(self):
        return writing.doctype_text(self._document)

    internalDTD = externalDTD = None

    def clear(self):
        self._document.doctype = None


class _ElementTree:
    _root = None
    parser = None

    def getroot(self):
        return self._root

    def _setroot(self, root):
        if not isinstance(root, nodes._Element):
            raise TypeError(f"Argument 'root' has incorrect type (expected lxml.etree._Element, got {type(root).__name__})")
        if root._kind == "comment" or root._kind == "PI":
            pass
        self._root = root

    def _asserted(self):
        if self._root is None:
            raise AssertionError("ElementTree not initialized, missing root")
        return self._root

    def _document(self):
        return nodes._document(self._root)

    def parse(self, source, parser=None, *, base_url=None):
        from _krait_stand_ins.lxml_etree import parsers

        found = parsers.parse(source, parser, base_url=base_url)
        if not isinstance(found, _ElementTree):
            if not isinstance(found, nodes._Element):
                raise TypeError(f"parser target must return an element, got {type(found).__name__}")
            self._root = found
        else:
            self._root = found._root
        return self._root

    @property
    def docinfo(self):
        return DocInfo(nodes._document(self._asserted()))

    def write(
        self, file, *, encoding=None, method="xml", pretty_print=False, xml_declaration=None, with_tail=True, standalone=None,
        doctype=None, compression=0, exclusive=False, inclusive_ns_prefixes=None, with_comments=True, strip_text=False,
        docstring=None,
    ):
        self._asserted()
        if method in ("c14n", "c14n2"):
            from _krait_stand_ins.lxml_etree import c14n

            data = c14n.canonical(self, exclusive, with_comments, inclusive_ns_prefixes, method == "c14n2", strip_text)
        else:
            unicode = encoding is str or isinstance(encoding, str) and encoding.lower() == "unicode"
            if xml_declaration is None and method == "xml" and not unicode:
                xml_declaration = (encoding or "ASCII").upper() not in ("ASCII", "UTF-8", "UTF8", "US-ASCII")
            data = writing.written(
                self._root, "unicode" if unicode else encoding, method, bool(xml_declaration), pretty_print, with_tail, standalone,
                doctype, self._is_whole(),
            )
        _save(file, data, compression)

    def write_c14n(self, file, *, exclusive=False, with_comments=True, compression=0, inclusive_ns_prefixes=None):
        self.write(
            file, method="c14n", exclusive=exclusive, with_comments=with_comments, compression=compression,
            inclusive_ns_prefixes=inclusive_ns_prefixes,
        )

    def _is_whole(self):
        return self._root._parent is None

    def getpath(self, element):
        root = self._asserted()
        parts = []
        while element is not None:
            parent = element._parent
            if element is root:
                parent = None
            kind = {"comment": "comment()", "PI": f"processing-instruction('{getattr(element, 'target', '')}')"}.get(element._kind)
            if kind is None:
                tag = element._tag
                prefix = element._prefix
                local = tag.rpartition("}")[2]
                plain = tag[0] == "{" and not prefix
                name = "*" if plain else f"{prefix}:{local}" if prefix else local
            else:
                name, plain = kind, False
            if parent is not None:
                def alike(each):
                    if each._kind != element._kind:
                        return False
                    if element._kind == "element":
                        return plain or each._tag == element._tag
                    return element._kind != "PI" or each.target == element.target

                same = [each for each in parent._children if alike(each)]
                if len(same) > 1:
                    name = f"{name}[{same.index(element) + 1}]"
            parts.append(name)
            if element is root:
                break
            element = parent
        return "/" + "/".join(reversed(parts))

    def getelementpath(self, element):
        root = self._asserted()
        if element is root:
            return "."
        parts = []
        while element is not root:
            parent = element._parent
            if parent is None:
                raise ValueError("Element is not in this tree.")
            same = [each for each in parent._children if each._kind == "element" and each._tag == element._tag]
            index = same.index(element)
            parts.append(element._tag if len(same) == 1 or index == 0 and len(same) == 1 else f"{element._tag}[{index + 1}]")
            element = parent
        return "/".join(reversed(parts))

    def iter(self, tag=None, *tags):
        root = self._root
        if root is None:
            return iter(())
        wanted = nodes._tags(tag, tags)
        tops = nodes._document(root).tops if root._parent is None else [root]
        matches = walking.matcher(wanted)
        found = (each for top in list(tops) for each in walking.depth_first(top))
        return filter(matches, found) if matches else found

    def getiterator(self, tag=None, *tags):
        return self.iter(tag, *tags)

    def _relative(self, path):
        path = nodes._text_path(path)
        if path[:1] == "/":
            import warnings

            warnings.warn(
                "This search incorrectly ignores the root element, and will be fixed in a future version.  If you rely on the "
                f"current behaviour, change it to {'.' + path!r}",
                FutureWarning, 3,
            )
            return "." + path
        return path

    def find(self, path, namespaces=None):
        return self._asserted().find(self._relative(path), namespaces)

    def findtext(self, path, default=None, namespaces=None):
        return self._asserted().findtext(self._relative(path), default, namespaces)

    def findall(self, path, namespaces=None):
        return self._asserted().findall(self._relative(path), namespaces)

    def iterfind(self, path, namespaces=None):
        return self._asserted().iterfind(self._relative(path), namespaces)

    def xpath(self, _path, *, namespaces=None, extensions=None, smart_strings=True, **variables):
        from _krait_stand_ins.lxml_etree import xpath

        found = xpath.XPathDocumentEvaluator(self, namespaces=namespaces, extensions=extensions, smart_strings=smart_strings)
        return found(_path, **variables)

    def xslt(self, _xslt, extensions=None, access_control=None, **parameters):
        from _krait_stand_ins.lxml_etree import missing

        return missing.XSLT(_xslt)

    def relaxng(self, relaxng):
        from _krait_stand_ins.lxml_etree import missing

        return missing.RelaxNG(relaxng)

    def xmlschema(self, xmlschema):
        from _krait_stand_ins.lxml_etree import missing

        return missing.XMLSchema(xmlschema)

    def xinclude(self):
        from lxml import ElementInclude

        ElementInclude.include(self)

    def __copy__(self):
        return ElementTree(self._root)

    def __deepcopy__(self, memo):
        if self._root is None:
            return _ElementTree()
        document = nodes._document(self._root)
        made = nodes._copy(self._root, document)
        if self._root._parent is None:
            made._own_document.doctype = document.doctype
        return ElementTree(made)

    def __repr__(self):
        return f"<lxml.etree._ElementTree object at {id(self):#x}>"


class _Maker(type):
    """The type of `ElementTree`, which makes trees and is what they are instances of."""

    def __call__(cls, element=None, *, file=None, parser=None):
        made = _ElementTree()
        if element is not None:
            made._setroot(element)
        elif file is not None:
            made.parse(file, parser)
        return made

    def __instancecheck__(cls, instance):
        return isinstance(instance, _ElementTree)

    def __subclasscheck__(cls, other):
        return issubclass(other, _ElementTree)


class ElementTree(metaclass=_Maker):
    """Makes a tree around an element, or of a file."""


def _save(file, data, compression=0):
    if isinstance(data, str):
        data = data.encode("utf-8") if not hasattr(file, "write") or "b" in getattr(file, "mode", "") else data
    if compression:
        import gzip
        import io

        made = io.BytesIO()
        with gzip.GzipFile(fileobj=made, mode="wb", compresslevel=compression) as zipped:
            zipped.write(data)
        data = made.getvalue()
    if hasattr(file, "write"):
        file.write(data)
    else:
        name = os.fspath(file)
        if isinstance(name, str) and name.startswith("file:"):
            from urllib.request import url2pathname

            name = url2pathname(name[5:].removeprefix("//"))
        with open(name, "wb") as opened:
            opened.write(data)
