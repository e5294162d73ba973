import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { toBase64 } from '../../storage/proofs/notation.ts';
import { formatNoteKey } from '../../storage/proofs/note-key.ts';
import { buildPackage } from '../package.ts';
import { seedsFor } from '../seeds.ts';
import { checkpointAt, logKey, requestFor } from '../storage/witness.fixture.ts';

const notary = fileURLToPath(new URL('notary.mjs', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'holdfast-witness-'));

beforeAll(buildPackage, 60_000);
afterAll(() => rmSync(directory, { recursive: true }));

/** A process of the witness, and what it says, line by line. */
function start() {
  const args = [notary, join(directory, 'data'), join(directory, 'key'), formatNoteKey(logKey)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  // Whoever was killed reads no more.
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string | undefined> => {
    const { value, done } = await lines.next();
    return done ? undefined : value;
  };
  const send = (body: Uint8Array) => child.stdin.write(`${toBase64(body)}\n`);
  return { child, next, send, over: once(child, 'close') };
}

/** The size that a witness has, as it says itself to a request from a size that it has not. */
async function sizeOf({ next, send }: ReturnType<typeof start>): Promise<number> {
  expect(await next()).toBe('ready');
  send(requestFor(100_000, 100_000, checkpointAt(100_000, { from: 1 })));
  const [status, size] = (await next())?.split(' ') ?? [];
  expect(status).toBe('409');
  return Number(size);
}

describe('a witness that is killed while it cosigns', () => {
  let cosigned = 0;
  let sent = 0;

  it.each(seedsFor({ ci: 4, full: 300 }))(
    'has forgotten nothing that it cosigned after kill %i, and cosigns no fork of it',
    async (round) => {
      const witness = start();
      const known = await sizeOf(witness);
      expect(known).toBeGreaterThanOrEqual(cosigned);
      expect(known).toBeLessThanOrEqual(sent);
      if (known > 0) {
        witness.send(requestFor(known, known, checkpointAt(known, { from: 1 })));
        expect(await witness.next()).toBe(`409 ${known}`);
      }
      const answers = Math.floor(20 * new SeededRandom(round).stream('kill').draw());
      for (let size = known + 1; size <= known + 40; size++) {
        witness.send(requestFor(size - 1, size));
        sent = size;
      }
      for (let at = 0; at < answers; at++) {
        expect(await witness.next()).toMatch(/^200 — /u);
        cosigned = known + at + 1;
      }
      witness.child.kill('SIGKILL');
      // What it said before it died counts, too.
      for (let line = await witness.next(); line !== undefined; line = await witness.next()) {
        if (/^200 — \S+ \S{100,}$/u.test(line)) cosigned += 1;
      }
      await witness.over;
    },
    60_000,
  );
});
