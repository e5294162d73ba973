import { resolve } from 'node:path';
import { identify } from '../../storage/data-dir.ts';
import { StorageError } from '../../storage/faults.ts';
import type { KnownStore } from '../../storage/identity-copies.ts';
import type { Files } from '../../storage/ports.ts';
import { formatNote } from '../../storage/proofs/note.ts';
import { isAlarm, type Verdict } from '../../storage/verification.ts';
import { lineOf } from '../audit.ts';
import { Cosigner } from '../cosigner.ts';
import { type AuditCommand, auditCommand } from './audit-arguments.ts';
import type { AuditSource, Kept, SignedCheckpoint } from './audit-source.ts';
import type { CommandTools } from './command-tools.ts';
import { isInUse, nameOfOwner, ownerOf } from './data-owner.ts';
import { openWithKey } from './directory-key.ts';
import { type Exit, exits, Failure } from './failure.ts';
import { LiveAudit } from './live-audit.ts';
import { OfflineAudit } from './offline-audit.ts';
import { holdsText, recordText, statusText, verificationText } from './report.ts';
import { printableLines, type Terminal, unlessHungUp } from './terminal.ts';

const KEPT_BYTES_MAX = 65_536;

/** @throws {Failure} @throws {Hangup} @throws {HoldfastError | StorageError} in plain words. */
export async function runAudit(tools: CommandTools, args: readonly string[]): Promise<Exit> {
  const command = auditCommand(args, tools.env);
  const source = await openSource(tools, command);
  try {
    return await run(tools, source, command);
  } finally {
    await source.close();
  }
}

/** A socket counts only while the lock is held: anybody may leave one that lies. */
async function openSource(tools: CommandTools, command: AuditCommand): Promise<AuditSource> {
  const { files } = tools.world;
  const { name, directory, key } = command;
  const given = resolve(directory);
  const path = await files.realPath(given);
  const found = await files.stat(path);
  if (found === undefined) throw new Failure(`there is no directory ${path}`);
  if (found.kind !== 'directory') throw new Failure(`${path} is no directory`);
  const isBusy = await isInUse(files, path);
  const live = isBusy ? await openLive(tools, given, path, key) : undefined;
  if (live !== undefined) return live;
  const identity = await identityOf(files, path);
  if (isBusy && ['export', 'tail'].includes(name)) {
    const owner = nameOfOwner(await ownerOf(files, path));
    tools.terminal.note(`in use by ${owner}: what it writes meanwhile may be missing`);
  }
  return new OfflineAudit(tools, path, identity, key);
}

async function openLive(
  { world, env }: CommandTools,
  given: string,
  path: string,
  key: AuditCommand['key'],
): Promise<AuditSource | undefined> {
  const { files } = world;
  if (key !== undefined) {
    const identity = await identityOf(files, path);
    if (identity instanceof StorageError) throw identity;
    (await openWithKey(world, env, path, identity, key)).rootKey.wipe();
  }
  return await LiveAudit.open(world, given, await ownerOf(files, path));
}

/** Of a log without a whole identity the error is kept: a verifier has to tell it. */
async function identityOf(files: Files, path: string): Promise<KnownStore | StorageError> {
  try {
    const identity = await identify(files, path);
    if (identity === undefined) throw new Failure(`${path} holds no store of Holdfast`);
    return identity;
  } catch (error) {
    const isLog = (await files.stat(`${path}/audit/segments`)) !== undefined;
    if (isLog && error instanceof StorageError && !isOtherVersion(error)) return error;
    throw error;
  }
}

const isOtherVersion = ({ code }: StorageError): boolean =>
  code === 'NEWER_VERSION' || code === 'OLDER_VERSION';

async function run(tools: CommandTools, source: AuditSource, command: AuditCommand): Promise<Exit> {
  const { world, terminal } = tools;
  const speaker = command.isJson ? undefined : source.speaker;
  switch (command.name) {
    case 'verify':
      return await verify(source, await keptIn(world.files, command.kept), command, terminal);
    case 'begin-seals':
    case 'checkpoint':
    case 'rotate-key':
    case 'witness':
    case 'prove':
      return await give(tools, source, command);
    case 'status': {
      if (speaker !== undefined) await terminal.print(`${speaker}:`);
      const status = await source.status();
      await print(terminal, command.isJson, status, statusText);
      return exits.ok;
    }
    case 'export':
      // Beside the lines, which are for programs whatever the flags.
      if (speaker !== undefined) terminal.note(`${speaker}:`);
      for await (const line of source.export(command.input)) await terminal.printJson(line);
      return exits.ok;
    case 'tail':
      if (speaker !== undefined) await terminal.print(`${speaker}:`);
      for await (const read of source.tail(command.count, command.isFollowing)) {
        if (command.isJson) await terminal.printJson(lineOf(read));
        else await terminal.print(recordText(read));
      }
      return exits.ok;
    case 'hold':
      await source.hold(command.input);
      await say(source, command, terminal, 'held', command.input.name);
      return exits.ok;
    case 'release':
      await source.release(command.input);
      await say(source, command, terminal, 'released', command.input.name);
      return exits.ok;
    case 'holds': {
      const holds = await source.holds();
      const text = [...(speaker ? [`${speaker}:`] : []), holdsText(holds)].join('\n');
      await print(terminal, command.isJson, { holds }, () => text);
      return exits.ok;
    }
    case 'shred': {
      const segments = await source.shred(command.input);
      const told = segments.length === 0 ? 'no segment ended before' : segments.join(', ');
      const text = saidBy(speaker, `shredded: ${told}`);
      await print(terminal, command.isJson, { segments }, () => text);
      return exits.ok;
    }
  }
}

type Giving = Extract<
  AuditCommand,
  { name: 'begin-seals' | 'checkpoint' | 'rotate-key' | 'witness' | 'prove' }
>;

/** What others are to keep, as it is for a file; what there is to say of it is said beside. */
async function give(
  { world, terminal }: CommandTools,
  source: AuditSource,
  command: Giving,
): Promise<Exit> {
  const onProgress = (done: number, of: number) => terminal.progress(done, of, 'segments');
  const out = async <Given>(given: Given, textOf: (given: Given) => string, note?: string) => {
    if (!command.isJson && note !== undefined) terminal.note(note);
    await print(terminal, command.isJson, given, (said) => printableLines(textOf(said)));
    return exits.ok;
  };
  const outSigned = (signed: SignedCheckpoint) =>
    out(signed, ({ checkpoint }) => checkpoint, `verifier key: ${signed.verifierKey}`);
  switch (command.name) {
    case 'begin-seals': {
      const note = 'keep this where whoever writes the log cannot reach it:';
      return await out({ seals: await source.beginSeals() }, ({ seals }) => seals, note);
    }
    case 'checkpoint':
      return await outSigned(await source.checkpoint(onProgress));
    case 'rotate-key':
      return await outSigned(await source.rotateKey(command.input, onProgress));
    case 'witness': {
      const log = await source.provable(onProgress);
      const note = await new Cosigner(log, world.clock, command.options).cosign();
      const checkpoint = Buffer.from(formatNote(note)).toString();
      return await out({ checkpoint }, () => checkpoint);
    }
    case 'prove': {
      const receipt = await source.prove(command.index, onProgress);
      return await out({ receipt }, () => receipt);
    }
  }
}

/** The files that the command names, read. */
async function keptIn(files: Files, { anchor, seals }: Kept): Promise<Kept> {
  return {
    anchor: anchor === undefined ? undefined : await smallTextIn(files, anchor),
    seals: seals === undefined ? undefined : await smallTextIn(files, seals),
  };
}

async function smallTextIn(files: Files, given: string): Promise<string> {
  const path = await files.realPath(resolve(given));
  const { kind, sizeBytes = 0 } = (await files.stat(path)) ?? {};
  if (kind === undefined) throw new Failure(`there is no file ${path}`);
  if (kind !== 'file' || sizeBytes > KEPT_BYTES_MAX) {
    throw new Failure(`${path} is no file of at most ${KEPT_BYTES_MAX} bytes`);
  }
  return Buffer.from((await files.read(path)) ?? []).toString();
}

async function verify(
  source: AuditSource,
  kept: Kept,
  { isJson }: Pick<AuditCommand, 'isJson'>,
  terminal: Terminal,
): Promise<Exit> {
  const { kind, speaker } = source;
  const onProgress = (done: number, of: number) => terminal.progress(done, of, 'segments');
  const verification = await source.verify(onProgress, kept);
  const told = { source: kind, ...verification };
  const text = saidBy(speaker, verificationText(verification));
  await unlessHungUp(print(terminal, isJson, told, () => text));
  return exitOf(verification.verdict);
}

/** What was done, and to what. */
async function say(
  { speaker }: AuditSource,
  { isJson }: Pick<AuditCommand, 'isJson'>,
  terminal: Terminal,
  done: string,
  what: string,
): Promise<void> {
  await print(terminal, isJson, { [done]: what }, () => saidBy(speaker, `${done}: ${what}`));
}

async function print<Said>(
  terminal: Terminal,
  isJson: boolean,
  said: Said,
  textOf: (said: Said) => string,
): Promise<void> {
  if (isJson) await terminal.printJson(JSON.stringify(said));
  else await terminal.print(textOf(said));
}

const saidBy = (speaker: string | undefined, text: string): string =>
  speaker === undefined ? text : `${speaker}: ${text}`;

function exitOf(verdict: Verdict): Exit {
  if (isAlarm(verdict)) return exits.tampered;
  return verdict === 'unverifiable' ? exits.keyMissing : exits.ok;
}
