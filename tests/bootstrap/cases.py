"""Runs the cases in this folder; see README.md for their form."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

from api import PATIENCE, Listener, shown

FOLDER = pathlib.Path(__file__).parent
BLOCK = re.compile(r"^```(\w+)(?: ([^\n]*))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LAMBDA = {
    "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:PORT",
    "LAMBDA_TASK_ROOT": "FOLDER",
    "AWS_LAMBDA_FUNCTION_NAME": "orders",
    "AWS_LAMBDA_FUNCTION_VERSION": "7",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/orders",
    "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/27/[7]abc",
    "_HANDLER": "index.handler",
    # awslambdaric writes texts as they are.
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
}
SCF = {
    "SCF_RUNTIME_API": "127.0.0.1",
    "SCF_RUNTIME_API_PORT": "PORT",
    "USER_CODE_ROOT": "FOLDER",
    "SCF_FUNCTIONNAME": "orders",
    "SCF_FUNCTIONVERSION": "$LATEST",
    "SCF_NAMESPACE": "shop",
    "TENCENTCLOUD_REGION": "ap-shanghai",
    "TENCENTCLOUD_APPID": "1250000000",
    "TENCENTCLOUD_UIN": "100000000001",
    "_HANDLER": "index.main_handler",
}


class Case:
    def __init__(self, name, text):
        self.name, self.text = name, text
        self.blocks = [match.groups() for match in BLOCK.finditer(text)]
        prose = BLOCK.sub("", text)
        self.is_shared = "Same with awslambdaric." in prose
        self.terminates = "Ended by SIGTERM." in prose
        self.exit = int(re.search(r"Exit: (\d+)\.", prose)[1])
        self.variables = dict(re.findall(r"^`(\w+)=(.*)`$", prose, re.MULTILINE))
        self.is_lambda = name.startswith("lambda")

    def run(self, command):
        """What it comes to: the requests, then both outputs and the exit code."""
        with tempfile.TemporaryDirectory() as folder:
            for kind, name, body in self.blocks:
                if kind == "python":
                    path = pathlib.Path(folder, name or "index.py")
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(body)
            listener = Listener()
            fill = lambda text: text.replace("PORT", str(listener.port)).replace("FOLDER", folder)
            variables = {**(LAMBDA if self.is_lambda else SCF), **self.variables}
            environment = {key: fill(value) for key, value in variables.items() if value}
            environment |= {key: os.environ[key] for key in ("HOME", "KRAIT_SNAPSHOT") if key in os.environ}
            process = subprocess.Popen(command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            requests = []
            talk = threading.Thread(target=self.talk, args=(listener, process, requests), daemon=True)
            talk.start()
            try:
                stdout, stderr = process.communicate(timeout=PATIENCE)
            finally:
                process.kill()
                # What it sent last is being read.
                listener.finish()
                talk.join(PATIENCE)
                listener.close()
            plain = lambda text: text.replace(folder, "FOLDER").replace(str(listener.port), "PORT")
            return (
                [plain(each) for each in requests],
                plain(stdout.decode()),
                plain(stderr.decode()),
                128 - process.returncode if process.returncode < 0 else process.returncode,
            )

    def talk(self, listener, process, requests):
        """Answers what is asked as the case says, then goes away or ends the process."""
        answers = [body for kind, _, body in self.blocks if kind == "answer"]
        try:
            for answer in [*answers, None]:
                requests.append(shown(listener.request()))
                if answer is None:
                    break
                in_three_seconds = str(int(time.time() * 1000) + 3000)
                listener.connection.answer(answer.rstrip("\n").replace("DEADLINE", in_three_seconds))
            if self.terminates:
                process.send_signal(signal.SIGTERM)
            else:
                listener.close()
        except (OSError, ValueError, AttributeError):
            # The listener was closed: the process has ended.
            pass

    def expected(self):
        texts = lambda wanted: [body for kind, _, body in self.blocks if kind == wanted]
        return (
            [text.rstrip("\n") for text in texts("http")],
            "".join(texts("stdout")),
            "".join(texts("stderr")),
            self.exit,
        )

    def blessed(self, result):
        """The case's text with what came."""
        requests, stdout, stderr, code = result
        left = iter(requests)

        def block(match):
            kind, name, body = match.groups()
            if kind == "http":
                body = next(left, "none") + "\n"
            elif kind == "stdout":
                body = visible(stdout)
            elif kind == "stderr":
                body = stderr
            return f"```{kind}{' ' + name if name else ''}\n{body}```"

        return re.sub(r"Exit: \d+\.", f"Exit: {code}.", BLOCK.sub(block, self.text))


def visible(text):
    """Lines that end with a carriage return are shown as such."""
    return text.replace("\r", "␍").replace("\u00a0", "⍽")


def bodies(requests):
    """Of each request what both runtimes say alike: its line and its body."""
    for request in requests:
        head, _, body = request.partition("\n\n")
        yield head.split("\n")[0], body


def read_all():
    for path in sorted(FOLDER.glob("*.md")):
        if path.name != "README.md":
            start, *parts = re.split(r"^## ", path.read_text(), flags=re.MULTILINE)
            yield path, start, [Case(f"{path.stem}: {part.partition(chr(10))[0]}", part) for part in parts]


def main(arguments):
    peer = None
    if arguments[0] == "--peer":
        peer, arguments = arguments[1], arguments[2:]
    program, *filters = arguments
    bless = os.environ.get("KRAIT_BLESS")
    failed = ran = 0
    for path, start, cases in read_all():
        for case in cases:
            if filters and not any(each in case.name for each in filters):
                continue
            ran += 1
            result = case.run([program, "bootstrap"])
            requests, stdout, stderr, code = result
            if bless:
                case.text = case.blessed(result)
                continue
            if (requests, visible(stdout), stderr, code) != case.expected():
                failed += 1
                print(f"FAILED {case.name}\n  expected {case.expected()}\n  came     {(requests, visible(stdout), stderr, code)}")
            if peer and case.is_shared:
                theirs = case.run([peer, "-m", "awslambdaric", "index.handler"])
                if (list(bodies(theirs[0])), theirs[1]) != (list(bodies(requests)), stdout):
                    failed += 1
                    print(f"FAILED {case.name} with awslambdaric\n  krait {list(bodies(requests))} {stdout!r}\n  it    {list(bodies(theirs[0]))} {theirs[1]!r} {theirs[2]}")
        if bless:
            path.write_text(start + "".join(f"## {case.text}" for case in cases))
    print(f"{ran} cases, {failed} failed")
    return 1 if failed or not ran else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
