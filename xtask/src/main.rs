//! krait's build tasks: `cargo xtask TASK`.

mod check;
mod compare;
mod cpython;
mod cpython_tests;
mod dist;
mod engine;
mod locks;
mod module;
mod profile;
mod release;
mod toolchain;

use anyhow::{Context, Result, bail};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

const USAGE: &str = "\
usage: cargo xtask TASK
  check [NAME...]
           what a change should pass before a commit: formats, documents, clippy, and the
           cases with NAME in their names
  engine   list krait's changes of the engine, or show, edit and record them
  cpython  fetch CPython 3.14 into target/python314 if it is not there, and print its version
  cpython-tests
           run CPython's test suite on krait, and compare the failures with tests/cpython
  compare [OPTIONS] [TOPIC...]
           run small generated programs on krait and on CPython, and report differences
  dist [TARGET [PROFILE]]
           build the release binary, target/dist/krait; of another target, target/dist/krait-TARGET
  release [OPTIONS]
           write everything that one downloads, and check it: see docs/releasing.md
  profile  build a program that counts what it runs, train it, and keep its profile for `dist`
  wasm     build the WebAssembly module into target/dist/krait.wasm
  wasm-program
           write target/wasm/bin/krait, the module in a host, which tests can run
  patterns record the standard library's compiled regular expressions for the shims
  bench    measure krait beside CPython, and print BENCHMARKS.md's tables
  serve-bench [PROGRAM]
           measure krait serve beside functions-framework and CPython, and print a table
  wasm-bench
           measure the module beside the native program";

fn main() -> Result<()> {
    let task = env::args().nth(1);
    match task.as_deref() {
        Some("check") => check::run(&env::args().skip(2).collect::<Vec<_>>()),
        Some("engine") => engine::run(&env::args().skip(2).collect::<Vec<_>>()),
        Some("cpython") => cpython::laid_version().map(|version| println!("{version}")),
        Some("cpython-tests") => cpython_tests::run(&env::args().skip(2).collect::<Vec<_>>()),
        Some("compare") => compare::run(&env::args().skip(2).collect::<Vec<_>>()),
        Some("dist") => dist::run(&env::args().skip(2).collect::<Vec<_>>())
            .map(|program| println!("{}", program.display())),
        Some("release") => release::run(&env::args().skip(2).collect::<Vec<_>>()),
        Some("profile") => profile::make(),
        Some("wasm") => module::build().map(|module| println!("{}", module.display())),
        Some("wasm-program") => module::program().map(|program| println!("{}", program.display())),
        Some("wasm-bench") => module::figures(&target_folder().join("dist/krait")),
        Some("patterns") => patterns(),
        Some("bench") => bench(),
        Some("serve-bench") => serve_bench(env::args().nth(2).map(PathBuf::from)),
        _ => bail!("{USAGE}"),
    }
}

/// Makes krait record the patterns that its library compiles, and writes them to a file.
fn patterns() -> Result<()> {
    cargo(&["build", "--release", "--package", "krait"])?;
    let shims = root().join("stdlib-shims");
    let output = Command::new(target_folder().join(host()?).join("release/krait"))
        .arg("invoke")
        .arg(shims.join("record_patterns.py"))
        .args(["--timeout", "300", "--memory", "1024"])
        // A snapshot has its patterns compiled already.
        .env("KRAIT_SNAPSHOT", "off")
        .output()
        .context("krait does not run")?;
    if !output.status.success() {
        bail!("the patterns were not recorded: {}", String::from_utf8_lossy(&output.stderr));
    }
    let text: String = serde_json::from_slice(&output.stdout)?;
    fs::write(shims.join("python/replace/_krait_patterns.py"), text)?;
    Ok(())
}

/// Runs the benchmark program against the release binary.
fn bench() -> Result<()> {
    let program = dist::own()?;
    let run = ["run", "--profile", "dist", "--package", "krait-benches"];
    // What they have in common is compiled already.
    let flags = profile::arguments()?;
    let program = program.to_string_lossy();
    cargo_with(&[&run[..], &words(&flags), &["--", &*program]].concat(), &commit())
}

/// Runs the benchmark of the server against a program, by default the release binary.
fn serve_bench(program: Option<PathBuf>) -> Result<()> {
    let (program, profile, flags) = match program {
        Some(program) => (program.canonicalize().context("the program")?, "release", Vec::new()),
        None => (dist::own()?, "dist", profile::arguments()?),
    };
    let environment = peer_environment()?;
    let folder = target_folder().join("serve-bench");
    let paths = [&program, &environment, &folder].map(|path| path.to_string_lossy());
    let run = ["run", "--profile", profile, "--package", "krait-benches"];
    let paths = paths.each_ref().map(|path| &**path);
    let commit = if profile == "dist" { commit() } else { Vec::new() };
    cargo_with(&[&run[..], &words(&flags), &["--", "serve"], &paths].concat(), &commit)
}

/// A virtual environment with functions-framework and gunicorn, from the package index.
fn peer_environment() -> Result<PathBuf> {
    let environment = target_folder().join("peer");
    if !environment.join("bin/gunicorn").exists() {
        let python = env::var_os("PEER_PYTHON").unwrap_or_else(|| "python3".into());
        let made = Command::new(python).args(["-m", "venv"]).arg(&environment).status();
        let made = made.context("python3 does not run")?.success();
        let mut pip = Command::new(environment.join("bin/pip"));
        pip.args(["install", "--quiet", "functions-framework", "gunicorn"]);
        if !made || !pip.status().context("pip does not run")?.success() {
            bail!("functions-framework and gunicorn were not installed");
        }
    }
    Ok(environment)
}

fn words(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

fn cargo(arguments: &[&str]) -> Result<()> {
    cargo_with(arguments, &[])
}

fn cargo_with(arguments: &[&str], environment: &[(String, String)]) -> Result<()> {
    let (command, rest) = arguments.split_first().context("a cargo command")?;
    // The interpreter's parser declares a newer Rust than it needs.
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Cargo's variables for this program would make build scripts run again.
    for (name, _) in env::vars_os() {
        let name_text = name.to_string_lossy();
        if name_text.starts_with("CARGO_PKG_") || name_text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    let status = cargo
        .arg(command)
        .arg("--ignore-rust-version")
        .args(rest)
        .current_dir(root())
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .status()
        .context("cargo does not run")?;
    if !status.success() {
        bail!("cargo {} failed", arguments.join(" "));
    }
    Ok(())
}

/// The variable by which `krait --version --verbose` gets to know the commit that is built, and whether something
/// was changed since. Sources without git's folder have none.
fn commit() -> Vec<(String, String)> {
    let changes = release::git(&["status", "--porcelain", "--untracked-files=no"]);
    let (Ok(changes), Ok(mut commit)) = (changes, release::git(&["rev-parse", "HEAD"])) else {
        return Vec::new();
    };
    if !changes.is_empty() {
        commit.push_str(", changed");
    }
    vec![("KRAIT_COMMIT".to_owned(), commit)]
}

/// The triple of this machine, under which cargo puts what `.cargo/config.toml` builds.
fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("rustc does not run")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not tell its host")?.to_owned())
}

fn target_folder() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}
