import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { digestOf } from '../digest.ts';

export interface EngineFile {
  readonly module: WebAssembly.Module;
  /** Of the engine, and of what of ours runs beside it. */
  readonly digests: Readonly<Record<string, string>>;
}

const { resolve } = createRequire(import.meta.url);

const programs = ['./guest.mjs', './engine.mjs', './bounded-memory.mjs', '../realm.mjs'];

let loading: Promise<EngineFile> | undefined;

/** Read and compiled when it is first needed, then shared by all guests of the process. */
export function loadEngine(): Promise<EngineFile> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<EngineFile> {
  const bytes = await readFile(resolve('@jitl/quickjs-ng-wasmfile-release-sync/wasm'));
  const guest = createHash('sha256');
  for (const program of programs) {
    guest.update(await readFile(fileURLToPath(new URL(program, import.meta.url))));
  }
  return {
    module: new WebAssembly.Module(bytes),
    digests: {
      engine: digestOf(bytes),
      guest: guest.digest('hex'),
    },
  };
}
