//! Where in the log the cold start ended.
//!
//! The log and the socket are two streams. So output that follows the loading may be read before
//! the message that the function is loaded. Therefore the instance writes a marker into the log,
//! which no function can know, and the watcher removes it.

/// The bytes that end the loading phase in the log of one instance.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub(super) struct Marker([u8; 16]);

impl Marker {
    pub(super) fn fresh() -> Self {
        Self(*uuid::Uuid::new_v4().as_bytes())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Splits a log at its marker, as it comes in.
#[derive(Debug)]
pub(super) struct Splitter {
    marker: Marker,
    /// Bytes at the end that may be the marker's beginning.
    held: Vec<u8>,
}

impl Splitter {
    pub(super) fn new(marker: Marker) -> Self {
        Self { marker, held: Vec::new() }
    }

    /// Takes new bytes. Returns what certainly precedes the marker and, once the marker was found,
    /// what follows it.
    pub(super) fn split(&mut self, bytes: &[u8]) -> (Vec<u8>, Option<Vec<u8>>) {
        let mut bytes = [std::mem::take(&mut self.held), bytes.to_vec()].concat();
        let marker = self.marker.bytes();
        if let Some(at) = bytes.windows(marker.len()).position(|window| window == marker) {
            let after = bytes.split_off(at + marker.len());
            bytes.truncate(at);
            return (bytes, Some(after));
        }
        let begun =
            (1..marker.len()).rev().find(|length| bytes.ends_with(&marker[..*length])).unwrap_or(0);
        self.held = bytes.split_off(bytes.len() - begun);
        (bytes, None)
    }

    /// What was held back, once no more will come.
    pub(super) fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }
}
