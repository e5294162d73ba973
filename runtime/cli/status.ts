import { parseArgs } from 'node:util';
import type { Clock } from '../../storage/ports.ts';
import { describeError } from '../errors.ts';
import type { CommandTools } from './command-tools.ts';
import { type Exit, exits, misused } from './failure.ts';
import { processIn } from './live-directory.ts';
import type { LiveProcess } from './live-process.ts';
import { statusText } from './status-text.ts';
import { unlessHungUp } from './terminal.ts';

const EVERY_MS = 2_000;

/** Says how the process is that has the directory open; `--watch`, for as long as it has. */
export async function runStatus(tools: CommandTools, args: readonly string[]): Promise<Exit> {
  const { directory, isJson, isWatching } = statusCommand(args);
  const live = await processIn(tools.world, directory);
  try {
    for (;;) {
      const status = await live.resultOf('status', {});
      const telling = tell(tools, live, status, isJson, isWatching);
      await (isWatching ? telling : unlessHungUp(telling));
      if (!isWatching) return exitOf(status);
      await pause(tools.world.clock);
    }
  } finally {
    live.close();
  }
}

async function tell(
  { terminal }: CommandTools,
  { speaker }: LiveProcess,
  status: unknown,
  isJson: boolean,
  isWatching: boolean,
): Promise<void> {
  if (isJson) return await terminal.printJson(JSON.stringify(status));
  const text = `${speaker}:\n${statusText(status)}`;
  await (isWatching ? terminal.redraw(text) : terminal.print(text));
}

const exitOf = (status: unknown): Exit =>
  Object(Object(status).health).status === 'fail' ? exits.failed : exits.ok;

const pause = (clock: Clock): Promise<void> =>
  new Promise((resolve) => void clock.after(EVERY_MS, resolve));

/** @throws {Failure} for what it does not know. */
function statusCommand(args: readonly string[]) {
  const { values, positionals } = parsed(args);
  const [directory, extra] = positionals;
  if (directory === undefined || directory === '') throw misused('no DATADIR');
  if (extra !== undefined) throw misused(`one DATADIR at a time, got ${extra} too`);
  return { directory, isJson: values.json === true, isWatching: values.watch === true };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { json: { type: 'boolean' }, watch: { type: 'boolean' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw misused(describeError(error).message);
  }
}
