"""Names, texts and namespaces: what may stand in a tree."""

import re

XML = "http://www.w3.org/XML/1998/namespace"
XHTML = "http://www.w3.org/1999/xhtml"

# What prefix a namespace gets where none was asked for.
prefixes = {
    XML: "xml",
    XHTML: "html",
    "http://www.w3.org/1999/XSL/Transform": "xsl",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://schemas.xmlsoap.org/wsdl/": "wsdl",
    "http://www.w3.org/2001/XMLSchema": "xs",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://codespeak.net/lxml/objectify/pytype": "py",
}

_NAME = re.compile(r"[^\W\d][\w.\-\u00b7]*\Z")
_HTML_NAME = re.compile(r"[^\s/>&<=:;'\"\0{}][^\s/>&<'\"\0]*\Z")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class QName:
    """A name with its namespace, in Clark's notation."""

    def __init__(self, text_or_uri_or_element, tag=None):
        given = text_or_uri_or_element
        if hasattr(given, "_children"):
            if not isinstance(given.tag, str):
                raise ValueError(f"Invalid input tag of type {type(given.tag)!r}")
            given = given.tag
            if tag is not None:
                given = f"{{{split(given)[0]}}}{tag}" if split(given)[0] else tag
                tag = None
        if isinstance(given, QName):
            given = given.text if tag is None else given.namespace
        if given is None and tag is not None:
            given, tag = tag, None
        if given is None or given in ("", b""):
            raise ValueError(f"Invalid input tag of type {type(given)!r}" if given is None else "Empty tag name")
        given = text_of(given)
        if tag is not None:
            given = f"{{{given}}}{text_of(tag)}"
        self.namespace, self.localname = split(given)
        check(self.localname)
        self.text = f"{{{self.namespace}}}{self.localname}" if self.namespace else self.localname

    def __str__(self):
        return self.text

    def __repr__(self):
        return f"{self.text!r}"

    def __hash__(self):
        return hash(self.text)

    def _other(self, other):
        return other.text if isinstance(other, QName) else str(other)

    def __eq__(self, other):
        return self.text == self._other(other)

    def __lt__(self, other):
        return self.text < self._other(other)

    def __le__(self, other):
        return self.text <= self._other(other)

    def __gt__(self, other):
        return self.text > self._other(other)

    def __ge__(self, other):
        return self.text >= self._other(other)


class CDATA(str):
    """A text that is written as a section."""

    def __new__(cls, data):
        return str.__new__(cls, text_of(data))


def text_of(given):
    """A text or ASCII bytes, as a text that XML may hold."""
    if isinstance(given, (bytes, bytearray)):
        try:
            given = given.decode("ascii")
        except UnicodeDecodeError:
            raise ValueError(_INCOMPATIBLE) from None
    elif not isinstance(given, str):
        raise TypeError(f"Argument must be bytes or unicode, got '{type(given).__name__}'")
    if not given.isprintable() and _FORBIDDEN.search(given):
        raise ValueError(_INCOMPATIBLE)
    return given


_INCOMPATIBLE = "All strings must be XML compatible: Unicode or ASCII, no NULL bytes or control characters"


def split(name):
    """The namespace, or None, and the local name."""
    if not name.startswith("{"):
        return None, name
    uri, found, local = name[1:].rpartition("}")
    if not found:
        raise ValueError("Invalid tag name " + repr(name))
    if not local:
        raise ValueError("Empty tag name")
    return uri or None, local


def clark(name):
    """The name of an element or attribute as it was given, in Clark's notation."""
    if isinstance(name, QName):
        return name.text
    name = text_of(name)
    uri, local = split(name)
    return f"{{{uri}}}{local}" if uri else local


def check(local, html=False, what="tag"):
    """Refuses what is no name."""
    if not (_HTML_NAME if html else _NAME).match(local):
        if not local and what == "tag":
            raise ValueError("Empty tag name")
        raise ValueError(f"Invalid {what} name {local!r}")


def check_uri(uri):
    if any(each in uri for each in ' \t\r\n<>"{}|\\^`'):
        raise ValueError(f"Invalid namespace URI {uri!r}")
    return uri


def register_namespace(prefix, uri):
    """Gives a namespace a prefix, for all trees."""
    if re.match(r"ns\d+\Z", prefix):
        raise ValueError("Prefix format reserved for internal use")
    text_of(prefix), text_of(uri)
    if (uri == XML) != (prefix == "xml") or prefix.lower() == "xml" != prefix:
        raise ValueError("Cannot change the 'xml' prefix of the XML namespace")
    for known in [known for known, own in prefixes.items() if known == uri or own == prefix]:
        del prefixes[known]
    prefixes[uri] = prefix
