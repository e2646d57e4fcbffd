//! Where a constant is in a pool, without looking through the pool.

use core::hash::{BuildHasher, Hash, Hasher};
use core::mem;

use rustpython_compiler_core::bytecode::ConstantData;

/// So many constants are looked through; only beyond that is a table worth its while.
const FEW: usize = 16;

/// The places of constants by their hashes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lookup {
    places: crate::IndexMap<u64, Vec<u32>>,
    /// So many of the pool's first constants are in `places`.
    known: usize,
}

impl Lookup {
    /// The pool has changed otherwise than by growing.
    pub(crate) fn forget(&mut self) {
        self.places.clear();
        self.known = 0;
    }

    /// The first of `constants` that `equal` says is the same as `wanted`.
    pub(crate) fn find(
        &mut self,
        constants: &[ConstantData],
        wanted: &ConstantData,
        equal: impl Fn(&ConstantData, &ConstantData) -> bool,
    ) -> Option<usize> {
        if constants.len() <= FEW {
            return constants.iter().position(|known| equal(known, wanted));
        }
        for (place, constant) in constants.iter().enumerate().skip(self.known) {
            let hash = self.hash(constant);
            self.places.entry(hash).or_default().push(place as u32);
        }
        self.known = constants.len();
        self.places
            .get(&self.hash(wanted))?
            .iter()
            .map(|&place| place as usize)
            .find(|&place| equal(&constants[place], wanted))
    }

    fn hash(&self, constant: &ConstantData) -> u64 {
        let mut hasher = self.places.hasher().build_hasher();
        self.add(constant, &mut hasher);
        hasher.finish()
    }

    /// Equal constants add the same, whatever the order of a set's elements.
    fn add(&self, constant: &ConstantData, hasher: &mut impl Hasher) {
        mem::discriminant(constant).hash(hasher);
        match constant {
            ConstantData::Tuple { elements } => {
                elements.len().hash(hasher);
                for element in elements {
                    self.add(element, hasher);
                }
            }
            ConstantData::Slice { elements } => {
                for element in elements.iter() {
                    self.add(element, hasher);
                }
            }
            ConstantData::Frozenset { elements } => {
                let sum = elements
                    .iter()
                    .fold(0u64, |sum, element| sum.wrapping_add(self.hash(element)));
                sum.hash(hasher);
            }
            ConstantData::Code { code } => {
                code.obj_name.hash(hasher);
                code.first_line_number.hash(hasher);
                code.instructions.len().hash(hasher);
                code.linetable.hash(hasher);
                for constant in code.constants.iter() {
                    self.add(constant, hasher);
                }
            }
            other => other.hash(hasher),
        }
    }
}
