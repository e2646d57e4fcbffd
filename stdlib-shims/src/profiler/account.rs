//! How long each function took, by itself and with those that it called.
//!
//! Times are whole numbers of whatever unit the caller's clock has.

#![forbid(unsafe_code)]

use std::collections::HashMap;

/// The number of a function in an [`Account`], from 0.
pub(super) type Place = usize;

/// What was counted of a function's calls, or of its calls by one other function.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) calls: usize,
    /// Of these, the calls that began while another one ran.
    pub(super) recursive_calls: usize,
    /// With what it called. A recursive call's time is in that of the first one.
    pub(super) total: i64,
    /// Without what it called.
    pub(super) own: i64,
    /// How many calls are running.
    running: usize,
}

impl Figures {
    fn end(&mut self, total: i64, own: i64) {
        self.calls += 1;
        self.own += own;
        self.running = self.running.saturating_sub(1);
        if self.running == 0 {
            self.total += total;
        } else {
            self.recursive_calls += 1;
        }
    }
}

/// The calls that ended, and those that run.
#[derive(Debug, Default)]
pub(super) struct Account {
    functions: Vec<Function>,
    stack: Vec<Running>,
}

#[derive(Debug, Default)]
struct Function {
    figures: Figures,
    callees: HashMap<Place, Figures>,
}

#[derive(Debug)]
struct Running {
    function: Place,
    since: i64,
    /// How long the calls that it made took.
    in_callees: i64,
}

impl Account {
    /// The place of a function that was not seen before.
    pub(super) fn add(&mut self) -> Place {
        self.functions.push(Function::default());
        self.functions.len() - 1
    }

    /// Notes that a function begins. With `by_caller`, its calls by the running function are
    /// counted apart, too.
    pub(super) fn begin(&mut self, function: Place, by_caller: bool, now: i64) {
        self.functions[function].figures.running += 1;
        if let Some(caller) = self.stack.last().filter(|_| by_caller) {
            self.functions[caller.function].callees.entry(function).or_default().running += 1;
        }
        self.stack.push(Running { function, since: now, in_callees: 0 });
    }

    /// Notes that the function that began last ends. Without one it does nothing: that function
    /// began before anything was counted.
    pub(super) fn end(&mut self, by_caller: bool, now: i64) {
        let Some(ended) = self.stack.pop() else { return };
        let total = now - ended.since;
        let own = total - ended.in_callees;
        self.functions[ended.function].figures.end(total, own);
        let Some(caller) = self.stack.last_mut() else { return };
        caller.in_callees += total;
        let callees = &mut self.functions[caller.function].callees;
        if let Some(figures) = callees.get_mut(&ended.function).filter(|_| by_caller) {
            figures.end(total, own);
        }
    }

    /// Whether a function has begun that has not ended.
    pub(super) fn is_running(&self) -> bool {
        !self.stack.is_empty()
    }

    /// Each function of which a call ended, in the order in which they were added, and what it called.
    pub(super) fn ended(
        &self,
    ) -> impl Iterator<Item = (Place, &Figures, &HashMap<Place, Figures>)> {
        let functions = self.functions.iter().enumerate();
        functions
            .filter(|(_, function)| function.figures.calls > 0)
            .map(|(place, function)| (place, &function.figures, &function.callees))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_within_a_call_is_no_time_of_its_own() {
        let mut account = Account::default();
        let (outer, inner) = (account.add(), account.add());
        account.begin(outer, true, 0);
        account.begin(inner, true, 10);
        account.end(true, 14);
        account.end(true, 20);
        let ended: Vec<_> = account.ended().collect();
        assert_eq!((ended[0].1.total, ended[0].1.own), (20, 16));
        assert_eq!((ended[1].1.total, ended[1].1.own), (4, 4));
        assert_eq!((ended[0].2[&inner].calls, ended[0].2[&inner].total), (1, 4));
    }

    #[test]
    fn recursion_counts_its_time_once() {
        let mut account = Account::default();
        let function = account.add();
        account.begin(function, true, 0);
        account.begin(function, true, 1);
        account.end(true, 3);
        account.end(true, 4);
        let (_, figures, callees) = account.ended().next().expect("one");
        assert_eq!((figures.calls, figures.recursive_calls), (2, 1));
        assert_eq!((figures.total, figures.own), (4, 4));
        assert_eq!((callees[&function].calls, callees[&function].recursive_calls), (1, 0));
    }

    #[test]
    fn what_began_before_is_passed_over() {
        let mut account = Account::default();
        account.end(true, 5);
        assert!(!account.is_running());
        assert_eq!(account.ended().count(), 0);
    }
}
