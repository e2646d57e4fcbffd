// What a run took, as rows of the report.

const NOTHING = "–";

/** `warm` is how long the last warm run took, `pageMs` how long the page waited for this one. */
export function reportRows({ report, memory, cold, warm, pageMs }) {
  return [
    ["Request", report.requestId],
    ["Duration", `${milliseconds(report.durationMs)}, billed ${report.billedMs} ms`],
    [
      "Memory",
      report.memoryBytes === 0 ? NOTHING : `${megabytes(report.memoryBytes)} of ${memory} MB`,
    ],
    ["Cold start", cold ? coldText(cold) : NOTHING],
    ["Warm run", warm === null ? "run again to see" : milliseconds(warm)],
    ["In this page", `${milliseconds(pageMs)} from Run to answer`],
  ];
}

const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`;

function coldText({ pullCodeMs, initRuntimeMs, initFunctionMs }) {
  const total = milliseconds(pullCodeMs + initRuntimeMs + initFunctionMs);
  const parts = [pullCodeMs, initRuntimeMs, initFunctionMs].map((part) => part.toFixed(1));
  return `${total} (code ${parts[0]}, runtime ${parts[1]}, function ${parts[2]})`;
}

function milliseconds(value) {
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
}
