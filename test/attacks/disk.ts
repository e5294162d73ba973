import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function run(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** Why no disk can be mounted here; undefined if one can. */
export function whyNoMounts(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may mount disks';
  try {
    for (const kind of ['tmpfs', 'ext4'] as const) new SmallDisk(kind, 8).remove();
    return undefined;
  } catch (error) {
    return `no disk can be mounted here: ${String(error)}`;
  }
}

/** A small disk of its own, which can be filled, turned read-only, and mended. */
export class SmallDisk {
  readonly #home = mkdtempSync(join(tmpdir(), 'holdfast-disk-'));
  readonly path: string;
  readonly #image = join(this.#home, 'image');
  readonly #kind: 'tmpfs' | 'ext4';

  constructor(kind: 'tmpfs' | 'ext4', sizeMiB: number, path?: string) {
    this.#kind = kind;
    this.path = path ?? join(this.#home, 'disk');
    mkdirSync(this.path);
    if (kind === 'tmpfs') {
      this.#mount('-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs');
      return;
    }
    if (!run('truncate', '-s', `${sizeMiB}M`, this.#image)) throw new Error('no image');
    if (!run('mkfs.ext4', '-q', this.#image)) throw new Error('no file system');
    this.#mount('-o', 'loop,errors=remount-ro', this.#image);
  }

  #mount(...what: string[]): void {
    if (!run('mount', ...what, this.path)) throw new Error(`cannot mount ${this.path}`);
  }

  /** Takes all room that is left. */
  fill(): void {
    const filler = openSync(join(this.path, 'filler'), 'w');
    try {
      for (let size = 1024 * 1024; size >= 512; ) {
        try {
          writeSync(filler, Buffer.alloc(size, 1));
        } catch {
          size /= 2;
        }
      }
    } finally {
      closeSync(filler);
    }
  }

  /** Gives it back. */
  free(): void {
    rmSync(join(this.path, 'filler'));
  }

  /** What a kernel does to a disk that fails: from now on it is read-only, for open files too. */
  failReadOnly(): void {
    if (!run('mount', '-o', 'remount,abort', this.path)) throw new Error('it does not fail');
  }

  /** The disk is mended, and mounted anew. */
  mend(): void {
    run('umount', '-l', this.path);
    this.#mount('-o', 'loop,errors=remount-ro', this.#image);
  }

  remove(): void {
    run('umount', '-l', this.path);
    if (this.#kind === 'ext4') run('umount', '-l', this.path);
    rmSync(this.#home, { recursive: true, force: true });
  }
}
