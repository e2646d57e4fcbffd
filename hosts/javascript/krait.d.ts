/** krait.wasm, compiled. */
export class Krait {
  /** @param source a compiled module, its bytes, or its URL; in Node also its path */
  static load(source: WebAssembly.Module | BufferSource | URL | string): Promise<Krait>;

  /**
   * A module with the function in its memory, as `krait pack --for wasm` writes it.
   * @param source krait.wasm: its bytes, or its URL; in Node also its path
   * @throws {KraitError} when the function cannot be loaded; the message has its traceback
   */
  static pack(source: Uint8Array | ArrayBuffer | URL | string, options: PackOptions): Promise<Packed>;

  /** Makes a function and starts an instance of it; its code is imported by the first call. */
  function(options: FunctionOptions): Promise<KraitFunction>;

  /** The events that the platform's triggers send. */
  events(): Promise<{ name: string; title: string; event: unknown }[]>;
}

/** Other keys are those of FunctionOptions, without `folder`, `code`, `layers` and `onLog`. */
export interface PackOptions {
  /** The code: contents by path. */
  files: Record<string, string | Uint8Array>;
  /** Whether the function is loaded now, and not at each start. Default: true. */
  loads?: boolean;
  handler?: string;
  name?: string;
  environment?: Record<string, string>;
  timeout?: number;
  memory?: number;
  namespace?: string;
  region?: string;
  initTimeout?: number;
}

export interface Packed {
  /** The bytes. `Krait.load(module)` compiles them; its `function({})` is the packed one. */
  module: Uint8Array;
  /** Why the function is loaded at each start all the same, if it is. */
  reason?: string;
}

/**
 * Other keys are passed to krait, which refuses unknown ones. Without files and folder, the function is the
 * one that is packed into the module.
 */
export interface FunctionOptions {
  /** The code: contents by path. */
  files?: Record<string, string | Uint8Array>;
  /** The code: a folder (Node only). */
  folder?: string;
  /** The part of it that is the code: "/function" (all), or a .py file or .zip in it. */
  code?: string;
  /** Default: "index.main_handler". */
  handler?: string;
  /** Paths of folders or .zip files below "/function". */
  layers?: string[];
  environment?: Record<string, string>;
  /** Seconds that an invocation may take. Default: 3. */
  timeout?: number;
  /** Megabytes that an instance may use. Default: 128. */
  memory?: number;
  name?: string;
  namespace?: string;
  region?: string;
  appid?: string;
  uin?: string;
  version?: string;
  initTimeout?: number;
  /** Called with the log as it is written: text, not always of whole lines. */
  onLog?: (text: string) => void;
}

export class KraitFunction {
  /**
   * One invocation. A function's invocations run one after the other.
   * @param event JSON text, or a value to be made into it
   * @throws {KraitError} when there is no answer: the event is not JSON, or krait failed
   */
  invoke(event: unknown, options?: InvokeOptions): Promise<Invocation>;

  /** Ends the instance. */
  close(): void;
}

export interface InvokeOptions {
  /** Default: a random UUID. */
  requestId?: string;
  /** Ends the invocation; `invoke` then rejects with the signal's reason. */
  signal?: AbortSignal;
}

export interface Invocation {
  /** "failed": `retMsg` is the platform's error envelope. */
  status: "succeeded" | "failed";
  /** JSON text. */
  retMsg: string;
  log: string;
  report: {
    requestId: string;
    durationMs: number;
    billedMs: number;
    memoryBytes: number;
    /** null where the function was loaded already. */
    coldStart: null | { initRuntimeMs: number; initFunctionMs: number; pullCodeMs: number };
  };
}

export class KraitError extends Error {
  /** 2: the input was wrong; 3: krait itself failed. */
  status: 2 | 3;
}
