import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { recordOf } from '../../../runtime/audit-event.ts';
import { createRuntime } from '../../../runtime/runtime.ts';
import { simWorld } from '../../../runtime/sim/world.ts';
import { sockets } from '../../../runtime/world/sockets.ts';
import { text } from '../../../storage/bytes.ts';
import { parseCheckpoint } from '../../../storage/proofs/checkpoint.ts';
import { openCheckpoint } from '../../../storage/proofs/log-trust.ts';
import { parseNote } from '../../../storage/proofs/note.ts';
import { parseNoteKey } from '../../../storage/proofs/note-key.ts';
import { parseReceipt, verifyReceipt } from '../../../storage/proofs/receipt.ts';
import { temporaryDirectory } from '../../storage/disk.ts';
import { serve } from '../witness-server.ts';
import { audit } from './audit.fixture.ts';
import { dataDir, keyHex, lineAt, openDataDir, owner, time } from './data-dir.fixture.ts';
import { hungUp } from './hung-up.fixture.ts';

/** Elsewhere nobody tells whether a lock is held. */
const onLinux = it.runIf(process.platform === 'linux');

/** Flips one bit in the middle of a file. */
function flip(path: string): void {
  const bytes = readFileSync(path);
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

describe('holdfast audit verify', () => {
  it('ends with 0 if all is well, and says what was shredded', async () => {
    const [whole, shredded] = [await dataDir(), await dataDir({ isShredded: true })];
    expect(await audit(['verify', whole.path, '--master-key', whole.key])).toEqual({
      exit: 0,
      out: 'ok: 8 records in 2 segments, 8 checked, 8 unanchored\n',
      err: '',
    });
    expect(await audit(['verify', shredded.path, '--master-key', shredded.key])).toEqual({
      exit: 0,
      out:
        'ok, with shredded segments: 8 records in 2 segments, 3 checked, 8 unanchored\n' +
        '  segment 1  shredded  0-4  it is old\n',
      err: '',
    });
  });

  it('tells programs the whole verification, in one line', async () => {
    const { path } = await dataDir({ isShredded: true });
    const args = ['verify', path, '--master-key-env', 'KEY', '--json'];
    const { exit, out } = await audit(args, { KEY: keyHex });
    expect([exit, JSON.parse(out), out.split('\n').length]).toEqual([
      0,
      {
        source: 'offline',
        verdict: 'shredded',
        size: 8,
        checked: 3,
        unanchored: 8,
        segments: [
          { segment: 1, verdict: 'shredded', first: 0, size: 5, because: 'it is old' },
          { segment: 2, verdict: 'ok', first: 5, size: 8 },
        ],
        problems: [],
      },
      2,
    ]);
  });

  it('ends with 3 if a paper was changed, with the key and without', async () => {
    const { path, key } = await dataDir();
    flip(`${path}/audit/segments/00000001.note`);
    const [keyed, keyless] = [['--master-key', key], []];
    const first = (out: string) => out.split(':', 1)[0];
    for (const given of [keyed, keyless]) {
      const { exit, out } = await audit(['verify', path, ...given]);
      expect([exit, first(out)]).toEqual([3, 'TAMPERED']);
    }
  });

  it('ends with 3 for it though nobody reads on', async () => {
    const { path } = await dataDir();
    flip(`${path}/audit/segments/00000001.note`);
    expect(await audit(['verify', path], {}, hungUp())).toEqual({ exit: 3, out: '', err: '' });
  });

  it('ends with 3 if the end is gone', async () => {
    const { path, key } = await dataDir();
    for (const name of ['00000002', '00000002.rest']) {
      rmSync(`${path}/audit/segments/${name}`, { recursive: true });
    }
    const { exit, out } = await audit(['verify', path, '--master-key', key, '--json']);
    expect([exit, JSON.parse(out).verdict]).toEqual([3, 'rolledBack']);
  });

  it('ends with 3 if the identity is gone or changed, whatever the key', async () => {
    const { path, key } = await dataDir();
    const verify = async () => {
      const { exit, out } = await audit(['verify', path, '--master-key', key, '--json']);
      const { verdict, problems } = JSON.parse(out);
      return [exit, verdict, problems[0].because];
    };
    flip(`${path}/identity`);
    expect(await verify()).toEqual([3, 'tampered', 'identity is damaged']);
    flip(`${path}/identity.bak`);
    const damaged = 'the identity file is damaged: its hash is another';
    expect(await verify()).toEqual([3, 'tampered', damaged]);
    for (const name of ['identity', 'identity.bak']) {
      writeFileSync(`${path}/${name}`, Buffer.from('HFSTORE\x01'));
    }
    expect(await audit(['verify', path, '--master-key', key])).toEqual({
      ...{ exit: 1, out: '' },
      err: 'the directory has version 1, and only 2 can be read',
    });
    for (const name of ['identity', 'identity.bak']) rmSync(`${path}/${name}`);
    const gone = `${path} holds audit, and no identity of a store`;
    expect(await verify()).toEqual([3, 'tampered', gone]);
  });

  it('ends with 4 without a key, if nothing contradicts itself', async () => {
    const { path } = await dataDir();
    expect(await audit(['verify', path])).toEqual({
      exit: 4,
      out:
        'unverifiable: 8 records in 2 segments, 0 checked, 8 unanchored\n' +
        '  beside them  unverifiable    there is no key\n',
      err: '',
    });
  });

  it('leaves a log alone that a process writes, and names that process', async () => {
    const { path, key, log, release } = await openDataDir();
    const { exit, err } = await audit(['verify', path, '--master-key', key]);
    const said = await audit(['tail', path, '--master-key', key]);
    await log.close();
    await release();
    const process = `process 4194305 on ${owner.host}, runtime orders, since ${time}`;
    expect([exit, err]).toEqual([
      1,
      `${path} is in use by ${process}, and no control socket answers`,
    ]);
    expect(said).toEqual({
      exit: 0,
      out: '',
      err: `in use by ${process}: what it writes meanwhile may be missing\n`,
    });
  });
});

describe('a control socket', () => {
  const forged = { verdict: 'ok', size: 8, checked: 8, unanchored: 8, segments: [], problems: [] };

  /** Says that all is well, whatever it is asked. */
  async function answering(path: string): Promise<readonly string[]> {
    const asked: string[] = [];
    const listening = await sockets.listen(`${path}/control.sock`, async (connection) => {
      for await (const chunk of connection.incoming) {
        asked.push(JSON.parse(Buffer.from(chunk).toString()).method);
        connection.write(`${JSON.stringify({ id: 1, result: forged })}\n`);
      }
    });
    onTestFinished(() => listening.close());
    return asked;
  }

  it('is not asked about a directory that nobody has open', async () => {
    const { path, key } = await dataDir();
    flip(`${path}/audit/segments/00000001.note`);
    const asked = await answering(path);
    const keyed = await audit(['verify', path, '--master-key', key, '--json']);
    const keyless = await audit(['verify', path, '--json']);
    const verdicts = [keyed, keyless].map(({ exit, out }) => [exit, JSON.parse(out).source]);
    expect(verdicts).toEqual([
      [3, 'offline'],
      [3, 'offline'],
    ]);
    expect(asked).toEqual([]);
  });

  onLinux('is asked only once the key that was given is the one of the directory', async () => {
    const { path, key, log, release } = await openDataDir();
    const asked = await answering(path);
    const env = { OTHER: '08'.repeat(32) };
    const verify = async (...given: readonly string[]) => {
      const { exit, out, err } = await audit(['verify', path, ...given], env);
      return [exit, out, err];
    };
    const refused = [
      await verify('--master-key-env', 'OTHER'),
      await verify('--master-key', `${key}-none`),
    ];
    const askedWrongly = [...asked];
    const answered = [await verify('--master-key', key), await verify()];
    await log.close();
    await release();
    expect([refused, askedWrongly]).toEqual([
      [
        [1, '', `the master key is not the one of ${path}`],
        [4, '', `there is no key file ${key}-none`],
      ],
      [],
    ]);
    const verdict = 'ok: 8 records in 0 segments, 8 checked, 8 unanchored';
    const said = `as process 4194305 on ${owner.host} says: ${verdict}\n`;
    expect(answered).toEqual([
      [0, said, ''],
      [0, said, ''],
    ]);
  });

  onLinux('that is a link is refused', async () => {
    const { path, log, release } = await openDataDir();
    const home = temporaryDirectory();
    const asked = await answering(home);
    symlinkSync(`${home}/control.sock`, `${path}/control.sock`);
    const { exit, out, err } = await audit(['verify', path]);
    await log.close();
    await release();
    const because = `${path}/control.sock is not asked: it is no socket`;
    expect([exit, out, err, asked]).toEqual([1, '', because, []]);
  });
});

describe('holdfast audit', () => {
  it('exports lines, tails records, tells the status', async () => {
    const { path, key } = await dataDir();
    const given = [path, '--master-key', key];
    expect(await audit(['export', ...given, '--from-index', '6'])).toEqual({
      exit: 0,
      out: `${lineAt(6)}\n${lineAt(7)}\n`,
      err: '',
    });
    expect((await audit(['tail', ...given, '--json', '-n', '1'])).out).toBe(`${lineAt(7)}\n`);
    expect((await audit(['tail', ...given, '-n', '1'])).out).toBe(
      `7  ${time}  order.shipped  order/7  {"n":7,"card":{"number":"4111"}}\n`,
    );
    const { out } = await audit(['status', ...given, '--json']);
    expect(JSON.parse(out)).toMatchObject({ source: 'offline', head: { size: 8, isClosed: true } });
  });

  it('finds a directory of the log that is a link, and follows none but to the log', async () => {
    const { path, key } = await dataDir();
    const link = `${path}.link`;
    symlinkSync(path, link);
    expect((await audit(['verify', link, '--master-key', key])).exit).toBe(0);
    renameSync(`${path}/audit/segments`, `${path}.elsewhere`);
    symlinkSync(`${path}.elsewhere`, `${path}/audit/segments`);
    const { exit, out } = await audit(['verify', link, '--master-key', key]);
    expect([exit, out.includes(`${path}/audit/segments is a symbolic link`)]).toEqual([3, true]);
  });

  it('has no record steer the terminal, and no programs misled', async () => {
    const { path, key, log, release } = await openDataDir();
    const data = '\u009b2J';
    const filled = { id: 'x-0', source: 'holdfast/orders', time };
    await log.append([recordOf({ type: 'order.placed', data }, filled)]);
    await log.close();
    await release();
    const given = [path, '--master-key', key];
    const exported = (await audit(['export', ...given])).out;
    expect([exported.includes('\\u009b2J'), JSON.parse(exported).data]).toEqual([true, data]);
    expect((await audit(['tail', '--json', ...given])).out).toBe(exported);
    expect((await audit(['tail', ...given])).out).toBe(`0  ${time}  order.placed  -  "\ufffd2J"\n`);
  });

  it('leaves out the fields that it is told to', async () => {
    const { path, key } = await dataDir();
    const redact = ['--redact', 'data.card.number', '--redact', 'subject'];
    const { out } = await audit(['export', path, '--master-key', key, ...redact]);
    expect([
      out.includes('4111'),
      out.includes('order/'),
      out.match(/\[redacted\]/g)?.length,
    ]).toEqual([false, false, 16]);
  });

  it('shreds, and says what', async () => {
    const { path, key } = await dataDir();
    const shred = (...more: readonly string[]) =>
      audit(['shred', path, '--master-key', key, '--reason', 'old', '--yes', ...more]);
    expect([await shred('--before', '4'), await shred('--before', '5', '--json')]).toEqual([
      { exit: 0, out: 'shredded: no segment ended before\n', err: '' },
      { exit: 0, out: '{"segments":[1]}\n', err: '' },
    ]);
  });

  it('holds what may not be shredded, says what, and releases it', async () => {
    const { path, key } = await dataDir();
    const run = async (command: string, ...more: readonly string[]) => {
      const { exit, out, err } = await audit([command, path, '--master-key', key, ...more]);
      return [exit, out, err];
    };
    expect(await run('holds')).toEqual([0, 'nothing is held\n', '']);
    const range = ['--from-index', '3', '--to-index', '5'];
    const name = ['--name', 'case 7'];
    expect([
      await run('hold', ...name, ...range, '--reason', 'a court asks'),
      await run('hold', '--name', 'case 8', '--from-index', '5', '--json'),
      await run('holds'),
    ]).toEqual([
      [0, 'held: case 7\n', ''],
      [0, '{"held":"case 8"}\n', ''],
      [0, 'case 7  3-4\ncase 8  5 and all to come\n', ''],
    ]);
    expect(await run('shred', '--before', '5', '--reason', 'old', '--yes')).toEqual([
      ...[1, '', 'segment 1 is held by "case 7"'],
    ]);
    expect([await run('release', ...name), await run('holds', '--json')]).toEqual([
      [0, 'released: case 7\n', ''],
      [0, `{"holds":[{"name":"case 8","from":5,"to":${Number.MAX_SAFE_INTEGER}}]}\n`, ''],
    ]);
  });

  it('refuses to shred in a directory that is in use, and names who uses it', async () => {
    const { path, key, log, release } = await openDataDir();
    const args = ['shred', path, '--master-key', key, '--before', '4', '--reason', 'old', '--yes'];
    const { exit, err } = await audit(args);
    await log.close();
    await release();
    expect([exit, err]).toEqual([
      1,
      `${path} is in use by process 4194305 on ${owner.host}, runtime orders, since ${time}`,
    ]);
  });

  it('says in plain words what is wrong with a directory', async () => {
    const home = temporaryDirectory();
    const refused = async (path: string) => {
      const { exit, out, err } = await audit(['verify', path]);
      return [exit, out, err.replaceAll(home, '')];
    };
    mkdirSync(`${home}/empty`);
    mkdirSync(`${home}/photos`);
    writeFileSync(`${home}/photos/cat.jpg`, 'cat');
    expect([
      await refused(`${home}/none`),
      await refused(`${home}/photos/cat.jpg`),
      await refused(`${home}/empty`),
      await refused(`${home}/photos`),
    ]).toEqual([
      [1, '', 'there is no directory /none'],
      [1, '', '/photos/cat.jpg is no directory'],
      [1, '', '/empty holds no store of Holdfast'],
      [1, '', '/photos holds cat.jpg, and no identity of a store'],
    ]);
  });

  it('says in plain words what is wrong with a key', async () => {
    const { path, key } = await dataDir();
    const refused = async (...given: readonly string[]) => {
      const { exit, out, err } = await audit(['verify', path, ...given], {
        OTHER: '08'.repeat(32),
      });
      return [exit, out, err];
    };
    expect([
      await refused('--master-key-env', 'OTHER'),
      await refused('--master-key', `${key}-none`),
      await refused('--master-key-env', 'NONE'),
      await refused('--passphrase-env', 'NONE'),
    ]).toEqual([
      [1, '', `the master key is not the one of ${path}`],
      [4, '', `there is no key file ${key}-none`],
      [4, '', 'the variable NONE is not set'],
      [4, '', 'the variable that --passphrase-env names is not set'],
    ]);
    chmodSync(key, 0o644);
    expect(await refused('--master-key', key)).toEqual([
      1,
      '',
      `the key file ${key} must have mode 0600, it has 0644`,
    ]);
  });

  it('reads a directory wherever it was moved', async () => {
    const { path, key } = await dataDir();
    renameSync(path, `${path}-moved`);
    expect((await audit(['verify', `${path}-moved`, '--master-key', key])).exit).toBe(0);
  });
});

describe('holdfast audit checkpoint and prove', () => {
  const signed = async (path: string, key: string) => {
    const { out } = await audit(['checkpoint', path, '--master-key', key, '--json']);
    return JSON.parse(out) as { checkpoint: string; verifierKey: string };
  };

  it('give strangers what they need, and print it as it is for a file', async () => {
    const { path, key } = await dataDir({ isShredded: true });
    const { checkpoint, verifierKey } = await signed(path, key);
    const log = parseNoteKey(verifierKey);
    const trust = { origin: log.name, log: [log], witnesses: [] };
    expect(openCheckpoint(parseNote(text(checkpoint)), trust).checkpoint.size).toBe(8);
    expect(await audit(['checkpoint', path, '--master-key', key])).toEqual({
      exit: 0,
      out: checkpoint,
      err: `verifier key: ${verifierKey}\n`,
    });
    const proved = await audit(['prove', path, '--index', '6', '--master-key', key]);
    const { extra = new Uint8Array(), ...receipt } = parseReceipt(text(proved.out));
    const [salt, record] = [extra.subarray(0, 16), extra.subarray(16)];
    verifyReceipt(receipt, { salt, record }, trust);
    expect(JSON.parse(Buffer.from(record).toString()).subject).toBe('order/6');
    const shredded = await audit(['prove', path, '--index', '2', '--master-key', key, '--json']);
    expect(parseReceipt(text(JSON.parse(shredded.out).receipt)).extra).toBeUndefined();
  });

  it('sign nothing of a log that was changed, or without the key', async () => {
    const { path, key } = await dataDir();
    const said = async (...args: string[]) => {
      const { exit, out, err } = await audit([...args, path]);
      return [exit, out, err];
    };
    const none = 'it takes the key: give --master-key, --master-key-env or --passphrase-env';
    expect(await said('checkpoint')).toEqual([4, '', none]);
    expect(await said('prove', '--index', '9', '--master-key', key)).toEqual([
      ...[1, '', 'index must be a whole number from 0, below size 8, got 9'],
    ]);
    flip(`${path}/audit/segments/00000001.note`);
    for (const args of [['checkpoint'], ['prove', '--index', '1']]) {
      expect(await said(...args, '--master-key', key)).toEqual([
        ...[3, '', 'the log is tampered: see holdfast audit verify'],
      ]);
    }
  });

  it('are an anchor, which verify reads from a file', async () => {
    const { path, key } = await dataDir();
    const file = `${temporaryDirectory()}/anchor`;
    const verify = async (...args: string[]) => {
      const { exit, out, err } = await audit(['verify', path, '--anchor', file, ...args]);
      return [exit, out, err];
    };
    expect(await verify('--master-key', key)).toEqual([1, '', `there is no file ${file}`]);
    const { checkpoint } = await signed(path, key);
    writeFileSync(file, checkpoint);
    expect(await verify('--master-key', key)).toEqual([
      ...[0, 'ok: 8 records in 2 segments, 8 checked, 0 unanchored\n', ''],
    ]);
    expect(await verify()).toEqual([
      ...[4, '', 'it takes the key: give --master-key, --master-key-env or --passphrase-env'],
    ]);
    writeFileSync(file, checkpoint.replace('holdfast/', 'another/'));
    expect(await verify('--master-key', key)).toEqual([
      ...[1, '', 'the checkpoint is not to be trusted: it is of another log'],
    ]);
    writeFileSync(file, 'x'.repeat(70_000));
    expect(await verify('--master-key', key)).toEqual([
      ...[1, '', `${file} is no file of at most 65536 bytes`],
    ]);
  });
});

describe('holdfast audit rotate-key', () => {
  type Signed = Record<'checkpoint' | 'verifierKey', string>;
  const asked = async (command: string, path: string, ...more: string[]): Promise<Signed> =>
    JSON.parse((await audit([command, path, '--json', ...more])).out);
  /** How many records that checkpoint has, by the word of the one who has that key. */
  const sizeIn = (checkpoint: string, verifierKey: string) => {
    const log = parseNoteKey(verifierKey);
    const trust = { origin: log.name, log: [log], witnesses: [] };
    return openCheckpoint(parseNote(text(checkpoint)), trust).checkpoint.size;
  };

  it('prints what both keys signed, and whoever keeps that needs nothing else', async () => {
    const { path, key } = await dataDir();
    const { verifierKey: old } = await asked('checkpoint', path, '--master-key', key);
    const args = ['rotate-key', path, '--master-key', key, '--reason', 'it may be known'];
    const { exit, out, err } = await audit(args);
    const anchor = `${temporaryDirectory()}/anchor`;
    writeFileSync(anchor, out);
    const { checkpoint, verifierKey } = await asked('checkpoint', path, '--master-key', key);
    expect([exit, err, old === verifierKey]).toEqual([0, `verifier key: ${verifierKey}\n`, false]);
    expect(sizeIn(out, old)).toBe(sizeIn(out, verifierKey));
    expect(() => sizeIn(checkpoint, old)).toThrow('no known key has signed it');
    const verify = ['verify', path, '--anchor', anchor, '--master-key', key];
    expect(await audit(verify)).toMatchObject({ exit: 0, out: expect.stringMatching(/^ok: /) });
    const { out: records } = await audit(['export', path, '--master-key', key]);
    expect(records.match(/"audit.key.rotated".*/)?.[0]).toContain('"because":"it may be known"');
  });

  it('rotates nothing in a log that was changed, without the key, or in use', async () => {
    const { path, key } = await dataDir();
    const archive = `${path}/audit/archive`;
    const none = 'it takes the key: give --master-key, --master-key-env or --passphrase-env';
    const said = async (where: string, ...args: string[]) => {
      const { exit, out, err } = await audit(['rotate-key', where, ...args]);
      return [exit, out, err];
    };
    expect(await said(path)).toEqual([4, '', none]);
    flip(`${path}/audit/segments/00000001.note`);
    expect(await said(path, '--master-key', key)).toEqual([
      ...[3, '', 'the log is tampered: see holdfast audit verify'],
    ]);
    expect(existsSync(archive)).toBe(false);
    const busy = await openDataDir();
    const refused = await said(busy.path, '--master-key', busy.key);
    await busy.log.close();
    await busy.release();
    expect(refused).toEqual([1, '', expect.stringMatching(/ is in use by process 4194305 on /)]);
    expect(existsSync(`${busy.path}/audit/archive`)).toBe(false);
  });

  onLinux('has a live process rotate its key, which goes on with the next one', async () => {
    const { path, key } = await dataDir();
    const runtime = await createRuntime({ dataDir: path, masterKey: { file: key } });
    onTestFinished(async () => void (await runtime.shutdown()));
    const { verifierKey: old } = runtime.audit;
    const { checkpoint, verifierKey } = await asked('rotate-key', path);
    expect([runtime.audit.verifierKey, verifierKey === old]).toEqual([verifierKey, false]);
    expect(sizeIn(checkpoint, old)).toBe(sizeIn(checkpoint, verifierKey));
    expect(sizeIn(await runtime.audit.checkpoint(), verifierKey)).toBeGreaterThan(8);
  });
});

describe('holdfast audit witness', () => {
  const notaryOf = async (...logs: readonly string[]) => {
    const { witness } = await createRuntime({ world: simWorld({ seed: 1 }) });
    for (const verifierKey of logs) witness.trust({ verifierKey });
    return { args: ['--url', await serve(witness), '--witness', witness.verifierKey], witness };
  };
  const namesIn = (note: string) => parseNote(text(note)).signatures.map(({ name }) => name);

  it('has a witness cosign the log of a directory, and prints that', async () => {
    const { path, key } = await dataDir();
    const signed = await audit(['checkpoint', path, '--master-key', key, '--json']);
    const { checkpoint, verifierKey } = JSON.parse(signed.out);
    const { args, witness } = await notaryOf(verifierKey);
    const { exit, out, err } = await audit(['witness', path, '--master-key', key, ...args]);
    const cosigner = parseNoteKey(witness.verifierKey).name;
    expect([exit, namesIn(out), err]).toEqual([0, [...namesIn(checkpoint), cosigner], '']);
    expect(out.startsWith(checkpoint)).toBe(true);
  });

  it('says why a witness does not', async () => {
    const { path, key } = await dataDir();
    const { args } = await notaryOf();
    const { exit, err } = await audit(['witness', path, '--master-key', key, ...args]);
    expect([exit, err]).toEqual([
      1,
      expect.stringMatching(/^the witness answered 404: no log holdfast\/[0-9a-f]+ is witnessed/),
    ]);
  });

  onLinux('has the log of a live process cosigned, which goes on meanwhile', async () => {
    const { path, key } = await dataDir();
    const runtime = await createRuntime({ dataDir: path, masterKey: { file: key } });
    onTestFinished(async () => void (await runtime.shutdown()));
    const { args, witness } = await notaryOf(runtime.audit.verifierKey);
    const sizes: number[] = [];
    for (let n = 0; n < 2; n++) {
      await runtime.audit.append({ type: 'order.placed' });
      const { exit, out } = await audit(['witness', path, ...args, '--json']);
      const { checkpoint } = JSON.parse(out);
      const cosigner = parseNoteKey(witness.verifierKey).name;
      expect([exit, namesIn(checkpoint).at(-1)]).toEqual([0, cosigner]);
      sizes.push(parseCheckpoint(parseNote(text(checkpoint)).text).size);
    }
    expect(Number(sizes[1])).toBeGreaterThan(Number(sizes[0]));
  });
});

it('holdfast audit begin-seals gives what verify --seals reads from a file', async () => {
  const { path, key } = await dataDir();
  const file = `${temporaryDirectory()}/seals`;
  const begun = await audit(['begin-seals', path, '--master-key', key]);
  expect([begun.exit, begun.out, begun.err]).toEqual([
    ...[0, expect.stringMatching(/^holdfast-seals\+[0-9a-f]{32}\+\d\+.{44}\n$/)],
    'keep this where whoever writes the log cannot reach it:\n',
  ]);
  writeFileSync(file, begun.out);
  const verified = await audit(['verify', path, '--seals', file, '--master-key', key]);
  expect([verified.exit, verified.out]).toEqual([0, expect.stringMatching(/^ok: /)]);
  writeFileSync(file, begun.out.replace(/\+\d\+/, '+1+'));
  const other = await audit(['verify', path, '--seals', file, '--master-key', key]);
  expect([other.exit, other.err]).toEqual([
    ...[1, expect.stringMatching(/^the seals were begun at segment \d, not 1$/)],
  ]);
});
