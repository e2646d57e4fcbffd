//! What is measured: `krait serve`, and functions-framework under gunicorn. Each is ended when
//! it is dropped.

use crate::own;
use anyhow::{Context, Result, ensure};
use std::{
    fs,
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long a server may take to begin, and to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that listens.
pub(crate) struct Server {
    pub address: SocketAddr,
    child: Child,
}

impl Server {
    /// `krait serve` of one of the benches' handlers, with more arguments.
    pub(crate) fn krait(program: &Path, data: &Path, handler: &str, more: &[&str]) -> Result<Self> {
        let _ = fs::remove_dir_all(data);
        let mut child = Command::new(program)
            .arg("serve")
            .arg(own("handlers").join(handler))
            .args(["--listen", "127.0.0.1:0", "--log", "quiet", "--grace", "1", "--data-dir"])
            .arg(data)
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("its output")?).read_line(&mut line)?;
        let address = line.trim().rsplit("http://").next().unwrap_or_default();
        let address = address.parse().with_context(|| format!("krait said {line:?}"))?;
        Ok(Self { address, child })
    }

    /// functions-framework under gunicorn, with these arguments of gunicorn's.
    pub(crate) fn peer(environment: &Path, arguments: &[&str]) -> Result<Self> {
        // Free a moment ago.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = Command::new(environment.join("bin/gunicorn"))
            .args(["--bind", &address.to_string(), "--workers", "2", "--log-level", "error"])
            .args(arguments)
            .arg("peer_application:application")
            .current_dir(own(""))
            .env("HANDLER", own("handlers/served.py"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .context("gunicorn does not run")?;
        let server = Self { address, child };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            ensure!(begun.elapsed() < PATIENCE, "gunicorn does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let process = self.child.id().cast_signed();
        // SAFETY: a signal to a child that was not waited for yet: the number is its own.
        unsafe { libc::kill(process, libc::SIGTERM) };
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
