import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Log } from '../../actors/world.ts';
import { describeError, HoldfastError } from '../errors.ts';
import { asHoldfastError } from '../storage-errors.ts';
import type { CommandTools } from './command-tools.ts';
import { type Exit, exits, Failure, misused } from './failure.ts';
import { isWatched, watchSimulation } from './simulation-watch.ts';
import { Hangup } from './terminal.ts';

const TITLE = 'holdfast: an embeddable actor runtime';

const GENERAL = `
  holdfast --version    what is installed
  holdfast --help       this text`;

/** By what they are about. */
const usages: Readonly<Record<string, string>> = {
  audit: `
  holdfast audit verify DATADIR [--anchor FILE] [--seals FILE]    checks the whole log, beside a
                        checkpoint and the start of its seals that were kept elsewhere
  holdfast audit begin-seals DATADIR                what to keep for verify --seals
  holdfast audit checkpoint DATADIR                 signs what the log is, for whoever keeps it
  holdfast audit rotate-key DATADIR [--reason TEXT]
                        the next audit key takes over; both sign a checkpoint
  holdfast audit witness DATADIR --url URL --witness KEY
                                                    has a witness cosign that, too
  holdfast audit prove  DATADIR --index N           a receipt of a record, for strangers
  holdfast audit status DATADIR                     how far it has come
  holdfast audit tail   DATADIR [-n N] [--follow]   the last records
  holdfast audit export DATADIR [--type T] [--subject S] [--since TIME] [--until TIME]
                        [--from-index N] [--to-index N] [--redact FIELD]...
  holdfast audit shred  DATADIR --before INDEX|TIME --reason TEXT --yes
  holdfast audit hold   DATADIR --name NAME [--from-index N] [--to-index N] [--reason TEXT]
  holdfast audit release DATADIR --name NAME [--reason TEXT]
  holdfast audit holds  DATADIR                     what may not be shredded`,
  keys: `
  holdfast keys list     DATADIR                    identity keys; audit and master key in use
  holdfast keys rotate   DATADIR --purpose identity|session|audit [--reason TEXT]
                        the next key takes over; an identity key overlaps with it
  holdfast keys rotate   DATADIR --purpose master --to FILE [--reason TEXT]
                        the key in FILE, which is made if it is missing, with mode 0600, is the
                        one that the next start takes
  holdfast keys revoke   DATADIR --purpose identity [--reason TEXT]
                        the next key takes over at once: the present one was stolen
  holdfast keys archive  DATADIR                    ends every overlap here
  holdfast keys export-public DATADIR               what others are to know this runtime by`,
  peers: `
  holdfast peers list    DATADIR                    who is connected to the process there
  holdfast peers explain DATADIR --peer ID          the records that made its trust
  holdfast peers explain DATADIR --address ADDRESS  the list and line that keep it out
  holdfast peers feeds   DATADIR                    how each list of others stands
  holdfast peers grant   DATADIR --peer ID --level LEVEL [--reason TEXT]
  holdfast peers ban     DATADIR --target ID|CIDR --reason TEXT [--hours N]
  holdfast peers unban   DATADIR --target ID|CIDR [--reason TEXT]`,
  status: `
  holdfast peers blacklist DATADIR                  who is known to be malicious, by whose word
  holdfast peers blame   DATADIR --peer ID --reason TEXT     refuses it for good
  holdfast peers forgive DATADIR --peer ID [--reason TEXT]
  holdfast peers export  DATADIR                    those blamed here, as a signed list
  holdfast peers import  DATADIR --file FILE --signer KEY    all of a list that KEY has signed

  holdfast status DATADIR [--watch]                 how the process there is: modes, checks,
                        breakers, queues, peers, tree; 1 if it is not ready for work`,
  inspect: `
  holdfast inspect [TRACE] [--port N]               the inspector's page with a trace, or for one
                        to be dropped on it, on loopback, until Ctrl-C
  holdfast inspect DATADIR                          where the process there serves its inspector
  holdfast inspect URL                              whether an inspector is there that knows you`,
  simulate: `
  holdfast simulate MODULE [--seed N] [--runs N] [--report DIR]   searches for a failure
  holdfast simulate MODULE --seed N --path P                      one of its runs again
  holdfast simulate MODULE --replay FILE                          one scenario, as JSON

  MODULE exports playbook and options, as findFailure of holdfast/sim/property takes them.
  A run may take 60 s of real time, or --run-seconds N.
  A violation ends with 1; DIR gets its report, scenario.json, diagram.mmd and trace.ndjson.
  The last line of --json is { seed, runs, violations, traceHash, coverage, … }.`,
  vm: `
  holdfast vm build --dir DIR [--kernel FILE]       an image for microVMs, of what Debian and
                        this Node installed; its kernel is the newest in /boot, or FILE
  holdfast vm doctor [--dir DIR]                    which levels of isolation work here, and the
                        one command that mends each that does not; DIR has the image`,
};

const KEYS = `
  The key is taken from --master-key FILE, --master-key-env NAME or --passphrase-env NAME.
  While a process has DATADIR open, it is asked through its control socket: that needs no
  key, one that is given is checked first, and what it says is its word. --json says all as
  lines of JSON. Ends with 0 ok, 1 failed, 2 usage, 3 tampered or rolled back, 4 no key.`;

/** Of one command, or of all. */
function usageOf(group: string | undefined): string {
  const own = group !== undefined && Object.hasOwn(usages, group) ? usages[group] : undefined;
  const parts = own === undefined ? [GENERAL, ...Object.values(usages)] : [own];
  return [TITLE, ...parts, KEYS].join('\n');
}

/** Where a command is typed. */
type Shell = Pick<CommandTools, 'terminal' | 'env'>;

/** `holdfast …args`: what fails is said in one line. */
export async function runHoldfast(shell: Shell, args: readonly string[]): Promise<Exit> {
  try {
    return await run(shell, args);
  } catch (error) {
    if (error instanceof Hangup) return exits.ok;
    const exit = error instanceof Failure ? error.exit : exits.failed;
    const { message, code } = tellable(error);
    const isJson = args.includes('--json') && exit !== exits.usage;
    shell.terminal.note(isJson ? JSON.stringify({ error: { code, message } }) : message);
    if (exit === exits.usage) shell.terminal.note(`\n${usageOf(args[0])}\n`);
    return exit;
  }
}

/** Our own errors hold no secrets; masking would only blot the paths in them. */
function tellable(thrown: unknown): {
  readonly message: string;
  readonly code?: string | undefined;
} {
  const error = asHoldfastError(thrown);
  return error instanceof Failure || error instanceof HoldfastError ? error : describeError(error);
}

async function run(shell: Shell, args: readonly string[]): Promise<Exit> {
  const [group, ...rest] = args;
  const command = group === undefined ? undefined : commands.get(group);
  if (command !== undefined && !asksForHelp(rest)) return await command(shell, rest);
  const isExplained = command !== undefined || group === 'help';
  const { values } = optionsOf(isExplained ? ['--help'] : args);
  if (values.version !== true && values.help !== true) throw misused('no command');
  const explained = group === 'help' ? rest[0] : group;
  await shell.terminal.print(values.version === true ? version() : usageOf(explained));
  return exits.ok;
}

/** By what they are about. */
const commands = new Map([
  ['audit', audit],
  ['keys', keys],
  ['peers', peers],
  ['status', status],
  ['inspect', inspect],
  ['simulate', simulate],
  ['vm', vm],
]);

const asksForHelp = (args: readonly string[]): boolean =>
  args[0] === 'help' || args.includes('--help') || args.includes('-h');

async function audit(shell: Shell, args: readonly string[]): Promise<Exit> {
  const { runAudit } = await import('./audit.ts');
  return await runAudit(await toolsOf(shell), args);
}

async function keys(shell: Shell, args: readonly string[]): Promise<Exit> {
  const { runKeys } = await import('./keys.ts');
  return await runKeys(await toolsOf(shell), args);
}

async function peers(shell: Shell, args: readonly string[]): Promise<Exit> {
  const { runPeers } = await import('./peers.ts');
  return await runPeers(await toolsOf(shell), args);
}

async function status(shell: Shell, args: readonly string[]): Promise<Exit> {
  const { runStatus } = await import('./status.ts');
  return await runStatus(await toolsOf(shell), args);
}

async function inspect(shell: Shell, args: readonly string[]): Promise<Exit> {
  const { runInspect } = await import('./inspect.ts');
  return await runInspect(await toolsOf(shell), args);
}

async function simulate(shell: Shell, args: readonly string[]): Promise<Exit> {
  if (!isWatched(shell.env)) return await watchSimulation(await toolsOf(shell), args);
  const { runSimulate } = await import('./simulate.ts');
  return await runSimulate(await toolsOf(shell), args);
}

async function vm({ terminal }: Shell, args: readonly string[]): Promise<Exit> {
  const { runVm } = await import('./vm.ts');
  return await runVm(terminal, args);
}

/** Loaded when it is needed: most of the package comes with it. */
async function toolsOf({ terminal, env }: Shell): Promise<CommandTools> {
  const { nodeWorld } = await import('../world/node.ts');
  const nothing = (): void => {};
  const note = (_fields: unknown, message: string): void => terminal.note(message);
  // What a runtime that is opened for one command has to say, in plain words.
  const log: Log = { debug: nothing, info: nothing, warn: note, error: note };
  return { world: nodeWorld({ log }), terminal, env };
}

function optionsOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { version: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    throw misused(describeError(error).message);
  }
}

function version(): string {
  const manifest = new URL(import.meta.resolve('holdfast/package.json'));
  return JSON.parse(readFileSync(manifest, 'utf8')).version;
}
