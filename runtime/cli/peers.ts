import type { CommandTools } from './command-tools.ts';
import { type Exit, exits } from './failure.ts';
import { processIn } from './live-directory.ts';
import { type PeersCommand, peersCommand } from './peers-arguments.ts';
import { printable } from './terminal.ts';

/** Asks the process that has the directory open: peers are there as long as it lives. */
export async function runPeers(tools: CommandTools, args: readonly string[]): Promise<Exit> {
  const { directory, isJson, method, params } = peersCommand(args);
  const { world, terminal } = tools;
  const live = await processIn(world, directory);
  try {
    const result = await live.resultOf(method, params);
    if (isJson) await terminal.printJson(JSON.stringify(result));
    else await terminal.print(`${live.speaker}:\n${textOf(method, result)}`);
    return exits.ok;
  } finally {
    live.close();
  }
}

function textOf(method: PeersCommand['method'], result: unknown): string {
  const { peers, records, ...standing } = Object(result);
  switch (method) {
    case 'peers.list':
      return Array.isArray(peers) && peers.length > 0
        ? peers.map(lineOf).join('\n')
        : 'no peer is connected';
    case 'peers.explain':
      return [lineOf(standing), ...(Array.isArray(records) ? records.map(lineOf) : [])].join('\n');
    default:
      return 'done';
  }
}

/** Its fields in a row, as the process has them. */
const lineOf = (fields: unknown): string =>
  Object.entries(Object(fields))
    .map(([name, value]) => `${name} ${printable(String(value))}`)
    .join('  ');
