//! Anything that looks like an HTTP request is judged by its signature and read; what is
//! read has the shape of its action, so that it is read the same again from JSON.

#![no_main]

#[path = "../../cloud_api/http_text.rs"]
mod http_text;

use krait_fuzz::{
    shape::{Source, checked},
    signature::{self, Credentials, Secret},
    wire::{self, Received},
};
use libfuzzer_sys::fuzz_target;

/// When the captured requests were made, more or less: their signatures are looked at.
const NOW: i64 = 1_795_566_533;

fuzz_target!(|text: &[u8]| {
    let Some(request) = http_text::read(text) else { return };
    let http_text::Request { method, uri, headers, body } = &request;
    let received = Received { method, uri, headers, body };
    let credentials = Credentials {
        secret_id: "AKIDmadeUpForTheTestsOfKrait000000000".to_owned(),
        secret_key: Secret::new("madeUpSecretKeyOfTheTestsOfKrait"),
        token: None,
    };
    let _ = signature::check(&received, &credentials, NOW);
    match wire::read(&received) {
        Ok(request) => {
            let values = request.parameters.values();
            let again = checked(values.clone(), request.action.parameters(), Source::Json);
            assert_eq!(again.as_ref(), Ok(values));
        }
        Err(error) => assert!(!error.code.is_empty() && error.message.len() < 4096, "{error}"),
    }
});
