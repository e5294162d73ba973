import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeError } from '../errors.ts';
import { buildImage, type ImageManifest, installedSources } from '../world/vm/microvm/image.ts';
import { type Exit, exits, Failure, misused } from './failure.ts';
import type { Terminal } from './terminal.ts';

const text = { type: 'string' } as const;
const options = { dir: text, kernel: text, json: { type: 'boolean' } } as const;

/** @throws {Failure} @throws {Hangup} in plain words. */
export async function runVm(terminal: Terminal, args: readonly string[]): Promise<Exit> {
  const { directory, kernel, isJson } = vmCommand(args);
  const manifest = await built(directory, kernel);
  if (isJson) await terminal.printJson(JSON.stringify({ directory, ...manifest }));
  else await terminal.print(textOf(directory, manifest));
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

const textOf = (directory: string, { from, kernel, initrd }: ImageManifest): string =>
  [`${directory}: an image of ${from}`, `  kernel ${kernel}`, `  initrd ${initrd}`].join('\n');
