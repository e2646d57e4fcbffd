"""Writes a document piece by piece: `xmlfile` and `htmlfile`."""

import os

from _krait_stand_ins.lxml_etree import errors, names, writing


class xmlfile:
    _method = "xml"

    def __init__(self, output_file, encoding=None, compression=None, close=False, buffered=True):
        self._output, self._encoding, self._compression = output_file, encoding, compression
        self._closes, self._buffered = close, buffered

    def __enter__(self):
        output, self._own = self._output, False
        if not hasattr(output, "write"):
            output, self._own = open(os.fspath(output), "wb"), True
        if self._compression:
            import gzip

            output = gzip.GzipFile(fileobj=output, mode="wb", compresslevel=self._compression)
        self._opened = output
        self._writer = _Writer(output, self._encoding, self._method, self._buffered)
        return self._writer

    def __exit__(self, kind, error, trace):
        self._writer._finish(kind is None)
        if self._compression:
            self._opened.close()
        if self._own or self._closes:
            self._opened.close()


class htmlfile(xmlfile):
    _method = "html"


class _Writer:
    def __init__(self, output, encoding, method, buffered):
        import codecs

        self._output, self._encoding, self._method = output, encoding or "ASCII", method
        self._open, self._state = [], 0
        self._buffered, self._pieces = buffered, []
        self._encode = codecs.getincrementalencoder(self._encoding)("xmlcharrefreplace").encode

    def write_declaration(self, version=None, standalone=None, doctype=None):
        if self._method != "xml":
            raise errors.LxmlSyntaxError("only XML documents have declarations")
        if self._state:
            raise errors.LxmlSyntaxError("XML declaration already written" if self._state == 1 else "cannot write XML declaration here")
        named = {None: "", True: " standalone='yes'", False: " standalone='no'"}[None if standalone is None else bool(standalone)]
        self._put(f"<?xml version='{version or '1.0'}' encoding='{self._encoding}'{named}?>\n")
        self._state = 1
        if doctype is not None:
            self.write_doctype(doctype)

    def write_doctype(self, doctype):
        if doctype is None:
            return
        if self._state >= 2:
            raise errors.LxmlSyntaxError("DOCTYPE already written or cannot write it here")
        self._put(f"{doctype}\n")
        self._state = 2

    def method(self, method):
        return _Method(self, method)

    def element(self, tag, attrib=None, nsmap=None, method=None, **extra):
        from _krait_stand_ins.lxml_etree import nodes, structure

        given = {**dict(structure._pairs(attrib) if attrib is not None else ()), **extra}
        if self._open:
            made = nodes.SubElement(self._open[-1], tag, given, nsmap)
        else:
            made = nodes.Element(tag, given, nsmap)
        return _Open(self, made, method)

    def write(self, *content, with_tail=True, pretty_print=False, method=None):
        for each in content:
            if isinstance(each, (str, bytes)):
                if not self._open:
                    if str.strip(names.text_of(each)):
                        raise errors.LxmlSyntaxError("not in an element")
                raw = self._open and self._method == "html" and self._open[-1].tag in ("script", "style")
                self._put(names.text_of(each) if raw else writing.escaped(names.text_of(each)))
            elif hasattr(each, "_children"):
                if self._state > 3:
                    raise errors.LxmlSyntaxError("cannot append trailing element to complete XML document")
                text = writing.written(
                    each, "unicode", method or self._method, False, pretty_print, with_tail, None, None, False,
                )
                self._put(text)
                if not self._open and isinstance(each.tag, str):
                    self._state = 4
            elif each is not None:
                raise TypeError(f"got invalid input value of type {type(each)}, expected string or Element")

    def flush(self):
        if self._pieces:
            self._output.write(b"".join(self._pieces))
            del self._pieces[:]
        if hasattr(self._output, "flush"):
            self._output.flush()

    def _put(self, text):
        self._pieces.append(self._encode(text))
        if not self._buffered or len(self._pieces) > 1000:
            self.flush()

    def _begin(self, element, method):
        if self._state > 3:
            raise errors.LxmlSyntaxError("cannot append trailing element to complete XML document")
        local = element.tag.rpartition("}")[2]
        name = f"{element.prefix}:{local}" if element.prefix else local
        declared = "".join(
            f' xmlns:{prefix}="{uri}"' if prefix else f' xmlns="{uri}"' for prefix, uri in (element._declared or {}).items()
        )
        pieces = []
        inner = {prefix: uri for prefix, uri in element.nsmap.items()}
        for key, value in element._attributes.items():
            if key[0] == "{":
                uri, _, after = key[1:].rpartition("}")
                prefix = "xml" if uri == names.XML else next(p for p, u in inner.items() if p and u == uri)
                key = f"{prefix}:{after}"
            pieces.append(f' {key}="{writing.escaped_attribute(value)}"')
        self._put(f"<{name}{declared}{''.join(pieces)}>")
        self._open.append(element)
        self._state = 3
        return name

    def _end(self, element, name):
        if not self._open or self._open.pop() is not element:
            raise errors.LxmlSyntaxError("inconsistent exit action in context manager")
        if not (self._method == "html" and name in writing._VOID):
            self._put(f"</{name}>")
        if not self._open:
            self._state = 4

    def _finish(self, is_well):
        self.flush()
        if is_well and self._open:
            raise errors.LxmlSyntaxError("pending open tags on close")
        if is_well and self._state < 3:
            raise errors.LxmlSyntaxError("no content written")


class _Open:
    def __init__(self, writer, element, method):
        self._writer, self._element, self._method = writer, element, method

    def __enter__(self):
        self._before = self._writer._method
        if self._method:
            self._writer._method = self._method
        self._name = self._writer._begin(self._element, self._method)

    def __exit__(self, kind, error, trace):
        self._writer._end(self._element, self._name)
        self._writer._method = self._before


class _Method:
    def __init__(self, writer, method):
        self._writer, self._method, self._state = writer, method, 0

    def __enter__(self):
        if self._state:
            raise errors.LxmlSyntaxError("Inconsistent enter action in context manager")
        self._state = 1
        self._before, self._writer._method = self._writer._method, self._method or "xml"

    def __exit__(self, *raised):
        if self._state != 1 or self._writer._method != (self._method or "xml"):
            raise errors.LxmlSyntaxError("Method changed outside of context manager")
        self._state = 2
        self._writer._method = self._before
