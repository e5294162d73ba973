import type { AuditGap, AuditRecord } from '../../runtime/audit.ts';
import type { RuntimeOptionsInput } from '../../runtime/options/runtime.ts';
import { createRuntime, type Runtime } from '../../runtime/runtime.ts';
import { type SimWorld, simWorld } from '../../runtime/sim/world.ts';
import type { Files } from '../../storage/ports.ts';

/** What promises come to on virtual time that stands still, or moves by a second each turn. */
export async function settled<Value>(
  { clock }: Pick<SimWorld, 'clock'>,
  promise: Promise<Value>,
  stepMs = 0,
): Promise<Value> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  promise.then(over, over);
  for (let turn = 0; turn < 2_000 && !isOver; turn++) await clock.advanceAsync(stepMs);
  if (!isOver) throw new Error('it never settles');
  return await promise;
}

/** What a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => new Error('it succeeded'),
    (thrown: unknown) => thrown,
  );
  return error instanceof Error ? error : new Error(`no error: ${String(error)}`);
}

/** `Name: message` of what a promise is rejected with, or `CODE: message`. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await failure(promise);
  return `${'code' in error ? error.code : error.name}: ${error.message}`;
}

const onDisk = { dataDir: '/data', masterKey: { file: '/key', create: true } } as const;

/** A runtime on a disk of a world of its own, or of one where another was before. */
export async function audited(
  options: RuntimeOptionsInput = {},
  world: SimWorld = simWorld({ seed: 1 }),
) {
  const runtime = await createRuntime({ world, ...onDisk, ...options });
  // What was told while the log was opened is in it.
  await world.clock.advanceAsync(0);
  return { world, runtime, log: runtime.audit, clock: world.clock };
}

export const ended = (world: SimWorld, runtime: Runtime) => settled(world, runtime.shutdown());

export async function all<Value>(source: AsyncIterable<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for await (const value of source) values.push(value);
  return values;
}

/** The types of records, and what gaps stand for, with their indices. */
export const told = (read: readonly (AuditRecord | AuditGap)[]): string[] =>
  read.map((each) =>
    each.kind === 'record'
      ? `${each.index} ${each.event.type}`
      : `${each.from}-${each.to} ${each.because}`,
  );

/** Those of a test's own: `order.` first. */
export const own = (read: readonly (AuditRecord | AuditGap)[]): string[] =>
  told(read).filter((each) => / order\.|-/.test(each));

/** Every file below `path`, with its bytes in hex. */
export async function contents(files: Files, path: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of (await files.list(path)) ?? []) {
    const inner = `${path === '/' ? '' : path}/${name}`;
    if ((await files.list(inner)) !== undefined) {
      Object.assign(found, { [inner]: 'directory' }, await contents(files, inner));
    } else found[inner] = Buffer.from((await files.read(inner)) ?? []).toString('hex');
  }
  return found;
}
