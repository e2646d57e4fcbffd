//! The inside of an instance whose function brings its own runtime, a program called `bootstrap`.
//!
//! The instance's process runs no function then. It offers the runtime API on loopback, starts the
//! program, and passes calls and answers on between it and the watcher, which sees an instance as
//! any other: its log, its time and memory, its end. The program is below it, in the same sandbox.

mod api;

use super::{
    allocator,
    call_loop::Warm,
    process::Channels,
    proof::Proof,
    usage,
    wire::{self, Answered, AssignedFunction, Call, FromInstance, Initialized},
    zygote::watched,
};
use crate::{
    contract::{Dialect, Failure, environment, policy::Network},
    python::{Interpreter, leave},
};
use api::{Exchange, Given};
use serde_json::Value;
use std::{
    fs, io,
    io::Write,
    os::unix::net::UnixStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::{
    io::{Interest, unix::AsyncFd},
    net::TcpListener,
    runtime::Builder,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

/// Opens the port of the runtime API on loopback, before the sandbox closes all ports that are not
/// in `network`: this one is, from then on.
///
/// # Errors
/// When the machine has no port left, or no loopback.
pub(super) fn open_port(network: &mut Network) -> io::Result<std::net::TcpListener> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    if let Network::Ports(ports) = network {
        ports.push(listener.local_addr()?.port());
    }
    Ok(listener)
}

/// Serves invocations until the watcher is done with the instance, or its program has ended.
/// `listener` is that of [`open_port`].
pub(super) fn run(
    mut channels: Channels,
    function: AssignedFunction,
    warm: Warm,
    listener: io::Result<std::net::TcpListener>,
) -> ! {
    let served = Builder::new_current_thread().enable_all().build().and_then(|runtime| {
        runtime.block_on(async {
            let mut adapter = Adapter::new(&mut channels, &function, warm, listener?)?;
            adapter.serve().await
        })
    });
    if let Err(error) = served {
        channels.say(&format_args!("krait: the runtime API failed: {error}\n"));
    }
    leave(1)
}

struct Adapter<'a> {
    channels: &'a mut Channels,
    function: &'a AssignedFunction,
    interpreter: &'static Interpreter,
    init_runtime: Duration,
    /// Tells of calls.
    calls: AsyncFd<UnixStream>,
    state: watch::Sender<Exchange>,
    port: u16,
    ended: Signal,
    program: Option<Child>,
    /// Of the call that is worked on.
    proof: Proof,
}

impl<'a> Adapter<'a> {
    fn new(
        channels: &'a mut Channels,
        function: &'a AssignedFunction,
        warm: Warm,
        listener: std::net::TcpListener,
    ) -> io::Result<Self> {
        let calls = watched(channels.socket.try_clone()?, Interest::READABLE)?;
        let listener = TcpListener::from_std(listener)?;
        let port = listener.local_addr()?.port();
        let (state, _) = watch::channel(Exchange::default());
        tokio::spawn(api::listen(listener, function.dialect, state.clone()));
        let ended = signal(SignalKind::child())?;
        let proof = function.key.proof(0);
        let Warm { interpreter, init_runtime, note, .. } = warm;
        let mut adapter = Self {
            channels,
            function,
            interpreter,
            init_runtime,
            calls,
            state,
            port,
            ended,
            program: None,
            proof,
        };
        adapter.send(&FromInstance::Note(note));
        Ok(adapter)
    }

    async fn serve(&mut self) -> io::Result<()> {
        loop {
            let Some(call) = self.next_call().await? else { leave(0) };
            self.proof = self.function.key.proof(call.number());
            allocator::report_exhaustion_with(self.proof);
            if call.only_loads() {
                self.load().await?;
                continue;
            }
            let (context, event) = call.texts();
            // As for every function: the platform takes events that are JSON.
            if let Err(invalid) = self.interpreter.read(event, b"{}") {
                self.send(&FromInstance::Rejected(invalid));
                continue;
            }
            self.load().await?;
            let context = serde_json::from_slice(context)?;
            self.invoke(&context, event.to_vec()).await?;
        }
    }

    /// Waits for the watcher's next call; none when it has gone.
    async fn next_call(&mut self) -> io::Result<Option<Call>> {
        loop {
            tokio::select! {
                ready = self.calls.readable() => {
                    let mut ready = ready?;
                    let call = Call::receive(&mut &self.channels.socket);
                    // The next comes after this one's answer.
                    ready.clear_ready();
                    return call;
                }
                _ = self.ended.recv() => self.check_program(),
            }
        }
    }

    /// Starts the program, where it does not run, and waits until it is ready.
    async fn load(&mut self) -> io::Result<()> {
        if self.program.is_some() {
            return Ok(());
        }
        let begun = Instant::now();
        let path = Path::new(&self.function.code).join("bootstrap");
        let variables = environment::of_own_runtime(
            self.function.dialect,
            &self.function.handler,
            &self.function.code,
            self.port,
        );
        let started = Command::new(&path).envs(variables).stdin(Stdio::null()).spawn();
        match started {
            Ok(program) => self.program = Some(program),
            Err(error) => {
                let message = format!("/var/user/bootstrap cannot be started: {error}");
                self.answer(Err(Failure::Load { message }), Duration::ZERO);
                leave(0)
            }
        }
        let mut changes = self.state.subscribe();
        loop {
            tokio::select! {
                biased;
                _ = changes.wait_for(|state| state.ready || state.result.is_some()) => break,
                _ = self.ended.recv() => self.check_program(),
            }
        }
        let early = self.state.borrow().result.clone();
        if let Some(Err(failure)) = early {
            self.answer(Err(failure), Duration::ZERO);
            leave(0)
        }
        let _ = self.channels.log.write_all(self.function.marker.bytes());
        let initialized = Initialized {
            init_runtime: self.init_runtime,
            init_function: begun.elapsed(),
            memory_bytes: self.memory_bytes(),
        };
        self.send(&FromInstance::Initialized(initialized));
        Ok(())
    }

    async fn invoke(&mut self, context: &Value, event: Vec<u8>) -> io::Result<()> {
        let begun = Instant::now();
        let given = Given::of(context, event, self.function.dialect);
        self.state.send_modify(|state| state.call = Some(given));
        let mut changes = self.state.subscribe();
        loop {
            tokio::select! {
                biased;
                _ = changes.wait_for(|state| state.result.is_some()) => break,
                _ = self.ended.recv() => self.check_program(),
            }
        }
        let mut result = None;
        self.state.send_modify(|state| {
            result = state.result.take();
            state.call = None;
            state.is_given = false;
        });
        if let Some(result) = result {
            self.answer(result, begun.elapsed());
        }
        Ok(())
    }

    /// Ends the instance where its program has ended.
    fn check_program(&mut self) {
        let Some(program) = &mut self.program else { return };
        if let Ok(Some(status)) = program.try_wait()
            // It may have answered first.
            && self.state.borrow().result.is_none()
        {
            self.channels.say(&format_args!("krait: bootstrap has ended: {status}\n"));
            leave(1)
        }
    }

    fn answer(&mut self, result: Result<String, Failure>, duration: Duration) {
        let memory_bytes = self.memory_bytes();
        let (failure, ret_msg) = match result {
            Ok(text) => (None, text),
            Err(failure) => (Some(failure), String::new()),
        };
        let note = None;
        let answered = Answered { duration, memory_bytes, failure, note, ret_msg };
        self.send(&FromInstance::Answered(answered));
    }

    /// The program's peak of memory, as far as the kernel tells it.
    fn memory_bytes(&self) -> u64 {
        let told = self.program.as_ref().and_then(|program| {
            let status = fs::read_to_string(format!("/proc/{}/status", program.id())).ok()?;
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
            line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()
        });
        told.map_or_else(usage::own_peak_bytes, |kilobytes| kilobytes * 1024)
    }

    fn send(&mut self, message: &FromInstance) {
        if wire::send(&mut self.channels.socket, self.proof, message).is_err() {
            leave(1);
        }
    }
}

impl Given {
    /// A call as the program is told of it, made of the context that the watcher sent.
    fn of(context: &Value, event: Vec<u8>, dialect: Dialect) -> Self {
        let text = |key: &str| match &context[key] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let request_id = text("request_id");
        let headers = match dialect {
            Dialect::Scf => vec![
                ("request_id", request_id.clone()),
                ("memory_limit_in_mb", text("memory_limit_in_mb")),
                ("time_limit_in_ms", text("time_limit_in_ms")),
            ],
            Dialect::Lambda => {
                let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                let now = now.unwrap_or_default().as_millis() as u64;
                let limit = context["time_limit_in_ms"].as_u64().unwrap_or_default();
                let [region, account, name] =
                    ["tencentcloud_region", "tencentcloud_appid", "function_name"].map(text);
                vec![
                    ("lambda-runtime-aws-request-id", request_id.clone()),
                    ("lambda-runtime-deadline-ms", (now + limit).to_string()),
                    (
                        "lambda-runtime-invoked-function-arn",
                        format!("arn:aws:lambda:{region}:{account}:function:{name}"),
                    ),
                ]
            }
        };
        Self { request_id, headers, event: event.into() }
    }
}
