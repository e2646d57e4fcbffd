//! The contract's rules that need no interpreter: when timers fire (`contract/schedules.md`), when
//! events are retried (`contract/retry.md`), names, and the texts that only a server uses.

use jiff::{Timestamp, tz::TimeZone};
use krait::contract::{
    Failure, Function, RetryPolicy, Schedule, events, limits,
    names::{self, InvalidName},
    retry::{self, DeadLetter, Next},
    schedule::timer_event,
};
use libtest_mimic::{Arguments, Failed, Trial};
use std::{fmt::Debug, fs, process::ExitCode, time::Duration};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = schedules();
    trials.extend(retries());
    trials.push(Trial::test("retry::the policy by default", default_policy));
    trials.push(Trial::test("retry::dead letters", dead_letters));
    trials.push(Trial::test("schedule::the event of a timer", timer_events));
    trials.push(Trial::test("names::taken and refused", valid_names));
    trials.push(Trial::test("failure::of a server", server_failures));
    trials.push(Trial::test("limits::of events", event_limits));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn text_of(file: &str) -> String {
    let path = format!("{}/../tests/contract/{file}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(path).expect("the cases can be read")
}

fn schedules() -> Vec<Trial> {
    let text = text_of("schedules.md");
    let cases = text.split("\n## ").skip(1).map(|case| {
        let (name, rest) = case.split_once('\n').expect("a case has a name");
        let (_, block) = rest.split_once("```text\n").expect("a case has a block");
        let (block, _) = block.split_once("\n```").expect("a block ends");
        let (expression, expected) = block.split_once('\n').expect("a case expects something");
        let (expression, expected) = (expression.to_owned(), expected.to_owned());
        Trial::test(format!("schedule::{name}"), move || {
            same(&due(&expression, &expected), &expected)
        })
    });
    let cases: Vec<Trial> = cases.collect();
    assert!(cases.len() > 50, "cases of schedules are missing");
    cases
}

/// The times that are due, below the line that says from when and where; or the error.
fn due(expression: &str, expected: &str) -> String {
    let schedule: Schedule = match expression.parse() {
        Ok(schedule) => schedule,
        Err(error) => return format!("{error}"),
    };
    assert_eq!(schedule.to_string(), expression);
    let head = expected.lines().next().unwrap_or_default();
    let parts = head.strip_prefix("from ").and_then(|head| head.split_once(" in "));
    let Some((from, zone)) = parts else { return "a schedule".to_owned() };
    let zone = TimeZone::posix(zone).expect("a zone");
    let mut instant: Timestamp = from.parse().expect("a time");
    let mut lines = vec![head.to_owned()];
    for _ in 0..5 {
        let Some(next) = schedule.next_after(instant, &zone) else {
            lines.push("never".to_owned());
            break;
        };
        lines.push(next.to_string());
        instant = next;
    }
    lines.join("\n")
}

fn retries() -> Vec<Trial> {
    let text = text_of("retry.md");
    let cases = text.lines().filter(|line| line.starts_with("| ")).filter_map(|line| {
        let cells: Vec<String> =
            line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        // Not the head of a table.
        let code: u16 = cells[0].parse().ok()?;
        let name = format!("retry::{}", cells.join(" "));
        Some(Trial::test(name, move || match cells.as_slice() {
            [_, class] => {
                let actual = retry::class(code);
                same(&actual.map_or("none".to_owned(), |class| format!("{class:?}")), class)
            }
            [_, numbers @ .., next] => same(&next_of(code, numbers), next),
            _ => Err("a row of too few cells".into()),
        }))
    });
    let cases: Vec<Trial> = cases.collect();
    assert!(cases.len() > 40, "cases of retries are missing");
    cases
}

fn next_of(code: u16, numbers: &[String]) -> String {
    let number = |index: usize| numbers[index].parse::<u64>().expect("a number");
    let count = |index: usize| u32::try_from(number(index)).expect("a small number");
    let policy = RetryPolicy {
        retry_num: count(0),
        max_age: Duration::from_secs(number(1)),
        ..RetryPolicy::default()
    };
    let class = retry::class(code).expect("a failure");
    match policy.next(class, count(2), count(3), Duration::from_secs(number(4))) {
        Next::After(time) => time.as_secs().to_string(),
        Next::GiveUp => "give up".to_owned(),
    }
}

fn default_policy() -> Result<(), Failed> {
    let policy = RetryPolicy::default();
    same(&(policy.retry_num, policy.max_age), &(2, Duration::from_hours(6)))?;
    same(&policy.is_over(Duration::from_secs(21_600)), &false)?;
    same(&policy.is_over(Duration::from_millis(21_600_001)), &true)
}

fn dead_letters() -> Result<(), Failed> {
    let failure = Failure::UserCode { stack_trace: "Traceback: 1".to_owned() };
    let memory = Failure::Memory { megabytes: 64 };
    let policy = RetryPolicy::default();
    let function = Function { name: "f".to_owned(), ..Function::default() };
    for (failure, message) in [
        (Some(&failure), "Traceback: 1"),
        (Some(&memory), "Task memory exceeded 64 MB"),
        (None, "The event was not handled within 21600 seconds"),
    ] {
        let letter = DeadLetter {
            function: &function,
            request_id: "id",
            qualifier: "$DEFAULT",
            source: "TRIGGER_TIMER",
            event: r#"{"Type":"Timer"}"#,
            failure,
            policy: &policy,
            invoked_at: 1_700_000_000_000,
            pushed_at: 1_700_000_120_000,
        };
        let expected = [
            r#"{"RequestId":"id","ErrorCode":-1,"ErrorMessage":""#,
            message,
            r#"","Body":{"AppId":1251234567,"Uin":"100001234567","SubAccountUin":"100001234567","#,
            r#""RequestSource":"TRIGGER_TIMER","FunctionName":"f","Namespace":"default","#,
            r#""Qualifier":"$DEFAULT","InvocationType":"Event","#,
            r#""ClientContext":"{\"Type\":\"Timer\"}","LogType":"","#,
            r#""TimeStampForInvoker":1700000000000,"RequestId":"id","#,
            r#""PushTime":"1700000120000","RetryNum":2,"Ttl":21600}}"#,
        ];
        same(&letter.to_json(), &expected.concat())?;
    }
    Ok(())
}

/// It is what the contract's example is, but for the spaces.
fn timer_events() -> Result<(), Failed> {
    let time: Timestamp = "2026-01-02T03:04:05.678Z".parse()?;
    let event = timer_event("EveryDay", time, "user text");
    let example = events::named("timer").ok_or("no event of a timer")?.value();
    same(&event, &example.to_string())?;
    let message = serde_json::from_str::<serde_json::Value>(&timer_event("a", time, "\"\n名"))?;
    same(&message["Message"].as_str(), &Some("\"\n名"))
}

fn valid_names() -> Result<(), Failed> {
    let (longest, longer) = ("a".repeat(60), "a".repeat(61));
    for name in ["ab", "A-_9", &longest] {
        same(&names::function_name(name), &Ok(()))?;
    }
    for name in ["", "a", "9a", "-a", "_a", "a-", "a_", "a.b", "a b", "né", "名字", "a\n", &longer]
    {
        same(&names::function_name(name), &Err(InvalidName::Function(name.to_owned())))?;
    }
    for name in ["a", "9", "_-", &longest[..30]] {
        same(&names::namespace(name), &Ok(()))?;
    }
    for name in ["", "a/b", "é", &longest[..31]] {
        same(&names::namespace(name), &Err(InvalidName::Namespace(name.to_owned())))?;
    }
    for name in ["a", "a-", &longest] {
        same(&names::alias(name), &Ok(()))?;
    }
    for name in ["", "1", "$LATEST", "$DEFAULT", "_a", "é", &longer] {
        same(&names::alias(name), &Err(InvalidName::Alias(name.to_owned())))?;
    }
    for (error, text) in [
        (
            InvalidName::Function("9".to_owned()),
            "\"9\" cannot name a function; begin with a letter, go on with letters, digits, - and \
             _, end with a letter or digit, and take 2 to 60 in all",
        ),
        (
            InvalidName::Namespace(String::new()),
            "\"\" cannot name a namespace; take 1 to 30 letters, digits, - and _",
        ),
        (
            InvalidName::Alias("1".to_owned()),
            "\"1\" cannot name an alias; begin with a letter, go on with letters, digits, - and \
             _, and take 1 to 60 in all",
        ),
    ] {
        same(&error.to_string().as_str(), &text)?;
    }
    Ok(())
}

fn server_failures() -> Result<(), Failed> {
    let exceeded = Failure::ConcurrencyExceeded { function: "f".to_owned(), megabytes: 256 };
    let internal = Failure::Internal { message: "no room".to_owned() };
    for (failure, ends_instance, envelope) in [
        (
            exceeded,
            false,
            r#"{"errorCode":-1,"errorMessage":"Function [f] concurrency exceeded reserved quota 256 MB","requestId":"id","statusCode":432}"#,
        ),
        (
            Failure::Canceled,
            true,
            r#"{"errorCode":-1,"errorMessage":"Request was canceled before it was answered","requestId":"id","statusCode":499}"#,
        ),
        (
            internal,
            true,
            r#"{"errorCode":-1,"errorMessage":"no room","requestId":"id","statusCode":500}"#,
        ),
    ] {
        same(&failure.ends_instance(), &ends_instance)?;
        same(&failure.envelope("id").as_str(), &envelope)?;
    }
    Ok(())
}

fn event_limits() -> Result<(), Failed> {
    let age = |seconds| limits::event_age(seconds).map_err(|error| error.to_string());
    let count = |count| limits::retry_count(count).map_err(|error| error.to_string());
    let too_old = || Err("an event's maximum age is 1 to 21600 seconds".to_owned());
    same(&[age(0), age(1), age(21_600), age(21_601)], &[too_old(), Ok(1), Ok(21_600), too_old()])?;
    let too_often = Err("an event is retried 0 to 2 times".to_owned());
    same(&[count(0), count(2), count(3)], &[Ok(0), Ok(2), too_often])
}

fn same<T: PartialEq + Debug>(actual: &T, expected: &T) -> Result<(), Failed> {
    if actual == expected {
        return Ok(());
    }
    Err(format!("expected {expected:?}\n     but got {actual:?}").into())
}
