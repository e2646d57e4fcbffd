//! What an instance's answers are known by. The instance gets a key before it reads a line of
//! its function's, and each call a number; what it sends carries a proof that is made of both.
//! So no answer comes early, late or for another call, and whoever took the socket alone can
//! give none: the key went over it once, before there was anything to be taken.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// How long a proof is.
pub(super) const PROOF_BYTES: usize = 8;

/// Known to an instance and its watcher.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Key([u8; 16]);

/// That something was sent by who has the key, as part of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Proof(u64);

impl Key {
    /// One that nobody else knows.
    pub(super) fn fresh() -> Self {
        Self(rand::random())
    }

    /// Of a call. Before the first there is none: its number is 0.
    pub(super) fn proof(&self, call: u64) -> Proof {
        // A key of any length will do.
        let Ok(mut code) = Hmac::<Sha256>::new_from_slice(&self.0) else { return Proof(0) };
        code.update(&call.to_le_bytes());
        let made = code.finalize().into_bytes();
        Proof(made.first_chunk().map_or(0, |first| u64::from_le_bytes(*first)))
    }
}

impl Proof {
    pub(super) fn to_bytes(self) -> [u8; PROOF_BYTES] {
        self.0.to_le_bytes()
    }

    pub(super) fn from_bytes(bytes: [u8; PROOF_BYTES]) -> Self {
        Self(u64::from_le_bytes(bytes))
    }
}

/// A number for a call: no other call of the same instance has it, and nobody guesses it.
pub(super) fn fresh_call() -> u64 {
    rand::random::<u64>() | 1
}
