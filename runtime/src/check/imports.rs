//! Importing, as an interpreter would, but for running anything: which file a module is, and
//! whether its import fails.

use super::{
    Kind,
    library::{Library, Part, Target},
    remedy::Remedies,
    search::{self, Found},
    source::Source,
};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    rc::Rc,
};

/// How sure it is that a statement is run, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Certainty {
    Certain,
    /// Behind a condition.
    Perhaps,
    /// When a function is called.
    Later,
    /// Its failure is caught.
    Guarded,
}

/// Why an import fails.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub kind: Kind,
    pub text: String,
    pub tip: Option<String>,
    /// The line of a package that wants it.
    pub place: Option<String>,
    /// Whether a finding tells it already.
    pub told: bool,
}

/// Something that was found in a module, if the module is imported.
pub(super) struct Told {
    pub certainty: Certainty,
    pub position: (usize, usize),
    pub kind: Kind,
    pub text: String,
    pub tip: Option<String>,
}

/// A module that was imported.
pub(super) struct Module {
    pub name: String,
    /// Whether it is the function's own, and no package's.
    pub own: bool,
    pub source: Option<Rc<Source>>,
    /// Where its submodules are, if it is a package.
    pub folders: Option<Vec<PathBuf>>,
    pub failure: Option<Failure>,
    /// Whether it can have names and submodules that its file does not show.
    pub dynamic: bool,
    pub told: Vec<Told>,
    /// What it imports.
    pub imports: Vec<(usize, Certainty)>,
}

/// All modules, and where they are looked for.
pub(super) struct Imports {
    pub target: Target,
    pub library: Library,
    pub remedies: Remedies,
    /// `sys.path`, without the library.
    pub path: Vec<PathBuf>,
    /// The code's folder and the layers.
    pub roots: Vec<Root>,
    /// Whether there can be modules in folders that are not known: the code adds some to
    /// `sys.path`, or the platform has packages of its own.
    pub path_is_open: bool,
    pub modules: Vec<Module>,
    by_name: HashMap<String, usize>,
    depth: usize,
}

/// A folder of the function's.
pub(super) struct Root {
    pub folder: PathBuf,
    /// What a user typed for it, with what separates it from a file within.
    pub shown: String,
}

/// How deep imports nest at most; what is deeper is taken to be fine.
const DEPTH: usize = 300;

/// Words of a file that makes modules or names as it runs.
const DYNAMIC: [&str; 5] = ["sys.modules", "__path__", "meta_path", "path_hooks", "__getattr__"];

impl Imports {
    pub(super) fn new(target: Target, path: Vec<PathBuf>, roots: Vec<Root>) -> Self {
        Self {
            target,
            library: Library::of(target),
            remedies: Remedies::new(target, &path),
            path,
            roots,
            // It has packages that no list names (docs/contract.md §10).
            path_is_open: target == Target::Cloud(6),
            modules: Vec::new(),
            by_name: HashMap::new(),
            depth: 0,
        }
    }

    /// Imports a module and the packages around it, for the module `from`. Gives the module; none
    /// where nothing of it is known.
    pub(super) fn import(
        &mut self,
        name: &str,
        from: usize,
        certainty: Certainty,
    ) -> Result<Option<usize>, Failure> {
        let (first, rest) = name.split_once('.').map_or((name, ""), |(first, rest)| (first, rest));
        let part = self.library.get(first);
        let found = match part {
            Some(Part::BuiltIn) => None,
            _ => search::find(&self.path, first, self.target),
        };
        let of_library = part.is_some() && matches!(found, None | Some(Found::Namespace(_)));
        if of_library {
            let open = ["test", "tkinter", "lib2to3", "idlelib", "ensurepip", "encodings"];
            if self.library.get(name).is_some() || open.contains(&first) {
                return Ok(None);
            }
            return Err(self.missing(name));
        }
        let Some(found) = found else { return Err(self.missing(first)) };
        let mut module = self.load(first.to_owned(), found, from, certainty)?;
        let mut full = first.to_owned();
        for part in rest.split('.').filter(|part| !part.is_empty()) {
            full = format!("{full}.{part}");
            match self.submodule(module, part) {
                Some(found) => module = self.load(full.clone(), found, from, certainty)?,
                None if self.modules[module].dynamic => return Ok(None),
                None => return Err(self.missing(&full)),
            }
        }
        Ok(Some(module))
    }

    /// The file of a package's submodule.
    pub(super) fn submodule(&self, module: usize, part: &str) -> Option<Found> {
        let folders = self.modules[module].folders.as_deref()?;
        search::find(folders, part, self.target)
    }

    /// Loads the handler's file.
    pub(super) fn load_entry(&mut self, name: &str, file: PathBuf) -> usize {
        let folders = (file.file_name() == Some("__init__.py".as_ref()))
            .then(|| file.parent().map(|folder| vec![folder.to_path_buf()]))
            .flatten();
        let id = self.add(name.to_owned(), Some(&file), folders, true);
        self.run(id);
        id
    }

    /// Loads a module once.
    fn load(
        &mut self,
        name: String,
        found: Found,
        from: usize,
        certainty: Certainty,
    ) -> Result<usize, Failure> {
        let stands_in = self.remedies.stands_in(&name);
        let found = if stands_in { Found::Opaque { folder: None } } else { found };
        if let Found::Extension(file) = &found {
            return Err(self.extension(&name, file));
        }
        let id = match self.by_name.get(&name) {
            Some(id) => *id,
            None => {
                let (file, folders) = match found {
                    Found::File(file) => (Some(file), None),
                    Found::Package { folder } => {
                        (Some(folder.join("__init__.py")), Some(vec![folder]))
                    }
                    Found::Namespace(folders) => (None, Some(folders)),
                    Found::Opaque { folder } => (None, folder.map(|folder| vec![folder])),
                    Found::Extension(_) => (None, None),
                };
                let own = file.as_deref().is_some_and(|file| self.is_own(file));
                let id = self.add(name, file.as_deref(), folders, own);
                if self.depth < DEPTH {
                    self.depth += 1;
                    self.run(id);
                    self.depth -= 1;
                }
                id
            }
        };
        if id != from {
            self.modules[from].imports.push((id, certainty));
        }
        match &self.modules[id].failure {
            Some(failure) => Err(failure.clone()),
            None => Ok(id),
        }
    }

    fn add(
        &mut self,
        name: String,
        file: Option<&Path>,
        folders: Option<Vec<PathBuf>>,
        own: bool,
    ) -> usize {
        let source = file.and_then(|file| Source::read(file, self.target, own)).map(Rc::new);
        let dynamic = match &source {
            Some(source) => DYNAMIC.iter().any(|word| source.mentions(word)),
            // A namespace's submodules are all in its folders.
            None => file.is_some() || folders.is_none(),
        };
        let id = self.modules.len();
        self.by_name.insert(name.clone(), id);
        self.modules.push(Module {
            name,
            own,
            source,
            folders,
            failure: None,
            dynamic,
            told: Vec::new(),
            imports: Vec::new(),
        });
        id
    }

    /// Whether a file is the function's own: in the code's folder, and not of an installed package.
    fn is_own(&mut self, file: &Path) -> bool {
        let in_code = self.roots.first().is_some_and(|root| file.starts_with(&root.folder));
        let searched = self.path.iter().filter(|folder| file.starts_with(folder));
        let folder = searched.max_by_key(|folder| folder.components().count()).cloned();
        in_code && folder.is_some_and(|folder| !self.remedies.is_installed(&folder, file))
    }

    /// A file as the user would type it.
    pub(super) fn shown(&self, file: &Path) -> String {
        for root in &self.roots {
            if let Ok(inside) = file.strip_prefix(&root.folder) {
                return format!("{}{}", root.shown, inside.display());
            }
        }
        file.display().to_string()
    }

    fn missing(&mut self, module: &str) -> Failure {
        let tip = match self.library.became(module) {
            Some(became) => Some(became),
            None => self.remedies.of_missing(module),
        };
        Failure {
            kind: Kind::MissingModule,
            text: format!("No module named '{module}'"),
            tip,
            place: None,
            told: false,
        }
    }

    fn extension(&self, module: &str, file: &Path) -> Failure {
        let (text, tip) = self.remedies.of_extension(module, file);
        Failure { kind: Kind::CompiledExtension, text, tip, place: None, told: false }
    }
}
