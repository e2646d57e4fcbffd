"""The exceptions of lxml.etree, and the log of errors that they come with."""


class Error(Exception):
    pass


class LxmlError(Error):
    def __init__(self, message="", error_log=None):
        super().__init__(message)
        self.error_log = ListErrorLog(error_log or ())


class LxmlSyntaxError(LxmlError, SyntaxError):
    pass


class ParseError(LxmlSyntaxError):
    def __init__(self, message="", code=0, line=0, column=0, filename=None, log=()):
        SyntaxError.__init__(self, message)
        self.error_log = ListErrorLog(log)
        self.lineno, self.offset = line, column - 1
        self.code = code
        self.filename = filename

    @property
    def position(self):
        return self.lineno, self.offset + 1

    @position.setter
    def position(self, place):
        self.lineno, self.offset = place[0], place[1] - 1


class XMLSyntaxError(ParseError):
    pass


class ParserError(LxmlError):
    pass


class XMLSyntaxAssertionError(XMLSyntaxError, AssertionError):
    pass


class XPathError(LxmlError):
    pass


class XPathEvalError(XPathError):
    pass


class XPathSyntaxError(LxmlSyntaxError, XPathError):
    pass


class XPathFunctionError(XPathError):
    pass


class XPathResultError(XPathError):
    pass


class SerialisationError(LxmlError):
    pass


class C14NError(LxmlError):
    pass


class LxmlRegistryError(LxmlError):
    pass


class NamespaceRegistryError(LxmlRegistryError):
    pass


class XIncludeError(LxmlError):
    pass


class DocumentInvalid(LxmlError):
    pass


class XSLTError(LxmlError):
    pass


class XSLTParseError(XSLTError):
    pass


class XSLTApplyError(XSLTError):
    pass


class XSLTSaveError(XSLTError, SerialisationError):
    pass


class XSLTExtensionError(XSLTError):
    pass


class XMLSchemaError(LxmlError):
    pass


class XMLSchemaParseError(XMLSchemaError):
    pass


class XMLSchemaValidateError(XMLSchemaError):
    pass


class DTDError(LxmlError):
    pass


class DTDParseError(DTDError):
    pass


class DTDValidateError(DTDError):
    pass


class RelaxNGError(LxmlError):
    pass


class RelaxNGParseError(RelaxNGError):
    pass


class RelaxNGValidateError(RelaxNGError):
    pass


class SchematronError(LxmlError):
    pass


class SchematronParseError(SchematronError):
    pass


class SchematronValidateError(SchematronError):
    pass


class ErrorLevels:
    NONE, WARNING, ERROR, FATAL = range(4)


class ErrorDomains:
    NONE, PARSER, TREE, NAMESPACE, DTD, HTML, MEMORY, OUTPUT, IO, FTP, HTTP, XINCLUDE, XPATH, XPOINTER, REGEXP, DATATYPE, SCHEMASP, \
        SCHEMASV, RELAXNGP, RELAXNGV, CATALOG, C14N, XSLT, VALID, CHECK, WRITER, MODULE, I18N, SCHEMATRONV, BUFFER, URI = range(31)


# libxml2's numbers: each number is that of the name behind it, and the names that follow count up.
_TYPES = """
0 ERR_OK ERR_INTERNAL_ERROR ERR_NO_MEMORY ERR_DOCUMENT_START ERR_DOCUMENT_EMPTY ERR_DOCUMENT_END
ERR_INVALID_HEX_CHARREF ERR_INVALID_DEC_CHARREF ERR_INVALID_CHARREF ERR_INVALID_CHAR ERR_CHARREF_AT_EOF
ERR_CHARREF_IN_PROLOG ERR_CHARREF_IN_EPILOG ERR_CHARREF_IN_DTD ERR_ENTITYREF_AT_EOF ERR_ENTITYREF_IN_PROLOG
ERR_ENTITYREF_IN_EPILOG ERR_ENTITYREF_IN_DTD ERR_PEREF_AT_EOF ERR_PEREF_IN_PROLOG ERR_PEREF_IN_EPILOG
ERR_PEREF_IN_INT_SUBSET ERR_ENTITYREF_NO_NAME ERR_ENTITYREF_SEMICOL_MISSING ERR_PEREF_NO_NAME
ERR_PEREF_SEMICOL_MISSING ERR_UNDECLARED_ENTITY WAR_UNDECLARED_ENTITY ERR_UNPARSED_ENTITY ERR_ENTITY_IS_EXTERNAL
ERR_ENTITY_IS_PARAMETER ERR_UNKNOWN_ENCODING ERR_UNSUPPORTED_ENCODING ERR_STRING_NOT_STARTED
ERR_STRING_NOT_CLOSED ERR_NS_DECL_ERROR ERR_ENTITY_NOT_STARTED ERR_ENTITY_NOT_FINISHED ERR_LT_IN_ATTRIBUTE
ERR_ATTRIBUTE_NOT_STARTED ERR_ATTRIBUTE_NOT_FINISHED ERR_ATTRIBUTE_WITHOUT_VALUE ERR_ATTRIBUTE_REDEFINED
ERR_LITERAL_NOT_STARTED ERR_LITERAL_NOT_FINISHED ERR_COMMENT_NOT_FINISHED ERR_PI_NOT_STARTED ERR_PI_NOT_FINISHED
ERR_NOTATION_NOT_STARTED ERR_NOTATION_NOT_FINISHED ERR_ATTLIST_NOT_STARTED ERR_ATTLIST_NOT_FINISHED
ERR_MIXED_NOT_STARTED ERR_MIXED_NOT_FINISHED ERR_ELEMCONTENT_NOT_STARTED ERR_ELEMCONTENT_NOT_FINISHED
ERR_XMLDECL_NOT_STARTED ERR_XMLDECL_NOT_FINISHED ERR_CONDSEC_NOT_STARTED ERR_CONDSEC_NOT_FINISHED
ERR_EXT_SUBSET_NOT_FINISHED ERR_DOCTYPE_NOT_FINISHED ERR_MISPLACED_CDATA_END ERR_CDATA_NOT_FINISHED
ERR_RESERVED_XML_NAME ERR_SPACE_REQUIRED ERR_SEPARATOR_REQUIRED ERR_NMTOKEN_REQUIRED ERR_NAME_REQUIRED
ERR_PCDATA_REQUIRED ERR_URI_REQUIRED ERR_PUBID_REQUIRED ERR_LT_REQUIRED ERR_GT_REQUIRED ERR_LTSLASH_REQUIRED
ERR_EQUAL_REQUIRED ERR_TAG_NAME_MISMATCH ERR_TAG_NOT_FINISHED ERR_STANDALONE_VALUE ERR_ENCODING_NAME
ERR_HYPHEN_IN_COMMENT ERR_INVALID_ENCODING ERR_EXT_ENTITY_STANDALONE ERR_CONDSEC_INVALID ERR_VALUE_REQUIRED
ERR_NOT_WELL_BALANCED ERR_EXTRA_CONTENT ERR_ENTITY_CHAR_ERROR ERR_ENTITY_PE_INTERNAL ERR_ENTITY_LOOP
ERR_ENTITY_BOUNDARY ERR_INVALID_URI ERR_URI_FRAGMENT WAR_CATALOG_PI ERR_NO_DTD ERR_CONDSEC_INVALID_KEYWORD
ERR_VERSION_MISSING WAR_UNKNOWN_VERSION WAR_LANG_VALUE WAR_NS_URI WAR_NS_URI_RELATIVE ERR_MISSING_ENCODING
WAR_SPACE_VALUE ERR_NOT_STANDALONE ERR_ENTITY_PROCESSING ERR_NOTATION_PROCESSING WAR_NS_COLUMN
WAR_ENTITY_REDEFINED ERR_UNKNOWN_VERSION ERR_VERSION_MISMATCH ERR_NAME_TOO_LONG ERR_USER_STOP
ERR_COMMENT_ABRUPTLY_ENDED WAR_ENCODING_MISMATCH ERR_RESOURCE_LIMIT ERR_ARGUMENT ERR_SYSTEM
ERR_REDECL_PREDEF_ENTITY ERR_INT_SUBSET_NOT_FINISHED 200 NS_ERR_XML_NAMESPACE NS_ERR_UNDEFINED_NAMESPACE
NS_ERR_QNAME NS_ERR_ATTRIBUTE_REDEFINED NS_ERR_EMPTY NS_ERR_COLON 500 DTD_ATTRIBUTE_DEFAULT
DTD_ATTRIBUTE_REDEFINED DTD_ATTRIBUTE_VALUE DTD_CONTENT_ERROR DTD_CONTENT_MODEL DTD_CONTENT_NOT_DETERMINIST
DTD_DIFFERENT_PREFIX DTD_ELEM_DEFAULT_NAMESPACE DTD_ELEM_NAMESPACE DTD_ELEM_REDEFINED DTD_EMPTY_NOTATION
DTD_ENTITY_TYPE DTD_ID_FIXED DTD_ID_REDEFINED DTD_ID_SUBSET DTD_INVALID_CHILD DTD_INVALID_DEFAULT DTD_LOAD_ERROR
DTD_MISSING_ATTRIBUTE DTD_MIXED_CORRUPT DTD_MULTIPLE_ID DTD_NO_DOC DTD_NO_DTD DTD_NO_ELEM_NAME DTD_NO_PREFIX
DTD_NO_ROOT DTD_NOTATION_REDEFINED DTD_NOTATION_VALUE DTD_NOT_EMPTY DTD_NOT_PCDATA DTD_NOT_STANDALONE
DTD_ROOT_NAME DTD_STANDALONE_WHITE_SPACE DTD_UNKNOWN_ATTRIBUTE DTD_UNKNOWN_ELEM DTD_UNKNOWN_ENTITY
DTD_UNKNOWN_ID DTD_UNKNOWN_NOTATION DTD_STANDALONE_DEFAULTED DTD_XMLID_VALUE DTD_XMLID_TYPE DTD_DUP_TOKEN 800
HTML_STRUCURE_ERROR HTML_UNKNOWN_TAG HTML_INCORRECTLY_OPENED_COMMENT
"""


def _numbered(text):
    found, number = {}, 0
    for word in text.split():
        if word.isdigit():
            number = int(word)
        else:
            found[word] = number
            number += 1
    return found


ErrorTypes = type("ErrorTypes", (), _numbered(_TYPES))


class RelaxNGErrorTypes:
    RELAXNG_OK = 0


class LogEntry:
    """One error: what, where, how bad."""

    def __init__(self, message, type=0, line=0, column=0, filename=None, level=ErrorLevels.FATAL, domain=ErrorDomains.PARSER):
        self.message, self.type, self.line, self.column = message, type, line, column
        self.filename, self.level, self.domain, self.path = filename or "<string>", level, domain, None

    domain_name = property(lambda self: _name(ErrorDomains, self.domain))
    type_name = property(lambda self: _name(ErrorTypes, self.type))
    level_name = property(lambda self: _name(ErrorLevels, self.level))

    def __repr__(self):
        return f"{self.filename}:{self.line}:{self.column}:{self.level_name}:{self.domain_name}:{self.type_name}: {self.message}"


def _name(kinds, number):
    return next((name for name, value in vars(kinds).items() if value == number and name.isupper()), "unknown")


class ListErrorLog:
    def __init__(self, entries=()):
        self._entries = list(entries)

    @property
    def last_error(self):
        return self._entries[-1] if self._entries else None

    def copy(self):
        return ListErrorLog(self._entries)

    def receive(self, entry):
        self._entries.append(entry)

    def clear(self):
        del self._entries[:]

    def filter_from_level(self, level):
        return ListErrorLog(each for each in self._entries if each.level >= level)

    def filter_from_errors(self):
        return self.filter_from_level(ErrorLevels.ERROR)

    def filter_from_fatals(self):
        return self.filter_from_level(ErrorLevels.FATAL)

    def filter_from_warnings(self):
        return self.filter_from_level(ErrorLevels.WARNING)

    def filter_levels(self, levels):
        return ListErrorLog(each for each in self._entries if each.level in _several(levels))

    def filter_types(self, types):
        return ListErrorLog(each for each in self._entries if each.type in _several(types))

    def filter_domains(self, domains):
        return ListErrorLog(each for each in self._entries if each.domain in _several(domains))

    def __len__(self):
        return len(self._entries)

    def __iter__(self):
        return iter(self._entries)

    def __getitem__(self, index):
        return self._entries[index]

    def __contains__(self, kind):
        return any(each.type == kind for each in self._entries)

    def __bool__(self):
        return bool(self._entries)

    def __repr__(self):
        return "\n".join(map(repr, self._entries))


def _several(asked):
    return asked if isinstance(asked, (list, tuple, set, frozenset)) else (asked,)


class PyErrorLog(ListErrorLog):
    """A log that gives what comes to `logging`."""

    def __init__(self, logger_name=None, logger=None):
        super().__init__()
        import logging

        self.logger = logger or logging.getLogger(logger_name or "lxml")

    def receive(self, entry):
        self.logger.log((0, 30, 40, 50)[entry.level], repr(entry))
