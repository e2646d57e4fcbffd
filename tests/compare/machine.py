"""The comparing machine: writes small programs at random, runs them on krait and on CPython, and
tells what differs, made small. `cargo xtask compare` starts it; CONTRIBUTING.md says how to use it.

Which programs there are depends on the seed alone: the batch with the number N of a topic is the
same on every machine. How many batches are run depends on the time.

A comparison is one program that both sides ran, and whose results, with all that was printed, were
held against each other. A program that came before is neither run nor counted once more; what runs
again to be sure, to be made small, or to see whether what is known still differs, is not counted.
What CPython does not give twice, or what never ends, is told of, and is no comparison.
"""

import argparse
import collections
import concurrent.futures
import importlib
import itertools
import os
import pathlib
import sys
import threading
import time
import zlib

import differences
import draw
import pools
import shrink
import sides

TOPICS = pathlib.Path(__file__).resolve().parent / "topics"
# Programs in a batch, unless the topic says otherwise.
BATCH = 3000
# Programs that ran are known by so many bits of a checksum. Among ten million, one in a hundred that is
# new is taken for one that ran, and left out.
SEEN_BITS = 30
# So many differences of one bucket are made small, if there is time; the others are counted.
MADE_SMALL = 6
# Seconds for making differences small, once the time for finding them is over.
SHRINKING = 240
# Seconds for one of them.
LONGEST = 40
# Seconds of the processor's time that a program has then, if what differs is that it does not end.
QUICK_LIMIT = 0.5
# Longer lines are cut in the report.
LONGEST_LINE = 600


class Topic:
    """A module of topics/: `program(draw)` gives a program, `PRELUDE` is run before."""

    def __init__(self, name, seed):
        self.name, self.seed = name, seed
        self.module = importlib.import_module(f"topics.{name}")
        self.prelude = pools.PRELUDE + getattr(self.module, "PRELUDE", "")
        self.size = getattr(self.module, "BATCH", BATCH)
        self.kinds = getattr(self.module, "KINDS", {})
        self.limit = getattr(self.module, "LIMIT", sides.LIMIT)

    def batch(self, number):
        draws = draw.Draw(f"{self.seed} {self.name} {number}", self.kinds)
        return [self.module.program(draws) for _ in range(self.size)]


class Machine:
    def __init__(self, options):
        self.options = options
        self.sides = sides.CPython(options.python), sides.Krait(options.krait)
        self.topics = {name: Topic(name, options.seed) for name in options.topics or names()}
        self.known = differences.known()
        self.counts = collections.Counter()
        self.met = collections.Counter()
        self.unsteady = []
        self.seen = bytearray(1 << SEEN_BITS - 3)
        self.again = 0
        # Of each bucket, how many differences there are, and the first few.
        self.buckets = collections.defaultdict(lambda: [0, []])
        self.lock = threading.Lock()
        self.work = iter(())

    def run(self):
        """Whether nothing differs but what is known, or is only told of."""
        started = time.monotonic()
        stale = self.stale()
        numbers = itertools.count() if self.options.rounds is None else range(self.options.rounds)
        rounds = ((topic, number) for number in numbers for topic in self.topics.values())
        end = started + self.options.seconds
        self.every(itertools.takewhile(lambda _: time.monotonic() < end, rounds), self.compare)
        found = time.monotonic() - started
        groups = self.groups()
        self.report(groups, stale, found)
        failing = [small for _, small in groups if not (self.options.lenient and small.is_mild)]
        return not failing and not stale

    def every(self, items, work):
        """Has each item worked on, by as many threads as the options say."""
        lock = threading.Lock()

        def worker():
            while True:
                with lock:
                    item = next(items, None)
                if item is None:
                    return
                work(*item)

        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            for each in [pool.submit(worker) for _ in range(self.options.jobs)]:
                each.result()

    def compare(self, topic, number):
        programs = self.new(topic, topic.batch(number))
        cpython, krait = sides.run_both(self.sides, topic.prelude, programs, topic.limit)
        with self.lock:
            self.counts[topic.name] += len(programs)
        for program, *lines in zip(programs, cpython, krait):
            if lines[0] == lines[1] and not lines[0].startswith("["):
                self.unsteady.append(differences.Difference(topic.name, program, *lines))
        differing = [
            differences.Difference(topic.name, *each) for each in zip(programs, cpython, krait) if each[1] != each[2]
        ]
        new = [each for each in differing if not self.is_known(each)]
        if new:
            self.note(self.steady(topic, programs, new))

    def new(self, topic, programs):
        """Those that did not run yet."""
        start, found = zlib.crc32(topic.name.encode()), []
        with self.lock:
            for program in programs:
                mark = zlib.crc32(program.encode("utf-8", "surrogatepass"), start) & (1 << SEEN_BITS) - 1
                if not self.seen[mark >> 3] & 1 << (mark & 7):
                    self.seen[mark >> 3] |= 1 << (mark & 7)
                    found.append(program)
            self.again += len(programs) - len(found)
        return found

    def steady(self, topic, programs, differing):
        """Those that CPython answers, in the same way once more, and that differ once more."""
        wanted = [each.program for each in differing]
        again = sides.run(sides.CPython(self.options.python, sides.HASH_SEEDS[1]), topic.prelude, wanted, topic.limit)
        krait = sides.run(self.sides[1], topic.prelude, wanted, topic.limit)
        steady, alone = [], []
        for each, line, other in zip(differing, again, krait):
            if line != each.cpython or not line.startswith("["):
                self.unsteady.append(each)
            elif other != line:
                steady.append(differences.Difference(topic.name, each.program, line, other))
            else:
                alone.append(each)
        return steady + self.after_others(topic, programs, alone)

    def after_others(self, topic, programs, differing):
        """Those that differ only where others ran before them."""
        if not differing:
            return []
        lines = sides.run(self.sides[1], topic.prelude, programs, topic.limit)
        found = []
        for each in differing:
            place = programs.index(each.program)
            if lines[place] != each.cpython:
                each.before = programs[:place]
                found.append(each)
            else:
                self.unsteady.append(each)
        return found

    def note(self, differing):
        with self.lock:
            for each in differing:
                bucket = self.buckets[each.bucket]
                bucket[0] += 1
                # The smallest are the easiest to make smaller.
                bucket[1] = sorted([*bucket[1], each], key=lambda each: len(each.program))[:MADE_SMALL]

    def is_known(self, difference, times=1):
        known = next((each for each in self.known if each.fits(difference)), None)
        if known:
            with self.lock:
                self.met[known.reason] += times
        return known is not None

    def stale(self):
        """What is known, and does not differ or fit any more."""
        stale = []
        for known in self.known:
            names = known.topics or list(self.topics)[:1]
            for name in names:
                if name not in self.topics:
                    continue
                topic = self.topics[name]
                (cpython,), (krait,) = sides.run_both(self.sides, topic.prelude, [known.sample])
                difference = differences.Difference(name, known.sample, cpython, krait)
                if not known.fits(difference) or (cpython == krait and not known.by_chance):
                    stale.append((known, difference))
        return stale

    def groups(self):
        """What differs, made small: (count, the smallest difference) for each cause, the worst first."""
        groups = {}
        end = time.monotonic() + self.options.shrink
        order = sorted(self.buckets.values(), key=lambda each: (each[1][0].weight, -each[0]))
        # The first of each bucket, then the second of each.
        samples = [
            (samples[place], count - len(samples) + 1 if place == 0 else 1)
            for place in range(MADE_SMALL)
            for count, samples in order
            if place < len(samples)
        ]

        def make_small(sample, count):
            in_time = time.monotonic() < end
            small = self.made_small(sample, end) if in_time else sample
            if self.is_known(small, count):
                return
            with self.lock:
                group = groups.setdefault(small.cause if in_time else small.bucket, [0, small])
                group[0] += count
                group[1] = min(group[1], small, key=lambda each: shrink.size(each.program))

        self.every(iter(samples), make_small)
        return sorted(groups.values(), key=lambda each: (each[1].topic, each[1].weight, -each[0]))

    def made_small(self, difference, end):
        topic = self.topics[difference.topic]
        if difference.before:
            return self.with_few_before(topic, difference, end)
        found = {difference.program: (difference.cpython, difference.krait)}
        # A process that does not end well costs more than one that does.
        mortal = not difference.krait.startswith("[")
        limit = QUICK_LIMIT if mortal else topic.limit

        def first_of(programs):
            width = 4 if mortal else 200
            for some in itertools.batched(programs, width):
                lines = sides.run_both(self.sides, topic.prelude, some, limit)
                for program, cpython, krait in zip(some, *lines):
                    if cpython != krait and differences.kind_of(cpython, krait) == difference.kind:
                        found[program] = cpython, krait
                        return program
                if time.monotonic() > end:
                    return None
            return None

        small = shrink.shrunk(difference.program, first_of, min(end, time.monotonic() + LONGEST))
        return differences.Difference(topic.name, small, *found[small])

    def with_few_before(self, topic, difference, end):
        """The same difference, after as few others as it takes."""
        before, length = difference.before, (len(difference.before) + 1) // 2
        while length and time.monotonic() < end:
            for start in range(0, len(before), length):
                rest = before[:start] + before[start + length:]
                if sides.run(self.sides[1], topic.prelude, [*rest, difference.program], topic.limit)[-1] != difference.cpython:
                    before = rest
                    break
            else:
                length = length // 2
        difference.before = before
        return difference

    def say(self, program):
        """Whether a program is the same on both sides, with what each gives."""
        topic = next(iter(self.topics.values()))
        (cpython,), (krait,) = sides.run_both(self.sides, topic.prelude, [program])
        for side, text in zip(self.sides, differences.Difference(topic.name, program, cpython, krait).texts()):
            print(indented(text, f"{side.name:<8} "))
        return cpython == krait

    def report(self, groups, stale, found):
        for count, small in groups:
            cpython, krait = small.texts()
            mild = " (told of, no failure)" if self.options.lenient and small.is_mild else ""
            print(f"\n{small.topic}: {': '.join(small.kind)}, {count} times{mild}")
            for program in small.before[-4:]:
                print(indented(program.rstrip("\n"), "    before that: "))
            print(indented(small.program.rstrip("\n"), "    "))
            print(indented(cpython, "  CPython  "))
            print(indented(krait, "  krait    "))
        for known, difference in stale:
            print(f"\nknown, and not so any more: {known.reason}\n{indented(known.sample, '    ')}")
            print("\n".join(indented(text, f"  {name:<8} ") for name, text in zip(("CPython", "krait"), difference.texts())))
        for each in sorted(self.unsteady, key=lambda each: len(each.program))[:3]:
            print(f"\n{each.topic}: not compared, since a side gives this once, and something else once more, or nothing ever")
            print(f"{indented(each.program, '    ')}\n{indented(each.texts()[0], '  ')}")
        for each in self.unsteady:
            self.counts[each.topic] -= 1
        total = sum(self.counts.values())
        differing = sum(count for count, _ in groups)
        print("\n" + ", ".join(f"{name} {count}" for name, count in sorted(self.counts.items())))
        print(
            f"{total} comparisons in {found:.0f} s with seed {self.options.seed}: "
            f"{differing} differ, in {len(groups)} groups; {sum(self.met.values())} are known. "
            f"Left out: {self.again} that came before, {len(self.unsteady)} that could not be compared"
        )


def indented(text, prefix):
    lines = [line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] + " ..." for line in text.split("\n")]
    return "\n".join((prefix if number == 0 else " " * len(prefix)) + line for number, line in enumerate(lines))


def names():
    return sorted(path.stem for path in TOPICS.glob("*.py") if path.stem != "__init__")


def main():
    parser = argparse.ArgumentParser(prog="cargo xtask compare", description=__doc__.split("\n\n")[0])
    parser.add_argument("--krait", required=True, help="the program")
    parser.add_argument("--python", default=sys.executable, help="CPython")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, help="so many batches of each topic at most")
    parser.add_argument("--lenient", action="store_true", help="only tell of an error that is told otherwise")
    parser.add_argument("--shrink", type=float, default=SHRINKING, help="seconds for making differences small")
    parser.add_argument("--seed", default="14")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many batches are run at once")
    parser.add_argument("--say", metavar="PROGRAM", help="compare this alone: an expression, or a file")
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help=", ".join(names()))
    options = parser.parse_args()
    # A program can have what no encoding has: surrogates.
    sys.stdout.reconfigure(errors="backslashreplace")
    machine = Machine(options)
    if options.say is None:
        same = machine.run()
    else:
        path = pathlib.Path(options.say)
        same = machine.say(path.read_text() if path.suffix == ".py" else options.say)
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
