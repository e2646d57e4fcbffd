//! aarch64.

/// The largest page that a kernel may have (4, 16 or 64 KiB): what is a multiple of it is a multiple
/// of every kernel's pages.
pub(crate) const PAGE: usize = 64 << 10;

/// Where the parts of the address space begin that are the same in every process, and the size of
/// the one that is as large as there is room, in bytes.
///
/// Kernels give a process 39, 42, 47 or 48 bits of addresses, so all lies below 2^39. Programs are at
/// the lower end of the address space, and mappings grow down from the upper end. In a process with
/// an unlimited stack they grow up from a quarter of it, which with 39 bits is in the heap: then
/// krait runs without the fixed addresses.
pub(in crate::heap) mod starts {
    pub(in crate::heap) const SLAB_TABLE: usize = 0x10_0000_0000;
    pub(in crate::heap) const SLABS: usize = 0x11_0000_0000;
    pub(in crate::heap) const BLOCKS: usize = 0x18_0000_0000;
    pub(in crate::heap) const SPARSE: usize = 0x28_0000_0000;
    pub(in crate::heap) const LEFT_OUT: usize = 0x29_0000_0000;
    pub(in crate::heap) const MAPPINGS: usize = 0x30_0000_0000;
    pub(in crate::heap) const MAPPINGS_BYTES: usize = 1 << 37;
}
