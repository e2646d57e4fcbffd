//! The events of a document, as expat reports them.

/// An event, and the byte where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    pub at: usize,
    /// The source text, if requested: the argument of a default handler.
    pub raw: Option<String>,
    pub what: What,
}

/// The kinds of events.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    XmlDeclaration {
        /// None in an external entity.
        version: Option<String>,
        encoding: Option<String>,
        standalone: Option<bool>,
    },
    StartElement {
        name: String,
        attributes: Vec<(String, String)>,
        /// How many of them the document itself has. The others come from the DTD.
        specified: usize,
    },
    EndElement(String),
    /// A prefix (none for the default) is bound to a namespace, or to none.
    StartNamespace(Option<String>, Option<String>),
    EndNamespace(Option<String>),
    Characters(String),
    StartCdata,
    EndCdata,
    Comment(String),
    Instruction {
        target: String,
        data: String,
    },
    /// An entity whose declaration was not read.
    SkippedEntity(String),
    ExternalEntity {
        name: String,
        ids: ExternalId,
    },
    StartDoctype {
        name: String,
        ids: ExternalId,
        has_internal_subset: bool,
    },
    EndDoctype,
    /// The document depends on declarations that were not read.
    NotStandalone,
    Entity {
        name: String,
        is_parameter: bool,
        value: Option<String>,
        ids: ExternalId,
        notation: Option<String>,
    },
    Notation {
        name: String,
        ids: ExternalId,
    },
    Element {
        name: String,
        model: Model,
    },
    Attribute {
        element: String,
        name: String,
        kind: String,
        default: Option<String>,
        required: bool,
    },
    /// Text without a separate event. It is for default handlers, unless there is a handler for the
    /// declaration that it belongs to.
    Markup(PartOf),
    /// The document's encoding is unknown to the reader: see `Reader::set_encoding`.
    UnknownEncoding(String),
}

/// The external identifier of an entity, a notation or a DTD.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ExternalId {
    pub system: Option<String>,
    pub public: Option<String>,
}

/// The declaration that text belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum PartOf {
    Nothing,
    Doctype,
    DoctypeEnd,
    Entity,
    Notation,
    Element,
    Attributes,
}

/// An element's content model. The numbers are expat's.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Model {
    pub kind: i32,
    pub quantifier: i32,
    pub name: Option<String>,
    pub children: Vec<Model>,
}

// Kinds of models (`XML_CTYPE_*`).
pub(super) const EMPTY: i32 = 1;
pub(super) const ANY: i32 = 2;
pub(super) const MIXED: i32 = 3;
pub(super) const NAME: i32 = 4;
pub(super) const CHOICE: i32 = 5;
pub(super) const SEQUENCE: i32 = 6;

// Their quantifiers (`XML_CQUANT_*`).
pub(super) const ONCE: i32 = 0;
pub(super) const OPTIONAL: i32 = 1;
pub(super) const REPEATED: i32 = 2;
pub(super) const AT_LEAST_ONCE: i32 = 3;
