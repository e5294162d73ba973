import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PageFile {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** Beside the built code; what runs from its source has it from the build. */
export const builtPage = new URL(
  import.meta.url.endsWith('.ts') ? '../../../dist/runtime/inspector/page/' : '../page/',
  import.meta.url,
);

/** The files of the page as it was built, read once. What is asked for is a name, never a path. */
export class PageFiles {
  readonly #folder: string;
  #reading: Promise<ReadonlyMap<string, PageFile>> | undefined;

  constructor(folder = builtPage) {
    this.#folder = fileURLToPath(folder);
  }

  /** Undefined if there is none of that name. Rejects if the page was never built. */
  async find(name: string): Promise<PageFile | undefined> {
    this.#reading ??= this.#read();
    // Somebody may build it meanwhile.
    this.#reading.catch(() => {
      this.#reading = undefined;
    });
    return (await this.#reading).get(name === '' ? 'index.html' : name);
  }

  async #read(): Promise<ReadonlyMap<string, PageFile>> {
    const names = await readdir(this.#folder);
    const files = names.flatMap((name) => {
      const contentType = CONTENT_TYPES[extname(name)];
      return contentType === undefined ? [] : [{ name, contentType }];
    });
    const read = files.map(async ({ name, contentType }) => {
      const bytes = await readFile(`${this.#folder}${name}`);
      return [name, { contentType, bytes }] as const;
    });
    return new Map(await Promise.all(read));
  }
}
