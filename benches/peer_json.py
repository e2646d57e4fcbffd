# CPython's json, timed as the benches time krait's: medians, in nanoseconds.
import json
import statistics
import sys
import time

results = {}
for path in sys.argv[1:]:
    with open(path) as file:
        text = file.read()
    value = json.loads(text)
    rounds = max(5, min(400, 4_000_000 // len(text)))
    for name, call in (
        ("read", lambda: json.loads(text)),
        ("write", lambda: json.dumps(value, ensure_ascii=False)),
    ):
        times = []
        for _ in range(rounds):
            begun = time.perf_counter_ns()
            result = call()
            times.append(time.perf_counter_ns() - begun)
            # Not timed, as krait's is not: the result goes before the next is made.
            del result
        results[f"{name} {path}"] = statistics.median(times)
print(json.dumps(results))
