//! The cloud API's form, compiled by itself: these modules need nothing else of krait.

#[path = "../../../runtime/src/server"]
mod server {
    mod authorization;

    #[path = "cloud_api/actions.rs"]
    pub mod actions;
    #[path = "cloud_api/errors/mod.rs"]
    pub mod errors;
    #[path = "cloud_api/parameters.rs"]
    pub mod parameters;
    #[path = "cloud_api/shape.rs"]
    pub mod shape;
    #[path = "cloud_api/signature/mod.rs"]
    pub mod signature;
    #[path = "cloud_api/wire.rs"]
    pub mod wire;

    #[path = "cloud_api/form.rs"]
    mod form;
    #[path = "cloud_api/json.rs"]
    mod json;
}

pub use server::{actions, errors, parameters, shape, signature, wire};

/// Facts of the platform: cron, `--set`, handlers, environments.
#[allow(dead_code, clippy::all, reason = "only a part of it is called here, and krait's build lints it")]
#[path = "../../../runtime/src/contract/mod.rs"]
pub mod contract;

/// What the frames hold of the interpreter's.
#[allow(dead_code, reason = "the frames' code wants their names; nothing here reads the fields")]
mod python {
    #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    pub struct InvalidEvent {
        message: String,
        line: usize,
        column: usize,
        position: usize,
    }

    #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    pub struct ImportTime {
        module: String,
        depth: u32,
        own: std::time::Duration,
        cumulated: std::time::Duration,
        failed: bool,
    }

    #[derive(Debug)]
    pub struct CodePaths {
        pub code: std::path::PathBuf,
        pub layers: Vec<std::path::PathBuf>,
    }
}

/// What the frames hold of the sandbox's. What an instance sends holds none of it.
mod sandbox {
    #[derive(Debug, serde::Serialize, serde::Deserialize)]
    pub struct Groups {}
}

#[allow(dead_code, reason = "only what reads frames is called here")]
#[path = "../../../runtime/src/instance"]
mod instance {
    mod marker;
    mod proof;
    mod wire;

    /// What a watcher makes of bytes that come from an instance in pieces of `size`: how each message
    /// reads, and whether they end in what is no message.
    pub fn frames(bytes: &[u8], size: usize) -> (Vec<String>, bool) {
        let mut frames = wire::Frames::default();
        let mut messages = Vec::new();
        for piece in bytes.chunks(size.max(1)) {
            frames.push(piece);
            loop {
                match frames.next() {
                    Ok(Some(message)) => messages.push(format!("{message:?}")),
                    Ok(None) => break,
                    Err(_) => return (messages, true),
                }
            }
        }
        (messages, false)
    }

    /// What of a log comes before the end of the loading, and what after, in pieces of `size`.
    pub fn split(log: &[u8], marker: &[u8; 16], size: usize) -> (Vec<u8>, Vec<u8>) {
        let text = serde_json::to_string(marker).expect("numbers");
        let marker = serde_json::from_str(&text).expect("a marker");
        let mut splitter = marker::Splitter::new(marker);
        let (mut before, mut after) = (Vec::new(), None::<Vec<u8>>);
        for piece in log.chunks(size.max(1)) {
            match &mut after {
                Some(after) => after.extend_from_slice(piece),
                None => {
                    let (more, rest) = splitter.split(piece);
                    before.extend(more);
                    after = rest;
                }
            }
        }
        before.extend(splitter.rest());
        (before, after.unwrap_or_default())
    }
}

pub use instance::{frames, split};
