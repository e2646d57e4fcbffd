//! Digests that `hashlib` gets from OpenSSL, and the engine lacks: SM3, which is used for
//! signatures in China, and RIPEMD-160.

#![forbid(unsafe_code)]

use ripemd::Ripemd160;
use rustpython_common::hashlib::{OTHER_DIGESTS, OtherDigest};
use sm3::{Digest, Sm3};

/// A digest of one of RustCrypto's crates.
struct Of<D>(D);

impl<D: Digest + Clone + Send + 'static> OtherDigest for Of<D> {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn digest(&self) -> Vec<u8> {
        self.0.clone().finalize().to_vec()
    }

    fn copy(&self) -> Box<dyn OtherDigest> {
        Box::new(Self(self.0.clone()))
    }
}

/// Registers them with the engine.
pub(crate) fn install() {
    // An error only says that they are there already.
    let _ = OTHER_DIGESTS.set(|name| match name {
        "sm3" => Some(Box::new(Of(Sm3::new()))),
        "ripemd160" => Some(Box::new(Of(Ripemd160::new()))),
        _ => None,
    });
}
