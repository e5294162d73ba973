import { type MasterKeySource, masterKeyOptions } from '../options/master-key.ts';
import { readOptions } from '../options/read.ts';
import { exits, Failure, misused } from './failure.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** What every command takes that may open a directory by itself. */
export interface DirectoryArguments {
  readonly directory: string;
  readonly key: MasterKeySource | undefined;
  readonly isJson: boolean;
}

const text = { type: 'string' } as const;

/** Where the key is taken from. */
export const directoryOptions = {
  'master-key': text,
  'master-key-env': text,
  'passphrase-env': text,
} as const;

/** @throws {Failure} for another number of directories than one, and for more than one key. */
export function commonOf(
  values: {
    readonly json?: boolean | undefined;
    readonly 'master-key'?: string | undefined;
    readonly 'master-key-env'?: string | undefined;
    readonly 'passphrase-env'?: string | undefined;
  },
  positionals: readonly string[],
  env: Env,
): DirectoryArguments {
  const [directory, extra] = positionals;
  if (directory === undefined || directory === '') throw misused('no DATADIR');
  if (extra !== undefined) throw misused(`one DATADIR at a time, got ${extra} too`);
  const { json, 'master-key': file, 'master-key-env': variable } = values;
  const sources: unknown[] = [];
  if (file !== undefined) sources.push({ file });
  if (variable !== undefined) sources.push({ env: variable });
  const passphrase = values['passphrase-env'];
  if (passphrase !== undefined) sources.push({ passphrase: passphraseIn(env, passphrase) });
  if (sources.length > 1) throw misused('one key at a time');
  const [source] = sources;
  const key = source === undefined ? undefined : readOptions(masterKeyOptions, 'masterKey', source);
  return { directory, key, isJson: json === true };
}

function passphraseIn(env: Env, name: string): string {
  const passphrase = env[name];
  if (passphrase !== undefined) return passphrase;
  // Somebody may have given the passphrase itself.
  const message = 'the variable that --passphrase-env names is not set';
  throw new Failure(message, exits.keyMissing, 'MASTER_KEY_INVALID');
}
