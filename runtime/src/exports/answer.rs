//! Answers, as a host reads them from the module's memory.

use std::cell::RefCell;

/// Seven numbers of 32 bits. Texts are UTF-8.
#[derive(Debug)]
#[repr(C)]
pub struct Answer {
    /// 0: the function succeeded. 1: it failed, and `ret_msg` is the envelope. 2: the input was
    /// wrong, and `ret_msg` is an error for a person. 3: krait's own fault.
    pub status: u32,
    pub ret_msg: *const u8,
    pub ret_msg_size: usize,
    /// The invocation's log, with the platform's lines; empty if it goes to stderr.
    pub log: *const u8,
    pub log_size: usize,
    /// The text of a JSON object, [`super::session::Report`]; empty if nothing was invoked.
    pub report: *const u8,
    pub report_size: usize,
}

struct Kept {
    answer: Answer,
    /// What `answer` points at.
    _texts: [String; 3],
}

thread_local! {
    static KEPT: RefCell<Option<Box<Kept>>> = const { RefCell::new(None) };
}

/// Keeps an answer until the next one, and returns its address.
pub(super) fn give(status: u32, ret_msg: String, log: String, report: String) -> *const Answer {
    let answer = Answer {
        status,
        ret_msg: ret_msg.as_ptr(),
        ret_msg_size: ret_msg.len(),
        log: log.as_ptr(),
        log_size: log.len(),
        report: report.as_ptr(),
        report_size: report.len(),
    };
    let kept = Box::new(Kept { answer, _texts: [ret_msg, log, report] });
    KEPT.set(Some(kept));
    last()
}

/// The address of the last answer, or 0.
pub(super) fn last() -> *const Answer {
    KEPT.with_borrow(|kept| match kept {
        Some(kept) => &raw const kept.answer,
        None => std::ptr::null(),
    })
}
