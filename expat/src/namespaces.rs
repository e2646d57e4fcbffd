//! Names in namespaces.

use crate::error::Code;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// The prefixes in force.
#[derive(Debug, Clone)]
pub(crate) struct Namespaces {
    /// The separator between a namespace and a name; none if namespaces are off.
    separator: Option<String>,
    /// Whether names also contain their prefix.
    pub(crate) tell_prefixes: bool,
    /// Prefixes (none for the default) and their namespaces, the innermost last.
    bindings: Vec<Binding>,
    /// For each open element, how many bindings there were before it.
    before: Vec<usize>,
}

/// A prefix (none for the default) and its namespace (none if it was removed).
pub(crate) type Binding = (Option<String>, Option<String>);

impl Namespaces {
    /// With only the prefix that every document has, `xml`.
    pub(crate) fn new(separator: Option<String>) -> Self {
        let xml = (Some("xml".to_owned()), Some(XML.to_owned()));
        Self { separator, tell_prefixes: false, bindings: vec![xml], before: Vec::new() }
    }

    /// Whether names have a prefix and a namespace.
    pub(crate) fn are_read(&self) -> bool {
        self.separator.is_some()
    }

    /// Opens an element. What its attributes bind comes next ([`Self::bind`]).
    pub(crate) fn open(&mut self) {
        if self.are_read() {
            self.before.push(self.bindings.len());
        }
    }

    /// Binds a prefix if that is what an attribute is for. If not, it returns none.
    pub(crate) fn bind(&mut self, attribute: &str, value: &str) -> Result<Option<Binding>, Code> {
        if !self.are_read() {
            return Ok(None);
        }
        let prefix = match attribute.split_once(':') {
            _ if attribute == "xmlns" => None,
            Some(("xmlns", prefix)) => Some(prefix),
            _ => return Ok(None),
        };
        let binding = self.binding(prefix, value)?;
        self.bindings.push(binding.clone());
        Ok(Some(binding))
    }

    /// Resolves the names of the open element and its attributes, and returns the element's.
    pub(crate) fn resolve(
        &self,
        element: &str,
        attributes: &mut [(String, String)],
    ) -> Result<String, Code> {
        if !self.are_read() {
            return Ok(element.to_owned());
        }
        let mut known = Vec::new();
        for (name, _) in attributes {
            // An attribute without a prefix is in no namespace.
            if name.contains(':') {
                let found = self.find(name)?;
                let identity = (found.uri.map(str::to_owned), found.local.to_owned());
                if known.contains(&identity) {
                    return Err(Code::DuplicateAttribute);
                }
                known.push(identity);
                *name = self.text(&found);
            }
        }
        Ok(self.text(&self.find(element)?))
    }

    /// Closes the innermost element: the prefixes that were bound in it, the last first.
    pub(crate) fn close(&mut self) -> Vec<Option<String>> {
        let Some(before) = self.before.pop() else { return Vec::new() };
        self.bindings.drain(before..).rev().map(|(prefix, _)| prefix).collect()
    }

    fn binding(&self, prefix: Option<&str>, uri: &str) -> Result<Binding, Code> {
        if uri.is_empty() && prefix.is_some() {
            return Err(Code::UndeclaringPrefix);
        }
        let is_xml = prefix == Some("xml");
        if prefix == Some("xmlns") {
            return Err(Code::ReservedPrefixXmlns);
        }
        // A namespace that contains the separator would be ambiguous, unless the separator may be
        // part of a URI.
        let separator = self.separator.as_deref().unwrap_or_default();
        let is_fit =
            |sign: char| sign.is_ascii_alphanumeric() || "%-._~:/?#[]@!$&'()*+,;=".contains(sign);
        if separator.chars().any(|sign| !is_fit(sign) && uri.contains(sign)) {
            return Err(Code::Syntax);
        }
        if is_xml != (uri == XML) {
            return Err(if is_xml { Code::ReservedPrefixXml } else { Code::ReservedNamespace });
        }
        if uri == XMLNS {
            return Err(Code::ReservedNamespace);
        }
        Ok((prefix.map(str::to_owned), (!uri.is_empty()).then(|| uri.to_owned())))
    }

    /// Resolves a name as it is written.
    fn find<'a>(&'a self, name: &'a str) -> Result<Name<'a>, Code> {
        let (prefix, local) = match name.split_once(':') {
            Some((prefix, local)) => (Some(prefix), local),
            None => (None, name),
        };
        let bound = self.bindings.iter().rev().find(|(known, _)| known.as_deref() == prefix);
        let uri = bound.and_then(|(_, uri)| uri.as_deref());
        if uri.is_none() && prefix.is_some() {
            return Err(Code::UnboundPrefix);
        }
        Ok(Name { uri, local, prefix })
    }

    fn text(&self, name: &Name) -> String {
        let separator = self.separator.as_deref().unwrap_or_default();
        match (name.uri, name.prefix.filter(|_| self.tell_prefixes)) {
            (None, _) => name.local.to_owned(),
            (Some(uri), None) => format!("{uri}{separator}{}", name.local),
            (Some(uri), Some(prefix)) => {
                format!("{uri}{separator}{}{separator}{prefix}", name.local)
            }
        }
    }
}

struct Name<'a> {
    uri: Option<&'a str>,
    local: &'a str,
    prefix: Option<&'a str>,
}
