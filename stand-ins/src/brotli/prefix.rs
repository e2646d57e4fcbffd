//! The prefix codes of Brotli's form (RFC 7932, section 3).

use super::bits::Bits;

/// The order in which the lengths of the code for lengths are written.
const ORDER: [usize; 18] = [1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15];
/// How each length of the code for lengths is written: bits, and how many.
const OF_LENGTHS: [(u32, u32); 6] = [(0, 2), (7, 4), (3, 3), (2, 2), (1, 2), (15, 4)];
/// Stands for some zeros.
const ZEROS: usize = 17;

/// The lengths of a prefix code for symbols that occur so often, each at most `longest`; one symbol alone has length 1.
fn lengths(counts: &[u32], longest: u8) -> Vec<u8> {
    let used: Vec<usize> = (0..counts.len()).filter(|at| counts[*at] > 0).collect();
    let mut lengths = vec![0; counts.len()];
    if let [only] = used[..] {
        lengths[only] = 1;
        return lengths;
    }
    // Rare symbols are taken for more frequent ones until the code is short enough.
    let mut least = 1;
    loop {
        let mut leaves: Vec<(u32, usize)> =
            used.iter().map(|at| (counts[*at].max(least), *at)).collect();
        leaves.sort_unstable();
        // Of the nodes, the leaves come first; both rows are sorted, so that the two rarest are at their fronts.
        let mut weights: Vec<u32> = leaves.iter().map(|(count, _)| *count).collect();
        let (count, mut leaf, mut node) = (leaves.len(), 0, leaves.len());
        let mut parents = vec![0; count];
        for parent in count..(2 * count).saturating_sub(1) {
            let mut sum = 0_u32;
            for _ in 0..2 {
                let is_leaf = leaf < count && (node >= parent || weights[leaf] <= weights[node]);
                let child = if is_leaf { &mut leaf } else { &mut node };
                sum = sum.saturating_add(weights[*child]);
                parents[*child] = parent;
                *child += 1;
            }
            weights.push(sum);
            parents.push(0);
        }
        let mut depths = vec![0_u8; parents.len()];
        for at in (0..parents.len().saturating_sub(1)).rev() {
            depths[at] = depths[parents[at]].saturating_add(1);
        }
        if depths.iter().all(|depth| *depth <= longest) {
            for ((_, symbol), depth) in leaves.iter().zip(&depths) {
                lengths[*symbol] = *depth;
            }
            return lengths;
        }
        least *= 2;
    }
}

/// A prefix code: what is written for each symbol.
pub(super) struct Code(Vec<(u32, u32)>);

impl Code {
    fn of(lengths: &[u8]) -> Self {
        let mut codes = vec![(0, 0); lengths.len()];
        let mut next = 0_u32;
        for length in 1..=15_u8 {
            for (code, _) in codes.iter_mut().zip(lengths).filter(|(_, own)| **own == length) {
                let length = u32::from(length);
                *code = (next.reverse_bits() >> (32 - length), length);
                next += 1;
            }
            next <<= 1;
        }
        Self(codes)
    }

    pub(super) fn write(&self, symbol: usize, bits: &mut Bits) {
        let (code, count) = self.0[symbol];
        bits.write(code, count);
    }

    /// Makes a code for symbols that occur so often, and writes it. A symbol takes `width` bits.
    pub(super) fn written(counts: &[u32], width: u32, bits: &mut Bits) -> Self {
        let used: Vec<usize> = (0..counts.len()).filter(|at| counts[*at] > 0).collect();
        if used.len() < 2 {
            // A simple code of one symbol, which takes no bits.
            bits.write(1, 4);
            bits.write(used.first().map_or(0, |at| u32::try_from(*at).unwrap_or(0)), width);
            return Self(vec![(0, 0); counts.len()]);
        }
        let lengths = lengths(counts, 15);
        // The lengths, with zeros taken together: symbols, and the extra bits of those that have some.
        let mut steps: Vec<(usize, u32)> = Vec::new();
        let end = used.last().map_or(0, |last| last + 1);
        let mut at = 0;
        while at < end {
            let zeros = lengths[at..end].iter().take_while(|length| **length == 0).count();
            at += zeros.max(1);
            if zeros == 0 {
                steps.push((usize::from(lengths[at - 1]), 0));
            } else {
                push_zeros(&mut steps, zeros);
            }
        }
        let mut of_lengths = [0; 18];
        for (symbol, _) in &steps {
            of_lengths[*symbol] += 1;
        }
        let depths = self::lengths(&of_lengths, 5);
        let distinct = depths.iter().filter(|depth| **depth > 0).count();
        let last = ORDER.iter().rposition(|at| depths[*at] > 0).map_or(0, |last| last + 1);
        // A complex code, none of whose first lengths is left out.
        bits.write(0, 2);
        for at in &ORDER[..if distinct == 1 { 18 } else { last }] {
            let (value, count) = OF_LENGTHS[usize::from(depths[*at])];
            bits.write(value, count);
        }
        let code = Self::of(&depths);
        for (symbol, extra) in steps {
            if distinct > 1 {
                code.write(symbol, bits);
            }
            if symbol == ZEROS {
                bits.write(extra, 3);
            }
        }
        Self::of(&lengths)
    }
}

/// Some zeros, as symbols. A symbol for zeros behind another makes eight times as many of those before it.
fn push_zeros(steps: &mut Vec<(usize, u32)>, mut count: usize) {
    if count == 11 {
        steps.push((0, 0));
        count -= 1;
    }
    let Some(mut rest) = count.checked_sub(3) else {
        steps.resize(steps.len() + count, (0, 0));
        return;
    };
    let start = steps.len();
    loop {
        steps.push((ZEROS, u32::try_from(rest & 7).unwrap_or(0)));
        rest >>= 3;
        if rest == 0 {
            break;
        }
        rest -= 1;
    }
    steps[start..].reverse();
}
