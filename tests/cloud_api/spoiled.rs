//! Nothing a caller sends does worse than be refused.

use super::{http_text, http_text::Request, received, same, signatures::credentials, timestamp};
use krait::server::cloud_api::{
    answer, signature,
    wire::{self, ApiRequest},
};
use libtest_mimic::Failed;

/// Requests that the SDK sent, spoiled at random: each is read or refused, and what is read
/// is read again as it was, from the JSON of its parameters.
pub(crate) fn anything(captured: &[(String, Vec<u8>)]) -> Result<(), Failed> {
    let mut random = Random(20180416);
    let (mut read, mut refused) = (0, 0);
    for _ in 0..100_000 {
        let mut text = captured[random.below(captured.len())].1.clone();
        for _ in 0..=random.below(4) {
            let other = random.below(captured.len());
            random.spoil(&mut text, &captured[other].1);
        }
        let Some(request) = http_text::read(&text) else { continue };
        let received = received(&request);
        // The signature of a spoiled request is judged too: by its time, so that it is looked
        // at in full.
        let _ = signature::check(&received, &credentials(), timestamp(&captured[0].1));
        match wire::read(&received) {
            Ok(first) => {
                read += 1;
                read_again(&first)?;
            }
            Err(error) => {
                refused += 1;
                answer::error("id", &error);
            }
        }
    }
    // Neither side is there by accident alone.
    if read < 10_000 || refused < 10_000 {
        return Err(format!("{read} were read and {refused} refused").into());
    }
    Ok(())
}

fn read_again(first: &ApiRequest) -> Result<(), Failed> {
    let uri = format!("/?Action={}&Version={}", first.action.name(), wire::VERSION);
    let request = Request {
        method: http::Method::POST,
        uri: uri.parse().expect("an address"),
        headers: http::HeaderMap::new(),
        body: serde_json::to_vec(first.parameters.values()).expect("values are JSON"),
    };
    let again = wire::read(&received(&request)).map_err(|error| error.to_string())?;
    same(again.parameters.values(), first.parameters.values())
}

/// The same numbers in each run, so that what fails can be looked at.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).expect("below a usize")
    }

    /// Changes a byte, or takes out, doubles or puts in a piece.
    fn spoil(&mut self, text: &mut Vec<u8>, other: &[u8]) {
        let start = self.below(text.len());
        let end = text.len().min(start + self.below(16));
        match self.below(5) {
            0 => text[start] ^= 1 << self.below(8),
            1 => drop(text.drain(start..end)),
            2 => {
                let piece = text[start..end].to_vec();
                text.splice(start..start, piece);
            }
            3 => {
                let marks = b"&=.%+\"{}[],:0 \n\\\xff";
                text[start] = marks[self.below(marks.len())];
            }
            _ => {
                let from = self.below(other.len());
                let to = other.len().min(from + self.below(64));
                text.splice(start..end, other[from..to].iter().copied());
            }
        }
        if text.is_empty() {
            text.push(b' ');
        }
    }
}
