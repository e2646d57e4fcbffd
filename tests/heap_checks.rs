//! The heap beside a model of it: random operations, through all that happens to a heap in a process
//! whose snapshot is taken. What the heap gives out is in nobody else's hands, keeps what was
//! written there, and is part of the snapshot.

#[path = "heap/model.rs"]
mod model;
#[path = "miri/src/random.rs"]
mod random;

use krait::heap;
use libtest_mimic::{Failed, Trial};
use model::Model;
use random::Random;
use std::{env, process::ExitCode, thread};

/// A child's variable: the seed of its random numbers. A process has one heap, and each test wants a
/// fresh one.
const SEED: &str = "KRAIT_HEAP_CHECK_SEED";
const SEEDS: [u64; 4] = [1, 20, 300, 4000];

/// How many operations happen to the heap in each part of its life.
const OPERATIONS: usize = 20_000;

/// What nothing else in a process holds by chance.
const SECRET: [u8; 34] = *b"\xd1\xc2secret that a snapshot must not\xe5";

fn main() -> ExitCode {
    if let Ok(seed) = env::var(SEED) {
        live(seed.parse().expect("a number"));
        return ExitCode::SUCCESS;
    }
    let arguments = libtest_mimic::Arguments::from_args();
    let trial = |seed: u64| {
        Trial::test(format!("random operations, from seed {seed}"), move || in_a_child(seed))
    };
    libtest_mimic::run(&arguments, SEEDS.into_iter().map(trial).collect()).exit_code()
}

fn in_a_child(seed: u64) -> Result<(), Failed> {
    let child =
        std::process::Command::new(env::current_exe()?).env(SEED, seed.to_string()).output()?;
    match child.status.success() {
        true => Ok(()),
        false => {
            Err(format!("{}\n{}", child.status, String::from_utf8_lossy(&child.stderr)).into())
        }
    }
}

/// The life of a heap: before there is an interpreter, with one, while a snapshot is prepared, after it
/// was taken, and with threads.
fn live(seed: u64) {
    let mut random = Random::new(seed);
    let mut before = Model::default();
    before.exercise(&mut random, OPERATIONS);
    heap::activate().expect("the addresses are free");
    // Blocks of the plain heap stay as they are.
    before.check();

    let mut model = Model::default();
    model.exercise(&mut random, OPERATIONS);
    heap::prepare();
    model.exercise(&mut random, OPERATIONS);
    leave_no_remains(&mut random);
    let kept = heap::used();
    model.lies_in(|block| {
        let in_part =
            |part: &std::ops::Range<usize>| part.start <= block.start && block.end <= part.end;
        // The largest blocks of before have mappings of their own. A snapshot's maker has none.
        kept.iter().any(in_part) || block.len() >= 128 << 10
    });
    drop_what_is_not_kept();
    heap::freeze();
    model.exercise(&mut random, OPERATIONS);
    model.check();

    let with_threads = |seed| {
        thread::spawn(move || {
            let mut model = Model::default();
            model.exercise(&mut Random::new(seed), OPERATIONS);
            model
        })
    };
    let threads = [with_threads(seed + 1), with_threads(seed + 2)];
    model.exercise(&mut random, OPERATIONS);
    for other in threads.map(|thread| thread.join().expect("no panic")) {
        other.check();
        // What one thread allocated, another frees.
        other.end();
    }
    model.end();
    before.end();
}

/// What a snapshot does not keep is not there in a process that restores it: of each megabyte that the slabs took
/// from the kernel, the end that was not used yet.
fn drop_what_is_not_kept() {
    let slabs = heap::used()[1].clone();
    let end = slabs.start + slabs.len().next_multiple_of(1 << 20);
    // SAFETY: nothing was allocated there.
    let done =
        unsafe { libc::munmap(std::ptr::with_exposed_provenance_mut(slabs.end), end - slabs.end) };
    assert!(done == 0 || end == slabs.end);
}

/// While a snapshot is prepared, what was freed is wiped.
fn leave_no_remains(random: &mut Random) {
    let mut secrets: Vec<Vec<u8>> = Vec::new();
    for _ in 0..500 {
        // Blocks of all ways, but for those that have mappings of their own.
        let length = SECRET.len() + (1 << random.below(18)) + random.below(40);
        secrets.push(SECRET.iter().copied().cycle().take(length).collect());
    }
    drop(secrets);
    for part in heap::used() {
        // SAFETY: memory in use, which no other thread changes: there is one.
        let bytes = unsafe {
            std::slice::from_raw_parts(
                std::ptr::with_exposed_provenance::<u8>(part.start),
                part.len(),
            )
        };
        assert!(
            !bytes.windows(SECRET.len()).any(|window| window == SECRET),
            "remains in {part:x?}"
        );
    }
}
