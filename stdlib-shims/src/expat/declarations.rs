//! What a document type declares: entities, and attributes with a type or a default.

use super::event::ExternalId;
use std::{collections::HashMap, sync::Arc};

/// What a document declares.
#[derive(Debug, Clone, Default)]
pub(super) struct Declarations {
    pub entities: HashMap<String, Entity>,
    pub parameter_entities: HashMap<String, Entity>,
    /// By element: its attributes' types and defaults.
    pub attributes: HashMap<String, Vec<Declared>>,
    /// There is a part of the DTD that is not read.
    pub incomplete: bool,
    pub standalone: bool,
    /// After a part that is not read, declarations do not count.
    pub ignored: bool,
}

/// An entity.
#[derive(Debug, Clone)]
pub(super) enum Entity {
    Internal(Arc<[u8]>),
    External(ExternalId),
    /// With a notation: it is not XML.
    Unparsed(ExternalId),
}

/// What is declared of an attribute.
#[derive(Debug, Clone)]
pub(super) struct Declared {
    pub name: String,
    /// Its white space counts.
    pub is_text: bool,
    pub default: Option<String>,
}

impl Declarations {
    /// An unknown entity is an error; otherwise what is not read may declare it.
    pub(super) fn complete(&self) -> bool {
        !self.incomplete || self.standalone
    }

    /// Whether white space of an attribute's value counts.
    pub(super) fn is_text(&self, element: &str, attribute: &str) -> bool {
        let declared = self.attributes.get(element).into_iter().flatten();
        declared.filter(|each| each.name == attribute).all(|each| each.is_text)
    }

    /// An element's attributes that have a default.
    pub(super) fn defaults(&self, element: &str) -> impl Iterator<Item = (&str, &str)> {
        let declared = self.attributes.get(element).into_iter().flatten();
        declared.filter_map(|each| Some((each.name.as_str(), each.default.as_deref()?)))
    }
}
