import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeError } from '../errors.ts';
import { serveTrace } from '../inspector/trace-site.ts';
import type { CommandTools } from './command-tools.ts';
import { type Exit, exits, Failure, misused } from './failure.ts';
import { addressOf, checkInspector } from './inspector-at.ts';
import { processIn } from './live-directory.ts';
import { wholeNumber } from './whole-number.ts';

const TRACE_BYTES_MAX = 256 * 1024 * 1024;
const PORT_MAX = 65_535;

/**
 * Opens a trace, or says where the inspector of a process is that has a directory open, or whether
 * one is at an address.
 */
export async function runInspect(tools: CommandTools, args: readonly string[]): Promise<Exit> {
  const { target, port, isJson } = inspectCommand(args);
  const { files } = tools.world;
  if (target === undefined) return await serve(tools, port, undefined, isJson);
  const address = addressOf(target);
  if (address !== undefined) return await tellAt(tools, address, isJson);
  const path = await files.realPath(resolve(target));
  const stat = await files.stat(path);
  if (stat === undefined) throw new Failure(`there is no file or directory ${target}`);
  if (stat.kind === 'directory') return await tellLive(tools, target, isJson);
  if (stat.kind !== 'file') throw new Failure(`${target} is neither a file nor a directory`);
  const { sizeBytes } = stat;
  if (sizeBytes > TRACE_BYTES_MAX) throw new Failure(`${target} has more than 256 MiB`);
  const readAt = (offset: number, length: number) => files.readAt(path, offset, length);
  return await serve(tools, port, { sizeBytes, readAt }, isJson);
}

async function serve(
  { world, terminal }: CommandTools,
  port: number,
  trace: Parameters<typeof serveTrace>[2],
  isJson: boolean,
): Promise<Exit> {
  const { http, clock, random, log, signals } = world;
  const stream = random.stream('inspector');
  const site = { http, clock, log, random: (length: number) => stream.bytes(length) };
  const { url, close } = await serveTrace(site, port, trace);
  const interrupted = new Promise<void>((over) => {
    signals.once(['SIGINT', 'SIGTERM'], () => over());
  });
  try {
    await (isJson ? terminal.printJson(JSON.stringify({ url })) : terminal.print(url));
    await interrupted;
  } finally {
    close();
  }
  return exits.ok;
}

async function tellAt(
  { world, terminal }: CommandTools,
  address: URL,
  isJson: boolean,
): Promise<Exit> {
  await checkInspector(world.clock, address);
  const url = address.href;
  await (isJson ? terminal.printJson(JSON.stringify({ url })) : terminal.print(url));
  return exits.ok;
}

async function tellLive(
  { world, terminal }: CommandTools,
  directory: string,
  isJson: boolean,
): Promise<Exit> {
  const live = await processIn(world, directory);
  try {
    const result: unknown = await live.resultOf('inspector.url', {});
    const { view, control } = Object(result);
    if (typeof view !== 'string') {
      const advice = 'createRuntime({ inspector, diagnostics: { port } }) serves one';
      throw new Failure(`the process there serves no inspector: ${advice}`);
    }
    const json = JSON.stringify({ url: view, controlUrl: control });
    await (isJson ? terminal.printJson(json) : terminal.print(view));
    return exits.ok;
  } finally {
    live.close();
  }
}

/** @throws {Failure} for what it does not know. */
function inspectCommand(args: readonly string[]) {
  const { values, positionals } = parsed(args);
  const [target, extra] = positionals;
  if (extra !== undefined) throw misused(`one trace, DATADIR or URL at a time, got ${extra} too`);
  const port = wholeNumber('--port', values.port, { min: 0, max: PORT_MAX }) ?? 0;
  return { target, port, isJson: values.json === true };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { json: { type: 'boolean' }, port: { type: 'string' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw misused(describeError(error).message);
  }
}
