//! The declarations of a document type: entities, and attributes with a type or a default.

use crate::event::ExternalId;
use std::{collections::HashMap, sync::Arc};

/// A document's declarations.
#[derive(Debug, Clone, Default)]
pub(crate) struct Declarations {
    pub entities: HashMap<String, Entity>,
    pub parameter_entities: HashMap<String, Entity>,
    /// Types and defaults of attributes, by element.
    pub attributes: HashMap<String, Vec<Declared>>,
    /// A part of the DTD was not read.
    pub incomplete: bool,
    pub standalone: bool,
    /// After a part that was not read, declarations are ignored.
    pub ignored: bool,
}

/// An entity.
#[derive(Debug, Clone)]
pub(crate) enum Entity {
    Internal(Arc<[u8]>),
    External(ExternalId),
    /// With a notation: it is not XML.
    Unparsed(ExternalId),
}

/// An attribute's declaration.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub name: String,
    /// Its white space is significant.
    pub is_text: bool,
    pub default: Option<String>,
}

impl Declarations {
    /// Whether an unknown entity is an error. If not, the unread part of the DTD may declare it.
    pub(crate) fn complete(&self) -> bool {
        !self.incomplete || self.standalone
    }

    /// Whether white space of an attribute's value is significant.
    pub(crate) fn is_text(&self, element: &str, attribute: &str) -> bool {
        let declared = self.attributes.get(element).into_iter().flatten();
        declared.filter(|each| each.name == attribute).all(|each| each.is_text)
    }

    /// An element's attributes that have a default.
    pub(crate) fn defaults(&self, element: &str) -> impl Iterator<Item = (&str, &str)> {
        let declared = self.attributes.get(element).into_iter().flatten();
        declared.filter_map(|each| Some((each.name.as_str(), each.default.as_deref()?)))
    }
}
