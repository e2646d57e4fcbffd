#!/usr/bin/env python3
"""Records a terminal: runs commands with a krait, and writes docs/terminal.svg, which README.md shows.

    tests/recording.py PROGRAM [FILE]        # another file to write

Every line of the picture was printed by the commands, in a terminal of their own, and comes as late in the picture as
it came there. Only the typing is made up: each letter of a command takes `LETTER` seconds. A viewer that shows no
movement shows the whole picture. Port 9000 must be free.
"""

import fcntl
import html
import os
import pty
import re
import signal
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = 100
# What is run, and whether it goes on while the next ones run.
COMMANDS = [
    ("krait invoke examples/hello --event '{\"name\": \"SCF\"}'", False),
    ("krait invoke examples/errors --event '{\"how\": \"loop\"}' --timeout 1 --log none", False),
    ("krait serve examples --watch --log quiet &", True),
    ("curl http://127.0.0.1:9000/url/hello", False),
]
# Seconds.
LETTER, PAUSE = 0.03, 0.8
# Pixels of a character and of a line.
WIDTH, HEIGHT, EDGE = 7.8, 18, 16
STYLE = """
  text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #d0d7de; white-space: pre }
  .typed { fill: #7ee787 }
  @keyframes shown { from { fill-opacity: 0 } to { fill-opacity: 1 } }
  text, tspan { animation: shown 1ms backwards }
"""


def run(command, environment, goes_on):
    """Runs a command in a terminal; gives what it printed, each piece with its time, and its process if it goes on."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(ROOT)
        os.execvpe("bash", ["bash", "-c", "exec " + command.removesuffix("&")], environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    begun, pieces = time.monotonic(), []
    while True:
        try:
            piece = os.read(terminal, 1 << 16)
        except OSError:
            # The terminal's other end has closed.
            piece = b""
        if not piece:
            os.waitpid(process, 0)
            return pieces, None
        pieces.append((time.monotonic() - begun, piece))
        if goes_on and b"\n" in piece:
            return pieces, process


def lines_of(pieces):
    """The lines that were printed, as wide as the terminal, each with the time of its end."""
    text, ends = "", []
    for when, piece in pieces:
        text += re.sub(r"\x1b\[[0-9;]*m", "", piece.decode()).replace("\r\n", "\n")
        ends.append((len(text), when))
    place = 0
    for line in text.splitlines(keepends=True):
        place += len(line)
        when = next(when for end, when in ends if end >= place)
        line = line.rstrip("\n")
        for start in range(0, max(len(line), 1), COLUMNS):
            yield when, line[start : start + COLUMNS]


def typed(command, begin):
    """A command that is typed letter by letter."""
    letters = "".join(
        f'<tspan style="animation-delay:{begin + number * LETTER:.2f}s">{html.escape(letter)}</tspan>'
        for number, letter in enumerate(command)
    )
    return f'<tspan style="animation-delay:{begin:.2f}s">$ </tspan>{letters}'


def record(program):
    """The rows of the picture, as SVG's text elements without their places."""
    rows, now = [], PAUSE
    with tempfile.TemporaryDirectory() as home:
        os.symlink(program, f"{home}/krait")
        Path(home, ".curlrc").write_text("silent\n")
        places = {"HOME": home, "XDG_CACHE_HOME": f"{home}/cache", "XDG_STATE_HOME": f"{home}/state"}
        environment = {**os.environ, **places, "PATH": f"{home}:{os.environ['PATH']}", "TERM": "xterm"}
        servers = []
        # The first start of all reads the program from the disk.
        run(COMMANDS[0][0], environment, goes_on=False)
        try:
            for command, goes_on in COMMANDS:
                rows.append(("typed", now, typed(command, now)))
                now += len(command) * LETTER + PAUSE / 2
                pieces, server = run(command, environment, goes_on)
                servers += [server] if server else []
                for when, line in lines_of(pieces):
                    rows.append(("printed", now + when, html.escape(line)))
                now += (pieces[-1][0] if pieces else 0) + PAUSE
        finally:
            for server in servers:
                os.kill(server, signal.SIGTERM)
                os.waitpid(server, 0)
    return rows


def picture(rows):
    width, height = round(COLUMNS * WIDTH + 2 * EDGE), len(rows) * HEIGHT + 2 * EDGE
    commands = " ; ".join(command for command, _ in COMMANDS)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img">',
        f"<title>A terminal: {html.escape(commands)}</title>",
        f"<style>{STYLE}</style>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>',
    ]
    for number, (kind, when, content) in enumerate(rows):
        place = f'x="{EDGE}" y="{EDGE + (number + 1) * HEIGHT - 5}" xml:space="preserve"'
        lines.append(f'<text class="{kind}" {place} style="animation-delay:{when:.3f}s">{content}</text>')
    return "\n".join([*lines, "</svg>", ""])


def main():
    program = Path(sys.argv[1]).resolve()
    file = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs/terminal.svg"
    rows = record(program)
    file.write_text(picture(rows))
    print(f"{file}: {len(rows)} lines, {file.stat().st_size} bytes")


if __name__ == "__main__":
    main()
