//! `krait snapshot`.

use super::{Fatal, options::SnapshotArguments};
use crate::{
    instance::Prewarmed,
    locks,
    snapshot::{self, Cache, Place, Refusal, Unfit},
};
use anyhow::{Context, anyhow};
use std::{fs::File, path::Path};

/// Carries out the options, and prints the status.
pub(super) fn run(arguments: &SnapshotArguments) -> Result<u8, Fatal> {
    if let Some(target) = &arguments.attach {
        return attach(target, arguments).map(|()| 0).map_err(Fatal::Request);
    }
    if arguments.off {
        switch(true)?;
    }
    if arguments.rebuild {
        switch(false)?;
        let attached = Place::attached().and_then(|place| place.check());
        if attached.is_err_and(|refusal| refusal.leaves_room()) {
            rebuild(arguments).map_err(Fatal::Request)?;
        }
    }
    println!("{}", status());
    if std::env::var_os("KRAIT_LOG").is_some_and(|level| level == "debug") {
        println!("{}", locks::status());
    }
    Ok(0)
}

fn switch(off: bool) -> Result<(), Fatal> {
    let Some(cache) = Cache::of_user() else {
        let error = anyhow!(
            "there is no folder to note this in\n  tip: set HOME or XDG_CACHE_HOME, or \
             KRAIT_SNAPSHOT=off for one command"
        );
        return Err(Fatal::Request(error));
    };
    let path = cache.path();
    cache
        .set_off(off)
        .with_context(|| format!("{} cannot be written", path.display()))
        .map_err(Fatal::Request)
}

fn attach(target: &Path, arguments: &SnapshotArguments) -> anyhow::Result<()> {
    let snapshot = target.with_extension("snapshot");
    let attached = File::create(&snapshot)
        .and_then(|_| make(&snapshot, arguments))
        .and_then(|()| snapshot::attach(&snapshot, target));
    let _ = std::fs::remove_file(&snapshot);
    attached
        .with_context(|| format!("no program with a snapshot was written to {}", target.display()))
}

fn rebuild(arguments: &SnapshotArguments) -> anyhow::Result<()> {
    let cache = Cache::of_user().context("there is no folder to keep a snapshot in")?;
    let path = cache.path();
    cache
        .make(|_, unfinished| make(unfinished, arguments).map_err(Unfit::Write))
        .with_context(|| format!("no snapshot was made at {}", path.display()))
}

fn make(file: &Path, arguments: &SnapshotArguments) -> std::io::Result<()> {
    let file = std::path::absolute(file)?;
    Prewarmed::take()?.make_snapshot(file, arguments.modules.clone())
}

/// One line about the snapshot that the next start restores, or why it restores none.
pub(super) fn status() -> String {
    let cache = Cache::of_user();
    if std::env::var_os("KRAIT_SNAPSHOT").is_some_and(|value| value == "off") {
        return "off: KRAIT_SNAPSHOT says so".to_owned();
    }
    if cache.as_ref().is_some_and(Cache::is_off) {
        return "off\n  tip: krait snapshot --rebuild switches it on".to_owned();
    }
    let attached = Place::attached().and_then(|place| place.check());
    let (checked, at) = match (attached, &cache) {
        (Err(refusal), Some(cache)) if refusal.leaves_room() => {
            (cache.open().and_then(|place| place.check()), cache.path().display().to_string())
        }
        (Err(Refusal::Absent), None) => (Err(Refusal::NoFolder), String::new()),
        (attached, _) => (attached, "attached to this program".to_owned()),
    };
    match checked {
        Ok(bytes) => format!("on: {at}, {:.1} MB", bytes as f64 / 1e6),
        Err(Refusal::Absent) => format!("on: the next start makes it at {at}"),
        Err(refusal) => format!("none: {refusal}\n  tip: krait snapshot --rebuild makes it anew"),
    }
}
