//! CPython's test suite, run as handlers on krait: `tests/cpython/README.md`.

mod lists;
mod outcome;
mod run;

use super::{cargo, cpython, host, root, target_folder};
use anyhow::{Context, Result, bail};
use lists::{Expected, Listed};
use outcome::{Outcome, What};
use run::{Ran, Runner};
use std::{
    collections::BTreeMap,
    env, fs,
    num::NonZero,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

const USAGE: &str = "\
usage: cargo xtask cpython-tests [OPTIONS] [MODULE...]
  MODULE             a module of the suite: test_json, or test_json.test_scanstring;
                     all of tests/cpython/modules.txt if left out
  --ci               the modules that are marked so there
  --only TEXT        only tests whose name has TEXT in it
  --from FOLDER      the suite: the folder of the package `test`
                     [default: that of CPython 3.14, laid into target/python314]
  --program PROGRAM  the krait that is tested [default: the release build, which is built]
  --cpython          test the suite's own CPython instead, with the same handler
  --jobs N           how many modules are run at once [default: one for each processor]
  --patience S       a test hangs when it takes so many seconds [default: 120]
  --resources LIST   what tests may use, with commas between: cpu, network, ...
  --hanging          run the tests, too, that are listed as hanging
  --record           write what fails into the lists, and leave out what does not";

/// What was asked for.
struct Options {
    modules: Vec<String>,
    ci: bool,
    only: Option<String>,
    suite: Option<PathBuf>,
    program: Option<PathBuf>,
    cpython: bool,
    jobs: usize,
    patience: Duration,
    resources: Vec<String>,
    hanging: bool,
    record: bool,
}

impl Options {
    fn read(words: &[String]) -> Result<Self> {
        let mut options = Self {
            modules: Vec::new(),
            ci: false,
            only: None,
            suite: None,
            program: None,
            cpython: false,
            jobs: thread::available_parallelism().map_or(1, NonZero::get),
            patience: Duration::from_secs(120),
            resources: Vec::new(),
            hanging: false,
            record: false,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("{word} needs a value"));
            match word.as_str() {
                "--ci" => options.ci = true,
                "--only" => options.only = Some(value()?.clone()),
                "--from" => options.suite = Some(value()?.into()),
                "--program" => options.program = Some(value()?.into()),
                "--cpython" => options.cpython = true,
                "--jobs" => options.jobs = value()?.parse().context("--jobs")?,
                "--patience" => {
                    options.patience = Duration::from_secs(value()?.parse().context("--patience")?);
                }
                "--resources" => {
                    options.resources = value()?.split(',').map(str::to_owned).collect();
                }
                "--hanging" => options.hanging = true,
                "--record" => options.record = true,
                module if !module.starts_with('-') => options.modules.push(module.to_owned()),
                _ => bail!("{USAGE}"),
            }
        }
        Ok(options)
    }
}

/// Does what the words after `cargo xtask cpython-tests` ask for. An error if a test fails that
/// is not listed.
pub(super) fn run(words: &[String]) -> Result<()> {
    let options = Options::read(words)?;
    let folder = target_folder().join("cpython-tests");
    let suite = match &options.suite {
        Some(suite) => suite.canonicalize().with_context(|| suite.display().to_string())?,
        None => cpython::laid()
            .context("--from names a test suite")?
            .join("root/usr/lib/python3.14/test"),
    };
    if !suite.join("support/__init__.py").exists() {
        bail!("{} is no test suite of CPython's", suite.display());
    }
    let modules = modules(&options, &suite)?;
    let lines = fs::read_to_string(cases().join("modules.txt"))?;
    let lines = lines.lines().filter_map(lists::module_line);
    let runner = Runner {
        program: program(&options)?,
        on_cpython: options.cpython,
        by_python: lines.filter(|line| line.python).map(|line| line.name.to_owned()).collect(),
        handler: cases().join("handler.py"),
        layer: layer(&folder, &suite)?,
        folder,
        patience: options.patience,
        resources: options.resources.clone(),
        only: options.only.clone(),
    };

    let began = Instant::now();
    let mut all = Vec::new();
    let queue = Mutex::new(modules.iter());
    let results = Mutex::new(&mut all);
    thread::scope(|scope| {
        for _ in 0..options.jobs {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some(module) = next else { break };
                    let result = one(&runner, module, &options);
                    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                    match &result {
                        Ok(result) => println!("{}", result.line()),
                        Err(error) => println!("{module}: {error:#}"),
                    }
                    results.push(result);
                }
            });
        }
    });
    let results = all.into_iter().collect::<Result<Vec<_>>>()?;
    tell(&results, began.elapsed(), &runner)
}

/// What came of a module, beside what was expected.
struct Compared {
    module: String,
    ran: Ran,
    expected: Expected,
    /// Names that fail and are not listed.
    new: Vec<String>,
    /// Names that are listed and do not fail.
    mended: Vec<String>,
}

fn one(runner: &Runner, module: &str, options: &Options) -> Result<Compared> {
    let path = list_of(module);
    let expected = Expected::read(&path)?;
    let ran = runner.module(module, &expected, options.hanging)?;
    let fails = |name: &String| ran.outcomes.get(name).is_some_and(Outcome::is_failure);
    let new = ran.outcomes.keys().filter(|name| fails(name) && !expected.has(name));
    let new = new.cloned().collect();
    let mended = expected.names().filter(|(name, listed)| {
        let asked_for = options.only.as_ref().is_none_or(|text| name.contains(text));
        let was_run = !listed.hangs() || options.hanging;
        asked_for && was_run && !listed.sometimes() && !fails(name)
    });
    let mended = mended.map(|(name, _)| name.clone()).collect();
    let compared = Compared { module: module.to_owned(), ran, expected, new, mended };
    if options.record {
        compared.record(&path)?;
    }
    Ok(compared)
}

impl Compared {
    fn count(&self, what: &What) -> usize {
        self.ran.outcomes.values().filter(|outcome| outcome.what == *what).count()
    }

    fn line(&self) -> String {
        let failures = self.ran.outcomes.values().filter(|outcome| outcome.is_failure()).count();
        let known = failures - self.new.len();
        let new = match self.new.len() {
            0 => String::new(),
            number => format!(", {number} FAIL ANEW"),
        };
        let mended = match self.mended.len() {
            0 => String::new(),
            number => format!(", {number} no longer fail"),
        };
        format!(
            "{}: {} passed, {} skipped, {known} fail as listed{new}{mended}, {:.1} s",
            self.module,
            self.count(&What::Passed),
            self.count(&What::Skipped),
            self.ran.time.as_secs_f64(),
        )
    }

    /// Adds to the list what is new, with what can be said of it, and takes what is mended from it.
    fn record(&self, path: &Path) -> Result<()> {
        let mut expected = self.expected.clone();
        for name in &self.mended {
            expected.remove(name);
        }
        for name in &self.new {
            if let Some(outcome) = self.ran.outcomes.get(name) {
                expected.add(name, Listed::unsorted(outcome));
            }
        }
        expected.write(path)
    }
}

/// Prints what is new and what is mended, and the sums.
fn tell(results: &[Compared], time: Duration, runner: &Runner) -> Result<()> {
    let mut mended = 0;
    for result in results {
        for name in &result.mended {
            mended += 1;
            println!("no longer fails: {name}");
        }
    }
    let mut new = 0;
    for result in results {
        for name in &result.new {
            new += 1;
            let outcome = &result.ran.outcomes[name];
            println!("fails anew: {name}: {}: {}", outcome.what, outcome.last_line());
        }
    }
    let mut kinds = BTreeMap::<&str, usize>::new();
    for result in results {
        let failing = result.ran.outcomes.iter().filter(|(_, outcome)| outcome.is_failure());
        for listed in failing.filter_map(|(name, _)| result.expected.get(name)) {
            *kinds.entry(listed.kind()).or_default() += 1;
        }
    }
    for (kind, number) in kinds {
        println!("{number:>6} fail as listed: {kind}");
    }
    let sum = |what| results.iter().map(|result| result.count(&what)).sum::<usize>();
    println!(
        "{} modules, {} tests passed, {} skipped, {} fail, of which {new} are new; {mended} no longer fail; \
         {:.0} s; what the tests said is in {}",
        results.len(),
        sum(What::Passed),
        sum(What::Skipped),
        sum(What::Failed) + sum(What::Dead) + sum(What::Hangs),
        time.as_secs_f64(),
        runner.results().display(),
    );
    if new > 0 {
        bail!("{new} tests fail that are not listed in {}", cases().join("failing").display());
    }
    Ok(())
}

/// Where the handler and the lists are.
fn cases() -> PathBuf {
    root().join("tests/cpython")
}

/// The list of what fails in a module.
fn list_of(module: &str) -> PathBuf {
    cases().join("failing").join(format!("{module}.txt"))
}

/// The modules to run: those named, or those that the list has and the suite holds.
fn modules(options: &Options, suite: &Path) -> Result<Vec<String>> {
    let path = cases().join("modules.txt");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let lines: Vec<_> = text.lines().filter_map(lists::module_line).collect();
    if options.modules.is_empty() && options.suite.is_none() {
        lists::check_modules(&lines, suite)?;
    }
    if !options.modules.is_empty() {
        return Ok(options.modules.clone());
    }
    let asked_for = lines.iter().filter(|line| line.left_out.is_none());
    let asked_for = asked_for.filter(|line| !options.ci || line.ci);
    Ok(asked_for.map(|line| line.name.to_owned()).collect())
}

/// The program to test.
fn program(options: &Options) -> Result<PathBuf> {
    let program = match &options.program {
        Some(program) => program.clone(),
        None if options.cpython => cpython::laid()?.join("python3.14"),
        None => {
            cargo(&["build", "--release", "--package", "krait"])?;
            target_folder().join(host()?).join("release/krait")
        }
    };
    program.canonicalize().with_context(|| program.display().to_string())
}

/// What the library of CPython has, and krait's lacks, and tests import that do not test it.
const BORROWED: &[&str] = &["doctest.py", "_pyrepl", "pydoc_data"];

/// The layer that the tests are imported from: a folder with links to the suite, and to what it
/// borrows from the library around it.
fn layer(folder: &Path, suite: &Path) -> Result<PathBuf> {
    let layer = folder.join("layer");
    if layer.exists() {
        fs::remove_dir_all(&layer)?;
    }
    fs::create_dir_all(&layer)?;
    symlink(suite, layer.join("test"))?;
    for name in BORROWED {
        let lender = suite.with_file_name(name);
        if lender.exists() {
            symlink(lender, layer.join(name))?;
        }
    }
    Ok(layer)
}

/// An empty folder.
fn emptied(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())
}

/// What the environment holds of the machine that tests on CPython itself need.
fn machine_environment() -> Vec<(String, String)> {
    let path = env::var("PATH").unwrap_or_default();
    [("PATH", &*path), ("TZ", "UTC"), ("LANG", "C.UTF-8"), ("PYTHONDONTWRITEBYTECODE", "x")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}
