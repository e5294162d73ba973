import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  type KeyTools,
  newMasterKey,
  PASSPHRASE_COST,
  readMasterKey,
} from '../../runtime/master-key.ts';
import type { KeyProvider, MasterKeySource } from '../../runtime/options/master-key.ts';
import { MemoryFiles } from '../../runtime/world/memory-files.ts';
import { text } from '../../storage/bytes.ts';
import type { KnownStore } from '../../storage/identity-copies.ts';
import { wrapRoot } from '../../storage/root-key.ts';
import type { Secret } from '../../storage/secret.ts';
import { drawn, rootKey, storeId, wrapOf } from '../storage/sealing.ts';
import { failure, refusal, settled } from './audit-stage.ts';
import { stage } from './kernel/stage.ts';

const digits = '0123456789abcdef'.repeat(4);
const bytes = new Uint8Array(Buffer.from(digits, 'hex'));
/** Cheaper than the real cost, of which one test has enough. */
const passphrase = { memoryKiB: 64, passes: 1, lanes: 1 };
const salt = new Uint8Array(16).fill(6);
const plain: KnownStore = { storeId, wraps: [wrapOf(7)] };
const stretchedWith = (...salts: Uint8Array[]): KnownStore => ({
  storeId,
  wraps: salts.map((each) => wrapOf(7, { sinceMs: 5, passphrase: { ...passphrase, salt: each } })),
});
const stretched = stretchedWith(salt);

/** A file whose permissions a test says. */
class ModalFiles extends MemoryFiles {
  mode = 0o600;

  override async stat(path: string) {
    const found = await super.stat(path);
    return found?.kind === 'file' ? { ...found, mode: this.mode } : found;
  }
}

const digitsOf = (secret: Secret) => secret.use((lent) => Buffer.from(lent).toString('hex'));

async function door() {
  const { runtime, world } = await stage();
  const files = new ModalFiles();
  const env: Record<string, string | undefined> = {};
  const breaker = runtime.breaker('keys', { window: { kind: 'consecutive', failuresMax: 2 } });
  const tools: KeyTools = {
    files,
    clock: world.clock,
    random: drawn(),
    env,
    breaker,
    providerMs: 1_000,
  };
  const read = async (source: MasterKeySource, store = plain) =>
    digitsOf(await readMasterKey(tools, source, store));
  const make = async (source: MasterKeySource) => {
    const { key, ...made } = await newMasterKey(tools, source, storeId);
    return { key: digitsOf(key), ...made };
  };
  const file = (create = false): MasterKeySource => ({ file: '/key', create });
  return { files, env, world, tools, read, make, file };
}

describe('a master key from a file', () => {
  it('is its 64 hex digits, of either case, with a line end or none', async () => {
    const { files, read, file } = await door();
    const read1: string[] = [];
    for (const content of [digits, `${digits}\n`, `${digits.toUpperCase()}\r\n`]) {
      await files.replace('/key', text(content));
      read1.push(await read(file()));
    }
    expect(read1).toEqual([digits, digits, digits]);
  });

  it('that was made is read twice before anything is under it', async () => {
    const { files, make, file } = await door();
    const contents = [digits, digits.replace('0', '1')];
    files.readAt = async () => text(contents.shift() ?? '');
    expect(await refusal(make(file(true)))).toBe(
      'MASTER_KEY_INVALID: the master key is another one each time that it is asked for',
    );
  });

  it('is made with its file for a new store, if asked for, and is the same after', async () => {
    const { files, read, make, file } = await door();
    const made = await make(file(true));
    const written = Buffer.from((await files.read('/key')) ?? []).toString();
    expect([written, (await files.stat('/key'))?.mode]).toEqual([`${made.key}\n`, 0o600]);
    expect([await make(file(true)), await read(file())]).toEqual([made, made.key]);
  });

  it.each([
    ['if nobody asked for it', 'make', false],
    ['for a store that has a key already', 'read', true],
  ] as const)('is not made %s', async (_, work, create) => {
    const { files, file, ...does } = await door();
    expect(await refusal(does[work](file(create)))).toBe(
      'MASTER_KEY_INVALID: there is no key file /key',
    );
    expect(await files.list('/')).toEqual([]);
  });

  it.each([0o640, 0o604, 0o620, 0o611, 0o777])('is refused if others may: %o', async (mode) => {
    const { files, read, file } = await door();
    await files.create('/key', text(digits));
    files.mode = mode;
    expect(await refusal(read(file()))).toBe(
      `MASTER_KEY_INVALID: the key file /key must have mode 0600, it has 0${mode.toString(8)}`,
    );
  });

  it.each(['', '\n', digits.slice(1), `${digits}0`, `${digits} ${digits}`, `0x${digits.slice(2)}`])(
    'is refused if it is malformed (%#)',
    async (content) => {
      const { files, read, file } = await door();
      await files.create('/key', text(content));
      expect(await refusal(read(file()))).toBe(
        'MASTER_KEY_INVALID: the key file /key must hold 64 hex digits',
      );
    },
  );

  it('is refused if the file is none', async () => {
    const { files, read, file } = await door();
    await files.makeDirectory('/key');
    expect(await refusal(read(file()))).toBe('MASTER_KEY_INVALID: the key file /key is no file');
  });

  it('may be named from where the process is', async () => {
    const { files, read } = await door();
    await files.makeDirectory(process.cwd());
    await files.create(`${process.cwd()}/key`, text(digits));
    expect(await read({ file: './key', create: false })).toBe(digits);
  });
});

describe('a master key from the environment', () => {
  it('is the 64 hex digits of a variable', async () => {
    const { env, read } = await door();
    env.ORDERS_KEY = digits;
    expect(await read({ env: 'ORDERS_KEY' })).toBe(digits);
  });

  it('is refused if the variable is not set, or malformed', async () => {
    const { env, read } = await door();
    const refused = [await refusal(read({ env: 'ORDERS_KEY' }))];
    for (const value of ['', 'secret', `${digits}\n`]) {
      env.ORDERS_KEY = value;
      refused.push(await refusal(read({ env: 'ORDERS_KEY' })));
    }
    const malformed = 'MASTER_KEY_INVALID: the variable ORDERS_KEY must hold 64 hex digits';
    expect(refused).toEqual([
      'MASTER_KEY_INVALID: the variable ORDERS_KEY is not set',
      ...[malformed, malformed, malformed],
    ]);
  });
});

describe('a master key from a passphrase', () => {
  const source = { passphrase: 'correct horse battery' };

  it('is always the same with one salt, and another with any other', async () => {
    const { read } = await door();
    const [first, again, elsewhere, mistyped] = [
      await read(source, stretched),
      await read(source, stretched),
      await read(source, stretchedWith(storeId)),
      await read({ passphrase: 'correct horse batterz' }, stretched),
    ];
    expect(again).toBe(first);
    expect(new Set([first, elsewhere, mistyped]).size).toBe(3);
  });

  it('opens no store that was made with a key, nor a key one that was made with it', async () => {
    const { env, read } = await door();
    env.ORDERS_KEY = digits;
    expect([
      await refusal(read(source, plain)),
      await refusal(read({ env: 'ORDERS_KEY' }, stretched)),
    ]).toEqual([
      'MASTER_KEY_WRONG: the directory is not under a passphrase',
      'MASTER_KEY_WRONG: the directory is under a passphrase',
    ]);
  });

  it('has a salt of its own, and opens whichever of two copies is under it', async () => {
    const { tools, read, make } = await door();
    const made = await newMasterKey(tools, source, storeId);
    const { key, passphrase: drawnFor } = made;
    expect(drawnFor).toEqual({ ...PASSPHRASE_COST, salt: drawn()(16) });
    const note = { sinceMs: 5, ...(drawnFor && { passphrase: drawnFor }) };
    const mine = wrapRoot({ key, storeId, random: drawn() }, rootKey, note);
    for (const wraps of [
      [wrapOf(7), mine],
      [...stretched.wraps, mine],
      [mine, wrapOf(7)],
    ]) {
      expect(await read(source, { storeId, wraps })).toBe(digitsOf(key));
    }
    expect((await make(source)).passphrase?.salt).not.toEqual(drawnFor?.salt);
  });
});

describe('a master key from a provider', () => {
  const asked = (provider: unknown): MasterKeySource => ({ provider: provider as KeyProvider });

  it('is the 32 bytes that it gives for this store', async () => {
    const { read } = await door();
    const requests: unknown[] = [];
    const provider: KeyProvider = async ({ storeId: id, signal }) => {
      requests.push([id, signal.aborted]);
      return bytes.slice();
    };
    expect(await read({ provider })).toBe(digits);
    expect(requests).toEqual([['0102030405060708090a0b0c0d0e0f10', false]]);
  });

  it('is the same each time that it is asked, or nothing is put under it', async () => {
    const { make } = await door();
    let calls = 0;
    const other: KeyProvider = async () => {
      calls += 1;
      return new Uint8Array(32).fill(calls);
    };
    const once: KeyProvider = async () => {
      calls += 1;
      if (calls === 4) throw new Error('service is down');
      return bytes.slice();
    };
    const refused = [await refusal(make({ provider: other })), await refusal(make(asked(once)))];
    expect(refused).toEqual([
      'MASTER_KEY_INVALID: the master key is another one each time that it is asked for',
      'KEY_PROVIDER_FAILED: service is down',
    ]);
    expect([await make({ provider: once }), calls]).toEqual([{ key: digits }, 6]);
  });

  it('may be given at once', async () => {
    const { read } = await door();
    expect(await read(asked(() => bytes))).toBe(digits);
  });

  it('is refused unless there are 32 bytes', async () => {
    const { read } = await door();
    const given = [new Uint8Array(31), new Uint8Array(33), digits, undefined, [1]];
    const refused = await Promise.all(given.map((each) => refusal(read(asked(async () => each)))));
    expect(new Set(refused)).toEqual(
      new Set(['MASTER_KEY_INVALID: the provider must give 32 bytes']),
    );
  });

  it('is waited for until the deadline, and then no more: the provider hears of that', async () => {
    const { read, world } = await door();
    let heard: AbortSignal | undefined;
    const hanging: KeyProvider = ({ signal }) => {
      heard = signal;
      return new Promise(() => {});
    };
    const reading = failure(read({ provider: hanging }));
    await world.clock.advanceAsync(999);
    expect(heard?.aborted).toBe(false);
    await world.clock.advanceAsync(1);
    const { message } = await reading;
    expect([await reading, message, heard?.aborted]).toEqual([
      expect.objectContaining({ code: 'KEY_PROVIDER_FAILED', retryable: true }),
      'not done within 1000 ms',
      true,
    ]);
  });

  it('is asked for no more once its breaker is open, and again when it may be tried', async () => {
    const { read, world } = await door();
    let calls = 0;
    let isUp = false;
    const provider: KeyProvider = async () => {
      calls += 1;
      if (!isUp) throw new Error('service is down');
      return bytes.slice();
    };
    const refused = [];
    for (let time = 0; time < 3; time++) refused.push(await refusal(read({ provider })));
    expect([refused.map((each) => each.split(':')[0]), calls]).toEqual([
      ['KEY_PROVIDER_FAILED', 'KEY_PROVIDER_FAILED', 'BREAKER_OPEN'],
      2,
    ]);
    isUp = true;
    await world.clock.advanceAsync(300_000);
    expect(await settled(world, read({ provider }))).toBe(digits);
  });
});

describe('no error about a master key', () => {
  it('holds any of it, however it is looked at', async () => {
    const { files, env, read, file } = await door();
    const secret = `${digits.slice(0, 62)}zz`;
    await files.create('/key', text(secret));
    env.ORDERS_KEY = secret;
    const words = 'correct horse battery';
    const errors = [
      await failure(read(file())),
      await failure(read({ env: 'ORDERS_KEY' })),
      await failure(read({ passphrase: words }, plain)),
      await failure(read({ provider: async () => text(secret) })),
      await failure(
        read({
          provider: async () => {
            throw new Error(`token=${secret}`);
          },
        }),
      ).then(({ message }) => new Error(message)),
    ];
    const shown = errors.map((error) => `${inspect(error)} ${JSON.stringify(error)}`);
    expect(shown.filter((each) => each.includes(secret) || each.includes(words))).toEqual([]);
  });
});
