//! Names of addresses in the program, for errors about a snapshot.

use super::program;
use std::{ffi::CStr, fs::File, os::unix::fs::FileExt};

/// The linker's symbol for an address; none in a stripped program.
pub(super) fn at(address: usize) -> Option<String> {
    /// The type of the section that holds the symbols (`SHT_SYMTAB`).
    const SYMBOL_TABLE: u32 = 2;
    let file = program::open_own_file().ok()?;
    let header: libc::Elf64_Ehdr = read(&file, 0)?;
    let sections = (0..u64::from(header.e_shnum)).map_while(|index| {
        read::<libc::Elf64_Shdr>(
            &file,
            header.e_shoff + index * size_of::<libc::Elf64_Shdr>() as u64,
        )
    });
    let sections: Vec<_> = sections.collect();
    let table = sections.iter().find(|section| section.sh_type == SYMBOL_TABLE)?;
    let mut symbols = vec![0; usize::try_from(table.sh_size).ok()?];
    file.read_exact_at(&mut symbols, table.sh_offset).ok()?;
    let (symbols, _) = symbols.as_chunks::<{ size_of::<libc::Elf64_Sym>() }>();
    let name = symbols.iter().find_map(|symbol| {
        let number =
            |from: usize| u64::from_le_bytes(symbol[from..from + 8].try_into().unwrap_or_default());
        // The layout of `Elf64_Sym`: a name of 4 bytes, 4 of kinds, value and size.
        let (start, size) = (number(8) as usize, number(16) as usize);
        (start..start + size)
            .contains(&address)
            .then(|| u32::from_le_bytes([symbol[0], symbol[1], symbol[2], symbol[3]]))
    })?;
    let names = sections.get(table.sh_link as usize)?;
    let mut text = [0; 512];
    let length = file.read_at(&mut text, names.sh_offset + u64::from(name)).ok()?;
    Some(CStr::from_bytes_until_nul(&text[..length]).ok()?.to_string_lossy().into_owned())
}

/// A structure of the file's format, which is that of memory.
fn read<T: Copy>(file: &File, offset: u64) -> Option<T> {
    let mut value = std::mem::MaybeUninit::<T>::zeroed();
    // SAFETY: the structures are plain numbers, which take any bytes.
    unsafe {
        let bytes = std::slice::from_raw_parts_mut(value.as_mut_ptr().cast(), size_of::<T>());
        file.read_exact_at(bytes, offset).ok()?;
        Some(value.assume_init())
    }
}
