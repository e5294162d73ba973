import { describe, expect, it } from 'vitest';
import { auditCommand } from '../../../runtime/cli/audit-arguments.ts';
import { Failure } from '../../../runtime/cli/failure.ts';

const env = { WORDS: 'a long passphrase', SHORT: 'short' };

const read = (line: string) => auditCommand(line.split(' ').filter(Boolean), env);

function refusal(line: string): unknown {
  try {
    return read(line);
  } catch (error) {
    return error instanceof Failure ? [error.exit, error.message] : error;
  }
}

const plain = { directory: 'DIR', key: undefined, isJson: false };

describe('the arguments of audit', () => {
  it('name a command and a directory', () => {
    expect([read('verify DIR'), read('status --json DIR')]).toEqual([
      { name: 'verify', kept: {}, ...plain },
      { name: 'status', ...plain, isJson: true },
    ]);
  });

  it('say where the key is', () => {
    const keys = ['--master-key FILE', '--master-key-env NAME', '--passphrase-env WORDS'];
    expect(keys.map((key) => read(`verify DIR ${key}`).key)).toEqual([
      { file: 'FILE', create: false },
      { env: 'NAME' },
      { passphrase: 'a long passphrase' },
    ]);
  });

  it('say what to export', () => {
    const range = '--type a --subject b --since 2026-01-01T00:00:00Z --until 2026-01-02T00:00:00Z';
    const rest = '--from-index 0 --to-index 9 --redact data.a --redact subject';
    expect([read('export DIR'), read(`export DIR ${range} ${rest}`)]).toEqual([
      { name: 'export', input: { redact: [] }, ...plain },
      {
        name: 'export',
        input: {
          type: 'a',
          subject: 'b',
          since: '2026-01-01T00:00:00Z',
          until: '2026-01-02T00:00:00Z',
          fromIndex: 0,
          toIndex: 9,
          redact: ['data.a', 'subject'],
        },
        ...plain,
      },
    ]);
  });

  it('say what to show to strangers, and what they kept', () => {
    expect([
      read('verify DIR --anchor FILE --seals OTHER'),
      read('begin-seals DIR'),
      read('checkpoint DIR'),
      read('rotate-key DIR'),
      read('rotate-key DIR --reason yearly'),
      read('prove DIR --index 7'),
    ]).toEqual([
      { name: 'verify', kept: { anchor: 'FILE', seals: 'OTHER' }, ...plain },
      { name: 'begin-seals', ...plain },
      { name: 'checkpoint', ...plain },
      { name: 'rotate-key', input: { reason: 'asked for' }, ...plain },
      { name: 'rotate-key', input: { reason: 'yearly' }, ...plain },
      { name: 'prove', index: 7, ...plain },
    ]);
  });

  it('say how much to show, and whether to go on', () => {
    expect([read('tail DIR'), read('tail DIR -f -n 0'), read('tail --follow DIR -n 5')]).toEqual([
      { name: 'tail', count: 10, isFollowing: false, ...plain },
      { name: 'tail', count: 0, isFollowing: true, ...plain },
      { name: 'tail', count: 5, isFollowing: true, ...plain },
    ]);
  });

  it('say what to shred, and why', () => {
    const shred = (before: string) => read(`shred DIR --before ${before} --reason old --yes`);
    expect([shred('7'), shred('2026-01-01T00:00:00Z')]).toEqual([
      { name: 'shred', input: { before: 7, reason: 'old' }, ...plain },
      { name: 'shred', input: { before: '2026-01-01T00:00:00Z', reason: 'old' }, ...plain },
    ]);
  });

  it('say what to hold, for how long, and why', () => {
    expect([
      read('hold DIR --name case-7'),
      read('hold DIR --name case-7 --from-index 3 --to-index 9 --reason court'),
      read('release DIR --name case-7 --reason closed'),
      read('holds DIR'),
    ]).toEqual([
      { name: 'hold', input: { name: 'case-7', fromIndex: 0, reason: 'asked for' }, ...plain },
      {
        name: 'hold',
        input: { name: 'case-7', fromIndex: 3, toIndex: 9, reason: 'court' },
        ...plain,
      },
      { name: 'release', input: { name: 'case-7', reason: 'closed' }, ...plain },
      { name: 'holds', ...plain },
    ]);
  });

  it.each([
    ['', 'no command of audit'],
    ['frob DIR', 'there is no command audit frob'],
    ['toString DIR', 'there is no command audit toString'],
    ['verify', 'no DATADIR'],
    ['witness DIR --witness KEY', '--url takes the http or https address of a witness'],
    ['witness DIR --url file:///a', '--url takes the http or https address of a witness'],
    ['witness DIR --url http://a', '--witness takes the verifier key of a witness'],
    [
      'witness DIR --url http://a --witness KEY',
      expect.stringContaining('witness.verifierKey must be a verifier key'),
    ],
    ['prove DIR', '--index takes the index of a record'],
    ['prove DIR --index x', expect.stringContaining('--index must be a whole number')],
    ['verify A B', 'one DATADIR at a time, got B too'],
    ['verify DIR --master-key A --master-key-env B', 'one key at a time'],
    ['verify DIR --passphrase-env SHORT', expect.stringContaining('12 to 1024 characters')],
    [
      `rotate-key DIR --reason ${'x'.repeat(201)}`,
      expect.stringContaining('rotateKey.reason must be a string of 1 to 200 characters'),
    ],
    ['export DIR --from-index -1', expect.stringContaining("'--from-index' argument is ambiguous")],
    ['export DIR --from-index 1e3', '--from-index must be a whole number, got 1e3'],
    ['export DIR --since soon', 'export.since must be an RFC 3339 time, got "soon"'],
    [
      'export DIR --redact id',
      'export.redact.0 must name a field that an event can do without, got "id"',
    ],
    ['tail DIR -n x', '-n must be a whole number, got x'],
    ['tail DIR -n 100001', '-n must be at most 100000, got 100001'],
    ['hold DIR --from-index 3', '--name takes the name of the hold'],
    ['release DIR', '--name takes the name of the hold'],
    ['hold DIR --name a --from-index x', '--from-index must be a whole number, got x'],
    ['shred DIR --reason old --yes', '--before takes an index or an RFC 3339 time'],
    ['shred DIR --before 7 --yes', '--reason takes the words that go on the paper'],
    ['shred DIR --before 7 --reason old', 'nothing brings back what is shredded: say --yes'],
    [
      'shred DIR --before soon --reason old --yes',
      'shred.before must be an index or an RFC 3339 time, got "soon"',
    ],
  ])('are refused if they are %j', (line, message) => {
    expect(refusal(line)).toEqual([2, message]);
  });

  it('may name a variable that is not set: that is no misuse, but no key', () => {
    expect(refusal('verify DIR --passphrase-env NONE')).toEqual([
      4,
      'the variable that --passphrase-env names is not set',
    ]);
  });
});
