//! Where groups begin and end while a pattern is matched, and how that is taken back.

use alloc::vec::Vec;
use optional::Optioned;

/// The positions of groups: mark 2n begins group n, mark 2n + 1 ends it. Marks beyond the
/// last one that was set are not there.
#[derive(Debug)]
pub struct Marks {
    last_index: i32,
    marks: Vec<Optioned<usize>>,
    /// Copies of `marks`, one after the other. Whoever made the last one takes it away first.
    kept: Vec<Optioned<usize>>,
}

/// A state of the marks that can be gone back to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeptMarks {
    length: u32,
    last_index: i32,
}

impl KeptMarks {
    pub(crate) const NONE: Self = Self {
        length: 0,
        last_index: -1,
    };
}

impl Default for Marks {
    fn default() -> Self {
        Self {
            last_index: -1,
            marks: Vec::new(),
            kept: Vec::new(),
        }
    }
}

impl Marks {
    /// Where a group begins and ends, counted from 0.
    #[must_use]
    pub fn get(&self, group_index: usize) -> (Optioned<usize>, Optioned<usize>) {
        match self.marks.get(2 * group_index..2 * group_index + 2) {
            Some(&[start, end]) => (start, end),
            _ => (Optioned::none(), Optioned::none()),
        }
    }

    /// Where a group begins and ends, if it took part and does not end before it begins.
    pub(crate) fn span(&self, group_index: usize) -> Option<(usize, usize)> {
        let (start, end) = self.get(group_index);
        (start.is_some() && end.is_some() && start.unpack() <= end.unpack())
            .then(|| (start.unpack(), end.unpack()))
    }

    /// The group that was closed last, counted from 1; -1 if none was.
    #[must_use]
    pub const fn last_index(&self) -> isize {
        self.last_index as isize
    }

    #[must_use]
    pub fn raw(&self) -> &[Optioned<usize>] {
        self.marks.as_slice()
    }

    pub(crate) fn set(&mut self, mark: usize, position: usize) {
        if mark & 1 != 0 {
            self.last_index = mark as i32 / 2 + 1;
        }
        if mark >= self.marks.len() {
            self.marks.resize(mark + 1, Optioned::none());
        }
        self.marks[mark] = Optioned::some(position);
    }

    /// Keeps the marks. Outside a repeat no mark is set a second time, so that their number is
    /// enough; inside, `copied` says that their positions are kept, too.
    #[inline]
    pub(crate) fn keep(&mut self, copied: bool) -> KeptMarks {
        if copied {
            self.kept.extend_from_slice(&self.marks);
        }
        KeptMarks {
            length: self.marks.len() as u32,
            last_index: self.last_index,
        }
    }

    /// Goes back to the marks as they were kept, which stay kept.
    #[inline]
    pub(crate) fn go_back(&mut self, kept: KeptMarks, copied: bool) {
        let length = kept.length as usize;
        self.marks.truncate(length);
        if copied {
            let from = self.kept.len() - length;
            self.marks.clear();
            self.marks.extend_from_slice(&self.kept[from..]);
        }
        self.last_index = kept.last_index;
    }

    /// Forgets what was kept last.
    #[inline]
    pub(crate) fn forget(&mut self, kept: KeptMarks, copied: bool) {
        if copied {
            self.kept.truncate(self.kept.len() - kept.length as usize);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.last_index = -1;
        self.marks.clear();
        self.kept.clear();
    }
}
