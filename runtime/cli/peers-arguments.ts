import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { NOTE_BYTES_MAX } from '../../storage/proofs/note.ts';
import { describeError } from '../errors.ts';
import { type PeerControlMethod, peerControlParams } from '../options/peer-control.ts';
import { readOptions } from '../options/read.ts';
import { exits, Failure, misused } from './failure.ts';
import { wholeNumber } from './whole-number.ts';

export interface PeersCommand {
  readonly directory: string;
  readonly isJson: boolean;
  readonly method: PeerControlMethod;
  readonly params: Readonly<Record<string, unknown>>;
}

const text = { type: 'string' } as const;
const known = {
  peer: text,
  address: text,
  target: text,
  level: text,
  reason: text,
  hours: text,
  file: text,
  signer: text,
  json: { type: 'boolean' },
} as const;

type Known = keyof typeof known;
type Values = Readonly<Partial<Record<Exclude<Known, 'json'>, string>>>;

const HOUR_MS = 3_600_000;

/** What each command may be told besides `--json`, and what it asks for. */
const commands: Readonly<
  Record<string, readonly [takes: readonly Known[], asks: (values: Values) => Asked]>
> = {
  list: [[], () => ['peers.list', {}]],
  explain: [
    ['peer', 'address'],
    ({ peer: id, address }) =>
      address === undefined
        ? ['peers.explain', { id }]
        : ['peers.explainAddress', { address, ...(id !== undefined && { id }) }],
  ],
  feeds: [[], () => ['peers.feeds', {}]],
  grant: [
    ['peer', 'level', 'reason'],
    ({ peer: id, level, reason }) => ['peers.grant', { id, level, reason }],
  ],
  ban: [
    ['target', 'reason', 'hours'],
    ({ target, reason, hours }) => [
      'peers.ban',
      { target, reason, forMs: (wholeNumber('--hours', hours) ?? 1) * HOUR_MS },
    ],
  ],
  blacklist: [[], () => ['peers.blacklist', {}]],
  blame: [['peer', 'reason'], ({ peer: id, reason }) => ['peers.blame', { id, reason }]],
  forgive: [['peer', 'reason'], ({ peer: id, reason }) => ['peers.forgive', { id, reason }]],
  export: [[], () => ['peers.export', {}]],
  import: [
    ['file', 'signer'],
    ({ file, signer }) => [
      'peers.import',
      { note: noteIn(file), signers: signer === undefined ? undefined : [signer] },
    ],
  ],
  unban: [['target', 'reason'], ({ target, reason }) => ['peers.unban', { target, reason }]],
};

type Asked = readonly [method: PeerControlMethod, params: Readonly<Record<string, unknown>>];

/** @throws {Failure} if it cannot be read. */
function noteIn(file: string | undefined): string {
  if (file === undefined) throw misused('no --file');
  let note: Buffer;
  try {
    note = readFileSync(file);
  } catch (error) {
    throw new Failure(describeError(error).message, exits.failed, 'DISK_FAILED');
  }
  if (note.length <= NOTE_BYTES_MAX) return note.toString();
  throw misused(`--file must have at most ${NOTE_BYTES_MAX} bytes, got ${note.length}`);
}

/** @throws {Failure} for what it does not know. */
export function peersCommand(args: readonly string[]): PeersCommand {
  const [name, ...rest] = args;
  if (name === undefined) throw misused('no command of peers');
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw misused(`there is no command peers ${name}`);
  try {
    return commandOf(name, command[0], command[1], rest);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw misused(describeError(error).message);
  }
}

function commandOf(
  name: string,
  takes: readonly Known[],
  asks: (values: Values) => Asked,
  args: readonly string[],
): PeersCommand {
  const parsed = { args: [...args], options: known, strict: true, allowPositionals: true } as const;
  const { values, positionals } = parseArgs(parsed);
  const { json, ...given } = values;
  for (const option of Object.keys(given)) {
    if (!takes.some((taken) => taken === option)) throw misused(`${name} takes no --${option}`);
  }
  const [directory, extra] = positionals;
  if (directory === undefined || directory === '') throw misused('no DATADIR');
  if (extra !== undefined) throw misused(`one DATADIR at a time, got ${extra} too`);
  const [method, params] = asks(given);
  readOptions(peerControlParams[method], name, params);
  return { directory, isJson: json === true, method, params };
}
