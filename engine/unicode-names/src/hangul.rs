//! The syllables of Hangul: a consonant, a vowel, and perhaps another consonant.

pub(crate) const SYLLABLE: &str = "HANGUL SYLLABLE ";

const FIRST: u32 = 0xAC00;
const COUNT: u32 = (STARTS.len() * VOWELS.len() * ENDS.len()) as u32;

// In the order of the code points, from Unicode's Jamo.txt.
const STARTS: [&str; 19] = [
    "G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P",
    "H",
];
const VOWELS: [&str; 21] = [
    "A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE",
    "WI", "YU", "EU", "YI", "I",
];
const ENDS: [&str; 28] = [
    "", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH", "M",
    "B", "BS", "S", "SS", "NG", "J", "C", "K", "T", "P", "H",
];

/// The parts of a syllable's name.
pub(crate) fn parts(code: u32) -> Option<[&'static str; 3]> {
    let number = code.checked_sub(FIRST).filter(|number| *number < COUNT)? as usize;
    let (rest, end) = (number / ENDS.len(), number % ENDS.len());
    Some([STARTS[rest / VOWELS.len()], VOWELS[rest % VOWELS.len()], ENDS[end]])
}

/// The syllable of such a name.
pub(crate) fn code(name: &str) -> Option<u32> {
    let (start, rest) = longest(&STARTS, name)?;
    let (vowel, rest) = longest(&VOWELS, rest)?;
    let end = ENDS.iter().position(|each| *each == rest)?;
    Some(FIRST + ((start * VOWELS.len() + vowel) * ENDS.len() + end) as u32)
}

/// The longest of `parts` that `name` starts with, and what is after it.
fn longest<'a>(parts: &[&str], name: &'a str) -> Option<(usize, &'a str)> {
    let starts = parts.iter().enumerate().filter(|(_, part)| name.starts_with(**part));
    let (place, part) = starts.max_by_key(|(_, part)| part.len())?;
    Some((place, &name[part.len()..]))
}
