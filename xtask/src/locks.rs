//! Removes the lock prefixes of the interpreter's instructions from the release binary, and writes
//! a table of their places into it. `runtime/src/locks` restores them before a process gets its
//! second thread. ARCHITECTURE.md, "Counts without locks", has the reasons.

mod names;
mod places;
mod table;
#[cfg(test)]
mod tests;

use anyhow::{Context, Result, bail, ensure};
use std::{fs, path::Path, process::Command};

/// Writes to `target` the program `built`, which has its symbols, without them and without the
/// interpreter's lock prefixes. It must run afterwards, and be able to put them back. Gives how
/// many were taken out.
pub(crate) fn take_out(built: &Path, target: &Path) -> Result<usize> {
    let before = fs::read(built).with_context(|| format!("{} cannot be read", built.display()))?;
    let mut program = before.clone();
    let places = places::find(&before)?;
    for place in &places {
        program[place.offset] = places::NOTHING;
    }
    let addresses: Vec<u64> = places.iter().map(|place| place.address).collect();
    table::write(&mut program, &addresses)?;
    check(&before, &program, &places)?;
    // A file that runs cannot be written to.
    let _ = fs::remove_file(target);
    fs::copy(built, target).and_then(|_| fs::write(target, &program))?;
    strip_symbols(target, "strip")?;
    check_stripped(&program, &fs::read(target)?)?;
    run(target, places.len())?;
    Ok(places.len())
}

/// Writes to `target` the program `built` without its symbols: for processors whose instructions have
/// no lock prefix. `tool` is the strip that knows them.
pub(crate) fn strip(built: &Path, target: &Path, tool: &str) -> Result<()> {
    // A file that runs cannot be written to.
    let _ = fs::remove_file(target);
    fs::copy(built, target).with_context(|| format!("{} cannot be read", built.display()))?;
    strip_symbols(target, tool)?;
    check_stripped(&fs::read(built)?, &fs::read(target)?)
}

fn strip_symbols(program: &Path, tool: &str) -> Result<()> {
    let stripped = Command::new(tool).arg("--strip-all").arg(program).status();
    ensure!(stripped.with_context(|| format!("{tool} does not run"))?.success(), "{tool} failed");
    Ok(())
}

/// Checks that only the prefixes and the room for the table differ.
fn check(before: &[u8], after: &[u8], places: &[places::Place]) -> Result<()> {
    let mut undone = after.to_vec();
    let room = table::room(before)?;
    let addresses = table::read(&after[room.clone()])?;
    ensure!(addresses.len() == places.len(), "the table has other places than were found");
    let text = places::text(before)?;
    for address in addresses {
        let offset = text.offset_of(address).context("the table has a place that is not code")?;
        ensure!(undone[offset] == places::NOTHING, "the table has a place that was not changed");
        undone[offset] = places::LOCK;
    }
    undone[room.clone()].copy_from_slice(&before[room]);
    ensure!(undone == before, "the program was changed at a place that is not in the table");
    Ok(())
}

/// What is mapped of the program is what it was before its symbols were taken.
fn check_stripped(before: &[u8], after: &[u8]) -> Result<()> {
    let (before, after) = (places::segments(before)?, places::segments(after)?);
    ensure!(before == after, "strip changed what is mapped of the program");
    Ok(())
}

/// The program itself must know of so many places, and be able to put them back.
fn run(program: &Path, places: usize) -> Result<()> {
    for (keep, state) in [("", "are out"), ("keep", "are in")] {
        let output = Command::new(program)
            .arg("snapshot")
            .envs([("KRAIT_LOG", "debug"), ("KRAIT_LOCKS", keep)])
            .output()
            .with_context(|| format!("{} does not run", program.display()))?;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let told = format!("locks: {places} {state}");
        if !printed.lines().any(|line| line.starts_with(&told)) {
            let error = String::from_utf8_lossy(&output.stderr).into_owned();
            bail!("the program does not say that its {told}, but: {printed}{error}");
        }
    }
    Ok(())
}
