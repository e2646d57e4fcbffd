//! Memory of code objects that a snapshot does not need. Instructions themselves take 2 bytes each.
//!
//! The line table has 32 bytes for each instruction. The engine makes it from a compact table when
//! code is loaded, and reads it only for tracebacks. So a snapshot leaves it out, and it is
//! computed again at the first access. The inline caches, 8 bytes each, stay zero for instructions
//! that have not run.

use rustpython_compiler_core::marshal::linetable_to_locations;
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyCode, PyFunction, PyList, PyTuple},
};
use std::{collections::HashSet, ops::Range, sync::OnceLock};

/// The code whose tables every start reads: importing a file raises and catches exceptions.
const LOOKED_AT: &str = "_frozen_importlib";

/// A piece of code and the place of its table.
struct Owner {
    table: Range<usize>,
    code: PyRef<PyCode>,
}

// SAFETY: code is not changed, and what is read of it is plain bytes.
unsafe impl Send for Owner {}
// SAFETY: as above.
unsafe impl Sync for Owner {}

/// All code whose tables a snapshot left out, in the order of the tables.
static OWNERS: OnceLock<Vec<Owner>> = OnceLock::new();

/// The kinds of memory of a code object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryOfCode {
    Caches,
    Locations,
}

/// What the last of three allocation requests is for, the oldest first, by their sizes and
/// alignments. For each code object the engine allocates counters, caches and locations in this
/// order, with 2, 8 and 32 bytes for each instruction. A later pass over all code detects anything
/// else that was taken for locations. A mistake about caches does no harm.
pub fn memory_of_code(asked: [(usize, usize); 3]) -> Option<MemoryOfCode> {
    let [first, second, third] = asked;
    let is_caches = |counters: (usize, usize), caches: (usize, usize)| {
        counters.0 > 0 && counters.1 == 2 && caches == (4 * counters.0, 8)
    };
    if is_caches(first, second) && third == (16 * first.0, 8) {
        Some(MemoryOfCode::Locations)
    } else if is_caches(second, third) {
        Some(MemoryOfCode::Caches)
    } else {
        None
    }
}

/// Finds all code objects. Notes and returns the places of their tables.
/// `is_shelved` tells of a module whether it is on the shelf.
pub(super) fn note_all(
    is_shelved: fn(&str) -> bool,
    vm: &VirtualMachine,
) -> PyResult<Vec<Range<usize>>> {
    let mut found = Found { is_shelved, seen: HashSet::new(), owners: Vec::new() };
    let collector = vm.import("gc", 0)?;
    let objects = vm.call_method(&collector, "get_objects", ())?;
    if let Some(objects) = objects.downcast_ref::<PyList>() {
        for object in objects.borrow_vec().iter() {
            if object.downcast_ref::<PyFunction>().is_some() {
                found.add(&object.get_attr("__code__", vm)?, vm)?;
            }
        }
    }
    found.owners.sort_by_key(|owner| owner.table.start);
    let tables = found.owners.iter().map(|owner| owner.table.clone()).collect();
    let _ = OWNERS.set(found.owners);
    Ok(tables)
}

struct Found {
    is_shelved: fn(&str) -> bool,
    seen: HashSet<usize>,
    owners: Vec<Owner>,
}

impl Found {
    /// Adds an object, if it is code, and the code within it.
    fn add(&mut self, object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let Some(code) = object.downcast_ref::<PyCode>() else { return Ok(()) };
        if !self.seen.insert(object.get_id()) {
            return Ok(());
        }
        if self.is_looked_at(code.code.source_path.as_str()) {
            keep_table(code);
        } else {
            let locations = code.code.locations.as_ptr_range();
            let table = locations.start.expose_provenance()..locations.end.addr();
            self.owners.push(Owner { table, code: code.to_owned() });
        }
        let constants = object.get_attr("co_consts", vm)?;
        if let Some(constants) = constants.downcast_ref::<PyTuple>() {
            for constant in constants.iter() {
                self.add(constant, vm)?;
            }
        }
        Ok(())
    }

    /// Whether code is in use from the start, or at every start.
    fn is_looked_at(&self, source: &str) -> bool {
        // A WebAssembly module cannot detect an access. So code that is not on the shelf keeps its
        // tables.
        source.starts_with(LOOKED_AT)
            || cfg!(target_family = "wasm") && !module_of(source).is_some_and(self.is_shelved)
    }
}

/// The library module that a code object belongs to, by its file name.
fn module_of(source: &str) -> Option<&str> {
    source.strip_prefix("<frozen ")?.strip_suffix('>')
}

/// Zeroes the tables, so that a module's file need not hold them.
#[cfg(target_family = "wasm")]
pub(super) fn clear_all() {
    for owner in OWNERS.get().map_or(&[][..], Vec::as_slice) {
        let start = std::ptr::with_exposed_provenance_mut::<u8>(owner.table.start);
        // SAFETY: the range is the code's own table, which nobody looks at before `make_tables` has
        // made it again.
        unsafe { start.write_bytes(0, owner.table.len()) };
    }
}

/// Makes the tables of modules' code again.
#[cfg(target_family = "wasm")]
pub(super) fn make_tables(modules: &[&String]) {
    for owner in OWNERS.get().map_or(&[][..], Vec::as_slice) {
        let module = module_of(owner.code.code.source_path.as_str());
        if module.is_some_and(|module| modules.iter().any(|each| *each == module)) {
            let start = std::ptr::with_exposed_provenance_mut::<u8>(owner.table.start);
            // SAFETY: as above; its bytes are all written.
            let table = unsafe { std::slice::from_raw_parts_mut(start, owner.table.len()) };
            fill_location_tables(owner.table.clone(), table);
        }
    }
}

/// Moves a piece of code's table to where a snapshot keeps it.
fn keep_table(code: &Py<PyCode>) {
    let table = (&raw const code.code.locations).cast_mut();
    // The requests in between make the heap take the new one for an ordinary one.
    let kept: Vec<_> = code.code.locations.to_vec();
    // SAFETY: the interpreter has one thread while a snapshot is prepared, and looks at no
    // table meanwhile; the old one is dropped once.
    unsafe { *table = kept.into_boxed_slice() };
}

/// Computes the tables' content at `place` into `bytes`.
pub fn fill_location_tables(place: Range<usize>, bytes: &mut [u8]) {
    let owners = OWNERS.get().map_or(&[][..], Vec::as_slice);
    let first = owners.partition_point(|owner| owner.table.end <= place.start);
    for owner in owners[first..].iter().take_while(|owner| owner.table.start < place.end) {
        let code = &owner.code.code;
        let line = code.first_line_number.map_or(0, |line| line.get() as i32);
        let table = linetable_to_locations(&code.linetable, line, code.instructions.len());
        let table = &*table;
        // SAFETY: a slice is as many bytes as it is long; all of them have values.
        let table =
            unsafe { std::slice::from_raw_parts(table.as_ptr().cast::<u8>(), size_of_val(table)) };
        let start = owner.table.start.max(place.start);
        let end = owner.table.end.min(place.end);
        bytes[start - place.start..end - place.start]
            .copy_from_slice(&table[start - owner.table.start..end - owner.table.start]);
    }
}
