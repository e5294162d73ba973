import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { diskFiles } from '../../runtime/world/files.ts';
import { identify } from '../../storage/data-dir.ts';
import { KeyPages } from '../../storage/key-pages.ts';
import { levelKv } from '../../storage/level-kv.ts';
import { type Place, placeOf } from '../../storage/place.ts';
import { isHole, readRecords } from '../../storage/read.ts';
import { Secret } from '../../storage/secret.ts';
import type { Verification } from '../../storage/verification.ts';
import { verifyLog } from '../../storage/verify.ts';

const victim = fileURLToPath(new URL('victim.mjs', import.meta.url));

/** A directory whose owner is killed over and over, and all that its owners were promised. */
export class Victim {
  readonly directory = mkdtempSync(join(tmpdir(), 'holdfast-kill-'));
  readonly #promised = new Map<number, string>();
  readonly #held = new Map<string, { readonly from: number; readonly to: number }>();

  /** Runs an owner, and kills it `afterLines` promises later. */
  async kill(round: number, afterLines: number): Promise<void> {
    const data = join(this.directory, 'data');
    const args = [victim, data, join(this.directory, 'key'), String(round)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (chunk) => {
      complaint += String(chunk);
    });
    const over = once(child, 'close');
    let lines = 0;
    let isReady = false;
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === 'ready') isReady = true;
      else this.#promise(line);
      lines += 1;
      if (lines === afterLines) child.kill('SIGKILL');
    }
    const [code, signal] = await over;
    if (isReady && signal === 'SIGKILL') return;
    throw new Error(`round ${round} ended by itself (${code ?? signal}): ${complaint}`);
  }

  #promise(line: string): void {
    const [word, name = '', from, to] = line.split(' ');
    if (word === 'releasing') this.#held.delete(name);
    // The last line may have been cut by the kill: then it holds less.
    if (word === 'held' && to) this.#held.set(name, { from: Number(from), to: Number(to) });
    const [, index, id] = /^(\d+) (\S+)$/.exec(line) ?? [];
    // The last line may have been cut by the kill.
    if (index === undefined || id === undefined) return;
    this.#promised.set(Number(index), id);
  }

  async #place(): Promise<Place> {
    const data = join(this.directory, 'data');
    const digits = readFileSync(join(this.directory, 'key'), 'utf8').trim();
    const identity = await identify(diskFiles, data);
    if (identity === undefined) throw new Error('there is no store');
    const ports = { files: diskFiles, kv: levelKv(diskFiles) };
    const master = Secret.of(Buffer.from(digits, 'hex'));
    return placeOf(ports, join(data, 'audit'), identity.storeId, master);
  }

  async verify(): Promise<Verification> {
    return await verifyLog(await this.#place());
  }

  /** The promised records that are not there, though nobody might shred them; and lost holds. */
  async lost(): Promise<readonly string[]> {
    const place = await this.#place();
    const { files, keys, storeId, layout } = place;
    const { page } = await KeyPages.read({ files, key: keys.keys, storeId }, layout.keys);
    const left = new Map(this.#promised);
    const isHeld = (index: number) =>
      [...this.#held.values()].some(({ from, to }) => from <= index && index < to);
    for await (const read of readRecords(place, (segment) => page?.keys.get(segment), {})) {
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
