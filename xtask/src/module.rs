//! Building `krait.wasm`.

use super::{
    cargo, cargo_with, host, root, target_folder,
    toolchain::{self, Toolchain},
};
use anyhow::{Context, Result, bail};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

const TARGET: &str = "wasm32-wasip1";

/// The environment variable that says which Rust compiles the module: `debian`, or `rustup`,
/// which gives way to Debian's where it has no such target.
const TOOLCHAIN: &str = "KRAIT_WASM_TOOLCHAIN";

/// What a host may use of the module: `runtime/src/exports` has the functions. All that has a
/// C name comes exported from the compiler, libraries' functions too, and is cut down to this.
const EXPORTS: &[&str] = &[
    "memory",
    "_start",
    "krait_add",
    "krait_alloc",
    "krait_answer",
    "krait_ended",
    "krait_events",
    "krait_free",
    "krait_invoke",
    "krait_keep",
    "krait_load",
    "krait_prepare",
    "krait_unpack",
    "krait_version",
];

/// What the compiler may have used beyond WebAssembly's first version.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Builds the module, makes it small, and has it build its interpreter. Its own target folder
/// keeps the native build as it is.
pub(super) fn build() -> Result<PathBuf> {
    let folder = target_folder().join("wasm");
    compile(&folder)?;
    let built = folder.join(TARGET).join("module/krait.wasm");
    let exported = folder.join("exported.wasm");
    let small = folder.join("bare.wasm");
    let graph = folder.join("exports.json");
    fs::write(&graph, export_graph())?;
    binaryen("wasm-metadce", &[&built, Path::new("--graph-file"), &graph], &exported)?;
    binaryen("wasm-opt", &[&exported, Path::new("-Oz")], &small)?;
    let module = target_folder().join("dist/krait.wasm");
    fs::create_dir_all(target_folder().join("dist"))?;
    let status = Command::new(wasmtime_host()?).arg("prepare").args([&small, &module]).status()?;
    if !status.success() {
        bail!("the module did not build its interpreter");
    }
    Ok(module)
}

/// Writes a program `krait` that is `krait.wasm` in a host, compiled ahead of time, for tests.
pub(super) fn program() -> Result<PathBuf> {
    let folder = target_folder().join("wasm");
    let host = wasmtime_host()?;
    let compiled = folder.join("krait.cwasm");
    let module = target_folder().join("dist/krait.wasm");
    let status = Command::new(&host).arg("compile").args([&module, &compiled]).status()?;
    if !status.success() {
        bail!("{} cannot be compiled; make it with cargo xtask wasm", module.display());
    }
    let program = folder.join("bin/krait");
    fs::create_dir_all(folder.join("bin"))?;
    // The module may use the repository, as cases of examples do. No case takes so long.
    let script = format!(
        "#!/bin/sh\nexport KRAIT_WASMTIME_FOLDERS='{}'\nexec timeout 60 '{}' run '{}' \"$@\"\n",
        root().display(),
        host.display(),
        compiled.display()
    );
    fs::write(&program, script)?;
    let status = Command::new("chmod").arg("+x").arg(&program).status()?;
    if !status.success() {
        bail!("{} cannot be made executable", program.display());
    }
    Ok(program)
}

/// Measures the module before and after it built its interpreter, beside krait itself.
pub(super) fn figures(krait: &Path) -> Result<()> {
    let folder = target_folder().join("wasm");
    let modules = [folder.join("bare.wasm"), target_folder().join("dist/krait.wasm")];
    let status =
        Command::new(wasmtime_host()?).arg("figures").args(&modules).arg(krait).status()?;
    if !status.success() {
        bail!("the figures were not taken");
    }
    Ok(())
}

fn compile(folder: &Path) -> Result<()> {
    let mut environment = vec![("CARGO_TARGET_DIR".to_owned(), folder.display().to_string())];
    let mut arguments: Vec<String> = [
        "build",
        "--profile",
        "module",
        "--package",
        "krait",
        "--bin",
        "krait",
        "--target",
        TARGET,
        // Without stand-ins for compiled packages, which would be a fifth of it.
        "--no-default-features",
    ]
    .map(str::to_owned)
    .to_vec();
    if asks_for_debian()? || !toolchain::has_target(TARGET)? {
        let toolchain = Toolchain::of_debian("debian-wasm-toolchain.sh", TARGET)?;
        environment.extend(toolchain.environment);
        arguments.extend(toolchain.arguments);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    cargo_with(&arguments, &environment)
}

/// Whether Debian's toolchain is to be used even where rustup's target is there.
fn asks_for_debian() -> Result<bool> {
    match env::var(TOOLCHAIN).as_deref() {
        Err(_) | Ok("rustup") => Ok(false),
        Ok("debian") => Ok(true),
        Ok(other) => bail!("{TOOLCHAIN} is {other:?}: rustup (the default) or debian is meant"),
    }
}

fn binaryen(tool: &str, inputs: &[&Path], out: &Path) -> Result<()> {
    let output = Command::new(tool)
        .args(inputs)
        .args(FEATURES)
        .arg("-o")
        .arg(out)
        .output()
        .with_context(|| format!("{tool} does not run: install Debian's package binaryen"))?;
    if !output.status.success() {
        bail!("{tool} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// What is to be kept, as `wasm-metadce` reads it.
fn export_graph() -> String {
    let name = |export: &&str| format!("export {export}");
    let mut nodes = vec![serde_json::json!({
        "name": "host",
        "root": true,
        "reaches": EXPORTS.iter().map(name).collect::<Vec<_>>(),
    })];
    nodes.extend(
        EXPORTS.iter().map(|export| serde_json::json!({"name": name(export), "export": export})),
    );
    serde_json::Value::Array(nodes).to_string()
}

/// The host in `hosts/wasmtime`, built.
fn wasmtime_host() -> Result<PathBuf> {
    cargo(&["build", "--release", "--package", "krait-wasmtime"])?;
    let folder = target_folder();
    let folder = if folder.is_absolute() { folder } else { env::current_dir()?.join(folder) };
    Ok(folder.join(host()?).join("release/krait-wasmtime"))
}
