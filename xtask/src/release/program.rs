//! A program that is released.

use super::{Facts, Target, host};
use anyhow::{Context, Result, bail, ensure};
use object::{
    Object as _,
    elf::{FileHeader64, PT_INTERP},
    read::elf::{ElfFile, ProgramHeader as _},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

/// A built program of one target.
#[derive(Debug)]
pub(super) struct Program {
    pub target: &'static Target,
    pub bytes: Arc<[u8]>,
    path: PathBuf,
}

impl Program {
    /// Reads a program, and finds out by its header which target it is of.
    ///
    /// # Errors
    /// When it is of no target, not static, or not stripped.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let path = path.canonicalize().with_context(|| path.display().to_string())?;
        let shown = path.display();
        let bytes = fs::read(&path).with_context(|| shown.to_string())?;
        let file = ElfFile::<FileHeader64<object::Endianness>>::parse(&*bytes)
            .with_context(|| format!("{shown} is no program for Linux"))?;
        let architecture = file.architecture();
        let target = Target::of(architecture)
            .with_context(|| format!("{shown}: nothing is released for {architecture:?}"))?;
        let asks = file
            .elf_program_headers()
            .iter()
            .any(|header| header.p_type(object::Endianness::Little) == PT_INTERP);
        ensure!(!asks, "{shown} is not static: it asks for an interpreter");
        ensure!(file.symbols().next().is_none(), "{shown} is not stripped");
        Ok(Self { target, bytes: bytes.into(), path })
    }

    /// What it prints, if this machine can run it.
    pub(super) fn prints(&self, words: &[&str]) -> Result<String> {
        let output = Command::new(&self.path).args(words).output();
        let output = output.with_context(|| format!("{} does not run", self.path.display()))?;
        ensure!(
            output.status.success(),
            "{} {} failed: {}",
            self.path.display(),
            words.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Checks that it is of the version that is released. A program of another machine is not asked.
    pub(super) fn check_version(&self, facts: &Facts) -> Result<()> {
        if self.target.triple != host()? {
            return Ok(());
        }
        let told = self.prints(&["--version", "--verbose"])?;
        let version = told.lines().next().unwrap_or_default();
        if version != format!("krait {}", facts.version) {
            bail!("{} is {version}, and not {}", self.path.display(), facts.version);
        }
        if !told.contains(&format!("\ncommit: {}\n", facts.commit)) {
            eprintln!("{} was not built from this commit, or does not tell", self.path.display());
        }
        Ok(())
    }
}
