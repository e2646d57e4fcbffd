"""compare.py KRAIT... PYTHON [--only NAME,NAME]: the programs of index.py on each, in turn, seven times.

The least time of a turn in nanoseconds, and what it is to that of PYTHON, which comes last."""
import json, math, os, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = 7
PYTHON = "import json, sys; sys.path.insert(0, sys.argv[1]); import index; print(json.dumps(index.main_handler(json.loads(sys.argv[2]), None)))"


def once(program, event):
    if "python" in os.path.basename(program):
        command = [program, "-I", "-c", PYTHON, HERE, event]
    else:
        command = [program, "invoke", HERE, "-e", event, "--timeout", "900", "--memory", "1024", "--log", "none"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main(programs):
    event = {}
    if "--only" in programs:
        at = programs.index("--only")
        event["only"] = programs[at + 1].split(",")
        del programs[at : at + 2]
    best = [{} for _ in programs]
    for _ in range(ROUNDS):
        for program, times in zip(programs, best):
            for name, time in once(program, json.dumps(event)).items():
                times[name] = min(time, times.get(name, time))
    *ours, theirs = best
    for name in sorted(theirs, key=lambda name: -ours[-1][name] / theirs[name]):
        times = " | ".join(f"{each[name]:.1f}" for each in best)
        ratios = " | ".join(f"{each[name] / theirs[name]:.2f}" for each in ours)
        print(f"| {name} | {times} | {ratios} |")
    for each in ours:
        logs = [math.log(each[name] / theirs[name]) for name in theirs]
        print(f"geometric mean of {len(logs)}: {math.exp(sum(logs) / len(logs)):.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
