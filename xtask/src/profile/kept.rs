//! The profile as it is kept: `krait.profdata.xz`, and `made-for` beside it, which says what it was
//! made for, in lines of a word and what it is:
//!
//! ```text
//! profile 5f0c...                        the first file's SHA-256
//! rustc 1.95.0 (...), LLVM 22.1.2, ...   the compiler
//! engine 0.6.0                           the engine's version
//! change rustpython-vm/NAME.md 09ab...   each change of the engine, with its SHA-256's start
//! ```

use super::{compiler, files};
use crate::root;
use anyhow::{Context, Result, ensure};
use std::{
    collections::BTreeMap,
    fmt, fs,
    io::{Read as _, Write as _},
    path::Path,
};
use xz::{read::XzDecoder, write::XzEncoder};

const PROFILE: &str = "krait.profdata.xz";
const MADE_FOR: &str = "made-for";

/// What LLVM's indexed profiles begin with.
const MAGIC: &[u8] = b"\xfflprofi\x81";

/// A profile is too old when more than one in so many changes of the engine is another.
const OLD: usize = 10;

/// What a profile is made for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct MadeFor {
    /// The compiler: names of functions hold its version.
    pub compiler: String,
    /// The version of the engine.
    pub engine: String,
    /// Checksums of the engine's changes, by file.
    pub changes: BTreeMap<String, String>,
}

/// Whether a profile fits what is built.
#[derive(Debug, PartialEq)]
pub(super) enum Fit {
    /// It does.
    Well,
    /// It does in part, or not any more.
    Old(String),
    /// It cannot be used, or there is none.
    Without(String),
}

impl fmt::Display for Fit {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        const RENEW: &str = "`cargo xtask profile` makes it anew";
        match self {
            Self::Well => to.write_str("built by profile"),
            Self::Old(why) => write!(to, "built by profile, which is old: {why}; {RENEW}"),
            Self::Without(why) => write!(to, "built without a profile: {why}; {RENEW}"),
        }
    }
}

/// A profile that can be used.
pub(super) struct Profile {
    /// It tells its content from others.
    pub name: String,
    pub content: Vec<u8>,
}

impl MadeFor {
    /// What would be built now.
    pub(super) fn now() -> Result<Self> {
        let lock = fs::read_to_string(root().join("Cargo.lock"))?;
        let mut changes = BTreeMap::new();
        let folder = root().join("engine/changes");
        for path in files(&folder)? {
            let name = path.strip_prefix(&folder)?.to_string_lossy().into_owned();
            // The library's Python is no code of the compiler's.
            if !name.starts_with("rustpython-pylib/") {
                changes.insert(name, krait_engine::checksum(&path)?[..12].to_owned());
            }
        }
        Ok(Self { compiler: summary(&compiler()?), engine: version_of_engine(&lock), changes })
    }

    pub(super) fn write(&self, checksum: &str) -> String {
        let mut text =
            format!("profile {checksum}\nrustc {}\nengine {}\n", self.compiler, self.engine);
        for (name, checksum) in &self.changes {
            text += &format!("change {name} {checksum}\n");
        }
        text
    }

    /// Gives the checksum of the profile, too.
    pub(super) fn read(text: &str) -> Option<(String, Self)> {
        let mut made_for = Self::default();
        let mut checksum = None;
        for line in text.lines() {
            let (word, rest) = line.split_once(' ')?;
            match word {
                "profile" => checksum = Some(rest.to_owned()),
                "rustc" => rest.clone_into(&mut made_for.compiler),
                "engine" => rest.clone_into(&mut made_for.engine),
                "change" => {
                    let (name, checksum) = rest.rsplit_once(' ')?;
                    made_for.changes.insert(name.to_owned(), checksum.to_owned());
                }
                _ => return None,
            }
        }
        Some((checksum?, made_for))
    }

    /// Whether a profile that was made for this fits what is built now.
    pub(super) fn fit(&self, now: &Self) -> Fit {
        if self.compiler != now.compiler {
            return Fit::Without(format!(
                "it was made for rustc {}, and this is {}",
                self.compiler, now.compiler
            ));
        }
        if self.engine != now.engine {
            return Fit::Old(format!("it is of the engine's version {}", self.engine));
        }
        let same = now.changes.iter().filter(|(name, sum)| self.changes.get(*name) == Some(sum));
        let others = now.changes.len() - same.count();
        let gone = self.changes.keys().filter(|name| !now.changes.contains_key(*name)).count();
        let different = others + gone;
        if different * OLD > now.changes.len() {
            return Fit::Old(format!(
                "{different} changes of the engine are not as it knows them, of {}",
                now.changes.len()
            ));
        }
        Fit::Well
    }
}

/// The kept profile, where it can be used, and how well it fits.
pub(super) fn fitting(folder: &Path, now: &MadeFor) -> (Fit, Option<Profile>) {
    match read(folder) {
        Err(error) => (Fit::Without(format!("{error:#}")), None),
        Ok((made_for, packed)) => match made_for.fit(now) {
            fit @ Fit::Without(_) => (fit, None),
            fit => match unpack(packed) {
                Ok(profile) => (fit, Some(profile)),
                Err(error) => (Fit::Without(format!("it is damaged: {error:#}")), None),
            },
        },
    }
}

/// A profile that was not unpacked yet.
struct Packed {
    checksum: String,
    found: String,
    content: Vec<u8>,
}

fn read(folder: &Path) -> Result<(MadeFor, Packed)> {
    let path = folder.join(PROFILE);
    let content = fs::read(&path).context("there is none")?;
    let text = fs::read_to_string(folder.join(MADE_FOR)).context("what it is for is not known")?;
    let (checksum, made_for) = MadeFor::read(&text).context("what it is for cannot be read")?;
    Ok((made_for, Packed { checksum, found: krait_engine::checksum(&path)?, content }))
}

fn unpack(packed: Packed) -> Result<Profile> {
    ensure!(packed.checksum == packed.found, "its checksum is another");
    let mut content = Vec::new();
    XzDecoder::new(&*packed.content).read_to_end(&mut content)?;
    ensure!(content.starts_with(MAGIC), "it is no profile of LLVM's");
    let name = packed.checksum.get(..16).context("its checksum is cut")?.to_owned();
    Ok(Profile { name, content })
}

/// Keeps a profile. Gives how many bytes it takes in the repository.
pub(super) fn keep(folder: &Path, profile: &[u8], made_for: &MadeFor) -> Result<usize> {
    ensure!(profile.starts_with(MAGIC), "the counts are no profile of LLVM's");
    let mut encoder = XzEncoder::new(Vec::new(), 9);
    encoder.write_all(profile)?;
    let packed = encoder.finish()?;
    fs::create_dir_all(folder)?;
    let path = folder.join(PROFILE);
    fs::write(&path, &packed)?;
    let text = made_for.write(&krait_engine::checksum(&path)?);
    fs::write(folder.join(MADE_FOR), &text)?;
    Ok(packed.len() + text.len())
}

/// The lines of `rustc -vV` that names of functions, and what the compiler makes of them, hang on.
pub(super) fn summary(compiler: &str) -> String {
    let rest = |start: &str| compiler.lines().find_map(|line| line.strip_prefix(start));
    let first = compiler.lines().next().unwrap_or_default().trim_start_matches("rustc ");
    let llvm = rest("LLVM version: ").unwrap_or("unknown");
    format!("{first}, LLVM {llvm}, for {}", rest("host: ").unwrap_or("unknown"))
}

/// The engine's version in a Cargo.lock.
pub(super) fn version_of_engine(lock: &str) -> String {
    let after = lock.split("name = \"rustpython-vm\"\n").nth(1).unwrap_or_default();
    let line = after.lines().next().unwrap_or_default();
    line.trim_start_matches("version = ").trim_matches('"').to_owned()
}
