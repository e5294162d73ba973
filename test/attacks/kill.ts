import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { OfflineAudit } from '../../runtime/cli/offline-audit.ts';
import { nodeWorld } from '../../runtime/world/node.ts';
import { identify } from '../../storage/data-dir.ts';
import { authenticate } from '../../storage/identity-copies.ts';
import { type Place, placeOf } from '../../storage/place.ts';
import { isHole, readRecords } from '../../storage/read.ts';
import { Secret } from '../../storage/secret.ts';
import { readKeys } from '../../storage/segment-keys.ts';
import type { Verification } from '../../storage/verification.ts';

const world = nodeWorld();
const victim = fileURLToPath(new URL('victim.mjs', import.meta.url));

/** A directory whose owner is killed over and over, and all that its owners were promised. */
export class Victim {
  readonly directory = mkdtempSync(join(tmpdir(), 'holdfast-kill-'));
  readonly #data = join(this.directory, 'data');
  readonly #key = join(this.directory, 'key');
  readonly #promised = new Map<number, string>();
  readonly #held = new Map<string, { readonly from: number; readonly to: number }>();
  #anchor: string | undefined;

  /** Runs an owner, and kills it so many lines after it first said `since`. */
  async kill(round: number, since: 'ready' | 'rotating', afterLines: number): Promise<void> {
    const args = [victim, this.#data, this.#key, String(round), since];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (chunk) => {
      complaint += String(chunk);
    });
    const over = once(child, 'close');
    let lines = 0;
    let isDue = false;
    for await (const line of createInterface({ input: child.stdout })) {
      this.#promise(line);
      if (line === since) isDue = true;
      if (isDue) lines += 1;
      if (lines === afterLines) child.kill('SIGKILL');
    }
    const [code, signal] = await over;
    if (isDue && signal === 'SIGKILL') return;
    throw new Error(`round ${round} ended by itself (${code ?? signal}): ${complaint}`);
  }

  #promise(line: string): void {
    const [word, name = '', from, to] = line.split(' ');
    if (word === 'releasing') this.#held.delete(name);
    // The last line may have been cut by the kill: then it holds less, or is no anchor.
    if (word === 'anchor' && from) this.#anchor = Buffer.from(name, 'base64').toString();
    if (word === 'held' && to) this.#held.set(name, { from: Number(from), to: Number(to) });
    const [, index, id] = /^(\d+) (\S+)$/.exec(line) ?? [];
    // The last line may have been cut by the kill.
    if (index === undefined || id === undefined) return;
    this.#promised.set(Number(index), id);
  }

  async #identity() {
    const identity = await identify(world.files, this.#data);
    if (identity === undefined) throw new Error('there is no store');
    return identity;
  }

  async #place(): Promise<Place> {
    const digits = readFileSync(this.#key, 'utf8').trim();
    const { files, kv } = world;
    const found = await authenticate(files, this.#data, Secret.of(Buffer.from(digits, 'hex')));
    if (found === undefined) throw new Error('the key opens no store');
    const { identity, rootKey } = found;
    return placeOf({ files, kv }, join(this.#data, 'audit'), identity.storeId, rootKey);
  }

  /** As an operator does, who kept the last checkpoint that was signed by a key then new. */
  async verify(): Promise<Verification> {
    const identity = await this.#identity();
    const tools = { world, env: {} };
    const audit = new OfflineAudit(tools, this.#data, identity, { file: this.#key, create: false });
    return await audit.verify(() => {}, { anchor: this.#anchor });
  }

  /** The promised records that are not there, though nobody might shred them; and lost holds. */
  async lost(): Promise<readonly string[]> {
    const place = await this.#place();
    const { page, keyOf } = await readKeys(place);
    const left = new Map(this.#promised);
    const isHeld = (index: number) =>
      [...this.#held.values()].some(({ from, to }) => from <= index && index < to);
    for await (const read of readRecords(place, keyOf, {})) {
      if (isHole(read)) {
        if (read.because !== 'shredded') continue;
        for (const index of left.keys()) {
          if (index >= read.from && index < read.to && !isHeld(index)) left.delete(index);
        }
        continue;
      }
      const { subject } = JSON.parse(Buffer.from(read.record).toString());
      if (left.get(read.index) === subject) left.delete(read.index);
    }
    const forgotten = [...this.#held.keys()].filter(
      (name) => !page?.holds.some((hold) => hold.name === name),
    );
    return [...[...left].map(([index, id]) => `${index} ${id}`), ...forgotten];
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}
