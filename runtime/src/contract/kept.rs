//! What a packed program says of the function that was loaded when it was packed, and whether that is the
//! function which is to run.

use super::{Dialect, Function, environment};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// See the module's own documentation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFunction {
    /// The folder that the program's files must be in: what was loaded knows its paths.
    pub folder: PathBuf,
    pub handler: String,
    pub layers: usize,
    /// The variables that were read while it was loaded, and the values they had. None: it was not there.
    pub read: BTreeMap<String, Option<String>>,
    /// Its time zone, which libc reads from its environment.
    pub zone: Option<String>,
    /// The whole environment, where all of it was read.
    pub environment: Option<BTreeMap<String, String>>,
}

impl KeptFunction {
    /// Where the code is.
    pub fn code(&self) -> PathBuf {
        self.folder.join("code")
    }

    /// Where the layers are.
    pub fn layers(&self) -> Vec<PathBuf> {
        let folder = self.folder.join("layers");
        (0..self.layers).map(|number| folder.join(number.to_string())).collect()
    }

    /// Whether it is `function` with this code: then it need not be loaded. Why it is not.
    ///
    /// # Errors
    /// What differs.
    pub fn check(
        &self,
        function: &Function,
        code: &Path,
        layers: &[PathBuf],
    ) -> Result<(), String> {
        if code != self.code() || layers != self.layers() {
            return Err(format!("its files are not in {}", self.folder.display()));
        }
        if function.own_runtime || function.dialect != Dialect::Scf {
            return Err("it is loaded in another way".to_owned());
        }
        if function.handler.to_string() != self.handler {
            return Err("another handler is to be called".to_owned());
        }
        let now = environment::of(function);
        let changed = self.read.iter().find(|(key, value)| now.get(*key) != value.as_ref());
        if let Some((key, _)) = changed {
            return Err(format!("{key} is not as it was when the function was packed"));
        }
        if self.zone.is_none() || self.zone != zone(&now) {
            return Err("its time zone is not as it was when the function was packed".to_owned());
        }
        let is_same = |all: &BTreeMap<String, String>| {
            all.len() == now.len() && all.iter().all(|(key, value)| now.get(key) == Some(value))
        };
        if !self.environment.as_ref().is_none_or(is_same) {
            return Err("the environment is not as it was when the function was packed".to_owned());
        }
        Ok(())
    }
}

/// What names the time zone of a process with this environment, as libc finds it; none where it cannot be
/// told from another one by its name.
pub fn zone(environment: &IndexMap<String, String>) -> Option<String> {
    const UNIVERSAL: [&str; 6] = ["", "UTC", "UTC0", "Etc/UTC", "GMT", "Universal"];
    let named = match environment.get("TZ") {
        Some(name) => name.trim_start_matches(':').to_owned(),
        None => match fs::canonicalize("/etc/localtime") {
            Ok(file) => file.to_string_lossy().split_once("zoneinfo/")?.1.to_owned(),
            Err(_) => String::new(),
        },
    };
    let is_universal = UNIVERSAL.contains(&named.as_str());
    Some(if is_universal { "UTC".to_owned() } else { named })
}
