//! What CPython's Unicode needs beside the tables: properties as they were in Unicode 16, and the
//! normal forms of `unicodedata.ucd_3_2_0`.

use alloc::vec::Vec;

use icu_normalizer::properties::{CanonicalComposition, CanonicalDecomposition, Decomposed};
use icu_properties::props::{
    CanonicalCombiningClass, EnumeratedProperty, GeneralCategory, NumericType,
};
use rustpython_wtf8::{Wtf8, Wtf8Buf, Wtf8Chunk};

use crate::{
    NormalizeForm, normalize as latest,
    data::{Ucd, membership_3_2},
    later::{is_later, is_later_number},
};

/// The version that CPython 3.14 has.
pub(crate) const VERSION: &str = "16.0.0";

/// The category of a character in CPython's Unicode.
pub(crate) fn general_category(character: char) -> GeneralCategory {
    if is_later(character) {
        return GeneralCategory::Unassigned;
    }
    if character == '\u{295}' {
        // A letter of no case since Unicode 17.
        return GeneralCategory::LowercaseLetter;
    }
    GeneralCategory::for_char(character)
}

/// What kind of number a character is in CPython's Unicode.
pub(crate) fn numeric_type(character: char) -> NumericType {
    if is_later_number(character) {
        return NumericType::None;
    }
    NumericType::for_char(character)
}

/// Whether a character is wide by its block, though it is not assigned.
pub(crate) fn is_wide_unassigned(character: char) -> bool {
    matches!(
        u32::from(character),
        0xFA6E..=0xFA6F | 0xFADA..=0xFAFF | 0x20000..=0x2FFFD | 0x30000..=0x3FFFD
    )
}

/// Characters whose decomposition was corrected after Unicode 3.2, and what it was.
const CORRECTED: [(char, char); 5] = [
    ('\u{2F868}', '\u{2136A}'),
    ('\u{2F874}', '\u{5F33}'),
    ('\u{2F91F}', '\u{43AB}'),
    ('\u{2F95F}', '\u{7AAE}'),
    ('\u{2F9BF}', '\u{4D57}'),
];

/// Characters that are numbers now, were there already, and were none.
static NO_NUMBERS: &[u32] = &[
    0x9F8, 0x3405, 0x3483, 0x382A, 0x3B4D, 0x4E24, 0x4E96, 0x4EC0, 0x4EE8, 0x4FE9, 0x5006,
    0x5344, 0x534C, 0x53C4, 0x5E7A, 0x5EFE, 0x62D0, 0x6D1E, 0x6F06, 0x7695, 0x79ED, 0x8CB3,
    0x920E, 0x94A9, 0x9621, 0xF96B, 0xF973, 0xF978, 0xF9B2, 0xF9D1, 0xF9D3, 0xF9FD, 0x10341,
    0x1034A, 0x20001, 0x20064, 0x200E2, 0x20121, 0x2092A, 0x20983, 0x2098C, 0x2099C, 0x20AEA,
    0x20AFD, 0x20B19, 0x22390, 0x22998, 0x23B1B, 0x2626D, 0x2F890,
];

pub(crate) fn is_no_number(character: char) -> bool {
    NO_NUMBERS.binary_search(&(character as u32)).is_ok()
}

/// The parts of a syllable of Hangul.
pub(crate) fn syllable(character: char) -> Option<impl Iterator<Item = char>> {
    const SYLLABLES: u32 = 0xAC00;
    const COUNT: u32 = 11172;
    let place = (character as u32).checked_sub(SYLLABLES).filter(|place| *place < COUNT)?;
    let end = (place % 28 > 0).then_some(0x11A7 + place % 28);
    let parts = [Some(0x1100 + place / 588), Some(0x1161 + place % 588 / 28), end];
    Some(parts.map(|part| part.and_then(char::from_u32)).into_iter().flatten())
}

/// `text` in a normal form of Unicode 3.2. Lone surrogates stay.
pub(crate) fn normalize(form: NormalizeForm, text: &Wtf8) -> Wtf8Buf {
    let mut normal = Wtf8Buf::new();
    for chunk in text.chunks() {
        match chunk {
            Wtf8Chunk::Utf8(text) => {
                let mut characters = Vec::with_capacity(text.len());
                let compatible = matches!(form, NormalizeForm::Nfkc | NormalizeForm::Nfkd);
                for each in text.chars() {
                    decompose(each, compatible, &mut characters);
                }
                order(&mut characters);
                if matches!(form, NormalizeForm::Nfc | NormalizeForm::Nfkc) {
                    compose(&mut characters);
                }
                for each in characters {
                    normal.push_char(each);
                }
            }
            Wtf8Chunk::Surrogate(surrogate) => normal.push(surrogate.into()),
        }
    }
    normal
}

fn decompose(character: char, compatible: bool, to: &mut Vec<char>) {
    if let Some(parts) = syllable(character) {
        to.extend(parts);
    } else if let Some((_, was)) = CORRECTED.iter().find(|(each, _)| *each == character) {
        to.push(*was);
    } else if !membership_3_2(character as u32) {
        to.push(character);
    } else if let Some(parts) = Ucd::compatibility_decomposition(character) {
        if !compatible {
            to.push(character);
            return;
        }
        for part in parts.iter().filter_map(|part| char::from_u32(*part)) {
            decompose(part, compatible, to);
        }
    } else {
        match CanonicalDecomposition::new().decompose(character) {
            Decomposed::Default => to.push(character),
            Decomposed::Singleton(one) => decompose(one, compatible, to),
            Decomposed::Expansion(one, other) => {
                decompose(one, compatible, to);
                decompose(other, compatible, to);
            }
        }
    }
}

fn class(character: char) -> u8 {
    CanonicalCombiningClass::for_char(character).to_icu4c_value()
}

/// Orders the marks after each other character.
fn order(characters: &mut [char]) {
    let mut rest = characters;
    while let Some(start) = rest.iter().position(|each| class(*each) > 0) {
        let marks = &mut rest[start..];
        let end = marks.iter().position(|each| class(*each) == 0).unwrap_or(marks.len());
        marks[..end].sort_by_key(|each| class(*each));
        rest = &mut marks[end..];
    }
}

fn compose(characters: &mut Vec<char>) {
    let composition = CanonicalComposition::new();
    let mut composed: Vec<char> = Vec::with_capacity(characters.len());
    // Where the last character is that marks could join, and the class of the last mark since.
    let mut starter: Option<usize> = None;
    let mut last = 0;
    for each in characters.iter().copied() {
        let own = class(each);
        let joins = starter.filter(|place| composed.len() == place + 1 || last < own && last > 0);
        if let Some(place) = joins
            && let Some(joined) = composition.compose(composed[place], each)
        {
            composed[place] = joined;
            continue;
        }
        composed.push(each);
        if own == 0 {
            starter = Some(composed.len() - 1);
        }
        last = own;
    }
    *characters = composed;
}

/// A character that has a decomposition, and came with Unicode 17.
const LATER_LETTER: char = '\u{A7F1}';

/// `text` in a normal form of Unicode 16.
pub(crate) fn without_later(form: NormalizeForm, text: &Wtf8) -> Wtf8Buf {
    let mut letter = Wtf8Buf::new();
    letter.push_char(LATER_LETTER);
    let compatible = matches!(form, NormalizeForm::Nfkc | NormalizeForm::Nfkd);
    if !compatible || text.find(&letter).is_none() {
        return latest::normalize(form, text);
    }
    let mut normal = Wtf8Buf::new();
    for (place, piece) in text.split(&letter).enumerate() {
        if place > 0 {
            normal.push_wtf8(&letter);
        }
        normal.push_wtf8(&latest::normalize(form, piece));
    }
    normal
}
