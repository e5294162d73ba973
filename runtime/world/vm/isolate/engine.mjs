import quickjs from '@jitl/quickjs-ng-wasmfile-release-sync';

/** @import * as Ffi from '@jitl/quickjs-ffi-types' */

/** The types it comes with are those of its CommonJS. */
const { importModuleLoader, importFFI } = /** @type {Ffi.QuickJSSyncVariant} */ (
  /** @type {unknown} */ (quickjs)
);

/**
 * Of the engine's own stack. Its parser takes up to sixteen times as much of the thread's, before
 * V8 has optimised it.
 */
const STACK_BYTES_MAX = 262_144;

/** The engine cannot go on, as its memory may not grow. */
export class Starved extends Error {}

/**
 * The QuickJS in one instance of its module. Values are pointers into its memory, and are the
 * caller's to free. It is never disposed of: after hostile code that may abort.
 */
export class Engine {
  #raw;
  #allocate;
  #release;
  #ffi;
  #context;
  #runtime;
  /** Room for the arguments of a call. */
  #arguments;
  /** @type {(kind: number, json: string) => void} */
  #onSaid;

  /**
   * @param {Ffi.QuickJSEmscriptenModule} raw
   * @param {Ffi.QuickJSFFI} ffi
   * @param {(kind: number, json: string) => void} onSaid
   */
  constructor(raw, ffi, onSaid) {
    this.#raw = raw;
    const { _malloc: allocate, _free: release } = raw;
    this.#allocate = allocate;
    this.#release = release;
    this.#onSaid = onSaid;
    this.#ffi = ffi;
    raw.callbacks = {
      callFunction: (_, context, _self, _count, values) => this.#heard(context, values),
      freeHostRef: () => {},
      shouldInterrupt: () => 0,
      loadModuleSource: () => /** @type {Ffi.BorrowedHeapCharPointer} */ (0),
      normalizeModule: () => /** @type {Ffi.BorrowedHeapCharPointer} */ (0),
    };
    this.#runtime = this.#ffi.QTS_NewRuntime();
    this.#ffi.QTS_RuntimeSetMaxStackSize(this.#runtime, STACK_BYTES_MAX);
    this.#context = this.#ffi.QTS_NewContext(this.#runtime, /** @type {Ffi.IntrinsicsFlags} */ (0));
    this.#arguments = this.#allocated(16);
  }

  /**
   * @param {WebAssembly.Module} module
   * @param {WebAssembly.Memory} wasmMemory
   * @param {(kind: number, json: string) => void} onSaid
   */
  static async start(module, wasmMemory, onSaid) {
    /** @type {NonNullable<Ffi.EmscriptenModuleLoaderOptions['instantiateWasm']>} */
    const instantiateWasm = (imports, onSuccess) => {
      const instance = new WebAssembly.Instance(module, imports);
      onSuccess(instance);
      return instance.exports;
    };
    const [load, Bindings] = await Promise.all([importModuleLoader(), importFFI()]);
    const start = /** @type {Ffi.EmscriptenModuleLoader<Ffi.QuickJSEmscriptenModule>} */ (
      'default' in load ? load.default : load
    );
    const raw = await start({ wasmMemory, instantiateWasm });
    return new Engine(raw, new Bindings(raw), onSaid);
  }

  /**
   * Runs a script.
   * @param {string} code
   */
  run(code) {
    const bytes = this.#raw.lengthBytesUTF8(code);
    const text = this.#written(code, bytes);
    const flags = /** @type {Ffi.EvalFlags} */ (0);
    const detect = /** @type {Ffi.EvalDetectModule} */ (0);
    const value = this.#ffi.QTS_Eval(this.#context, text, bytes, 'sandbox', detect, flags);
    this.#release(text);
    return this.#settled(value);
  }

  /**
   * @param {Ffi.JSValuePointer} callee
   * @param {readonly Ffi.JSValuePointer[]} values they are freed
   */
  call(callee, ...values) {
    const self = this.#ffi.QTS_GetUndefined();
    const at = this.#arguments;
    for (const [index, value] of values.entries()) {
      new DataView(this.#raw.HEAPU8.buffer).setUint32(at + index * 4, value, true);
    }
    const list = /** @type {Ffi.JSValueConstPointerPointer} */ (at);
    const value = this.#ffi.QTS_Call(this.#context, callee, self, values.length, list);
    for (const one of values) this.free(one);
    return this.#settled(value);
  }

  /**
   * Runs some of what waits for a promise; whether there is more, of what that led to too.
   * @param {number} jobsMax
   */
  runJobs(jobsMax) {
    if (!this.#ffi.QTS_IsJobPending(this.#runtime)) return false;
    const context = /** @type {Ffi.JSContextPointerPointer} */ (this.#arguments);
    this.free(this.#ffi.QTS_ExecutePendingJob(this.#runtime, jobsMax, context));
    return this.#ffi.QTS_IsJobPending(this.#runtime) !== 0;
  }

  /** @param {string} text without a NUL */
  textOf(text) {
    const written = this.#written(text, this.#raw.lengthBytesUTF8(text));
    const value = this.#ffi.QTS_NewString(this.#context, written);
    this.#release(written);
    const { isThrown, value: made } = this.#settled(value);
    if (isThrown) throw new Starved();
    return made;
  }

  /** @param {number} number */
  numberOf(number) {
    return this.#needed(this.#ffi.QTS_NewFloat64(this.#context, number));
  }

  /** The function that is called with what is said, a kind and a text. */
  newEar() {
    const id = /** @type {Ffi.HostRefId} */ (1);
    return this.#needed(this.#ffi.QTS_NewFunction(this.#context, 'say', 2, false, id));
  }

  /**
   * @param {Ffi.JSValuePointer} object
   * @param {string} name
   */
  fieldOf(object, name) {
    const key = this.textOf(name);
    const value = this.#needed(this.#ffi.QTS_GetProp(this.#context, object, key));
    this.free(key);
    return value;
  }

  /** @param {Ffi.JSValuePointer | Ffi.JSValueConstPointer} value */
  read(value) {
    const text = this.#needed(this.#ffi.QTS_GetString(this.#context, value));
    const read = this.#raw.UTF8ToString(text);
    this.#ffi.QTS_FreeCString(this.#context, text);
    return read;
  }

  /** @param {Ffi.JSValuePointer} value */
  free(value) {
    this.#ffi.QTS_FreeValuePointer(this.#context, value);
  }

  /**
   * @param {Ffi.JSContextPointer} context
   * @param {Ffi.JSValueConstPointer} values
   */
  #heard(context, values) {
    const kind = this.#ffi.QTS_ArgvGetJSValueConstPointer(values, 0);
    const json = this.#ffi.QTS_ArgvGetJSValueConstPointer(values, 1);
    this.#onSaid(this.#ffi.QTS_GetFloat64(context, kind), this.read(json));
    return /** @type {Ffi.JSValuePointer} */ (0);
  }

  /**
   * Whether it is a value, or what was thrown instead.
   * @param {Ffi.JSValuePointer} value
   */
  #settled(value) {
    const thrown = this.#ffi.QTS_ResolveException(this.#context, this.#needed(value));
    if (thrown === 0) return { isThrown: false, value };
    this.free(value);
    return { isThrown: true, value: thrown };
  }

  /**
   * @param {string} text
   * @param {number} bytes
   */
  #written(text, bytes) {
    const at = /** @type {Ffi.OwnedHeapCharPointer} */ (this.#allocated(bytes + 1));
    this.#raw.stringToUTF8(text, at, bytes + 1);
    return at;
  }

  /** @param {number} bytes */
  #allocated(bytes) {
    return this.#needed(this.#allocate(bytes));
  }

  /**
   * The engine says with a null pointer that it has no memory; with one it would work on.
   * @template {number} Pointer
   * @param {Pointer} pointer
   */
  #needed(pointer) {
    if (pointer === 0) throw new Starved();
    return pointer;
  }
}
