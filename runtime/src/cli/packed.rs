//! A program with a function packed into it: the commands that run functions run that one.

use super::{Fatal, options::CommandLine};
use crate::{
    instance,
    pack::executable::{Packed, Unpacked},
    platform::configuration::{self, Declaration, Sources},
};
use anyhow::anyhow;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _};
use std::ffi::OsString;

/// The commands that run functions.
const COMMANDS: [&str; 3] = ["invoke", "serve", "bootstrap"];

/// What a packed program may be called with alone, and what that means.
const LISTEN: &str = "--listen";
const SERVED: [&str; 2] = ["serve", "--only-url"];

/// Reads the command line: options of the packed function come before those that are typed, which
/// win over them.
///
/// # Errors
/// When the function cannot be unpacked. What is wrong with the command line is clap's to tell.
pub(super) fn read(mut typed: Vec<OsString>) -> Result<Result<CommandLine, clap::Error>, Fatal> {
    let mut command = CommandLine::command();
    let begins_with_address = typed.get(1).is_some_and(|text| {
        text.to_str().is_some_and(|text| text == LISTEN || text.starts_with("--listen="))
    });
    if begins_with_address && Packed::own().is_some() {
        typed.splice(1..1, SERVED.map(OsString::from));
    }
    let called = typed.get(1).and_then(|text| text.to_str());
    let called = called.and_then(|text| COMMANDS.into_iter().find(|name| *name == text));
    if let Some((called, packed)) = called.and_then(|called| Some((called, Packed::own()?))) {
        command = command.mut_subcommand(called, |command| command.args_override_self(true));
        let kept = instance::kept::own();
        let folder = kept.as_ref().map(|kept| kept.folder.as_path());
        let unpacked = packed.unpacked(folder).map_err(Fatal::request)?;
        typed.splice(2..2, options(called, &unpacked)?);
    }
    let read = |matches: ArgMatches| CommandLine::from_arg_matches(&matches);
    Ok(command.try_get_matches_from(typed).and_then(read))
}

/// What a command is to be told of the function.
fn options(command: &str, unpacked: &Unpacked) -> Result<Vec<OsString>, Fatal> {
    let mut options: Vec<OsString> = Vec::new();
    let mut option = |name: &str, value: OsString| {
        let mut option = OsString::from(format!("--{name}="));
        option.push(value);
        options.push(option);
    };
    if command == "serve" {
        option("config", unpacked.settings().into());
        return Ok(options);
    }
    let sources = Sources { file: Some(unpacked.settings()), ..Sources::default() };
    let mut declared = configuration::read(&sources).map_err(Fatal::request)?;
    let Some(declared) = declared.pop() else {
        return Err(Fatal::Internal(anyhow!("no function is packed into this program")));
    };
    let Declaration { name, handler, layers, environment, .. } = declared;
    for layer in layers {
        option("layer", layer.into());
    }
    if command == "bootstrap" {
        option("code", unpacked.code().into());
        options.extend(handler.map(OsString::from));
        return Ok(options);
    }
    option("name", name.into());
    let texts =
        [("handler", handler), ("namespace", declared.namespace), ("region", declared.region)];
    for (name, text) in texts {
        if let Some(text) = text {
            option(name, text.into());
        }
    }
    let numbers = [
        ("memory", declared.memory),
        ("timeout", declared.timeout),
        ("init-timeout", declared.init_timeout),
    ];
    for (name, number) in numbers {
        if let Some(number) = number {
            option(name, number.to_string().into());
        }
    }
    for (key, value) in environment {
        option("env", format!("{key}={value}").into());
    }
    options.push(unpacked.code().into());
    Ok(options)
}
