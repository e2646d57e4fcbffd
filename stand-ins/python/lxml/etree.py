"""krait: lxml.etree, in Python (`_krait_stand_ins.lxml_etree`)."""

import sys

from _krait_stand_ins.lxml_etree import errors as _errors, missing as _missing
from _krait_stand_ins.lxml_etree.editing import cleanup_namespaces, indent, strip_attributes, strip_elements, strip_tags
from _krait_stand_ins.lxml_etree.errors import (
    C14NError, DocumentInvalid, DTDError, DTDParseError, DTDValidateError, Error, ErrorDomains, ErrorLevels, ErrorTypes, LxmlError,
    LxmlRegistryError, LxmlSyntaxError, NamespaceRegistryError, ParseError, ParserError, PyErrorLog, RelaxNGError,
    RelaxNGErrorTypes, RelaxNGParseError, RelaxNGValidateError, SchematronError, SchematronParseError, SchematronValidateError,
    SerialisationError, XIncludeError, XMLSchemaError, XMLSchemaParseError, XMLSchemaValidateError, XMLSyntaxAssertionError,
    XMLSyntaxError, XPathError, XPathEvalError, XPathFunctionError, XPathResultError, XPathSyntaxError, XSLTApplyError, XSLTError,
    XSLTExtensionError, XSLTParseError, XSLTSaveError,
)
from _krait_stand_ins.lxml_etree.errors import ListErrorLog as _ListErrorLog, LogEntry as _LogEntry
from _krait_stand_ins.lxml_etree.files import htmlfile, xmlfile
from _krait_stand_ins.lxml_etree.lookup import (
    AttributeBasedElementClassLookup, CustomElementClassLookup, ElementClassLookup, ElementDefaultClassLookup,
    ElementNamespaceClassLookup, FallbackElementClassLookup, ParserBasedElementClassLookup, PythonElementClassLookup,
    set_element_class_lookup,
)
from _krait_stand_ins.lxml_etree.missing import DTD, XSLT, RelaxNG, Schematron, XMLSchema, XSLTAccessControl, XSLTExtension
from _krait_stand_ins.lxml_etree.names import CDATA, QName, register_namespace
from _krait_stand_ins.lxml_etree.nodes import (
    Comment, CommentBase, Element, ElementBase, Entity, EntityBase, PIBase, ProcessingInstruction, SubElement, _Attrib, _Comment,
    _Element, _Entity, _ProcessingInstruction,
)
from _krait_stand_ins.lxml_etree.nodes import Document as _Document
from _krait_stand_ins.lxml_etree.parsers import (
    HTML, XML, XMLID, ETCompatXMLParser, HTMLParser, HTMLPullParser, Resolver, XMLParser, XMLPullParser, fromstring,
    fromstringlist, get_default_parser, iterparse, parse, parseid, set_default_parser,
)
from _krait_stand_ins.lxml_etree.parsers import _BaseParser
from _krait_stand_ins.lxml_etree.sinks import TreeBuilder
from _krait_stand_ins.lxml_etree.trees import DocInfo, ElementTree, _ElementTree
from _krait_stand_ins.lxml_etree.walking import (
    AncestorsIterator, ElementChildIterator, ElementDepthFirstIterator, ElementTextIterator, SiblingsIterator, iterwalk,
)
from _krait_stand_ins.lxml_etree.writing import dump, tostring, tostringlist, tounicode
from _krait_stand_ins.lxml_etree.xpath import (
    ETXPath, Extension, FunctionNamespace, XPath, XPathDocumentEvaluator, XPathElementEvaluator, XPathEvaluator,
    _ElementUnicodeResult, _XPathEvaluatorBase,
)

PI = ProcessingInstruction
XMLTreeBuilder = ETCompatXMLParser
_FeedParser = _BaseParser
_ErrorLog = _ListErrorLog
LXML_VERSION = (6, 1, 3, 0)
__version__ = "6.1.3"
LIBXML_VERSION = LIBXML_COMPILED_VERSION = (2, 14, 6)
LIBXSLT_VERSION = LIBXSLT_COMPILED_VERSION = (1, 1, 43)
LIBXML_FEATURES = LIBXML_COMPILED_FEATURES = {"html", "xpath", "iconv", "regexp", "ftp"} - {"ftp"}
ICONV_COMPILED_VERSION = (1, 18)
DEBUG = 0


def iselement(element):
    """Whether something is an element, a comment or the like."""
    return isinstance(element, _Element)


def adopt_external_document(capsule, parser=None):
    raise NotImplementedError("krait's stand-in for lxml has no documents of libxml2")


XMLDTDID = XMLID


def clear_error_log():
    """There is no log that all share."""


def use_global_python_log(log):
    """There is no log that all share."""


def canonicalize(xml_data=None, *, out=None, from_file=None, **options):
    """Canonical XML 2.0 of a text or a file, as the standard library writes it."""
    from xml.etree.ElementTree import canonicalize as canonicalize_text

    return canonicalize_text(xml_data, out=out, from_file=from_file, **options)


def __getattr__(name):
    if name == "C14NWriterTarget":
        from xml.etree.ElementTree import C14NWriterTarget

        return C14NWriterTarget
    raise AttributeError(f"module 'lxml.etree' has no attribute '{name}'")


class XInclude:
    def __call__(self, node):
        from lxml import ElementInclude

        ElementInclude.include(node)


def _settle():
    own = "_krait_stand_ins.lxml_etree"
    for name, each in list(globals().items()):
        if getattr(each, "__module__", "").startswith(own) and isinstance(each, type) or callable(each) and \
                str(getattr(each, "__module__", "")).startswith(own):
            each.__module__ = "lxml.etree"
    del sys.modules[__name__].__dict__["_settle"]


_settle()
