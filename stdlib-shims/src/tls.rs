//! The cryptography behind `ssl`: rustls with ring, which links statically and asks
//! for nothing but a C compiler.

#![forbid(unsafe_code)]

use rustls::crypto::ring;
use rustpython_stdlib::ssl::providers::CryptoExt;

/// Makes ring the process's provider. Without one the engine panics when a handler
/// imports `ssl`. A second call changes nothing.
pub(crate) fn install_provider() {
    let extension = CryptoExt {
        all_cipher_suites: Some(ring::ALL_CIPHER_SUITES),
        default_cipher_suites: Some(ring::DEFAULT_CIPHER_SUITES),
        all_kx_groups: Some(ring::ALL_KX_GROUPS),
        any_supported_key: Some(ring::sign::any_supported_type),
        ticketer: ring::Ticketer::new,
    };
    // An error only says that a provider is installed already.
    let _ = CryptoExt::set_provider(ring::default_provider(), extension);
}
