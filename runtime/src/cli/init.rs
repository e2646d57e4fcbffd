//! `krait init`: a function to begin with.

use super::{
    Fatal,
    options::{InitArguments, InitTemplate},
};
use crate::contract::{events, names};
use anyhow::{Context as _, anyhow};
use clap::ValueEnum as _;
use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

/// What is not packed.
const IGNORED: &str = "\
# What `krait pack` leaves out, as .gitignore has it.
test_*.py
event.json
";

/// What differs between the templates.
struct Template {
    handler: &'static str,
    test: &'static str,
    event: &'static str,
    /// Lines of the function's properties in template.yaml.
    trigger: &'static str,
}

/// Makes a function, and says what to do with it.
pub(super) fn run(arguments: &InitArguments) -> Result<u8, Fatal> {
    let called = arguments.template.to_possible_value();
    let called = called.as_ref().map_or("function", |value| value.get_name());
    let folder = arguments.folder.clone().unwrap_or_else(|| PathBuf::from(called));
    let name = name_of(&folder)?;
    let template = template(arguments.template)?;
    let files = [
        ("index.py", template.handler.to_owned()),
        ("test_index.py", template.test.to_owned()),
        ("event.json", template.event.to_owned()),
        ("template.yaml", declaration(&name, template.trigger)),
        (".kraitignore", IGNORED.to_owned()),
    ];
    if let Some((there, _)) = files.iter().find(|(file, _)| folder.join(file).exists()) {
        return Err(Fatal::Request(anyhow!(
            "{} is there already; name another folder",
            folder.join(there).display()
        )));
    }
    fs::create_dir_all(&folder)
        .with_context(|| format!("the folder {} cannot be made", folder.display()))
        .map_err(Fatal::Request)?;
    for (file, text) in files {
        write(&folder.join(file), &text).map_err(Fatal::Request)?;
    }
    let shown = folder.display();
    println!(
        "{shown} is there. In it:\n  krait invoke -E event.json\n  krait python -m unittest\n  \
         krait serve --watch"
    );
    Ok(0)
}

/// The name that the function has: its folder's.
fn name_of(folder: &Path) -> Result<String, Fatal> {
    let path = std::path::absolute(folder).map_err(Fatal::request)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    names::function_name(&name)
        .context("the folder's name is the function's")
        .map_err(Fatal::Request)?;
    Ok(name)
}

fn template(template: InitTemplate) -> Result<Template, Fatal> {
    let event = |name: &str| {
        let found = events::named(name).map(|event| event.text);
        found.ok_or_else(|| Fatal::Internal(anyhow!("there is no event {name}")))
    };
    Ok(match template {
        InitTemplate::Event => Template {
            handler: include_str!("init/event.py"),
            test: include_str!("init/test_event.py"),
            event: "{\"name\": \"SCF\"}\n",
            trigger: "",
        },
        InitTemplate::Url => Template {
            handler: include_str!("init/url.py"),
            test: include_str!("init/test_url.py"),
            event: event("function-url")?,
            trigger: "",
        },
        InitTemplate::Timer => Template {
            handler: include_str!("init/timer.py"),
            test: include_str!("init/test_timer.py"),
            event: event("timer")?,
            trigger: "        Events:
          EveryDay:
            Type: Timer
            Properties:
              CronExpression: \"0 0 3 * * * *\"
              Message: user text
              Enable: true
",
        },
        InitTemplate::Cos => Template {
            handler: include_str!("init/cos.py"),
            test: include_str!("init/test_cos.py"),
            event: event("cos")?,
            trigger: "",
        },
    })
}

fn declaration(name: &str, trigger: &str) -> String {
    format!(
        "Resources:
  default:
    Type: TencentCloud::Serverless::Namespace
    {name}:
      Type: TencentCloud::Serverless::Function
      Properties:
        CodeUri: ./
        Handler: index.main_handler
        Runtime: Python3.10
        MemorySize: 128
        Timeout: 3
{trigger}"
    )
}

/// Writes a file that is not there yet.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let made = File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    made.with_context(|| format!("{} cannot be written", path.display()))
}
