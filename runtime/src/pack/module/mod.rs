//! `krait pack --for wasm`: a module of WebAssembly with the function in its memory.
//!
//! `krait.wasm` itself loads the function: it gets the files, the settings and the order by what it exports
//! (`hosts/README.md`). Then it is written again with the memory that this left. `machine.rs` runs it. Any other
//! host can do the same, and gets the same bytes if its clock and its random numbers are those of `world.rs`.

mod binary;
mod code;
mod definitions;
mod fault;
mod image;
mod machine;
mod numbers;
mod run;
mod world;

use super::{
    PackError, Parts, Sizes, differing,
    entry::{self, Entry},
    length_of, unwritable, written_to,
};
use crate::package::PACKED_LAYERS;
use fault::Fault;
use machine::Machine;
use serde_json::json;
use std::{
    fs,
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};
use world::World;

/// Where the function's files are, for the function.
const FOLDER: &str = "/function";

/// What a module is called that stays as it is, with krait or with another function.
pub const MODULE: &str = "krait.wasm";

/// How long anything but the import may take. It takes a second.
const PATIENCE: Duration = Duration::from_mins(5);

/// A `krait.wasm` of this version.
pub struct Module {
    bytes: Vec<u8>,
}

/// What came of the packing.
pub enum Packed {
    /// It is written. The function is loaded in it, or is loaded at each start, for a reason.
    Written(Sizes, Option<String>),
    /// The function cannot be loaded: what it printed, and why. Nothing is written.
    Failed { output: String, message: String },
}

/// What came of a load.
enum Loaded {
    Well {
        /// The module with what the load left in the memory.
        packed: Vec<u8>,
        held: Vec<(String, String)>,
    },
    /// It cannot be kept.
    Unfit(String),
    Failed {
        output: String,
        message: String,
    },
}

/// An answer of the module's.
struct Answer {
    status: u32,
    ret_msg: String,
    log: String,
}

impl Module {
    /// Reads one.
    ///
    /// # Errors
    /// When there is none, or it is of another version.
    pub fn at(path: &Path) -> Result<Self, PackError> {
        let bytes = fs::read(path).map_err(|error| {
            if error.kind() == std::io::ErrorKind::NotFound {
                PackError::NoModule { path: path.to_path_buf() }
            } else {
                PackError::Unreadable { path: path.to_path_buf(), error }
            }
        })?;
        let module = Self { bytes };
        let found = module.version();
        if found.as_deref() != Ok(env!("CARGO_PKG_VERSION")) {
            let found = found.ok();
            return Err(PackError::Module { path: path.to_path_buf(), found });
        }
        Ok(module)
    }

    fn version(&self) -> Result<String, Fault> {
        let mut running = Running::start(&self.bytes, 0)?;
        Ok(running.ask("krait_version", &[])?.ret_msg)
    }
}

/// Writes a module with the function to `target`: loaded, if `loads` and if it can be kept so.
///
/// # Errors
/// When the function's files cannot be read, the module does not do what is expected, or the result cannot be
/// written.
pub fn write(
    parts: &Parts<'_>,
    module: &Module,
    loads: bool,
    target: &Path,
) -> Result<Packed, PackError> {
    let mut files = entry::of_function(parts.contents, "", &format!("{PACKED_LAYERS}/"));
    files.sort_by(|one, other| one.name.cmp(&other.name));
    let load = |world: u64, loads: bool| load(parts, &module.bytes, &files, world, loads);
    let mut reason = None;
    let mut packed = None;
    if loads {
        match (load(0, true)?, load(1, true)) {
            (Loaded::Failed { output, message }, _) => {
                return Ok(Packed::Failed { output, message });
            }
            (Loaded::Unfit(why), _) => reason = Some(why),
            (
                Loaded::Well { packed: one, held },
                Ok(Loaded::Well { packed: other, held: others }),
            ) => {
                if one == other {
                    packed = Some(one);
                } else {
                    reason = Some(differing(&held, &others));
                }
            }
            _ => reason = Some("it cannot be imported at another time".to_owned()),
        }
    }
    let packed = match packed {
        Some(packed) => packed,
        None => match load(0, false)? {
            Loaded::Well { packed, .. } => packed,
            Loaded::Unfit(message) | Loaded::Failed { message, .. } => {
                return Err(PackError::Machine { what: message });
            }
        },
    };
    written_to(target, |file| file.write_all(&packed).map_err(unwritable(target)))?;
    let sizes = Sizes {
        unpacked: parts.contents.bytes() + module.bytes.len() as u64,
        written: length_of(target)?,
    };
    Ok(Packed::Written(sizes, reason))
}

/// Loads the function in a world.
fn load(
    parts: &Parts<'_>,
    module: &[u8],
    files: &[Entry<'_>],
    world: u64,
    loads: bool,
) -> Result<Loaded, PackError> {
    let mut running = Running::start(module, world).map_err(PackError::machine)?;
    for file in files {
        let content = file.read()?;
        let answer = running.ask("krait_add", &[file.name.as_bytes(), &content]);
        let answer = answer.map_err(PackError::machine)?;
        if answer.status != 0 {
            return Err(PackError::Machine { what: answer.ret_msg });
        }
    }
    let function = parts.function;
    let layers = 0..parts.contents.layers.len();
    let options = json!({
        "code": FOLDER,
        "layers": layers.map(|number| format!("{FOLDER}/{PACKED_LAYERS}/{number}")).collect::<Vec<_>>(),
        "handler": function.handler.to_string(),
        "environment": function.environment,
        "name": function.name,
        "namespace": function.namespace,
        "region": function.region,
        "memory": function.memory_mb,
        "timeout": function.timeout_seconds,
        "initTimeout": function.init_timeout_seconds,
    });
    let answer = running.ask("krait_load", &[options.to_string().as_bytes()]);
    let answer = answer.map_err(PackError::machine)?;
    if answer.status != 0 {
        return Ok(Loaded::Failed { output: String::new(), message: answer.ret_msg });
    }
    let seconds = function.init_timeout_seconds;
    running.machine.deadline = Instant::now() + Duration::from_secs(seconds.into());
    let kept = running.keep(loads);
    running.machine.deadline = Instant::now() + PATIENCE;
    let answer = match kept {
        Err(Fault::Exit) => {
            // It made its answer before it ended itself.
            let place = running.call("krait_answer", &[]);
            place.and_then(|place| running.answer(place)).map_err(PackError::machine)?
        }
        Err(Fault::Time) => {
            let message = format!("the import took more than {seconds} seconds");
            return Ok(Loaded::Failed { output: String::new(), message });
        }
        // The function exhausted the module's stack, or its memory.
        Err(fault) => {
            let said = String::from_utf8_lossy(&running.world.said).into_owned();
            return Ok(Loaded::Failed { output: said, message: fault.to_string() });
        }
        Ok(answer) => answer,
    };
    match answer.status {
        0 => {}
        2 => return Ok(Loaded::Failed { output: answer.log, message: answer.ret_msg }),
        _ => return Ok(Loaded::Unfit(answer.ret_msg)),
    }
    let held = serde_json::from_str(&answer.ret_msg).unwrap_or_default();
    // What it told is not to be in its memory.
    running.keep(loads).map_err(PackError::machine)?;
    // The stack, which is left out there, is never the same.
    let packed = image::with_memory(module, &running.machine.memory).map_err(PackError::machine)?;
    Ok(Loaded::Well { packed, held })
}

/// An instance of the module.
struct Running<'a> {
    machine: Machine<'a>,
    world: World,
}

impl<'a> Running<'a> {
    fn start(module: &'a [u8], world: u64) -> Result<Self, Fault> {
        let mut running = Self {
            machine: Machine::new(module, Instant::now() + PATIENCE)?,
            world: World::number(world),
        };
        running.machine.begin(&mut running.world)?;
        Ok(running)
    }

    fn call(&mut self, name: &str, arguments: &[u32]) -> Result<u32, Fault> {
        self.machine.call(name, arguments, &mut self.world)
    }

    fn keep(&mut self, loads: bool) -> Result<Answer, Fault> {
        let place = self.call("krait_keep", &[loads.into()])?;
        self.answer(place)
    }

    /// Calls what takes texts and answers.
    fn ask(&mut self, name: &str, texts: &[&[u8]]) -> Result<Answer, Fault> {
        let mut words = Vec::new();
        for text in texts {
            let size = u32::try_from(text.len()).map_err(|_| NO_MEMORY)?;
            let place = if size == 0 { 0 } else { self.call("krait_alloc", &[size])? };
            if place == 0 && size > 0 {
                return Err(NO_MEMORY);
            }
            let start = place as usize;
            let into = self.machine.memory.get_mut(start..start + text.len());
            into.ok_or(NO_MEMORY)?.copy_from_slice(text);
            words.extend([place, size]);
        }
        let place = self.call(name, &words)?;
        let answer = self.answer(place)?;
        for text in words.chunks(2).filter(|text| text[1] > 0) {
            self.call("krait_free", text)?;
        }
        Ok(answer)
    }

    fn answer(&self, place: u32) -> Result<Answer, Fault> {
        let memory = &self.machine.memory;
        let word = |index: usize| -> Result<u32, Fault> {
            let start = place as usize + 4 * index;
            let bytes = memory.get(start..).and_then(|bytes| bytes.first_chunk());
            bytes.map(|bytes| u32::from_le_bytes(*bytes)).ok_or(NO_ANSWER)
        };
        let text = |index: usize| -> Result<String, Fault> {
            let (start, size) = (word(index)? as usize, word(index + 1)? as usize);
            let bytes = memory.get(start..start + size).ok_or(NO_ANSWER)?;
            Ok(String::from_utf8_lossy(bytes).into_owned())
        };
        Ok(Answer { status: word(0)?, ret_msg: text(1)?, log: text(3)? })
    }
}

const NO_MEMORY: Fault = Fault::Trap("it has no memory for what it is given");
const NO_ANSWER: Fault = Fault::Trap("its answer is outside its memory");
