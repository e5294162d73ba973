import { parseArgs } from 'node:util';
import { describeError } from '../errors.ts';
import { controlParams } from '../options/control.ts';
import { readOptions } from '../options/read.ts';
import { type WitnessingOptions, witnessingOptions } from '../options/witnessing.ts';
import type {
  ExportInput,
  HoldInput,
  Kept,
  ReleaseInput,
  RotateKeyInput,
  ShredInput,
} from './audit-source.ts';
import {
  commonOf,
  type DirectoryArguments,
  directoryOptions,
  type Env,
} from './directory-arguments.ts';
import { Failure, misused } from './failure.ts';
import { wholeNumber } from './whole-number.ts';
import { postTo } from './witness-post.ts';

export type AuditCommand = DirectoryArguments &
  (
    | { readonly name: 'status' | 'holds' }
    | { readonly name: 'checkpoint' | 'begin-seals' }
    | { readonly name: 'rotate-key'; readonly input: RotateKeyInput }
    | { readonly name: 'verify'; readonly kept: Kept }
    | { readonly name: 'witness'; readonly options: WitnessingOptions }
    | { readonly name: 'prove'; readonly index: number }
    | { readonly name: 'export'; readonly input: ExportInput }
    | { readonly name: 'tail'; readonly count: number; readonly isFollowing: boolean }
    | { readonly name: 'shred'; readonly input: ShredInput }
    | { readonly name: 'hold'; readonly input: HoldInput }
    | { readonly name: 'release'; readonly input: ReleaseInput }
  );

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

const common = { ...directoryOptions, json: flag } as const;

const TAIL_COUNT = 10;
const TAIL_COUNT_MAX = 100_000;

/** @throws {Failure} for what it does not know. */
export function auditCommand(args: readonly string[], env: Env): AuditCommand {
  const [name, ...rest] = args;
  if (name === undefined) throw misused('no command of audit');
  const parse = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (parse === undefined) throw misused(`there is no command audit ${name}`);
  try {
    return parse(rest, env);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw misused(describeError(error).message);
  }
}

const commands: Readonly<Record<string, (args: readonly string[], env: Env) => AuditCommand>> = {
  verify: (args, env) => {
    const { values, positionals } = parse(args, { ...common, anchor: text, seals: text });
    const { anchor, seals } = values;
    return { name: 'verify', kept: { anchor, seals }, ...commonOf(values, positionals, env) };
  },
  checkpoint: (args, env) => {
    const { values, positionals } = parse(args, common);
    return { name: 'checkpoint', ...commonOf(values, positionals, env) };
  },
  prove: (args, env) => {
    const { values, positionals } = parse(args, { ...common, index: text });
    const index = wholeNumber('--index', values.index);
    if (index === undefined) throw misused('--index takes the index of a record');
    return { name: 'prove', index, ...commonOf(values, positionals, env) };
  },
  witness: (args, env) => {
    const { values, positionals } = parse(args, { ...common, url: text, witness: text });
    const { url = '', witness: verifierKey } = values;
    const address = URL.canParse(url) ? new URL(url) : undefined;
    if (address === undefined || !/^https?:$/.test(address.protocol)) {
      throw misused('--url takes the http or https address of a witness');
    }
    if (verifierKey === undefined) throw misused('--witness takes the verifier key of a witness');
    const options = readOptions(witnessingOptions, 'witness', {
      verifierKey,
      post: postTo(address),
    });
    return { name: 'witness', options, ...commonOf(values, positionals, env) };
  },
  status: (args, env) => {
    const { values, positionals } = parse(args, common);
    return { name: 'status', ...commonOf(values, positionals, env) };
  },
  export: exportOf,
  tail: tailOf,
  shred: shredOf,
  hold: holdOf,
  release: (args, env) => {
    const { values, positionals } = parse(args, { ...common, name: text, reason: text });
    const given = { name: nameOf(values.name), reason: values.reason };
    const input = readOptions(controlParams['audit.release'], 'release', given);
    return { name: 'release', input, ...commonOf(values, positionals, env) };
  },
  'begin-seals': (args, env) => {
    const { values, positionals } = parse(args, common);
    return { name: 'begin-seals', ...commonOf(values, positionals, env) };
  },
  'rotate-key': (args, env) => {
    const { values, positionals } = parse(args, { ...common, reason: text });
    const { reason } = values;
    const input = readOptions(controlParams['audit.rotateKey'], 'rotateKey', { reason });
    return { name: 'rotate-key', input, ...commonOf(values, positionals, env) };
  },
  holds: (args, env) => {
    const { values, positionals } = parse(args, common);
    return { name: 'holds', ...commonOf(values, positionals, env) };
  },
};

function exportOf(args: readonly string[], env: Env): AuditCommand {
  const { values, positionals } = parse(args, {
    ...common,
    type: text,
    subject: text,
    since: text,
    until: text,
    'from-index': text,
    'to-index': text,
    redact: { ...text, multiple: true },
  });
  const { type, subject, since, until, redact } = values;
  const given = {
    type,
    subject,
    since,
    until,
    fromIndex: wholeNumber('--from-index', values['from-index']),
    toIndex: wholeNumber('--to-index', values['to-index']),
    redact,
  };
  const input = readOptions(controlParams['audit.export'], 'export', given);
  return { name: 'export', input, ...commonOf(values, positionals, env) };
}

function tailOf(args: readonly string[], env: Env): AuditCommand {
  const { values, positionals } = parse(args, {
    ...common,
    follow: { ...flag, short: 'f' },
    lines: { ...text, short: 'n' },
  });
  const count = wholeNumber('-n', values.lines) ?? TAIL_COUNT;
  if (count > TAIL_COUNT_MAX) throw misused(`-n must be at most ${TAIL_COUNT_MAX}, got ${count}`);
  const isFollowing = values.follow === true;
  return { name: 'tail', count, isFollowing, ...commonOf(values, positionals, env) };
}

function shredOf(args: readonly string[], env: Env): AuditCommand {
  const { values, positionals } = parse(args, { ...common, before: text, reason: text, yes: flag });
  const { before, reason, yes } = values;
  if (before === undefined) throw misused('--before takes an index or an RFC 3339 time');
  if (reason === undefined) throw misused('--reason takes the words that go on the paper');
  if (yes !== true) throw misused('nothing brings back what is shredded: say --yes');
  const given = { before: /^\d+$/.test(before) ? Number(before) : before, reason };
  const input = readOptions(controlParams['audit.shred'], 'shred', given);
  return { name: 'shred', input, ...commonOf(values, positionals, env) };
}

function holdOf(args: readonly string[], env: Env): AuditCommand {
  const { values, positionals } = parse(args, {
    ...common,
    name: text,
    'from-index': text,
    'to-index': text,
    reason: text,
  });
  const given = {
    name: nameOf(values.name),
    fromIndex: wholeNumber('--from-index', values['from-index']),
    toIndex: wholeNumber('--to-index', values['to-index']),
    reason: values.reason,
  };
  const input = readOptions(controlParams['audit.hold'], 'hold', given);
  return { name: 'hold', input, ...commonOf(values, positionals, env) };
}

function nameOf(given: string | undefined): string {
  if (given === undefined) throw misused('--name takes the name of the hold');
  return given;
}

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

const parse = <Known extends Options>(args: readonly string[], options: Known) =>
  parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
