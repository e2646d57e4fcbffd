//! Warm calls inside an instance: from the event's text to RetMsg's.

use crate::{conversions, load, own, statistics::summarize};
use anyhow::Result;
use krait::{
    contract::{Context, Function},
    python::{Ended, Interpreter},
};
use std::time::Instant;

/// Measures and prints one row.
pub(crate) fn run() -> Result<()> {
    let interpreter = Interpreter::build();
    let entry = load(&interpreter, &own("handlers/empty.py"))?;
    let context = Context::new(&Function::default(), "warm").to_json();
    let event = conversions::event(1000);
    let mut times = Vec::new();
    for _ in 0..20_000 {
        let begun = Instant::now();
        let arguments = interpreter.read(event.as_bytes(), context.as_bytes())?;
        let ended = interpreter.invoke(&entry, arguments);
        times.push(begun.elapsed());
        anyhow::ensure!(matches!(ended, Ended::Well(_)), "the handler failed");
    }
    let summary = summarize(times);
    println!("## In the instance\n");
    println!(
        "One warm call, an event of {} bytes returned as it came, event text to RetMsg text: \
         {:.1} µs ({:.1} to {:.1})\n",
        event.len(),
        summary.median.as_secs_f64() * 1e6,
        summary.low.as_secs_f64() * 1e6,
        summary.high.as_secs_f64() * 1e6,
    );
    Ok(())
}
