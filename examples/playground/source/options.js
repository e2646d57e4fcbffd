// What the page's fields say of a function, as the package takes it.

/** Throws an error for the reader where the variables cannot be told apart. */
export function optionsOf({ handler, timeout, memory, environment }) {
  return {
    files: { "index.py": handler },
    timeout: Number(timeout),
    memory: Number(memory),
    environment: variablesOf(environment),
  };
}

function variablesOf(text) {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return Object.fromEntries(
    lines.map((line) => {
      const equals = line.indexOf("=");
      if (equals < 1) throw new SyntaxError(`not a variable, KEY=value: ${line}`);
      return [line.slice(0, equals).trim(), line.slice(equals + 1)];
    }),
  );
}
