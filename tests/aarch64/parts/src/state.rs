//! A snapshot of a state that has what an interpreter has: objects of all sizes, variables, thread-locals, and
//! memory that is left out.

use crate::{
    heap, in_process,
    snapshot::{Base, Cache, fork_with_fixed_stack},
};
use std::{
    cell::RefCell,
    collections::BTreeMap,
    ops::Range,
    ptr::with_exposed_provenance,
    sync::atomic::{AtomicUsize, Ordering},
};

/// The sizes by which memory is known that is left out, or stays zero almost everywhere, in bytes.
const LEFT_OUT: usize = 300_000;
const SPARSE: usize = 500_000;

struct Root {
    texts: BTreeMap<String, Vec<u64>>,
    large: Vec<u8>,
    sparse: Vec<u8>,
    /// Where the memory is that is left out.
    computed: usize,
}

/// Variables of the program, which a snapshot keeps.
static ROOT: AtomicUsize = AtomicUsize::new(0);
static VARIABLE: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static LOCAL: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Makes a snapshot in the user's cache.
pub(super) fn make() -> Result<String, String> {
    let cache = Cache::of_user().ok_or("there is no folder for a snapshot")?;
    in_process(fork_with_fixed_stack, move || {
        let write = |file: &_, _: &_| {
            let mut base = Base::note()?;
            heap::sort_by(|asked| match asked[2].size {
                LEFT_OUT => heap::Sort::LeftOut,
                SPARSE => heap::Sort::Sparse,
                _ => heap::Sort::Ordinary,
            });
            base.warm_up(warm_up);
            let root = ROOT.load(Ordering::Relaxed);
            // SAFETY: the warm-up leaked it.
            let computed = unsafe { &*with_exposed_provenance::<Root>(root) }.computed;
            let blocks = [computed..computed + LEFT_OUT];
            base.write(root, &blocks, fill, file).map(|_| ())
        };
        cache.make(write).map(|()| String::new()).map_err(|error| error.to_string())
    })
}

extern "C" fn warm_up() {
    let mut texts = BTreeMap::new();
    for number in 0..5000_u64 {
        texts.insert(format!("key{number}"), (0..number % 50).collect::<Vec<_>>());
    }
    for number in 0..2500 {
        texts.remove(&format!("key{}", 2 * number));
    }
    let mut sparse = vec![0; SPARSE];
    sparse[SPARSE / 2] = 9;
    let computed = Vec::<u8>::with_capacity(LEFT_OUT).leak().as_ptr().expose_provenance();
    LOCAL.with(|local| local.borrow_mut().push("of the thread".to_owned()));
    let root = Box::leak(Box::new(Root { texts, large: vec![7; 3 << 20], sparse, computed }));
    VARIABLE.store(42, Ordering::Relaxed);
    ROOT.store((&raw const *root).expose_provenance(), Ordering::Relaxed);
}

/// The bytes of what was left out tell their own addresses.
fn fill(range: Range<usize>, into: &mut [u8]) {
    for (address, byte) in range.zip(into) {
        *byte = at(address);
    }
}

fn at(address: usize) -> u8 {
    (address / 8 % 251) as u8
}

/// Restores it in another process, and goes on there.
pub(super) fn take() -> Result<String, String> {
    let cache = Cache::of_user().ok_or("there is no folder for a snapshot")?;
    in_process(fork_with_fixed_stack, move || {
        let place = cache.open().map_err(|refusal| refusal.to_string())?;
        let root = place.take_up().map_err(|refusal| refusal.to_string())?;
        // SAFETY: the root that the maker named.
        let root = unsafe { &*with_exposed_provenance::<Root>(root) };
        assert_eq!((root.texts.len(), root.texts["key4999"].len()), (2500, 49));
        assert!(root.large.iter().all(|byte| *byte == 7));
        assert_eq!((root.sparse[SPARSE / 2], root.sparse[0]), (9, 0));
        assert_eq!(VARIABLE.load(Ordering::Relaxed), 42);
        for address in root.computed..root.computed + LEFT_OUT {
            // SAFETY: what was left out is computed at the first access.
            let byte = unsafe { with_exposed_provenance::<u8>(address).read_volatile() };
            assert_eq!(byte, at(address));
        }
        LOCAL.with(|local| assert_eq!(*local.borrow(), ["of the thread"]));
        // It goes on as any process: memory of all sizes, a thread with its own locals, a panic.
        let texts: Vec<String> = (0..10_000).map(|number| format!("more {number}")).collect();
        drop((texts, vec![1_u8; 200 << 20]));
        let thread = std::thread::spawn(|| LOCAL.with(|local| local.borrow().len()));
        assert_eq!(thread.join().ok(), Some(0));
        let caught = std::panic::catch_unwind(|| std::panic::resume_unwind(Box::new(())));
        assert!(caught.is_err());
        Ok(String::new())
    })
}
