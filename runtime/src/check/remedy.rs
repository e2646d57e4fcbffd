//! What helps where a module is missing or compiled.

use super::{
    library::Target,
    search::{self, made_for},
};
use std::{
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
};

/// The packages with compiled extensions, and what to use instead.
const EXTENSIONS: &str = include_str!("../../../stdlib-shims/extensions.toml");

/// Packages of the index whose modules are called otherwise.
const PACKAGES: [(&str, &str); 62] = [
    ("OpenSSL", "pyOpenSSL"),
    ("argon2", "argon2-cffi"),
    ("bs4", "beautifulsoup4"),
    ("dateutil", "python-dateutil"),
    ("docx", "python-docx"),
    ("dotenv", "python-dotenv"),
    ("googleapiclient", "google-api-python-client"),
    ("gmssl", "gmssl"),
    ("git", "GitPython"),
    ("jose", "python-jose"),
    ("jwt", "PyJWT"),
    ("kafka", "kafka-python"),
    ("magic", "python-magic"),
    ("markdown", "Markdown"),
    ("mysql", "mysql-connector-python"),
    ("oss2", "oss2"),
    ("pkg_resources", "setuptools<81"),
    ("pptx", "python-pptx"),
    ("pymysql", "PyMySQL"),
    ("qcloud_cos", "cos-python-sdk-v5"),
    ("redis", "redis"),
    ("requests", "requests"),
    ("flask", "flask"),
    ("boto3", "boto3"),
    ("httpx", "httpx"),
    ("aiohttp", "aiohttp"),
    ("fastapi", "fastapi"),
    ("pydantic", "pydantic"),
    ("serverless_wsgi", "serverless-wsgi"),
    ("slugify", "python-slugify"),
    ("telegram", "python-telegram-bot"),
    ("tencentcloud", "tencentcloud-sdk-python"),
    ("tencentserverless", "tencentserverless"),
    ("websocket", "websocket-client"),
    ("yaml", "PyYAML"),
    ("aws_lambda_powertools", "aws-lambda-powertools"),
    ("aws_xray_sdk", "aws-xray-sdk"),
    ("botocore", "botocore"),
    ("opensearchpy", "opensearch-py"),
    ("elasticsearch", "elasticsearch"),
    ("pytz", "pytz"),
    ("urllib3", "urllib3"),
    ("certifi", "certifi"),
    ("six", "six"),
    ("jinja2", "Jinja2"),
    ("attr", "attrs"),
    ("click", "click"),
    ("tqdm", "tqdm"),
    ("simplejson", "simplejson"),
    ("xmltodict", "xmltodict"),
    ("loguru", "loguru"),
    ("jsonschema", "jsonschema"),
    ("peewee", "peewee"),
    ("sqlalchemy", "SQLAlchemy"),
    ("openai", "openai"),
    ("tenacity", "tenacity"),
    ("arrow", "arrow"),
    ("websockets", "websockets"),
    ("requests_aws4auth", "requests-aws4auth"),
    ("cfnresponse", "cfnresponse"),
    ("crhelper", "crhelper"),
    ("qcloudsms_py", "qcloudsms-py"),
];

#[derive(serde::Deserialize)]
struct Known {
    package: Option<String>,
    instead: Option<String>,
    /// A library of C that it cannot do without, if it has no compiled part of its own.
    library: Option<String>,
    /// The modules, by their full names, that krait has others for.
    #[serde(default)]
    stand_in: HashSet<String>,
}

/// What is known of packages, and what is installed.
pub(super) struct Remedies {
    target: Target,
    known: HashMap<String, Known>,
    /// The packages that the code's `requirements.txt` names, in lower case.
    required: HashSet<String>,
    code: PathBuf,
    layers: Vec<PathBuf>,
    /// The files and folders of installed packages at the top of a folder.
    installed: HashMap<PathBuf, HashSet<String>>,
}

impl Remedies {
    pub(super) fn new(target: Target, path: &[PathBuf]) -> Self {
        let code = path.first().cloned().unwrap_or_default();
        let requirements = fs::read_to_string(code.join("requirements.txt")).unwrap_or_default();
        Self {
            target,
            known: toml::from_str(EXTENSIONS).unwrap_or_default(),
            required: requirements.lines().map(package_of).collect(),
            code,
            layers: path.iter().skip(1).cloned().collect(),
            installed: HashMap::new(),
        }
    }

    /// What helps where a module is nowhere.
    pub(super) fn of_missing(&self, module: &str) -> Option<String> {
        let first = module.split('.').next().unwrap_or(module);
        if first != module {
            return None;
        }
        if let Some(folder) = self.elsewhere(first) {
            return Some(format!("it is in the folder {folder}, which is not in sys.path"));
        }
        if let Some(tip) = self.below_a_layer(first) {
            return Some(tip);
        }
        let known = self.known.get(first);
        let stands_in = known.is_some_and(has_stand_ins);
        if let (Some(known), true, false) = (known, self.target.is_krait(), stands_in) {
            let package = known.package.as_deref().unwrap_or(first);
            let what = match &known.library {
                Some(library) => {
                    format!("{package} needs the library {library}, which krait cannot load")
                }
                None => format!("{package} is a compiled extension, which krait cannot load"),
            };
            return Some(match &known.instead {
                Some(instead) => format!("{what}; use {instead}"),
                None => what,
            });
        }
        let of_table =
            PACKAGES.iter().find(|(name, _)| *name == first).map(|(_, package)| *package);
        let of_extension = known.map(|known| known.package.as_deref().unwrap_or(first));
        let required = self.required.contains(&first.replace('_', "-").to_lowercase());
        let package = of_table.or(of_extension).or(required.then_some(first));
        let place = if self.target.is_krait() { "" } else { " --for cloud" };
        if first == "qcloud_cos_v5" {
            return Some(format!(
                "it is called qcloud_cos now; import that, and krait install{place} cos-python-sdk-v5"
            ));
        }
        if first == "krait" {
            return Some(
                "copy krait's folder stdlib-shims/python/replace/krait into the code".to_owned(),
            );
        }
        Some(match package {
            Some(package) => format!("krait install{place} {package}"),
            None => format!(
                "put it into the code's folder, or install its package: krait install{place} PACKAGE"
            ),
        })
    }

    /// Whether krait has a module of its own for an installed package's module of this name.
    pub(super) fn stands_in(&self, module: &str) -> bool {
        let first = module.split('.').next().unwrap_or(module);
        let known = self.known.get(first).filter(|known| has_stand_ins(known));
        self.target.is_krait() && known.is_some_and(|known| known.stand_in.contains(module))
    }

    /// What is said of a module that is an extension, and what helps.
    pub(super) fn of_extension(&self, module: &str, file: &Path) -> (String, Option<String>) {
        let first = module.split('.').next().unwrap_or(module);
        let known = self.known.get(first);
        let package = known.and_then(|known| known.package.as_deref()).unwrap_or(first);
        let made_for = made_for(file);
        match self.target {
            Target::Krait => (
                format!("{package}'s compiled part is for {made_for}; krait cannot load it"),
                known
                    .and_then(|known| known.instead.as_ref())
                    .map(|instead| format!("use {instead}")),
            ),
            Target::Cloud(minor) => (
                format!(
                    "{package}'s compiled part is for {made_for}; the cloud's Python 3.{minor} on \
                     Linux cannot load it"
                ),
                Some(format!("krait install --for cloud --python 3.{minor} {package}")),
            ),
        }
    }

    /// A folder of the code's that has a module, where the module is not found.
    fn elsewhere(&self, module: &str) -> Option<String> {
        for entry in fs::read_dir(&self.code).ok()?.flatten() {
            let folder = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if folder.is_dir() && !name.starts_with('.') && !folder.join("__init__.py").is_file() {
                let found = search::find(&[folder], module, self.target);
                if found.is_some_and(|found| !matches!(found, search::Found::Namespace(_))) {
                    return Some(name);
                }
            }
        }
        None
    }

    /// What is said where a layer has a module in its folder `python`, as layers of AWS have. The
    /// platform searches the layer's root alone.
    fn below_a_layer(&self, module: &str) -> Option<String> {
        let is_there = self.layers.iter().any(|layer| {
            let found = search::find(&[layer.join("python")], module, self.target);
            found.is_some_and(|found| !matches!(found, search::Found::Namespace(_)))
        });
        is_there.then(|| {
            "it is in the layer's folder python, where AWS looks; here modules are at a layer's root: \
             zip what is in that folder"
                .to_owned()
        })
    }

    /// Whether a file below a folder of `sys.path` is an installed package's.
    pub(super) fn is_installed(&mut self, folder: &Path, file: &Path) -> bool {
        let Ok(inside) = file.strip_prefix(folder) else { return false };
        let Some(top) = inside.iter().next().map(|top| top.to_string_lossy().into_owned()) else {
            return false;
        };
        let installed =
            self.installed.entry(folder.to_path_buf()).or_insert_with(|| installed_in(folder));
        if installed.contains(&top) {
            return true;
        }
        // A package that was copied, without what an installer writes down.
        let first = folder.join(&top);
        let first = if first.is_dir() { first.join("__init__.py") } else { first };
        let text = fs::read_to_string(first).unwrap_or_default();
        let copied = text.contains("__version__") || text.contains("__author__");
        if copied {
            installed.insert(top);
        }
        copied
    }
}

fn has_stand_ins(known: &Known) -> bool {
    cfg!(feature = "stand-ins") && !known.stand_in.is_empty()
}

/// The first parts of the paths of what is installed in a folder.
fn installed_in(folder: &Path) -> HashSet<String> {
    let mut tops = HashSet::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let about = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".dist-info") {
            let record = fs::read_to_string(about.join("RECORD")).unwrap_or_default();
            let paths = record.lines().map(|line| line.trim_start_matches('"'));
            tops.extend(paths.filter_map(|path| path.split(['/', ',']).next()).map(str::to_owned));
        } else if name.ends_with(".egg-info") {
            let names = fs::read_to_string(about.join("top_level.txt")).unwrap_or_default();
            tops.extend(names.lines().flat_map(|name| [name.to_owned(), format!("{name}.py")]));
        }
    }
    tops
}

/// The package that a line of requirements names.
fn package_of(line: &str) -> String {
    let name = line.trim().split(|each: char| !(each.is_alphanumeric() || "-_.".contains(each)));
    name.into_iter().next().unwrap_or_default().replace('_', "-").to_lowercase()
}
