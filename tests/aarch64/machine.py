#!/usr/bin/env python3
"""machine.py KRAIT BUSYBOX KERNEL [WORDS...]: runs the cases with these words in their name on an emulated
machine of aarch64 (qemu-system-aarch64), whose own kernel does all that emulation of a process cannot: Landlock,
filters of system calls, limits of memory. Without words, those of `CHOSEN`.

KRAIT and BUSYBOX are static programs for aarch64; Debian's package busybox-static:arm64 has the second. A
krait without a snapshot makes one on the machine first; one that has its snapshot attached restores that.

Cases that need more than busybox has (python3, the repository, a zip) are left out, and counted."""

import base64
import pathlib
import re
import subprocess
import sys
import tempfile

import initramfs

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHOSEN = ["founding::", "return::", "snapshot::", "sandbox::", "isolation::", "limits::"]
# Words of a case that busybox's shell cannot run, or that is about the machine it runs on.
ABSENT = re.compile(r"\$REPOSITORY|python3|\bcurl\b|\bgcc\b|chroot|place is taken|may be mapped")
# How long a machine may take, in seconds: emulation takes 20 times as long as the processor would.
LIMIT = 1800

INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin HOME=/root
mkdir -p /proc /sys /tmp /root
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs tmp /tmp
ip link set lo up
echo "=== kernel $(uname -rm)"
XDG_CACHE_HOME=/cache krait snapshot --rebuild 2>&1 | sed 's/^/=== snapshot /'
for case in $(ls /cases | sort -n); do
    cd /cases/$case
    mkdir -p .cache/krait
    ln /cache/krait/* .cache/krait 2>/dev/null
    env -i PATH=/bin HOME=/cases/$case SECRET_OF_THE_CALLER='must not be seen' \\
        sh /scripts/$case >/tmp/stdout 2>/tmp/stderr </dev/null
    code=$?
    echo "=== case $case $code $(base64 -w0 /tmp/stdout) . $(base64 -w0 /tmp/stderr) ."
done
echo "=== end"
poweroff -f
"""


def cases():
    """Every case: its name, its prose, and its blocks as (kind, file, text)."""
    for path in sorted((ROOT / "tests/cases").glob("*.md")):
        case = None
        lines = iter(path.read_text().splitlines())
        for line in lines:
            fence = re.match("`{3,}", line)
            if line.startswith("## "):
                if case:
                    yield case
                case = (f"{path.stem}::{line[3:]}", [], [])
            elif case and fence:
                kind, _, target = line[fence.end():].partition(" ")
                text = []
                for inner in lines:
                    if inner == fence[0]:
                        break
                    text.append(inner + "\n")
                case[2].append((kind, target.strip(), "".join(text)))
            elif case:
                case[1].append(line)
        if case:
            yield case


def varying():
    """The parts of output that differ from run to run, as the harness of the cases has them."""
    table = (ROOT / "tests/harness/run.rs").read_text().split("VARYING")[1].split(".into_iter()")[0]
    for hashes, pattern, name in re.findall(r'\(r(#*)"(.*)"\1, r?#*"(.*)"#*\),\n', table):
        yield re.compile(pattern), re.sub(r"\$(\d)", r"\\\1", name)


def normal(text, folder, patterns):
    text = text.decode(errors="replace").replace("\r\n", "\n").replace(folder, "<case>")
    for pattern, name in patterns:
        text = pattern.sub(name, text)
    return text + "\n" if text and not text.endswith("\n") else text


def boot(krait, busybox, kernel, chosen, scratch):
    """What the machine says, line by line."""
    files = {"init": INIT.encode(), "bin/busybox": busybox.read_bytes(), "bin/krait": krait.read_bytes()}
    for number, (_, _, blocks) in enumerate(chosen):
        files[f"scripts/{number}"] = next(text for kind, _, text in blocks if kind == "sh").encode()
        files[f"cases/{number}/.cache/.keep"] = b""
        for _, target, text in blocks:
            if target:
                files[f"cases/{number}/{target}"] = text.encode()
    (scratch / "root").write_bytes(initramfs.root(files))
    # Its clock counts instructions, four nanoseconds each, so that no case runs out of time on a busy machine.
    clock = ["-icount", "shift=2,sleep=off", "-rtc", "clock=vm"]
    machine = ["qemu-system-aarch64", *clock, "-M", "virt", "-cpu", "max", "-m", "2048", "-nographic", "-no-reboot",
               "-nodefaults", "-serial", "stdio", "-kernel", kernel, "-initrd", scratch / "root",
               "-append", "console=ttyAMA0 quiet panic=-1 rdinit=/init"]
    told = subprocess.run(["timeout", str(LIMIT), *machine], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    return told.stdout.decode(errors="replace").splitlines()


def differences(case, code, outputs, folder, patterns):
    """How a case's result differs from what it says."""
    expected = {kind: text for kind, target, text in case[2] if not target}
    actual = {"exit": f"{code}\n"}
    actual |= {kind: normal(output, folder, patterns) for kind, output in outputs.items()}
    for kind, text in actual.items():
        wanted = expected.get(kind, "0\n" if kind == "exit" else None)
        if wanted is not None and wanted != text:
            yield f"--- expected {kind}\n{wanted}--- actual {kind}\n{text}"


def main():
    krait, busybox, kernel, *words = sys.argv[1:]
    named = [case for case in cases() if any(word in case[0] for word in words or CHOSEN)]
    def is_left_out(case):
        text = "\n".join([*case[1], *(text for kind, _, text in case[2] if kind == "sh")])
        return ABSENT.search(text) or any(kind == "zip" for kind, _, _ in case[2])
    chosen = [case for case in named if not is_left_out(case)]
    with tempfile.TemporaryDirectory() as scratch:
        lines = boot(pathlib.Path(krait), pathlib.Path(busybox), kernel, chosen, pathlib.Path(scratch))
    patterns = list(varying())
    results, ended = {}, False
    for line in lines:
        told = re.search("=== ([a-z]+) ?(.*)", line)
        if not told:
            print(line)
        elif told[1] == "case":
            number, code, stdout, stderr = re.fullmatch(r"(\d+) (\d+) (\S*) ?\. (\S*) ?\.", told[2]).groups()
            outputs = {"stdout": base64.b64decode(stdout), "stderr": base64.b64decode(stderr)}
            case = chosen[int(number)]
            found = list(differences(case, int(code), outputs, f"/cases/{number}", patterns))
            results[int(number)] = not found
            print(f"{'FAILED' if found else 'ok'} {case[0]}")
            for each in found:
                print(each, end="")
            if found:
                print(f"--- stderr was\n{outputs['stderr'].decode(errors='replace')}")
        else:
            ended |= told[1] == "end"
            print(told[1], told[2])
    passed = sum(results.values())
    print(f"{passed} of {len(chosen)} passed; {len(named) - len(chosen)} need more than the machine has")
    if not ended:
        print("the machine did not come to its end")
    return 0 if ended and passed == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
