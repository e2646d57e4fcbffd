//! The options of `cargo xtask release`.

use anyhow::{Context, Result, bail};
use std::path::PathBuf;

const USAGE: &str = "\
usage: cargo xtask release [OPTIONS]
       cargo xtask release verify FOLDER PUBLIC-KEY
  --program FILE     a program that is built already, of any target; may be repeated
  --all              build what no --program is given for
  --module FILE      a krait.wasm that is built already
  --without-module   no krait.wasm and no npm package
  --out FOLDER       where the files are written [default: target/release]
  --url URL          where the files will be, for install.sh
  --quick            compress little, to try it";

/// What the releaser asks for.
#[derive(Debug, Default)]
pub(super) struct Options {
    pub programs: Vec<PathBuf>,
    pub all: bool,
    pub module: Option<PathBuf>,
    pub without_module: bool,
    pub out: Option<PathBuf>,
    pub url: Option<String>,
    pub quick: bool,
}

impl Options {
    pub(super) fn read(words: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("{word} needs a value"));
            match word.as_str() {
                "--program" => options.programs.push(value()?.into()),
                "--all" => options.all = true,
                "--module" => options.module = Some(value()?.into()),
                "--without-module" => options.without_module = true,
                "--out" => options.out = Some(value()?.into()),
                "--url" => options.url = Some(value()?.trim_end_matches('/').to_owned()),
                "--quick" => options.quick = true,
                _ => bail!("{word} is no option\n{USAGE}"),
            }
        }
        Ok(options)
    }
}
