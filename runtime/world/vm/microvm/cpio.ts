/** What is in an archive. Names are paths without a slash in front. */
export type CpioEntry =
  | { readonly kind: 'directory'; readonly name: string; readonly mode: number }
  | { readonly kind: 'file'; readonly name: string; readonly mode: number; readonly bytes: Buffer }
  | { readonly kind: 'link'; readonly name: string; readonly target: string }
  | {
      readonly kind: 'device';
      readonly name: string;
      readonly mode: number;
      readonly major: number;
      readonly minor: number;
    };

const TYPE = { directory: 0o040000, file: 0o100000, link: 0o120000, device: 0o020000 } as const;

/**
 * An archive as kernels unpack it into their first root (cpio "newc"). All is root's and of time 0,
 * so that the same entries are the same bytes. Parents come before what is in them.
 */
export function cpioOf(entries: readonly CpioEntry[]): Buffer {
  const parts = entries.flatMap((entry, at) => partsOf(entry, at + 1));
  parts.push(headerOf({ name: 'TRAILER!!!', inode: 0, mode: 0, bytes: 0, major: 0, minor: 0 }));
  return Buffer.concat(parts);
}

function partsOf(entry: CpioEntry, inode: number): Buffer[] {
  const { name, kind } = entry;
  const body =
    kind === 'file' ? entry.bytes : Buffer.from(kind === 'link' ? entry.target : '', 'utf8');
  const mode = TYPE[kind] | (kind === 'link' ? 0o777 : entry.mode);
  const { major, minor } = kind === 'device' ? entry : { major: 0, minor: 0 };
  const header = headerOf({ name, inode, mode, bytes: body.length, major, minor });
  return [header, body, padding(body.length)];
}

interface Header {
  readonly name: string;
  readonly inode: number;
  readonly mode: number;
  readonly bytes: number;
  readonly major: number;
  readonly minor: number;
}

function headerOf({ name, inode, mode, bytes, major, minor }: Header): Buffer {
  const path = Buffer.from(`${name}\0`, 'utf8');
  const links = 1;
  const fields = [inode, mode, 0, 0, links, 0, bytes, 0, 0, major, minor, path.length, 0];
  const hex = fields.map((field) => field.toString(16).toUpperCase().padStart(8, '0'));
  const header = Buffer.concat([Buffer.from(`070701${hex.join('')}`, 'latin1'), path]);
  return Buffer.concat([header, padding(header.length)]);
}

const padding = (length: number): Buffer => Buffer.alloc((4 - (length % 4)) % 4);
