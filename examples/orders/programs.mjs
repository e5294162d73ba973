import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

/** What sandboxes are made with, and small disks. */
const NAMES = [
  ...['bwrap', 'prlimit', 'setpriv', 'ldd', 'qemu-system-x86_64'],
  ...['unshare', 'sh', 'mount'],
];

/** Those that are here, as links in a folder: each can be taken away, and put back. */
export class Programs {
  /** All that `PATH` needs to be. */
  folder = mkdtempSync(join(tmpdir(), 'holdfast-orders-'));
  /** @type {Map<string, string>} paths by name */
  #here = new Map();

  /** @param {string} path where they are looked for, as `PATH` has it */
  constructor(path) {
    // Who is root makes jails as somebody else, who has to find them, too.
    chmodSync(this.folder, 0o755);
    const folders = path.split(delimiter).filter(isAbsolute);
    for (const name of NAMES) {
      const found = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
      if (found === undefined) continue;
      this.#here.set(name, found);
      this.putBack(name);
    }
  }

  /** @param {string} name of one that is here */
  take(name) {
    unlinkSync(join(this.folder, name));
  }

  /** @param {string} name of one that was taken */
  putBack(name) {
    const found = this.#here.get(name);
    if (found !== undefined) symlinkSync(found, join(this.folder, name));
  }

  close() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
