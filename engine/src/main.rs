//! Compiles a crate from a copy of its source that has its changes.
//!
//! Called by the script `rustc` with the folder of all changes, a folder for copies, the compiler,
//! and what cargo says to it. Where `KRAIT_ENGINE_SOURCES` names a folder with the crate in it
//! (`cargo xtask engine edit` makes one), that is compiled instead, incrementally and with fewer
//! optimisations, as krait's own crates are then.

use std::{
    env,
    error::Error,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

fn main() -> ExitCode {
    match compile() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: the engine cannot be compiled with krait's changes: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compile() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let mut next = || arguments.next().ok_or("called with too few arguments");
    let changes = PathBuf::from(next()?);
    let copies = PathBuf::from(next()?);
    let rustc = next()?;
    let mut arguments: Vec<OsString> = arguments.collect();

    let name = env::var("CARGO_PKG_NAME")?;
    let source = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let changes = changes.join(&name);
    let edited = env::var_os("KRAIT_ENGINE_SOURCES").map(|folder| Path::new(&folder).join(&name));
    let copy = match &edited {
        Some(edited) if edited.is_dir() => edited.clone(),
        // krait's own crates, beside what is edited.
        Some(_) if !changes.is_dir() => source.clone(),
        _ => {
            let copy = copies.join(format!("{name}-{}", env::var("CARGO_PKG_VERSION")?));
            krait_engine::lay(&source, &changes, &copy)?;
            copy
        }
    };
    if edited.is_some() {
        // A change is to be tried soon: what is not compiled again saves the most. For figures,
        // KRAIT_ENGINE_OPT_LEVEL=3 has the interpreter compiled more like what ships.
        let level = env::var("KRAIT_ENGINE_OPT_LEVEL").ok().filter(|_| name == "rustpython-vm");
        let incremental = format!("incremental={}", copies.join("incremental").display());
        let level = level.map_or_else(
            || vec![incremental, "opt-level=1".to_owned()],
            |level| vec![format!("opt-level={level}")],
        );
        for option in ["lto=off".to_owned()].into_iter().chain(level) {
            arguments.extend(["-C".into(), option.into()]);
        }
    }
    let copy = copy.canonicalize()?;
    for argument in &mut arguments {
        let path = Path::new(argument);
        if path.extension().is_some_and(|extension| extension == "rs")
            && let Ok(rest) = path.strip_prefix(&source)
        {
            *argument = copy.join(rest).into();
        }
    }
    let status = Command::new(rustc).args(&arguments).status()?;
    if !status.success() {
        return Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1).into());
    }
    if let (Some(file), Ok(changes)) = (dependencies(&arguments), changes.canonicalize())
        && file.exists()
    {
        add_dependency(&file, &changes)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Where rustc writes what it read.
fn dependencies(arguments: &[OsString]) -> Option<PathBuf> {
    let texts: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    let after =
        |option| texts.iter().position(|text| text == option).and_then(|at| texts.get(at + 1));
    let suffix = texts.iter().find_map(|text| text.strip_prefix("extra-filename="));
    let name = format!("{}{}.d", after("--crate-name")?, suffix.unwrap_or_default());
    Some(Path::new(&**after("--out-dir")?).join(name))
}

/// Has cargo compile the crate again when anything in the folder of its changes is newer.
fn add_dependency(file: &Path, folder: &Path) -> io::Result<()> {
    let text = fs::read_to_string(file)?;
    let folder = folder.display().to_string().replace(' ', "\\ ");
    let Some((first, rest)) = text.split_once('\n') else { return Ok(()) };
    fs::write(file, format!("{first} {folder}\n{rest}"))
}
