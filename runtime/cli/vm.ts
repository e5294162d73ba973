import { resolve } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { VmEvidence, VmUnavailable } from '../../actors/vm-drivers.ts';
import { describeError } from '../errors.ts';
import { nodeWorld } from '../world/node.ts';
import { MicroVmDriver } from '../world/vm/microvm/driver.ts';
import { buildImage, type ImageManifest, installedSources } from '../world/vm/microvm/image.ts';
import { type Exit, exits, Failure, misused } from './failure.ts';
import type { Terminal } from './terminal.ts';
import { probeOf, runDoctor } from './vm-doctor.ts';

const text = { type: 'string' } as const;
const json = { type: 'boolean' } as const;

/** @throws {Failure} @throws {Hangup} in plain words. */
export async function runVm(terminal: Terminal, args: readonly string[]): Promise<Exit> {
  const [name, ...rest] = args;
  if (name === undefined) throw misused('no command of vm');
  if (name === 'build') return await build(terminal, rest);
  if (name === 'doctor') return await diagnose(terminal, rest);
  throw misused(`there is no command vm ${name}`);
}

async function build(terminal: Terminal, args: readonly string[]): Promise<Exit> {
  const { dir, kernel, json: isJson } = parsed(args, { dir: text, kernel: text, json });
  if (dir === undefined || dir === '') throw misused('--dir takes a directory for the image');
  const directory = resolve(dir);
  const manifest = await built(directory, kernel);
  // Makes the first snapshot, too.
  const probed = await probeOf(new MicroVmDriver(directory), nodeWorld().clock);
  if (isJson) await terminal.printJson(JSON.stringify({ directory, ...manifest, probed }));
  else await terminal.print([...linesOf(directory, manifest), lineOf(probed)].join('\n'));
  return exits.ok;
}

async function diagnose(terminal: Terminal, args: readonly string[]): Promise<Exit> {
  const { dir, json: isJson } = parsed(args, { dir: text, json });
  if (dir === '') throw misused('--dir takes the directory of an image');
  const imageDir = dir === undefined ? undefined : resolve(dir);
  return await runDoctor(terminal, nodeWorld({ imageDir }), isJson === true);
}

function parsed<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
) {
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
