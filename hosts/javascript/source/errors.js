// What an invocation may end in besides an answer.

/** krait gave no answer: the input was wrong (status 2), or krait failed (3). */
export class KraitError extends Error {
  name = "KraitError";

  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** The instance is gone without an answer, as where its stack was exhausted. */
export class Trap extends Error {
  name = "Trap";

  constructor({ message, durationMs }) {
    super(message);
    this.durationMs = durationMs;
  }
}

/** The time limit came before the answer. */
export class TimeLimit extends Error {
  name = "TimeLimit";
}
