//! x86_64.

/// The size of a page of memory, in bytes.
pub(crate) const PAGE: usize = 4096;

/// Where the parts of the address space begin that are the same in every process, and the size of
/// the one that is as large as there is room, in bytes.
///
/// They are far from where Linux puts programs, stacks and mappings. Programs are at the lower end
/// of the address space. Mappings grow down from the upper end; in a process with an unlimited
/// stack they grow down from a sixth of it, 0x1455_5555_5000 at the lowest.
pub(in crate::heap) mod starts {
    pub(in crate::heap) const SLAB_TABLE: usize = 0x1000_0000_0000;
    pub(in crate::heap) const SLABS: usize = 0x1100_0000_0000;
    pub(in crate::heap) const BLOCKS: usize = 0x1200_0000_0000;
    pub(in crate::heap) const SPARSE: usize = 0x1240_0000_0000;
    pub(in crate::heap) const LEFT_OUT: usize = 0x1260_0000_0000;
    pub(in crate::heap) const MAPPINGS: usize = 0x1300_0000_0000;
    pub(in crate::heap) const MAPPINGS_BYTES: usize = 1 << 40;
}
