import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { agentFlags } from '../agent-flags.ts';
import { digestOf, digestOfFile } from '../digest.ts';
import { librariesOf } from '../libraries.ts';
import { isNoFile, readPlainFile, refusal } from '../plain-file.ts';
import { findProgram } from '../programs.ts';
import { type CpioEntry, cpioOf } from './cpio.ts';
import { vmlinuxOf } from './kernel.ts';
import { renewProgram } from './renew.ts';
import { removeSnapshots } from './snapshot-files.ts';

const BOOT = '/boot';
const AGENT = fileURLToPath(new URL('../agent.mjs', import.meta.url));
const REALM = fileURLToPath(new URL('../realm.mjs', import.meta.url));
const LDD_MS_MAX = 10_000;
const MANIFEST_BYTES_MAX = 65_536;

/** Files of this machine. */
export interface ImageSources {
  /** A bzImage, as Debian's linux-image-cloud-amd64 has it. */
  readonly kernel: string;
  readonly busybox: string;
  readonly node: string;
  readonly agent: string;
}

/** All digests are SHA-256 in hex. */
export interface ImageManifest {
  readonly version: 1;
  /** The name of the packed kernel. */
  readonly from: string;
  readonly kernel: string;
  readonly initrd: string;
  /** What is in the initrd, by path. */
  readonly contents: Readonly<Record<string, string>>;
}

export interface Image {
  readonly directory: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly initrdBytes: number;
  readonly manifest: ImageManifest;
}

const MANIFEST = 'manifest.json';
const pathsIn = (directory: string) => ({
  kernel: join(directory, 'vmlinux'),
  initrd: join(directory, 'initrd.cpio'),
});

/**
 * The machine's first process. It gives the agent the first serial line, and says on the second one
 * how the agent ended; `memory_mib` comes from the kernel's command line. Above its program's
 * memory the agent takes 64 MiB for itself.
 */
const INIT = `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t cgroup2 cgroup2 /cgroup
/bin/busybox stty -F /dev/ttyS0 raw -echo
/bin/busybox stty -F /dev/ttyS1 raw -echo
echo +memory >/cgroup/cgroup.subtree_control
/bin/busybox mkdir /cgroup/guest
echo $((memory_mib + 64))M >/cgroup/guest/memory.max
(
  echo 0 >/cgroup/guest/cgroup.procs
  exec /bin/node ${agentFlags.join(' ')} \\
    --max-old-space-size=$memory_mib --stack-size=768 \\
    /agent.mjs 3 3 3<>/dev/ttyS0 </dev/null >/dev/null 2>/dev/null
)
echo "ended $?" >/dev/ttyS1
`;

/** The same sources make the same bytes. @throws {RangeError} if a source is of no use. */
export async function buildImage(directory: string, sources: ImageSources): Promise<ImageManifest> {
  const kernel = vmlinuxOf(await readFile(sources.kernel));
  const entries = await entriesOf(sources);
  const initrd = cpioOf(entries);
  const contents: Record<string, string> = {};
  for (const entry of entries) {
    if (entry.kind === 'file') contents[entry.name] = digestOf(entry.bytes);
  }
  const made: ImageManifest = {
    version: 1,
    from: basename(sources.kernel),
    kernel: digestOf(kernel),
    initrd: digestOf(initrd),
    contents,
  };
  await mkdir(directory, { recursive: true });
  await removeSnapshots(directory);
  const paths = pathsIn(directory);
  await replaceFile(paths.kernel, kernel);
  await replaceFile(paths.initrd, initrd);
  await replaceFile(join(directory, MANIFEST), `${JSON.stringify(made, null, 2)}\n`);
  return made;
}

/**
 * Read, and compared with its digests.
 * @throws {RangeError} in plain words if it is not whole. @throws {Error} if it cannot be read.
 */
export async function openImage(directory: string): Promise<Image> {
  const found = await readManifest(join(directory, MANIFEST));
  const paths = pathsIn(directory);
  for (const part of ['kernel', 'initrd'] as const) {
    const path = paths[part];
    const actual = await digestOfFile(path).catch((error) => missing(path, error, 'nothing'));
    if (actual !== found[part]) {
      throw new RangeError(`${path} is not what was built: its digest is ${actual}`);
    }
  }
  const { size: initrdBytes } = await stat(paths.initrd);
  return { directory, ...paths, initrdBytes, manifest: found };
}

async function readManifest(path: string): Promise<ImageManifest> {
  const bytes = await readPlainFile(path).catch((error) => missing(path, error, undefined));
  if (bytes === undefined) throw new RangeError(`there is no image: ${path} cannot be read`);
  try {
    const read: unknown = JSON.parse(bytes.toString('utf8', 0, MANIFEST_BYTES_MAX));
    if (isManifest(read)) return read;
  } catch {}
  throw new RangeError(`${path} is no manifest of an image`);
}

/** To build it again helps only where there is nothing. */
function missing<Instead>(path: string, error: unknown, instead: Instead): Instead {
  if (isNoFile(error)) return instead;
  throw refusal(path, 'read', error);
}

function isManifest(read: unknown): read is ImageManifest {
  const { version, from, kernel, initrd, contents } = Object(read);
  return (
    version === 1 &&
    [from, kernel, initrd, ...Object.values(Object(contents))].every(
      (value) => typeof value === 'string',
    )
  );
}

/** The one command that has all that a microVM needs installed. */
export const INSTALL =
  'apt-get install --no-install-recommends ' +
  'qemu-system-x86 busybox-static bubblewrap linux-image-cloud-amd64';

/**
 * What this machine has: Debian's newest kernel, those for the cloud first, or the given one.
 * @throws {RangeError} that names what is missing.
 */
export async function installedSources(kernel?: string): Promise<ImageSources> {
  const busybox = await findProgram('busybox');
  if (busybox === undefined) throw new RangeError(`there is no busybox here: ${INSTALL}`);
  const found = kernel ?? (await newestKernel());
  if (found === undefined) throw new RangeError(`there is no kernel in ${BOOT}: ${INSTALL}`);
  return { kernel: found, busybox, node: process.execPath, agent: AGENT };
}

async function newestKernel(): Promise<string | undefined> {
  const names = await readdir(BOOT).catch(() => []);
  const kernels = names.filter((name) => name.startsWith('vmlinuz-'));
  const rank = (name: string): number => Number(name.includes('-cloud-'));
  const { compare } = new Intl.Collator('en', { numeric: true });
  kernels.sort((a, b) => rank(b) - rank(a) || compare(b, a));
  return kernels[0] === undefined ? undefined : join(BOOT, kernels[0]);
}

async function entriesOf(sources: ImageSources): Promise<CpioEntry[]> {
  const files: CpioEntry[] = [
    await fileOf('bin/busybox', sources.busybox),
    await fileOf('bin/node', sources.node),
    { kind: 'file', name: 'bin/renew', mode: 0o755, bytes: renewProgram() },
  ];
  const programs = [sources.busybox, sources.node];
  for (const path of await librariesOf(programs, AbortSignal.timeout(LDD_MS_MAX)))
    files.push(await fileOf(path.slice(1), path));
  files.push(await fileOf('agent.mjs', sources.agent), await fileOf('realm.mjs', REALM));
  files.push({ kind: 'file', name: 'init', mode: 0o755, bytes: Buffer.from(INIT) });
  const names = new Set(['dev', 'proc', 'cgroup', 'tmp']);
  for (const { name } of files) {
    for (let at = dirname(name); at !== '.'; at = dirname(at)) names.add(at);
  }
  const directories = [...names].sort();
  return [
    ...directories.map((name): CpioEntry => ({ kind: 'directory', name, mode: 0o755 })),
    ...devices,
    ...files,
  ];
}

const device = (name: string, major: number, minor: number): CpioEntry => {
  return { kind: 'device', name: `dev/${name}`, mode: 0o600, major, minor };
};
const devices = [
  device('console', 5, 1),
  device('null', 1, 3),
  device('urandom', 1, 9),
  device('ttyS0', 4, 64),
  device('ttyS1', 4, 65),
];

async function fileOf(name: string, path: string): Promise<CpioEntry> {
  return { kind: 'file', name, mode: 0o755, bytes: await readFile(path) };
}

/** Never half there. */
async function replaceFile(path: string, content: Buffer | string): Promise<void> {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}
