//! Python's command line and what its environment says, as CPython 3.14 reads them.

use crate::python::{Program, Source, Switches};
use std::{
    env,
    ffi::{OsStr, OsString},
    os::unix::ffi::{OsStrExt, OsStringExt},
};

/// What is asked for.
pub(super) enum Asked {
    Program(Box<Program>),
    Version,
    Help,
}

/// Why Python does not start.
pub(super) enum Misuse {
    /// The command line means nothing: the usage is told, and the status is 2.
    Usage(String),
    /// A value, of an option or of the environment, that cannot be: CPython's fatal error, with
    /// what it says of the state that it was found in, and status 1.
    Fatal(String, &'static str),
}

/// A value that is read with the rest of the configuration.
fn fatal(message: String) -> Misuse {
    Misuse::Fatal(message, "preinitialized")
}

/// Reads what is behind the name of Python.
///
/// # Errors
/// When an option is unknown or has no argument.
pub(super) fn read(typed: &[OsString]) -> Result<Asked, Misuse> {
    let mut switches = Switches::default();
    let mut warnings = Vec::new();
    let mut inspect = false;
    let mut source = None;
    let mut at = 0;
    while source.is_none() && at < typed.len() {
        let word = typed[at].as_bytes();
        if word == b"-" || !word.starts_with(b"-") {
            break;
        }
        at += 1;
        if word == b"--" {
            break;
        }
        if let Some(name) = word.strip_prefix(b"--") {
            match name {
                b"help" | b"help-all" | b"help-env" | b"help-xoptions" => return Ok(Asked::Help),
                b"version" => return Ok(Asked::Version),
                b"check-hash-based-pycs" => at += 1,
                _ => {
                    return Err(Misuse::Usage(format!(
                        "Unknown option: {}",
                        typed[at - 1].display()
                    )));
                }
            }
            continue;
        }
        let mut letters = &word[1..];
        while let Some((letter, rest)) = letters.split_first() {
            letters = rest;
            if matches!(letter, b'c' | b'm' | b'W' | b'X') {
                let value = if rest.is_empty() {
                    at += 1;
                    typed.get(at - 1).cloned()
                } else {
                    Some(OsString::from_vec(rest.to_vec()))
                };
                let letter = char::from(*letter);
                let value = value.ok_or_else(|| {
                    Misuse::Usage(format!("Argument expected for the -{letter} option"))
                })?;
                match letter {
                    'c' => source = Some(Source::Command(value)),
                    'm' => source = Some(Source::Module(value)),
                    'W' => warnings.push(value.to_string_lossy().into_owned()),
                    _ => set_x_option(&value.to_string_lossy(), &mut switches)?,
                }
                break;
            }
            match letter {
                b'b' => switches.bytes_warning += 1,
                b'B' => switches.no_bytecode = true,
                b'd' => switches.debug = 1,
                b'E' => switches.ignore_environment = true,
                b'h' | b'?' => return Ok(Asked::Help),
                b'i' => (inspect, switches.interactive) = (true, true),
                b'I' => {
                    switches.isolated = true;
                    switches.ignore_environment = true;
                    switches.safe_path = true;
                    switches.no_user_site = true;
                }
                b'O' => switches.optimize += 1,
                b'P' => switches.safe_path = true,
                b'q' => switches.quiet = true,
                b'R' | b't' => {}
                b's' => switches.no_user_site = true,
                b'S' => switches.no_site = true,
                b'u' => switches.unbuffered = true,
                b'v' => switches.verbose += 1,
                b'V' => return Ok(Asked::Version),
                b'x' => switches.skip_first_line = true,
                other => {
                    let other = char::from(*other);
                    return Err(Misuse::Usage(format!("Unknown option: -{other}")));
                }
            }
        }
    }
    let mut rest = typed.get(at..).unwrap_or_default();
    let source = source.or_else(|| {
        let (first, after) = rest.split_first()?;
        rest = after;
        Some(if first == "-" { Source::Input } else { Source::File(first.clone()) })
    });
    let source = source.unwrap_or_default();
    if !switches.ignore_environment {
        read_environment(&mut switches, &mut inspect)?;
    }
    // CPython's UTF-8 mode is on where the locale is C's.
    switches.utf8_mode = Some(switches.utf8_mode.unwrap_or_else(is_locale_of_c));
    switches.inspect = inspect && !matches!(source, Source::Input);
    if switches.dev_mode {
        switches.warnings.insert(0, "default".to_owned());
    }
    switches.warnings.append(&mut warnings);
    match switches.bytes_warning {
        0 => {}
        1 => switches.warnings.push("default::BytesWarning".to_owned()),
        _ => switches.warnings.push("error::BytesWarning".to_owned()),
    }
    let arguments = rest.to_vec();
    Ok(Asked::Program(Box::new(Program { source, arguments, switches, ..Program::default() })))
}

fn is_locale_of_c() -> bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"].map(env::var_os);
    let name = names.into_iter().flatten().find(|name| !name.is_empty());
    name.is_none_or(|name| name == "C" || name == "POSIX")
}

fn set_x_option(option: &str, switches: &mut Switches) -> Result<(), Misuse> {
    let (name, value) =
        option.split_once('=').map_or((option, None), |(name, value)| (name, Some(value)));
    match name {
        "dev" => switches.dev_mode = true,
        "utf8" => switches.utf8_mode = Some(read_utf8_mode(value, "-X utf8 option")?),
        "warn_default_encoding" => switches.warn_default_encoding = true,
        "no_debug_ranges" => switches.no_columns = true,
        "faulthandler" => switches.tells_faults = true,
        "int_max_str_digits" => {
            let digits = value.and_then(read_digits);
            let digits = digits.ok_or_else(|| wrong_digits("-X int_max_str_digits"))?;
            switches.most_digits = Some(digits);
        }
        "cpu_count" => {
            let number = value.and_then(read_processors);
            switches.processors = Some(number.ok_or_else(wrong_processors)?);
        }
        "pycache_prefix" => {
            switches.cache_folder = Some(value.unwrap_or_default().into());
        }
        "importtime" => {
            if value
                .and_then(|value| value.parse::<i32>().ok())
                .is_some_and(|way| way != 1 && way != 2)
            {
                let message = "config_init_import_time: -X importtime: values other than 1 and 2 are reserved for future use.";
                return Err(fatal(message.to_owned()));
            }
            switches.times_imports = true;
        }
        "tracemalloc" => {
            let frames = value.map_or(Some(1), read_frames);
            let frames = frames.ok_or_else(|| wrong_frames("-X tracemalloc=NFRAME"))?;
            switches.frames_traced = Some(frames);
        }
        "frozen_modules" if !matches!(value, None | Some("" | "on" | "off")) => {
            let message = "bad value for option -X frozen_modules (expected \"on\" or \"off\")";
            return Err(fatal(message.to_owned()));
        }
        _ => {}
    }
    switches.x_options.push((name.to_owned(), value.map(str::to_owned)));
    Ok(())
}

fn read_utf8_mode(value: Option<&str>, whose: &str) -> Result<bool, Misuse> {
    match value {
        None | Some("1") => Ok(true),
        Some("0") => Ok(false),
        Some(_) => Err(Misuse::Fatal(
            format!("preconfig_init_utf8_mode: invalid {whose} value"),
            "preinitializing",
        )),
    }
}

/// The fewest digits that a limit can be, but for 0, which is none.
const FEWEST_DIGITS: i64 = 640;

fn read_digits(value: &str) -> Option<i64> {
    let digits = value.parse::<i32>().ok().map(i64::from);
    digits.filter(|digits| *digits == 0 || *digits >= FEWEST_DIGITS)
}

fn wrong_digits(whose: &str) -> Misuse {
    fatal(format!(
        "config_init_int_max_str_digits: {whose}: invalid limit; must be >= {FEWEST_DIGITS} or 0 for unlimited."
    ))
}

/// How many frames a trace has at most, 0 for no traces.
fn read_frames(value: &str) -> Option<u16> {
    value.parse().ok()
}

fn wrong_frames(whose: &str) -> Misuse {
    fatal(format!("config_init_tracemalloc: {whose}: invalid number of frames"))
}

fn wrong_processors() -> Misuse {
    fatal(
        "config_init_cpu_count: -X cpu_count=n option: n is missing or an invalid number, n must be \
         greater than 0"
            .to_owned(),
    )
}

/// A number of processors; none for the machine's own.
fn read_processors(value: &str) -> Option<Option<u32>> {
    if value == "default" {
        return Some(None);
    }
    value.parse().ok().filter(|number| (1..=i32::MAX.cast_unsigned()).contains(number)).map(Some)
}

/// What the environment says, where the command line does not say more.
fn read_environment(switches: &mut Switches, inspect: &mut bool) -> Result<(), Misuse> {
    // An empty value is as none.
    let value = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let text = |name: &str| value(name).map(|value| value.to_string_lossy().into_owned());
    // A number, or anything, which is 1.
    let level = |name: &str| {
        text(name).map_or(0, |value| {
            value.trim().parse::<i64>().map_or(1, |level| level.clamp(0, 9) as u8)
        })
    };
    switches.optimize = switches.optimize.max(level("PYTHONOPTIMIZE"));
    switches.verbose = switches.verbose.max(level("PYTHONVERBOSE"));
    switches.debug = switches.debug.max(level("PYTHONDEBUG").min(1));
    switches.no_bytecode |= value("PYTHONDONTWRITEBYTECODE").is_some();
    switches.unbuffered |= value("PYTHONUNBUFFERED").is_some();
    switches.no_user_site |= value("PYTHONNOUSERSITE").is_some();
    switches.safe_path |= value("PYTHONSAFEPATH").is_some();
    switches.dev_mode |= value("PYTHONDEVMODE").is_some();
    switches.no_columns |= value("PYTHONNODEBUGRANGES").is_some();
    switches.warn_default_encoding |= value("PYTHONWARNDEFAULTENCODING").is_some();
    switches.tells_faults |= value("PYTHONFAULTHANDLER").is_some();
    *inspect |= value("PYTHONINSPECT").is_some();
    if switches.utf8_mode.is_none()
        && let Some(mode) = text("PYTHONUTF8")
    {
        let mode = read_utf8_mode(Some(&mode), "PYTHONUTF8 environment variable")?;
        switches.utf8_mode = Some(mode);
    }
    if switches.most_digits.is_none()
        && let Some(digits) = text("PYTHONINTMAXSTRDIGITS")
    {
        let digits = read_digits(&digits).ok_or_else(|| wrong_digits("PYTHONINTMAXSTRDIGITS"))?;
        switches.most_digits = Some(digits);
    }
    if switches.processors.is_none()
        && let Some(number) = text("PYTHON_CPU_COUNT")
    {
        let number = read_processors(&number).ok_or_else(wrong_processors)?;
        switches.processors = Some(number);
    }
    if switches.frames_traced.is_none()
        && let Some(frames) = text("PYTHONTRACEMALLOC")
    {
        let frames = read_frames(&frames).ok_or_else(|| wrong_frames("PYTHONTRACEMALLOC"))?;
        switches.frames_traced = Some(frames);
    }
    switches.times_imports |= value("PYTHONPROFILEIMPORTTIME").is_some();
    if switches.cache_folder.is_none() {
        switches.cache_folder = value("PYTHONPYCACHEPREFIX");
    }
    if let Some(seed) = text("PYTHONHASHSEED").filter(|seed| seed != "random") {
        let seed = seed.parse().map_err(|_| {
            fatal(
                "config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range \
                 [0; 4294967295]"
                    .to_owned(),
            )
        })?;
        switches.hash_seed = Some(seed);
    }
    if let Some(warnings) = text("PYTHONWARNINGS") {
        switches.warnings = warnings.split(',').map(str::to_owned).collect();
    }
    if let Some(path) = value("PYTHONPATH") {
        let folders = path.as_bytes().split(|byte| *byte == b':');
        switches.path = folders.map(|folder| OsStr::from_bytes(folder).to_owned()).collect();
    }
    if let Some(encoding) = text("PYTHONIOENCODING") {
        let (encoding, errors) = encoding.split_once(':').unwrap_or((&encoding, ""));
        switches.encoding = (encoding.to_owned(), errors.to_owned());
    }
    Ok(())
}

/// The help, for a program of that name.
pub(super) fn help(name: &str) -> String {
    format!("usage: {name} [option] ... [-c cmd | -m mod | file | -] [arg] ...\n{OPTIONS}")
}

const OPTIONS: &str = "\
Options, as CPython has them; a variable in brackets does the same:
  -c cmd   run a program that is given as text; ends the options
  -m mod   run a module; ends the options
  -        read the program from standard input; a terminal gets a prompt
  -b       warn if bytes are compared with str; -bb: raise an error
  -B       write no __pycache__ (PYTHONDONTWRITEBYTECODE)
  -E       ignore variables that begin with PYTHON
  -i       open a prompt after the program (PYTHONINSPECT)
  -I       isolated: the same as -E, -P and -s
  -O, -OO  leave out assertions; -OO: docstrings, too (PYTHONOPTIMIZE)
  -P       do not put the program's folder on sys.path (PYTHONSAFEPATH)
  -q       do not print the version before a prompt
  -s       do not use the user's own packages (PYTHONNOUSERSITE)
  -S       do not import site
  -u       write each output at once (PYTHONUNBUFFERED)
  -v       accepted, without effect
  -V       print the version
  -W arg   what to do with warnings (PYTHONWARNINGS)
  -x       skip the first line of the program
  -X opt   dev, utf8, int_max_str_digits=N, no_debug_ranges, warn_default_encoding,
           faulthandler, importtime, tracemalloc, cpu_count=N, pycache_prefix=PATH
";
