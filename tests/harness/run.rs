//! Runs a case and compares its output exactly.

use super::{
    archive, cpython, differences,
    markdown::{Block, Case},
    refusals::Refused,
};
use regex_lite::Regex;
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{LazyLock, Mutex},
};

/// The parts of output that differ from run to run, and their placeholders in a case.
static VARYING: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        (r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "<id>"),
        (r"snapshot-[0-9a-f]{40}", "snapshot-<build>"),
        (r"snapshot in \d+ µs", "snapshot in <n> µs"),
        (r", \d+\.\d MB", ", <n> MB"),
        (r"[\w/.<>-]*/python-[0-9a-f]{16}/python3", "<python>"),
        (r"Duration:\d+ms", "Duration:<n>ms"),
        (r"(Coldstart|PullCode|InitRuntime|InitFunction): \d+ms", "$1: <n>ms"),
        (r"MemUsage:( ?)\d+\.\d+MB", "MemUsage:$1<n>MB"),
        (r#""(MemUsage|BillDuration|Duration)":[\d.]+"#, r#""$1":<n>"#),
    ]
    .into_iter()
    .map(|(pattern, name)| (Regex::new(pattern).expect("a valid pattern"), name))
    .collect()
});

/// Cases are blessed one at a time: each rewrites its file.
static BLESSING: Mutex<()> = Mutex::new(());

/// Whether results are written into the cases instead of compared.
pub(crate) fn is_blessing() -> bool {
    std::env::var_os("KRAIT_BLESS").is_some()
}

impl Case {
    /// Lays the case out in a folder of its own, runs its command, and compares.
    pub(crate) fn run(&self) -> Result<(), String> {
        let folder =
            tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).map_err(|error| error.to_string())?;
        self.lay_out(folder.path());
        if !super::in_module() {
            lay_out_snapshot(folder.path());
        }
        let script = &self.only("sh").ok_or("the case has no sh block")?.text;
        let output = run_script(script, folder.path(), self.refused);
        let actual = [
            ("stdout", normal(&output.stdout, folder.path())),
            ("stderr", normal(&output.stderr, folder.path())),
            ("exit", format!("{}\n", output.status.code().unwrap_or(-1))),
        ];
        if is_blessing() {
            let _one_at_a_time = BLESSING.lock();
            if super::in_module() {
                let compared = actual.iter().filter(|(kind, text)| {
                    self.only(kind).is_some() || *kind == "exit" && text != "0\n"
                });
                differences::bless(&format!("{}::{}", self.file, self.name), compared);
            } else {
                self.bless(&actual);
            }
            return Ok(());
        }
        let mut differences = String::new();
        for (kind, actual) in &actual {
            match self.only(kind) {
                Some(block) if block.text != *actual => {
                    let expected = &block.text;
                    let _ = write!(
                        differences,
                        "\n--- expected {kind}\n{expected}--- actual {kind}\n{actual}"
                    );
                }
                None if *kind == "exit" && actual != "0\n" => {
                    let _ = write!(differences, "\n--- exit {actual}");
                }
                _ => {}
            }
        }
        if let Some(oldest) = self.on_cpython
            && script.contains("krait python")
        {
            for (kind, text) in self.on_cpython_itself(oldest, script).into_iter().flatten() {
                let expected = self.only(kind).map(|block| &*block.text);
                let expected = expected.or((kind == "exit").then_some("0\n"));
                if expected.is_some_and(|expected| expected != text) {
                    let _ = write!(differences, "\n--- CPython's {kind} is\n{text}");
                }
            }
        } else if let Some(oldest) = self.on_cpython {
            let stdout = self.only("stdout").ok_or("a case for CPython has a stdout block")?;
            differences.push_str(&cpython::differences(
                oldest,
                folder.path(),
                script,
                &stdout.text,
            ));
        }
        if differences.is_empty() {
            return Ok(());
        }
        let _ = write!(differences, "\n--- stderr was\n{}", actual[1].1);
        Err(differences)
    }

    /// What the command prints where `krait python` is CPython; none where there is none that new.
    fn on_cpython_itself(
        &self,
        oldest: (u32, u32),
        script: &str,
    ) -> Option<[(&'static str, String); 3]> {
        let python = cpython::newest(oldest)?;
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).ok()?;
        self.lay_out(folder.path());
        let script = format!("krait() {{ shift; {} \"$@\"; }}\n{script}", python.display());
        let output = run_script(&script, folder.path(), self.refused);
        let own = cpython::executable(python);
        let normal = |output: &[u8]| normal(output, folder.path()).replace(&own, "<python>");
        Some([
            ("stdout", normal(&output.stdout)),
            ("stderr", normal(&output.stderr)),
            ("exit", format!("{}\n", output.status.code().unwrap_or(-1))),
        ])
    }

    /// Makes the case expect exactly `blocks`. It is not compared with CPython any more.
    pub(crate) fn expect_instead(&mut self, blocks: Vec<Block>) {
        self.blocks.retain(|block| !["stdout", "stderr", "exit"].contains(&&*block.kind));
        self.blocks.extend(blocks);
        self.on_cpython = None;
    }

    fn lay_out(&self, folder: &Path) {
        for block in &self.blocks {
            if block.target.is_empty() || block.kind == "zip" {
                continue;
            }
            let path = folder.join(&block.target);
            fs::create_dir_all(path.parent().expect("a file has a folder")).expect("writable");
            fs::write(path, &block.text).expect("writable");
        }
        for block in self.blocks.iter().filter(|block| block.kind == "zip") {
            archive::make(&folder.join(&block.target), &block.text, folder);
        }
    }

    /// Writes what came out into the case's blocks (those that it has).
    fn bless(&self, actual: &[(&str, String)]) {
        let fresh = super::markdown::cases(&self.path);
        let same =
            fresh.iter().find(|case| case.name == self.name).expect("the case is still there");
        let text = fs::read_to_string(&self.path).expect("readable");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut blocks: Vec<_> = same.blocks.iter().collect();
        blocks.sort_by_key(|block| std::cmp::Reverse(block.lines.start));
        for block in blocks {
            if let Some((_, text)) = actual.iter().find(|(kind, _)| *kind == block.kind) {
                lines.splice(block.lines.clone(), text.lines().map(str::to_owned));
            }
        }
        fs::write(&self.path, lines.join("\n") + "\n").expect("writable");
    }
}

/// Gives a case's home the snapshot that the program would make at its first start there:
/// it is made once, and linked.
fn lay_out_snapshot(home: &Path) {
    static MADE: LazyLock<Vec<PathBuf>> = LazyLock::new(|| {
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache");
        let _ = fs::remove_dir_all(&cache);
        let made = Command::new(krait())
            .args(["snapshot", "--rebuild"])
            .env("XDG_CACHE_HOME", &cache)
            .output()
            .expect("krait runs");
        assert!(made.status.success(), "no snapshot: {}", String::from_utf8_lossy(&made.stderr));
        let files = fs::read_dir(cache.join("krait")).into_iter().flatten();
        files.map(|file| file.expect("readable").path()).collect()
    });
    for file in &*MADE {
        let folder = home.join(".cache/krait");
        fs::create_dir_all(&folder).expect("writable");
        let name = file.file_name().expect("a file has a name");
        fs::hard_link(file, folder.join(name)).expect("on the same disk");
    }
}

fn krait() -> PathBuf {
    std::env::var_os("KRAIT_UNDER_TEST")
        .map_or_else(|| env!("CARGO_BIN_EXE_krait").into(), PathBuf::from)
}

/// Runs a script with krait first on the PATH, and as little else as a shell needs.
fn run_script(script: &str, folder: &Path, refused: Option<Refused>) -> Output {
    let mut path = krait().parent().expect("a program is in a folder").as_os_str().to_owned();
    path.push(":/usr/local/bin:/usr/bin:/bin");
    let mut shell = Command::new("/bin/sh");
    shell.env_clear();
    // These apply to the whole run: every case with a snapshot or without one, and with locks from
    // the start or not.
    for name in ["KRAIT_SNAPSHOT", "KRAIT_LOCKS"] {
        if let Some(choice) = std::env::var_os(name) {
            shell.env(name, choice);
        }
    }
    if let Some(refused) = refused {
        refused.apply_to(&mut shell, &krait());
    }
    shell
        .args(["-c", script])
        .current_dir(folder)
        .env("PATH", path)
        .env("HOME", folder)
        .env("SECRET_OF_THE_CALLER", "must not be seen")
        .env("REPOSITORY", concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stdin(Stdio::null())
        .output()
        .expect("a shell runs")
}

fn normal(output: &[u8], folder: &Path) -> String {
    let mut text = String::from_utf8_lossy(output).replace(&*folder.to_string_lossy(), "<case>");
    for (pattern, name) in &*VARYING {
        text = pattern.replace_all(&text, *name).into_owned();
    }
    // A block ends with a newline, whether the output does or not.
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
