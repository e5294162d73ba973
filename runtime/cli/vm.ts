import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { VmEvidence, VmUnavailable } from '../../actors/vm-drivers.ts';
import { describeError } from '../errors.ts';
import { MicroVmDriver } from '../world/vm/microvm/driver.ts';
import { buildImage, type ImageManifest, installedSources } from '../world/vm/microvm/image.ts';
import { type Exit, exits, Failure, misused } from './failure.ts';
import type { Terminal } from './terminal.ts';

const text = { type: 'string' } as const;
const options = { dir: text, kernel: text, json: { type: 'boolean' } } as const;

/** @throws {Failure} @throws {Hangup} in plain words. */
export async function runVm(terminal: Terminal, args: readonly string[]): Promise<Exit> {
  const { directory, kernel, isJson } = vmCommand(args);
  const manifest = await built(directory, kernel);
  // Makes the first snapshot, too. It has deadlines of its own.
  const probed = await new MicroVmDriver(directory).probe(new AbortController().signal);
  if (isJson) await terminal.printJson(JSON.stringify({ directory, ...manifest, probed }));
  else await terminal.print([...linesOf(directory, manifest), lineOf(probed)].join('\n'));
  return exits.ok;
}

function vmCommand([name, ...rest]: readonly string[]) {
  if (name === undefined) throw misused('no command of vm');
  if (name !== 'build') throw misused(`there is no command vm ${name}`);
  const { dir, kernel, json } = parsed(rest);
  if (dir === undefined || dir === '') throw misused('--dir takes a directory for the image');
  return { directory: resolve(dir), kernel, isJson: json === true };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw misused(describeError(error).message);
  }
}

async function built(directory: string, kernel: string | undefined): Promise<ImageManifest> {
  try {
    return await buildImage(directory, await installedSources(kernel));
  } catch (error) {
    throw new Failure(describeError(error).message);
  }
}

const linesOf = (directory: string, { from, kernel, initrd }: ImageManifest) => [
  `${directory}: an image of ${from}`,
  `  kernel ${kernel}`,
  `  initrd ${initrd}`,
];

function lineOf(probed: VmEvidence | VmUnavailable): string {
  if (!('unavailable' in probed)) return `  runs here by ${probed.engine}`;
  const { unavailable, fix } = probed;
  return `  does not run here: ${unavailable}${fix === undefined ? '' : `; ${fix}`}`;
}
