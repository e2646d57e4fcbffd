//! The events of a document, as libexpat reports them.

/// An event, and the byte where it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The byte of the document in UTF-8, whatever its encoding is.
    pub at: usize,
    /// The source text, if requested (`Reader::keeps_raw`): the argument of libexpat's default handlers.
    pub raw: Option<String>,
    /// What was read.
    pub what: What,
}

/// The kinds of events.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// `<?xml ...?>`
    XmlDeclaration {
        /// None in an external entity.
        version: Option<String>,
        /// The declared encoding, whether the reader follows it or not.
        encoding: Option<String>,
        /// Whether the document says that it depends on no external declarations.
        standalone: Option<bool>,
    },
    /// An element begins.
    StartElement {
        /// Its name, with its namespace if namespaces are read.
        name: String,
        /// Names and values.
        attributes: Vec<(String, String)>,
        /// How many of them the document itself has. The others come from the DTD.
        specified: usize,
    },
    /// The element of this name ends.
    EndElement(String),
    /// A prefix (none for the default) is bound to a namespace, or to none.
    StartNamespace(Option<String>, Option<String>),
    /// The binding of a prefix ends.
    EndNamespace(Option<String>),
    /// A part of an element's text. One text can come in several events.
    Characters(String),
    /// `<![CDATA[`
    StartCdata,
    /// `]]>`
    EndCdata,
    /// `<!-- ... -->`
    Comment(String),
    /// `<?target data?>`
    Instruction {
        /// For whom it is.
        target: String,
        /// What comes after the target and white space.
        data: String,
    },
    /// An entity whose declaration was not read.
    SkippedEntity(String),
    /// A reference to an external entity. [`Reader::external`](crate::Reader::external) reads one.
    ExternalEntity {
        /// The entity's name.
        name: String,
        /// Where it is.
        ids: ExternalId,
    },
    /// `<!DOCTYPE`
    StartDoctype {
        /// The name of the document's element.
        name: String,
        /// The external subset, if there is one.
        ids: ExternalId,
        /// Whether declarations follow in brackets.
        has_internal_subset: bool,
    },
    /// The document type ends.
    EndDoctype,
    /// The document depends on declarations that were not read.
    NotStandalone,
    /// `<!ENTITY`
    Entity {
        /// The entity's name.
        name: String,
        /// Whether only the DTD can refer to it.
        is_parameter: bool,
        /// The text of an internal entity.
        value: Option<String>,
        /// Where an external entity is.
        ids: ExternalId,
        /// The notation of an entity that is not XML.
        notation: Option<String>,
    },
    /// `<!NOTATION`
    Notation {
        /// The notation's name.
        name: String,
        /// Its identifiers.
        ids: ExternalId,
    },
    /// `<!ELEMENT`
    Element {
        /// The element's name.
        name: String,
        /// What it may contain.
        model: Model,
    },
    /// An attribute of `<!ATTLIST`
    Attribute {
        /// The element's name.
        element: String,
        /// The attribute's name.
        name: String,
        /// Its type, such as `CDATA` or `(yes|no)`.
        kind: String,
        /// Its default value.
        default: Option<String>,
        /// `#REQUIRED`, or `#FIXED` if there is a default.
        required: bool,
    },
    /// Text without a separate event. It is for default handlers, unless there is a handler for the
    /// declaration that it belongs to.
    Markup(PartOf),
    /// The document's encoding is unknown to the reader:
    /// [`Reader::set_encoding`](crate::Reader::set_encoding) answers.
    UnknownEncoding(String),
}

/// The external identifier of an entity, a notation or a DTD.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExternalId {
    /// The system identifier: a URI.
    pub system: Option<String>,
    /// The public identifier, with its white space normalised.
    pub public: Option<String>,
}

/// The declaration that text belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PartOf {
    /// To none: white space, or a declaration without a handler.
    Nothing,
    /// `<!DOCTYPE`, up to its end or `[`
    Doctype,
    /// The end of `<!DOCTYPE`
    DoctypeEnd,
    /// `<!ENTITY`
    Entity,
    /// `<!NOTATION`
    Notation,
    /// `<!ELEMENT`
    Element,
    /// `<!ATTLIST`
    Attributes,
}

/// An element's content model. The numbers are libexpat's.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    /// [`EMPTY`] to [`SEQUENCE`].
    pub kind: i32,
    /// [`ONCE`] to [`AT_LEAST_ONCE`].
    pub quantifier: i32,
    /// The element's name, of [`NAME`].
    pub name: Option<String>,
    /// The parts of [`MIXED`], [`CHOICE`] and [`SEQUENCE`].
    pub children: Vec<Model>,
}

/// No content (`XML_CTYPE_EMPTY`).
pub const EMPTY: i32 = 1;
/// Any content (`XML_CTYPE_ANY`).
pub const ANY: i32 = 2;
/// Text, and the named elements (`XML_CTYPE_MIXED`).
pub const MIXED: i32 = 3;
/// An element (`XML_CTYPE_NAME`).
pub const NAME: i32 = 4;
/// One of the parts (`XML_CTYPE_CHOICE`).
pub const CHOICE: i32 = 5;
/// All parts, in their order (`XML_CTYPE_SEQ`).
pub const SEQUENCE: i32 = 6;

/// Once (`XML_CQUANT_NONE`).
pub const ONCE: i32 = 0;
/// Once or not at all: `?` (`XML_CQUANT_OPT`).
pub const OPTIONAL: i32 = 1;
/// Any number: `*` (`XML_CQUANT_REP`).
pub const REPEATED: i32 = 2;
/// Once or more: `+` (`XML_CQUANT_PLUS`).
pub const AT_LEAST_ONCE: i32 = 3;
