//! How far entities may expand: a few lines of declarations can mean gigabytes of text.

/// How many bytes entities may expand to. More is allowed only in content, and if the document is
/// large enough in comparison.
pub(crate) const MANY_EXPANDED_BYTES: usize = 8 << 20;

/// The limits of entity expansion. libexpat calls them the protection against billion laughs.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Expansion up to this many bytes is always allowed.
    pub threshold: u64,
    /// The largest ratio of the expanded document to its source.
    pub amplification: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { threshold: MANY_EXPANDED_BYTES as u64, amplification: 100.0 }
    }
}
