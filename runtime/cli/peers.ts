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
    else if (method === 'peers.export') await terminal.print(noteOf(result));
    else await terminal.print(`${live.speaker}:\n${textOf(method, result)}`);
    return exits.ok;
  } finally {
    live.close();
  }
}

/** And nothing else, to be kept as it is. */
const noteOf = (result: unknown): string => String(Object(result).note).trimEnd();

function textOf(method: PeersCommand['method'], result: unknown): string {
  const { peers, records, feeds, blacklist, verdict, ...standing } = Object(result);
  switch (method) {
    case 'peers.list':
      return Array.isArray(peers) && peers.length > 0
        ? peers.map(lineOf).join('\n')
        : 'no peer is connected';
    case 'peers.explain':
      return [...standingOf(standing, verdict), ...linesOf(records)].join('\n');
    case 'peers.explainAddress':
      return standingOf(standing, verdict).join('\n');
    case 'peers.feeds':
      return linesOf(feeds).join('\n') || 'there are no feeds';
    case 'peers.blacklist':
      return linesOf(blacklist).join('\n') || 'nobody is blacklisted';
    case 'peers.import':
      return `${standing.added} identities are new`;
    default:
      return 'done';
  }
}

const linesOf = (all: unknown): readonly string[] => (Array.isArray(all) ? all.map(lineOf) : []);

const standingOf = (standing: unknown, verdict: unknown): readonly string[] => [
  lineOf(standing),
  verdict === undefined ? 'no list keeps it out' : `kept out: ${lineOf(verdict)}`,
];

/** Its fields in a row, as the process has them. */
const lineOf = (fields: unknown): string =>
  Object.entries(Object(fields))
    .map(([name, value]) => `${name} ${printable(wordOf(value))}`)
    .join('  ');

const wordOf = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);
