//! What a release is made for. A further target is a line here, and its program is given with `--program`.

use object::Architecture;

/// A kind of machine, by the names that each kind of package has for it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Rust's name.
    pub triple: &'static str,
    /// The processor in the program's own header.
    pub architecture: Architecture,
    /// `uname -m`.
    pub machine: &'static str,
    /// `dpkg --print-architecture`.
    pub debian: &'static str,
    /// Go's name, which images have.
    pub image: &'static str,
    /// The platform tags of a wheel. A static program needs no libc: it runs with glibc and with musl.
    pub wheel: &'static str,
}

/// In this order they are in an image: an older `docker load` takes the first.
pub(super) const TARGETS: &[Target] = &[
    Target {
        triple: "x86_64-unknown-linux-gnu",
        architecture: Architecture::X86_64,
        machine: "x86_64",
        debian: "amd64",
        image: "amd64",
        wheel: "manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
    },
    Target {
        triple: "aarch64-unknown-linux-gnu",
        architecture: Architecture::Aarch64,
        machine: "aarch64",
        debian: "arm64",
        image: "arm64",
        wheel: "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
    },
];

impl Target {
    /// The target of a program's processor.
    pub(super) fn of(architecture: Architecture) -> Option<&'static Self> {
        TARGETS.iter().find(|target| target.architecture == architecture)
    }

    /// Where it is in the list.
    pub(super) fn place(&self) -> usize {
        TARGETS.iter().position(|target| target == self).unwrap_or(TARGETS.len())
    }
}
