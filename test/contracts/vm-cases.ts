/**
 * How a call comes to an end: `returned`, with the JSON; a fault; `exit`, with its reason; or no
 * answer: `silent` if the guest still answers a ping, `deaf` if it does not.
 */
export type End = string;

export interface Case {
  readonly name: string;
  readonly code: string;
  readonly ends: End;
  /** Whether a ping is answered after it; so it is after what returned, or threw. */
  readonly isDeafAfter?: true;
}

const looping: readonly Case[] = [
  ['a loop', 'for (;;);'],
  ['loops in catch and finally', 'for(;;){try{for(;;);}catch(e){}finally{for(;;);}}'],
  ['a regular expression that backtracks', '/^(a+)+$/.test("a".repeat(34)+"b")'],
  ['a getter in what it returns', '({ get a() { for (;;); } })'],
  ['toJSON of what it returns', '({ toJSON() { for (;;); } })'],
  ['a getter of what it throws', 'throw { name: "", get message() { for (;;); } }'],
  ['a then that is called by us', '({ then() { for (;;); } })'],
  ['a promise that makes the next', '(async () => { for (;;) await 0; })()'],
  ['toJSON of what it prints', 'console.log({ toJSON() { for (;;); } })'],
  ['a trap of a proxy that it returns', 'new Proxy({}, { ownKeys() { for (;;); } })'],
  ['a comparison in a sort', '[2, 1].sort(() => { for (;;); })'],
  ['a generator', 'for (const x of (function* () { for (;;) yield; })());'],
  ['a replacer', '"a".replace(/a/, () => { for (;;); })'],
  ['toJSON of what it asks for', 'host.call("a", { toJSON() { for (;;); } })'],
].map(([name = '', code = '']) => ({ name: `loops: ${name}`, code, ends: 'deaf' }));

/** Where an engine looks up from nothing before it is done. */
const native: readonly Case[] = [
  ['joining what is not there', '(new Array(1e9) + "").length'],
  ['seeking what is not there', 'Array.prototype.indexOf.call({ length: 4294967295 }, 99)'],
].map(([name = '', code = '']) => ({ name: `hangs: ${name}`, code, ends: 'deaf' }));

const silent: readonly Case[] = [
  ['a promise that is never kept', 'new Promise(() => {})'],
  ['a then that never calls back', '({ then() {} })'],
  ['an answer of the host that never comes', 'host.call("silence", null)'],
].map(([name = '', code = '']) => ({ name: `waits: ${name}`, code, ends: 'silent' }));

const hungry: readonly Case[] = [
  ['objects', 'let a = []; for (;;) a.push({ x: [1, 2, 3] })'],
  ['long texts', 'let a = []; for (;;) a.push("x".repeat(1e5) + a.length)'],
  ['typed arrays', 'let a = []; for (;;) a.push(new Uint8Array(2 ** 20).fill(1))'],
  ['one large buffer', 'new Uint8Array(2 ** 31 - 1).fill(1).length'],
  ['one long text', 'const a = "x".repeat(2 ** 29); a.length'],
  ['a map', 'const m = new Map(); for (let i = 0; ; i++) m.set(i, i)'],
  ['proxies', 'const a = []; for (;;) a.push(new Proxy({}, {}))'],
  ['weak references', 'const a = []; for (;;) a.push(new WeakRef({}))'],
  ['a generator that is spread', '[...(function* () { for (;;) yield {}; })()].length'],
  ['promises', 'const a = []; for (;;) a.push(Promise.resolve({}))'],
  ['closures', 'let f = () => 0; for (;;) { const g = f; f = () => g; }'],
  ['names of properties', 'const o = {}; for (let i = 0; ; i++) o["k" + i] = 1'],
  ['symbols', 'const a = []; for (;;) a.push(Symbol(String(a.length).repeat(99)))'],
  ['large integers', 'const a = []; for (;;) a.push((1n << 100000n) + BigInt(a.length))'],
  ['text that it adds to', 'let s = "abc"; for (;;) s = [s, s].join("-")'],
  ['code', 'const a = []; for (;;) a.push(new Function("return " + a.length))'],
].map(([name = '', code = '']) => ({ name: `eats memory: ${name}`, code, ends: 'VM_MEMORY' }));

const deep: readonly Case[] = [
  ['calls', '(function f() { f(); })()'],
  ['brackets of JSON', 'JSON.parse("[".repeat(1e6))'],
  ['brackets of code', 'eval("(".repeat(1e5))'],
  ['getters', 'const o = { get a() { return this.a; } }; o.a'],
  ['conversions', 'const o = { toString() { return "" + o; } }; "" + o'],
  ['proxies', 'const p = new Proxy({}, { get: (t, k, r) => r[k] }); p.x'],
  ['constructors', 'class A { constructor() { new A(); } } new A()'],
  ['sorts', 'const w = [1, 2]; (function g() { w.sort(g); })()'],
  ['groups of an expression', 'new RegExp("(".repeat(1e5) + "a")'],
].map(([name = '', code = '']) => ({ name: `nests: ${name}`, code, ends: 'VM_ERROR' }));

const thrown: readonly Case[] = [
  ['an error', 'throw new TypeError("no")', 'VM_ERROR TypeError: no'],
  ['a text', 'throw "no"', 'VM_ERROR no'],
  ['null', 'throw null', 'VM_ERROR'],
  ['undefined', 'throw undefined', 'VM_ERROR'],
  ['a symbol', 'throw Symbol("no")', 'VM_ERROR'],
  ['a name that throws', 'throw { get name() { throw 1; }, message: "" }', 'VM_ERROR'],
  ['a name that is none', 'throw { name: 5, message: "no" }', 'VM_ERROR'],
  ['traps', 'throw new Proxy({}, { get() { throw 1; } })', 'VM_ERROR'],
  ['a long message', 'throw new Error("x".repeat(1e6))', `VM_ERROR Error: ${'x'.repeat(1_017)}`],
  ['in a promise', '(async () => { throw new Error("no"); })()', 'VM_ERROR Error: no'],
  ['in then', '({ then() { throw new Error("no"); } })', 'VM_ERROR Error: no'],
  ['a huge integer', 'let b = 2n ** 1000000n; for (let i = 0; i < 9; i++) b *= b', 'VM_ERROR'],
].map(([name = '', code = '', ends = '']) => ({ name: `throws: ${name}`, code, ends }));

const unsayable: readonly Case[] = [
  ['too long a text', '"x".repeat(1e6)', 'VM_RESULT'],
  ['too many objects', 'Array.from({ length: 2e4 }, () => ({ a: 1 }))', 'VM_RESULT'],
  ['too many bytes in few characters', '"\\u20ac".repeat(40000)', 'VM_RESULT'],
  ['an integer of any size', '1n', 'VM_RESULT'],
  ['a circle', 'const o = {}; o.o = o; o', 'VM_RESULT'],
  ['a getter that throws', '({ get a() { throw new Error("no"); } })', 'VM_RESULT Error: no'],
  ['toJSON that throws', '({ toJSON() { throw "no"; } })', 'VM_RESULT no'],
].map(([name = '', code = '', ends = '']) => ({ name: `returns: ${name}`, code, ends }));

const said: readonly Case[] = [
  ['nothing', '', 'null'],
  ['a function', '(() => 1)', 'null'],
  ['no number', '[NaN, -0, Infinity]', '[null,0,null]'],
  ['a date', 'new Date(0)', '"1970-01-01T00:00:00.000Z"'],
  ['a promise of a promise', 'Promise.resolve(Promise.resolve(1))', '1'],
  ['what calls back twice', '({ then(f) { f(1); f(2); } })', '1'],
  ['halves of letters', '"\\ud800a\\udc00"', '"\\ud800a\\udc00"'],
  ['what ends a text in C', '"a\\0b"', '"a\\u0000b"'],
  ['a line like those of ours', '"a\\n{\\"id\\":999}\\n"', '"a\\n{\\"id\\":999}\\n"'],
  ['as a script does', 'var a = 1; if (a) { 2 } else { 3 }', '2'],
  ['what is global to a sloppy script', 'this === globalThis', 'true'],
  ['what is strict', '"use strict"; (function () { return this === undefined; })()', 'true'],
  [
    'what has worked for long',
    'let n = 0; for (let i = 0; i < 1e6; i++) n += i; n',
    '499999500000',
  ],
  [
    'a sort by chance',
    'Array.from({length:3e5},(_,i)=>i).sort(()=>Math.random()-.5).length',
    '300000',
  ],
].map(([name = '', code = '', output = '']) => ({
  name: `returns: ${name}`,
  code,
  ends: `returned ${output}`,
}));

const poisoned: readonly Case[] = [
  ['JSON and prototypes', 'Object.prototype.val="pwn";JSON.stringify=()=>"0";({a:1})', '{"a":1}'],
  ['promises', 'Promise.prototype.then = () => {}; globalThis.Promise = 0; (async () => 2)()', '2'],
  ['species', 'Promise[Symbol.species] = 0; Promise.resolve(2)', '2'],
  ['iterators', 'Array.prototype[Symbol.iterator] = 0; console.log("a", 1); 2', '2'],
  [
    'texts',
    'for (const k of Reflect.ownKeys(String.prototype)) try { ' +
      'Object.defineProperty(String.prototype, k, { value: 0 }) } catch {} console.log("a"); 2',
    '2',
  ],
  [
    'functions',
    'Function.prototype.call = Function.prototype.bind = () => 9; console.log(1); 2',
    '2',
  ],
  ['descriptors', 'Object.prototype.get = () => 9; Object.prototype.writable = 0; 2', '2'],
  [
    'setters',
    'for (const k of ["id","name","input","fault","message","resolve","reject"]) ' +
      'Object.defineProperty(Object.prototype, k, { set() { throw 1; } }); 2',
    '2',
  ],
  ['everything', 'const g = globalThis; for (const k of Reflect.ownKeys(g)) delete g[k]; 2', '2'],
  ['traces', 'Error.prepareStackTrace = () => { for (;;); }; 2', '2'],
].map(([name = '', code = '', output = '']) => ({
  name: `poisons: ${name}`,
  code,
  ends: `returned ${output}`,
}));

const outside: readonly Case[] = [
  [
    'what is no part of the language',
    '["require", "process", "fetch", "setTimeout", "Atomics", ' +
      '"SharedArrayBuffer", "WebAssembly", "performance"].filter((n) => n in globalThis)',
    'returned []',
  ],
  ['a module', 'import("fs")', 'VM_ERROR'],
  ['a module of the engine', 'import("std")', 'VM_ERROR'],
  ['require', 'require("fs")', 'VM_ERROR'],
  ['process', 'process.exit(0)', 'VM_ERROR'],
  ['process, by a constructor', '[].constructor.constructor("return process")()', 'VM_ERROR'],
].map(([name = '', code = '', ends = '']) => ({ name: `reaches for: ${name}`, code, ends }));

const unread: readonly Case[] = [
  ['what is no code', 'let = ;', 'VM_ERROR'],
  ['await outside of a function', 'await 1', 'VM_ERROR'],
  ['return outside of a function', 'return 1', 'VM_ERROR'],
  ['an import declaration', 'import fs from "fs"', 'VM_ERROR'],
].map(([name = '', code = '', ends = '']) => ({ name: `is not read: ${name}`, code, ends }));

const broken: readonly Case[] = [
  {
    name: 'answers, and works on for ever',
    code: '(async () => { for (;;) await 0; })(); 1',
    ends: 'returned 1',
    isDeafAfter: true,
  },
];

/** What hostile code does, and what comes of it where a level has nothing of its own to say. */
export const cases: readonly Case[] = [
  ...looping,
  ...native,
  ...silent,
  ...hungry,
  ...deep,
  ...thrown,
  ...unsayable,
  ...said,
  ...poisoned,
  ...outside,
  ...unread,
  ...broken,
];

/** Where the engine is V8: that ends its process for want of memory, where others throw. */
export const endsOfV8: Readonly<Record<string, End>> = {
  ...Object.fromEntries(hungry.map(({ name }) => [name, 'exit memory'])),
  'eats memory: one large buffer': 'VM_ERROR',
  'eats memory: one long text': 'VM_ERROR',
  'throws: a huge integer': 'exit memory',
  'hangs: joining what is not there': 'VM_ERROR RangeError: Invalid string length',
  'hangs: seeking what is not there': 'returned -1',
};
