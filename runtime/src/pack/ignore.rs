//! Patterns of files that are left out, in the language of `.gitignore`.

/// What no package wants. A pattern of the function's own that begins with `!` takes it back.
pub(super) const DEFAULTS: &str = "\
.git
.gitignore
.gitattributes
.gitmodules
.hg/
.svn/
__pycache__/
*.py[co]
.venv/
.tox/
.nox/
.pytest_cache/
.mypy_cache/
.ruff_cache/
.hypothesis/
.coverage
.coverage.*
htmlcov/
.idea/
.vscode/
.serverless/
.DS_Store
.kraitignore
";

/// A list of patterns. The last one that fits decides.
#[derive(Debug, Default)]
pub(super) struct Ignore {
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    /// It takes back what an earlier one leaves out.
    keeps: bool,
    only_folders: bool,
    /// One for each part of a path; `**` is any number of parts.
    parts: Vec<String>,
}

impl Ignore {
    /// Adds the patterns of a text, a line for each.
    ///
    /// # Errors
    /// The number and the text of the first line that is none.
    pub(super) fn add(&mut self, text: &str) -> Result<(), (usize, String)> {
        for (number, line) in text.lines().enumerate() {
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let pattern = Pattern::read(line).ok_or_else(|| (number + 1, line.to_owned()))?;
            self.patterns.push(pattern);
        }
        Ok(())
    }

    /// Whether what is at a path, from the root, is left out. What is in a folder that is left out
    /// is not asked for.
    pub(super) fn leaves_out(&self, path: &str, is_folder: bool) -> bool {
        let parts: Vec<&str> = path.split('/').collect();
        let fits = |pattern: &&Pattern| {
            (is_folder || !pattern.only_folders) && fits_path(&pattern.parts, &parts)
        };
        self.patterns.iter().rev().find(fits).is_some_and(|pattern| !pattern.keeps)
    }
}

impl Pattern {
    fn read(line: &str) -> Option<Self> {
        let (keeps, line) = match line.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (
                false,
                line.strip_prefix('\\').filter(|rest| rest.starts_with(['!', '#'])).unwrap_or(line),
            ),
        };
        let (only_folders, line) = match line.strip_suffix('/') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        // A slash within ties a pattern to the root.
        let mut parts: Vec<String> = Vec::new();
        if !line.contains('/') {
            parts.push("**".to_owned());
        }
        parts.extend(line.trim_start_matches('/').split('/').map(str::to_owned));
        let is_pattern = parts.iter().all(|part| !part.is_empty() && part != "." && part != "..");
        is_pattern.then_some(Self { keeps, only_folders, parts })
    }
}

fn fits_path(pattern: &[String], path: &[&str]) -> bool {
    match pattern.split_first() {
        None => path.is_empty(),
        // At the end it is what is in a folder, and not the folder.
        Some((first, [])) if first == "**" => !path.is_empty(),
        Some((first, rest)) if first == "**" => {
            (0..=path.len()).any(|passed| fits_path(rest, &path[passed..]))
        }
        Some((first, rest)) => path.split_first().is_some_and(|(name, below)| {
            let first: Vec<char> = first.chars().collect();
            let name: Vec<char> = name.chars().collect();
            fits_name(&first, &name) && fits_path(rest, below)
        }),
    }
}

/// `*`, `?`, `[a-z]`, `[!a-z]`, and `\` before what is meant as it is.
fn fits_name(pattern: &[char], name: &[char]) -> bool {
    // Where the last `*` stood, and how much of the name it has passed.
    let mut star = None;
    let (mut at, mut passed) = (0, 0);
    loop {
        if pattern.get(at) == Some(&'*') {
            star = Some((at + 1, passed));
            at += 1;
            continue;
        }
        match (name.get(passed), one(&pattern[at..], name.get(passed).copied())) {
            (None, _) if at == pattern.len() => return true,
            (Some(_), Some(taken)) => {
                at += taken;
                passed += 1;
                continue;
            }
            _ => {}
        }
        match star {
            Some((after, from)) if from < name.len() => {
                star = Some((after, from + 1));
                (at, passed) = (after, from + 1);
            }
            _ => return false,
        }
    }
}

/// How long the pattern's first sign is, if it fits a character.
fn one(pattern: &[char], character: Option<char>) -> Option<usize> {
    let character = character?;
    match pattern {
        ['?', ..] => Some(1),
        ['\\', meant, ..] => (*meant == character).then_some(2),
        ['[', rest @ ..] => {
            let (negated, set) = match rest {
                ['!' | '^', set @ ..] => (true, set),
                set => (false, set),
            };
            // A `]` in first place belongs to the set.
            let Some(end) = set.iter().skip(1).position(|each| *each == ']').map(|at| at + 1)
            else {
                return (character == '[').then_some(1);
            };
            let length = 1 + usize::from(negated) + end + 1;
            (is_in(&set[..end], character) != negated).then_some(length)
        }
        [meant, ..] => (*meant == character).then_some(1),
        [] => None,
    }
}

fn is_in(mut set: &[char], character: char) -> bool {
    loop {
        set = match set {
            [] => return false,
            [first, '-', last, rest @ ..] => {
                if (*first..=*last).contains(&character) {
                    return true;
                }
                rest
            }
            [one, rest @ ..] => {
                if *one == character {
                    return true;
                }
                rest
            }
        };
    }
}
