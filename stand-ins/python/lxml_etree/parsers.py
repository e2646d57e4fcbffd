"""Parsers, and the functions that read with them."""

import io
import os
import re

from _krait_stand_ins.lxml_etree import errors, html_reading, lenient, nodes, sinks, trees
from _krait_stand_ins.lxml_etree.expat_reading import REFUSED, ExpatReader

_DECLARATION = re.compile(r"""\s*<\?xml[^>]*\sencoding\s*=\s*["'][^>]*\?>""")
_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._\-]+)""")
_DOCTYPE_INNER = re.compile(r"<!DOCTYPE[^\[>]*\[(.*?)\]\s*>", re.S)


# How much of a document that comes in pieces is kept for the words of an error.
_KEPT = 16_000_000


class Resolver:
    """What people's own resolvers of entities are made from; they are not asked."""

    def resolve(self, system_url, public_id, context):
        return None

    def resolve_empty(self, context):
        return None

    resolve_string = resolve_filename = resolve_file = resolve_empty


class _Resolvers(list):
    def add(self, resolver):
        self.append(resolver)

    def copy(self):
        return _Resolvers(self)


class _Options:
    """What a parser was asked for."""

    def __init__(self, given):
        self.remove_blank_text = given.get("remove_blank_text", False)
        self.remove_comments = given.get("remove_comments", False)
        self.remove_pis = given.get("remove_pis", False)
        self.strip_cdata = given.get("strip_cdata", True)
        self.recover = bool(given.get("recover", False))
        self.resolve_entities = bool(given.get("resolve_entities", True))


class _BaseParser:
    _is_html = False
    _lookup = None

    def __init__(self, given, target=None):
        self._given, self._options = given, _Options(given)
        self._encoding = given.get("encoding")
        if self._encoding is not None:
            try:
                "".encode(self._encoding)
            except LookupError:
                raise LookupError(f"unknown encoding: '{self._encoding}'") from None
        self.target = target
        self.resolvers = _Resolvers()
        self._log = []
        self._fed = None
        if given.get("schema") is not None or given.get("dtd_validation"):
            raise NotImplementedError("krait's stand-in for lxml does not validate")

    version = "libxml2 2.14.6"
    error_log = property(lambda self: errors.ListErrorLog(self._log))
    feed_error_log = error_log

    def set_element_class_lookup(self, lookup=None):
        self._lookup = lookup

    setElementClassLookup = set_element_class_lookup

    def makeelement(self, _tag, attrib=None, nsmap=None, **extra):
        return nodes.make(_tag, attrib, nsmap, extra, self, self._is_html)

    def copy(self):
        made = type(self).__new__(type(self))
        made.__dict__.update(self.__dict__, _log=[], _fed=None)
        return made

    # What is fed in pieces.

    def feed(self, data):
        if isinstance(data, (bytes, bytearray, memoryview)):
            data = bytes(data)
        elif not isinstance(data, str):
            raise TypeError("Parsing requires string data")
        if self._fed is None:
            self._fed = _Fed(self, None)
        self._fed.feed(data)

    def close(self):
        if self._fed is None:
            raise errors.XMLSyntaxError("no element found", 1, 0, 0, None)
        fed, self._fed = self._fed, None
        return fed.close()[0]


class XMLParser(_BaseParser):
    def __init__(
        self, *, encoding=None, attribute_defaults=False, dtd_validation=False, load_dtd=False, no_network=True, decompress=False,
        ns_clean=False, recover=False, schema=None, huge_tree=False, remove_blank_text=False, resolve_entities="internal",
        remove_comments=False, remove_pis=False, strip_cdata=True, collect_ids=True, target=None, compact=True,
    ):
        given = {name: value for name, value in locals().items() if name not in ("self", "target", "__class__")}
        super().__init__(given, target)


class ETCompatXMLParser(XMLParser):
    def __init__(self, *, remove_comments=True, remove_pis=True, strip_cdata=False, **named):
        super().__init__(remove_comments=remove_comments, remove_pis=remove_pis, strip_cdata=strip_cdata, **named)


class HTMLParser(_BaseParser):
    _is_html = True

    def __init__(
        self, *, encoding=None, remove_blank_text=False, remove_comments=False, remove_pis=False, strip_cdata=True,
        no_network=True, decompress=False, target=None, schema=None, recover=True, compact=True, collect_ids=True,
        huge_tree=False, default_doctype=True,
    ):
        given = {name: value for name, value in locals().items() if name not in ("self", "target", "__class__")}
        super().__init__(given, target)


class _PullParser:
    """The events of what was fed so far."""

    def _begin(self, events, tag):
        self._events, self._tag = ("end",) if events is None else events, tag
        self._fed = _Fed(self, (self._events, tag))
        self._queue = self._fed.queue

    def read_events(self):
        return _Events(self)

    def copy(self):
        made = super().copy()
        made._begin(self._events, self._tag)
        return made

    def close(self):
        if self._fed is None:
            raise errors.XMLSyntaxError("no element found", 1, 0, 0, None)
        fed, self._fed = self._fed, None
        return fed.close()[0]


class _Events:
    def __init__(self, parser):
        self._queue = parser._queue

    def __iter__(self):
        return self

    def __next__(self):
        if not self._queue:
            raise StopIteration
        return self._queue.pop(0)


class XMLPullParser(_PullParser, XMLParser):
    def __init__(self, events=None, *, tag=None, base_url=None, **named):
        super().__init__(**named)
        self._begin(events, tag)


class HTMLPullParser(_PullParser, HTMLParser):
    def __init__(self, events=None, *, tag=None, base_url=None, **named):
        super().__init__(**named)
        self._begin(events, tag)


class _Fed:
    """A document that is read, as a whole or in pieces."""

    def __init__(self, parser, asked, url=None):
        from _krait_stand_ins.lxml_etree import walking

        self._parser, self._options = parser, parser._options
        self._asked, self._url = asked, url
        self.document = nodes.Document(parser)
        self.document.url, self.document.is_html = url, parser._is_html
        self._log = parser._log = []
        own = parser.target is not None
        self._own = own
        sink = sinks.TargetSink(parser.target, parser._options) if own else sinks.TreeSink(self.document, parser._options)
        self.queue = []
        if asked is not None:
            events, tag = asked
            known = {"start", "end", "start-ns", "end-ns", "comment", "pi"}
            for each in events:
                if each not in known:
                    raise ValueError(f"invalid event name '{each}'")
            sink = sinks.EventSink(sink, events, walking.matcher(tag))
            self.queue = sink.events
        self.sink = sink
        self._kept = []
        self._reader = None
        self._is_text = False
        self._size = 0

    def feed(self, data):
        self._kept.append(data)
        if self._parser._is_html:
            if isinstance(data, str) and (len(self._kept) == 1 or self._is_text):
                self._is_text = True
                self._kept[:] = [""]
                self.document.encoding = "UTF-8"
                self._html().feed(data)
            return
        # What is to be recovered needs all.
        if self._options.recover:
            return
        if self._reader is None:
            self._reader = self._expat(data)
        try:
            self._reader.feed(_bytes(data))
        except REFUSED as error:
            self._refused(error)
        self._size += len(data)
        if self._size > _KEPT:
            # An error will be told of in expat's words.
            self._kept[:] = [self._kept[0][:0]]

    def close(self):
        if self._parser._is_html:
            self._html().feed(self._text(), True)
        else:
            self._close_xml()
        return self._result()

    def whole(self, data):
        """Reads all at once."""
        self._kept = [data]
        if self._parser._is_html:
            self._html().feed(self._text(), True)
            return self._result()
        if self._options.recover:
            self._close_xml()
            return self._result()
        self._reader = self._expat(data)
        try:
            self._reader.feed(_bytes(data), True)
        except REFUSED as error:
            self._refused(error)
        self._settle()
        return self._result()

    def _close_xml(self):
        if not self._options.recover:
            if self._reader is None:
                self._reader = self._expat("")
            try:
                self._reader.feed(b"", True)
            except REFUSED as error:
                self._refused(error)
            self._settle()
            return
        data = b"".join(map(_bytes, self._kept))
        first = self._kept[0] if self._kept else ""
        try:
            trial = ExpatReader(_Ignored(), self._options, self._encoding_of(first))
            trial.feed(data, True)
        except REFUSED:
            self._recover()
            return
        self._reader = self._expat(first)
        self._reader.feed(data, True)
        self._settle()

    def _recover(self):
        text = self._decoded()
        lenient.Lenient(text, self.sink, True, self._url, self._log, self._options.resolve_entities).read()
        if self.sink.root is None and not self._own and self._log:
            entry = self._log[0]
            shown = f"{entry.message}, line {entry.line}, column {entry.column}"
            raise errors.XMLSyntaxError(shown, entry.type, entry.line, entry.column, self._url or "<string>", self._log)

    def _encoding_of(self, data):
        return "utf-8" if isinstance(data, str) else self._parser._encoding

    def _expat(self, data):
        return ExpatReader(self.sink, self._options, self._encoding_of(data))

    def _refused(self, error):
        """Raises what libxml2 would say."""
        if self._size <= _KEPT:
            lenient.Lenient(self._decoded(), _Ignored(), False, self._url, self._log).read()
        message = str(error).partition(":")[0] or "not well-formed"
        line, column = getattr(error, "lineno", 1), getattr(error, "offset", 0) + 1
        self._log.append(errors.LogEntry(message, 1, line, column, self._url))
        raise errors.XMLSyntaxError(f"{message}, line {line}, column {column}", 1, line, column, self._url or "<string>", self._log)

    def _decoded(self):
        data = self._kept
        if not data or isinstance(data[0], str):
            return "".join(each if isinstance(each, str) else each.decode("utf-8", "replace") for each in data)
        data = b"".join(map(_bytes, data))
        for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
            if data.startswith(mark):
                return data.decode(name, "replace").lstrip("\ufeff")
        found = _ENCODING.match(data)
        name = self._parser._encoding or (found.group(1).decode() if found else "utf-8")
        try:
            text = data.decode(name)
        except LookupError:
            text = data.decode("utf-8", "replace")
        except UnicodeDecodeError as error:
            before = data[: error.start].decode(name, "replace")
            line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
            message = "Invalid bytes in character encoding"
            entry = errors.LogEntry(message, 81, line, column, self._url)
            if not self._options.recover:
                self._log.append(entry)
                raise errors.XMLSyntaxError(
                    f"{message}, line {line}, column {column}", 81, line, column, self._url or "<string>", self._log,
                ) from None
            self._log.append(entry)
            text = data.decode(name, "replace")
        return text

    def _html(self):
        if self._reader is None:
            self._reader = html_reading.HTMLReader(self.sink, self._options, self._log)
        return self._reader

    def _text(self):
        if not self._kept:
            return ""
        if isinstance(self._kept[0], str):
            text = "".join(each if isinstance(each, str) else each.decode("utf-8", "replace") for each in self._kept)
            self.document.encoding = "UTF-8"
            return text.removeprefix("\ufeff")
        text, self.document.encoding = html_reading.text_of_bytes(b"".join(map(_bytes, self._kept)), self._parser._encoding)
        return text

    def _settle(self):
        """What the declaration says of the document."""
        document = self.document
        given = self._reader.declaration
        if given:
            document.version, document.encoding, document.standalone = given[0] or "1.0", given[1], given[2]
        if self._kept and isinstance(self._kept[0], str):
            document.encoding = "UTF-8"
        elif self._parser._encoding:
            document.encoding = self._parser._encoding
        elif document.encoding is None:
            document.encoding = "UTF-8"
        if document.doctype and document.doctype[3] is None:
            start = self._decoded()
            inner = _DOCTYPE_INNER.search(start)
            if inner:
                document.doctype = (*document.doctype[:3], inner.group(1))

    def _result(self):
        result = self.sink.close()
        if self._own:
            return result, self.document
        if self.document.is_html and self.document.doctype is None and self._parser._given.get("default_doctype", True):
            if result is not None:
                self.document.doctype = (
                    "html", "-//W3C//DTD HTML 4.0 Transitional//EN", "http://www.w3.org/TR/REC-html40/loose.dtd", None,
                )
        return result, self.document


class _Ignored:
    """A sink that keeps nothing."""

    root = None
    makes_nodes = False

    def _nothing(self, *given):
        pass

    doctype = start = end = data = section = comment = pi = entity = _nothing


def _bytes(data):
    return data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data


class _Default:
    parser = None


def get_default_parser():
    if _Default.parser is None:
        _Default.parser = XMLParser()
    return _Default.parser


def set_default_parser(parser=None):
    """The parser of those who name none."""
    _Default.parser = parser


def _parser_for(parser):
    if parser is None:
        return get_default_parser()
    if not isinstance(parser, _BaseParser):
        raise TypeError(f"Argument 'parser' has incorrect type (expected lxml.etree._BaseParser, got {type(parser).__name__})")
    return parser


def _read(data, parser, url):
    parser = _parser_for(parser)
    if isinstance(data, str):
        if not parser._is_html and _DECLARATION.match(data) or parser._is_html and _DECLARATION.match(data):
            raise ValueError(
                "Unicode strings with encoding declaration are not supported. "
                "Please use bytes input or XML fragments without declaration."
            )
    elif isinstance(data, (bytes, bytearray, memoryview)):
        data = bytes(data)
    else:
        raise ValueError("can only parse strings")
    return _Fed(parser, None, url).whole(data)


def fromstring(text, parser=None, *, base_url=None):
    """The root of a document that is a text."""
    return _read(text, parser, base_url)[0]


XML = fromstring


def HTML(text, parser=None, *, base_url=None):
    """The root of an HTML document that is a text."""
    return _read(text, parser if parser is not None else HTMLParser(), base_url)[0]


def fromstringlist(strings, parser=None):
    """The root of a document that comes in pieces."""
    if isinstance(strings, (str, bytes)):
        raise ValueError("passing a single string into fromstringlist() is not efficient, use fromstring() instead")
    parser = _parser_for(parser)
    fed = _Fed(parser, None)
    for each in strings:
        fed.feed(each)
    return fed.close()[0]


def parse(source, parser=None, *, base_url=None):
    """The tree of a file: its name, or something to read from."""
    parser = _parser_for(parser)
    data, url = _content_of(source, parser)
    root, document = _Fed(parser, None, base_url or url).whole(data)
    if parser.target is not None:
        return root
    made = trees._ElementTree()
    made.parser = parser
    if root is not None:
        made._root = root
    return made


def _content_of(source, parser):
    if hasattr(source, "getroot") or hasattr(source, "_children"):
        raise TypeError(f"cannot parse from '{type(source).__name__}'")
    if hasattr(source, "read"):
        is_held = hasattr(source, "getvalue") and hasattr(source, "tell") and source.tell() == 0
        data = source.getvalue() if is_held else source.read()
        name = getattr(source, "name", None)
        url = getattr(source, "geturl", None)
        url = url() if url is not None else name if isinstance(name, str) else None
        if isinstance(data, str) and not isinstance(source, io.StringIO) and not parser._is_html and _DECLARATION.match(data):
            data = data.encode("utf-8")
        elif isinstance(data, str) and _DECLARATION.match(data):
            data = re.sub(r"""(<\?xml[^>]*?)\s+encoding\s*=\s*(?:"[^"]*"|'[^']*')""", r"\1", data, count=1)
        elif not isinstance(data, (str, bytes)):
            raise TypeError("reading from file-like objects must return byte strings or unicode strings")
        return data, url
    if isinstance(source, bytes):
        source = os.fsdecode(source)
    if not isinstance(source, (str, os.PathLike)):
        raise TypeError(f"cannot parse from '{type(source).__name__}'")
    name = os.fspath(source)
    path = name
    if path.startswith("file:"):
        from urllib.request import url2pathname

        path = url2pathname(path[5:].replace("//localhost", "", 1).removeprefix("//"))
    elif re.match(r"(?:https?|ftp)://", path):
        raise OSError(f"Error reading file '{name}': failed to load \"{name}\": network access is not supported by krait's lxml")
    try:
        with open(path, "rb") as opened:
            data = opened.read()
    except OSError as error:
        raise OSError(f"Error reading file '{name}': failed to load \"{name}\": {error.strerror}") from None
    if data[:2] == b"\x1f\x8b" and parser._given.get("decompress"):
        import gzip

        data = gzip.decompress(data)
    return data, name


class iterparse:
    """The events of a document, as it is read."""

    def __init__(
        self, source, events=("end",), *, tag=None, attribute_defaults=False, dtd_validation=False, load_dtd=False,
        no_network=True, decompress=False, collect_ids=True, compact=True, remove_blank_text=False, remove_comments=False,
        remove_pis=False, strip_cdata=True, encoding=None, html=False, recover=None, huge_tree=False, schema=None,
        resolve_entities="internal",
    ):
        if recover is None:
            recover = html
        named = {
            "encoding": encoding, "remove_blank_text": remove_blank_text, "remove_comments": remove_comments,
            "remove_pis": remove_pis, "strip_cdata": strip_cdata, "recover": recover, "schema": schema,
        }
        if html:
            self._parser = HTMLParser(**named)
        else:
            self._parser = XMLParser(resolve_entities=resolve_entities, dtd_validation=dtd_validation, **named)
        self._closes = not hasattr(source, "read")
        if self._closes:
            name = os.fspath(source) if not isinstance(source, bytes) else os.fsdecode(source)
            source = open(name, "rb")
        self._source = source
        self.root = None
        self._fed = _Fed(self._parser, (events, tag), getattr(source, "name", None) if self._closes else None)
        self._events = self._walk()

    version = "libxml2 2.14.6"
    error_log = property(lambda self: self._parser.error_log)
    resolvers = property(lambda self: self._parser.resolvers)

    def set_element_class_lookup(self, lookup=None):
        self._parser.set_element_class_lookup(lookup)

    def makeelement(self, _tag, attrib=None, nsmap=None, **extra):
        return self._parser.makeelement(_tag, attrib, nsmap, **extra)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._events)

    def _walk(self):
        fed, queue, failed = self._fed, self._fed.queue, None
        done = False
        try:
            while not done:
                data = self._source.read(32768)
                if not isinstance(data, (str, bytes)):
                    raise TypeError("reading from file-like objects must return byte strings or unicode strings")
                done = not data
                try:
                    root = fed.close()[0] if done else fed.feed(data)
                except errors.XMLSyntaxError as error:
                    failed, done = error, True
                while queue:
                    yield queue.pop(0)
                if done:
                    self.root = None if failed else root
            if failed is not None:
                raise failed
        finally:
            if self._closes:
                self._source.close()


def XMLID(text, parser=None, *, base_url=None):
    """A root, and its elements by their attribute `id`."""
    root = fromstring(text, parser, base_url=base_url)
    return root, {each.get("id"): each for each in root.iter() if each.get("id") is not None}


def parseid(source, parser=None):
    tree = parse(source, parser)
    return tree, {each.get("id"): each for each in tree.iter() if each.get("id") is not None}
