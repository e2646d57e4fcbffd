//! Errors in a document: libexpat's codes and texts.

use std::fmt;

/// libexpat's code of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// A limit of the reader is reached.
    NoMemory = 1,
    /// A token that is not allowed there.
    Syntax = 2,
    /// The document ends before its element does.
    NoElements = 3,
    /// What is no token.
    InvalidToken = 4,
    /// The document ends within a token.
    UnclosedToken = 5,
    /// The document ends within a character.
    PartialCharacter = 6,
    /// An end tag of another element.
    TagMismatch = 7,
    /// An element has an attribute twice.
    DuplicateAttribute = 8,
    /// Something other than comments and instructions after the element.
    JunkAfterDocumentElement = 9,
    /// A parameter entity where none may be.
    ParameterEntityReference = 10,
    /// An entity that is not declared.
    UndefinedEntity = 11,
    /// An entity that contains itself.
    RecursiveEntityReference = 12,
    /// An entity that begins or ends within an element.
    AsynchronousEntity = 13,
    /// The number of no character.
    BadCharacterReference = 14,
    /// A reference to an entity that is not XML.
    BinaryEntityReference = 15,
    /// An external entity in an attribute.
    AttributeExternalEntityReference = 16,
    /// `<?xml` that is not at the start.
    MisplacedXmlDeclaration = 17,
    /// An encoding that nobody knows.
    UnknownEncoding = 18,
    /// An encoding that cannot be the document's.
    IncorrectEncoding = 19,
    /// `<![CDATA[` without its end.
    UnclosedCdataSection = 20,
    /// The caller refused an external entity.
    ExternalEntityHandling = 21,
    /// The caller refused a document that is not standalone.
    NotStandalone = 22,
    /// A prefix without a namespace.
    UnboundPrefix = 27,
    /// A prefix that is bound to nothing.
    UndeclaringPrefix = 28,
    /// A malformed `<?xml`.
    XmlDeclaration = 30,
    /// A public identifier with other characters than it may have.
    PublicId = 32,
    /// More text after the last piece.
    Finished = 36,
    /// `xml` is bound to another namespace.
    ReservedPrefixXml = 38,
    /// `xmlns` is bound.
    ReservedPrefixXmlns = 39,
    /// Another prefix is bound to the namespace of `xml` or `xmlns`.
    ReservedNamespace = 40,
    /// Entities expand too far.
    AmplificationLimit = 43,
}

impl Code {
    /// libexpat's text.
    #[must_use]
    pub fn text(self) -> &'static str {
        ERRORS[self as usize - 1].1
    }
}

/// An error, and the byte of the document that it is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error {
    /// What is wrong.
    pub code: Code,
    /// The byte of the document.
    pub at: usize,
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code.text())
    }
}

impl std::error::Error for Error {}

/// The names and texts of all of libexpat's errors, from code 1 on.
pub const ERRORS: [(&str, &str); 43] = [
    ("XML_ERROR_NO_MEMORY", "out of memory"),
    ("XML_ERROR_SYNTAX", "syntax error"),
    ("XML_ERROR_NO_ELEMENTS", "no element found"),
    ("XML_ERROR_INVALID_TOKEN", "not well-formed (invalid token)"),
    ("XML_ERROR_UNCLOSED_TOKEN", "unclosed token"),
    ("XML_ERROR_PARTIAL_CHAR", "partial character"),
    ("XML_ERROR_TAG_MISMATCH", "mismatched tag"),
    ("XML_ERROR_DUPLICATE_ATTRIBUTE", "duplicate attribute"),
    ("XML_ERROR_JUNK_AFTER_DOC_ELEMENT", "junk after document element"),
    ("XML_ERROR_PARAM_ENTITY_REF", "illegal parameter entity reference"),
    ("XML_ERROR_UNDEFINED_ENTITY", "undefined entity"),
    ("XML_ERROR_RECURSIVE_ENTITY_REF", "recursive entity reference"),
    ("XML_ERROR_ASYNC_ENTITY", "asynchronous entity"),
    ("XML_ERROR_BAD_CHAR_REF", "reference to invalid character number"),
    ("XML_ERROR_BINARY_ENTITY_REF", "reference to binary entity"),
    ("XML_ERROR_ATTRIBUTE_EXTERNAL_ENTITY_REF", "reference to external entity in attribute"),
    ("XML_ERROR_MISPLACED_XML_PI", "XML or text declaration not at start of entity"),
    ("XML_ERROR_UNKNOWN_ENCODING", "unknown encoding"),
    ("XML_ERROR_INCORRECT_ENCODING", "encoding specified in XML declaration is incorrect"),
    ("XML_ERROR_UNCLOSED_CDATA_SECTION", "unclosed CDATA section"),
    ("XML_ERROR_EXTERNAL_ENTITY_HANDLING", "error in processing external entity reference"),
    ("XML_ERROR_NOT_STANDALONE", "document is not standalone"),
    ("XML_ERROR_UNEXPECTED_STATE", "unexpected parser state - please send a bug report"),
    ("XML_ERROR_ENTITY_DECLARED_IN_PE", "entity declared in parameter entity"),
    ("XML_ERROR_FEATURE_REQUIRES_XML_DTD", "requested feature requires XML_DTD support in Expat"),
    ("XML_ERROR_CANT_CHANGE_FEATURE_ONCE_PARSING", "cannot change setting once parsing has begun"),
    ("XML_ERROR_UNBOUND_PREFIX", "unbound prefix"),
    ("XML_ERROR_UNDECLARING_PREFIX", "must not undeclare prefix"),
    ("XML_ERROR_INCOMPLETE_PE", "incomplete markup in parameter entity"),
    ("XML_ERROR_XML_DECL", "XML declaration not well-formed"),
    ("XML_ERROR_TEXT_DECL", "text declaration not well-formed"),
    ("XML_ERROR_PUBLICID", "illegal character(s) in public id"),
    ("XML_ERROR_SUSPENDED", "parser suspended"),
    ("XML_ERROR_NOT_SUSPENDED", "parser not suspended"),
    ("XML_ERROR_ABORTED", "parsing aborted"),
    ("XML_ERROR_FINISHED", "parsing finished"),
    ("XML_ERROR_SUSPEND_PE", "cannot suspend in external parameter entity"),
    (
        "XML_ERROR_RESERVED_PREFIX_XML",
        "reserved prefix (xml) must not be undeclared or bound to another namespace name",
    ),
    (
        "XML_ERROR_RESERVED_PREFIX_XMLNS",
        "reserved prefix (xmlns) must not be declared or undeclared",
    ),
    (
        "XML_ERROR_RESERVED_NAMESPACE_URI",
        "prefix must not be bound to one of the reserved namespace names",
    ),
    ("XML_ERROR_INVALID_ARGUMENT", "invalid argument"),
    ("XML_ERROR_NO_BUFFER", "a successful prior call to function XML_GetBuffer is required"),
    (
        "XML_ERROR_AMPLIFICATION_LIMIT_BREACH",
        "limit on input amplification factor (from DTD and entities) breached",
    ),
];
