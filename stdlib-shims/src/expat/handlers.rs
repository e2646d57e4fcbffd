//! The handlers of a parser.

use krait_expat::{What, event::PartOf};

/// The handlers of a parser, by event.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(usize)]
pub(super) enum Handler {
    StartElement,
    EndElement,
    ProcessingInstruction,
    CharacterData,
    UnparsedEntityDecl,
    NotationDecl,
    StartNamespaceDecl,
    EndNamespaceDecl,
    Comment,
    StartCdataSection,
    EndCdataSection,
    Default,
    DefaultExpand,
    NotStandalone,
    ExternalEntityRef,
    StartDoctypeDecl,
    EndDoctypeDecl,
    EntityDecl,
    XmlDecl,
    ElementDecl,
    AttlistDecl,
    SkippedEntity,
}

/// Their attributes on the parser, in the same order.
pub(super) const HANDLERS: [&str; 22] = [
    "StartElementHandler",
    "EndElementHandler",
    "ProcessingInstructionHandler",
    "CharacterDataHandler",
    "UnparsedEntityDeclHandler",
    "NotationDeclHandler",
    "StartNamespaceDeclHandler",
    "EndNamespaceDeclHandler",
    "CommentHandler",
    "StartCdataSectionHandler",
    "EndCdataSectionHandler",
    "DefaultHandler",
    "DefaultHandlerExpand",
    "NotStandaloneHandler",
    "ExternalEntityRefHandler",
    "StartDoctypeDeclHandler",
    "EndDoctypeDeclHandler",
    "EntityDeclHandler",
    "XmlDeclHandler",
    "ElementDeclHandler",
    "AttlistDeclHandler",
    "SkippedEntityHandler",
];

impl Handler {
    /// The handler for an event; none for events that are only for default handlers.
    pub(super) fn of(what: &What) -> Option<Self> {
        Some(match what {
            What::XmlDeclaration { .. } => Self::XmlDecl,
            What::StartElement { .. } => Self::StartElement,
            What::EndElement(_) => Self::EndElement,
            What::StartNamespace(..) => Self::StartNamespaceDecl,
            What::EndNamespace(_) => Self::EndNamespaceDecl,
            What::Characters(_) => Self::CharacterData,
            What::StartCdata => Self::StartCdataSection,
            What::EndCdata => Self::EndCdataSection,
            What::Comment(_) => Self::Comment,
            What::Instruction { .. } => Self::ProcessingInstruction,
            What::SkippedEntity(_) => Self::SkippedEntity,
            What::ExternalEntity { .. } => Self::ExternalEntityRef,
            What::StartDoctype { .. } => Self::StartDoctypeDecl,
            What::EndDoctype => Self::EndDoctypeDecl,
            What::NotStandalone => Self::NotStandalone,
            What::Entity { .. } => Self::EntityDecl,
            What::Notation { .. } => Self::NotationDecl,
            What::Element { .. } => Self::ElementDecl,
            What::Attribute { .. } => Self::AttlistDecl,
            What::Markup(part) => match part {
                PartOf::Nothing => return None,
                PartOf::Doctype => Self::StartDoctypeDecl,
                PartOf::DoctypeEnd => Self::EndDoctypeDecl,
                PartOf::Entity => Self::EntityDecl,
                PartOf::Notation => Self::NotationDecl,
                PartOf::Element => Self::ElementDecl,
                PartOf::Attributes => Self::AttlistDecl,
            },
            What::UnknownEncoding(_) => return None,
        })
    }
}
