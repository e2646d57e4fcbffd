//! What krait is trained on: starts, invocations, and a server.

use super::work_folder;
use crate::root;
use anyhow::{Context, Result, bail, ensure};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
};

/// The modules of work, each an invocation of its own.
const WORK: &[&str] = &["language", "data", "text", "numeric", "formats", "library", "threads"];

/// How many seconds each piece of work is repeated for. The program that counts takes a few times as
/// long as the one that ships.
const SECONDS: f64 = 0.3;

/// How often the starts are made.
const STARTS: usize = 4;

/// An instance writes its counts when it ends, which its sandbox does not let it.
const UNBOUNDED: &str = "--sandbox=off";

/// How many requests the server gets, of each kind.
const REQUESTS: usize = 200;

/// How often the server is tried. Instances are ended with it, and one that is ended while it writes its
/// counts leaves half of them.
const TRIES: usize = 5;

/// Has `program` count, into folders of `raw`. `is_whole` tells whether the counts of a folder can be
/// read.
pub(super) fn run(program: &Path, raw: &Path, is_whole: impl Fn(&Path) -> bool) -> Result<()> {
    let of_work = raw.join("work");
    fs::create_dir_all(&of_work)?;
    let training = Training { program, raw: &of_work };
    for module in WORK {
        eprintln!("training: {module}");
        let event = serde_json::json!({"modules": [module], "seconds": SECONDS});
        training.invoke(&work_folder(), &event)?;
    }
    eprintln!("training: starts");
    training.starts()?;
    let of_server = raw.join("server");
    for _ in 0..TRIES {
        eprintln!("training: krait serve");
        fs::create_dir_all(&of_server)?;
        Training { program, raw: &of_server }.serve()?;
        if is_whole(&of_server) {
            return Ok(());
        }
        fs::remove_dir_all(&of_server)?;
    }
    bail!("instances of krait serve did not write their counts to the end, {TRIES} times")
}

struct Training<'a> {
    program: &'a Path,
    raw: &'a Path,
}

impl Training<'_> {
    /// A command of krait's. Each process adds its counts to a file when it ends.
    fn krait(&self, words: &[&str]) -> Command {
        let mut command = Command::new(self.program);
        command
            .args(words)
            // Memory with counts in it is not what a snapshot may keep.
            .env("KRAIT_SNAPSHOT", "off")
            .env("LLVM_PROFILE_FILE", self.raw.join("%m.profraw"))
            .stdin(Stdio::null());
        command
    }

    /// An invocation that must end well.
    fn invoke(&self, code: &Path, event: &serde_json::Value) -> Result<()> {
        let file = self.raw.join("event.json");
        fs::write(&file, event.to_string())?;
        let output = self
            .krait(&["invoke", "--timeout", "900", "--memory", "3072", "--log", "none"])
            .arg(UNBOUNDED)
            .arg("--event-file")
            .arg(&file)
            .arg(code)
            .output();
        fs::remove_file(file)?;
        let output = output.context("the program that counts does not run")?;
        if !output.status.success() {
            bail!(
                "{} failed: {}{}",
                code.display(),
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(())
    }

    fn starts(&self) -> Result<()> {
        let handlers = root().join("benches/handlers");
        let body = serde_json::json!({"body": "{\"name\": \"someone\"}", "key": [1, 2.5, null]});
        let items: Vec<_> = (0..400)
            .map(
                |i| serde_json::json!({"id": i, "name": format!("名 {i}"), "price": 0.5, "of": []}),
            )
            .collect();
        for _ in 0..STARTS {
            for handler in ["hello.py", "eight.py", "served.py"] {
                self.invoke(&handlers.join(handler), &body)?;
            }
            self.invoke(&handlers.join("empty.py"), &serde_json::json!({"items": items}))?;
            for words in [&["--version"][..], &["--help"], &["events"]] {
                self.krait(words).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
            }
        }
        Ok(())
    }

    fn serve(&self) -> Result<()> {
        let data = self.raw.join("data");
        let child = self
            .krait(&["serve", "--listen", "127.0.0.1:0", "--log", "quiet", "--data-dir"])
            .arg(&data)
            .arg(UNBOUNDED)
            .arg(root().join("benches/handlers/served.py"))
            .stdout(Stdio::piped())
            .spawn()
            .context("the program that counts does not serve")?;
        let mut server = Server(child);
        let asked = server.ask();
        server.end()?;
        fs::remove_dir_all(data)?;
        asked
    }
}

struct Server(Child);

impl Server {
    fn ask(&mut self) -> Result<()> {
        let mut line = String::new();
        BufReader::new(self.0.stdout.take().context("its output")?).read_line(&mut line)?;
        let address = line.trim().rsplit("http://").next().unwrap_or_default();
        let call =
            r#"{"FunctionName": "served", "ClientContext": "{\"body\": \"{\\\"name\\\": 1}\"}"}"#;
        let api = "X-TC-Action: Invoke\r\nX-TC-Version: 2018-04-16\r\nX-TC-Region: ap-guangzhou\r\n\
                   Content-Type: application/json\r\n";
        for _ in 0..REQUESTS {
            let answer = request(address, "POST", "/url/served/a?b=c", "", r#"{"name": "x"}"#)?;
            ensure!(answer.starts_with("HTTP/1.1 200"), "krait serve said {answer}");
            let answer = request(address, "POST", "/", api, call)?;
            ensure!(answer.starts_with("HTTP/1.1 200"), "krait serve said {answer}");
        }
        request(address, "GET", "/metrics", "", "")?;
        request(address, "GET", "/ui", "", "")?;
        Ok(())
    }

    /// As Ctrl-C does, so that it ends by itself.
    fn end(&mut self) -> Result<()> {
        Command::new("kill").arg("-TERM").arg(self.0.id().to_string()).status()?;
        self.0.wait()?;
        Ok(())
    }
}

/// One request on a connection of its own. Gives the answer as it came.
fn request(address: &str, method: &str, path: &str, headers: &str, body: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
