//! `krait install`: pip does the work, in a program of krait's own
//! (`stdlib-shims/python/replace/_krait_install/`).

use super::{Fatal, options::InstallArguments, python};
use crate::{
    instance::{python_path, run_program},
    python::{Program, Source, Switches},
    snapshot::user_folder,
};
use anyhow::anyhow;
use serde_json::json;

/// The program, which is told what is asked for as JSON.
const PROGRAM: &str = "\
import json, sys, _krait_install
sys.exit(_krait_install.main(json.loads(sys.argv[1])))";

/// Installs what was asked for, and ends the process.
pub(super) fn run(arguments: &InstallArguments) -> Result<u8, Fatal> {
    let cache = user_folder().ok_or_else(|| {
        let error = "there is no folder to keep pip in\n  tip: set HOME or XDG_CACHE_HOME";
        Fatal::Request(anyhow!(error))
    })?;
    let asked = json!({
        "packages": arguments.packages,
        "requirements": arguments.requirements,
        "into": arguments.into,
        "layer": arguments.layer,
        "lock": arguments.lock,
        "for": arguments.place,
        "python": arguments.python,
        "no_index": arguments.no_index,
        "find_links": arguments.find_links,
        "cache": cache,
    });
    // Neither packages of the user's nor the folder here come before pip's own.
    let switches = Switches {
        isolated: true,
        ignore_environment: true,
        safe_path: true,
        no_user_site: true,
        ..Switches::default()
    };
    run_program(Program {
        source: Source::Command(PROGRAM.into()),
        arguments: vec![asked.to_string().into()],
        executable: python_path(),
        prefix: python::prefix(),
        switches,
        ..Program::default()
    })
}
