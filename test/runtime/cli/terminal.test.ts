import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../runtime/cli/failure.ts';
import { Hangup, Terminal } from '../../../runtime/cli/terminal.ts';

function terminal(isTTY: boolean) {
  const [out, err] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY })];
  return { terminal: new Terminal(out, err), out, err };
}

/** A stream that fails at every write. */
const broken = (code: string): Writable =>
  new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(`${code}!`), { code })),
  });

describe('the terminal of a command', () => {
  it('has results on one stream, and all else on the other', async () => {
    const { terminal: here, out, err } = terminal(false);
    await here.print('result');
    here.note('note');
    expect([`${out.read()}`, `${err.read()}`]).toEqual(['result\n', 'note\n']);
  });

  it('is not steered by what strangers wrote', async () => {
    const { terminal: here, out, err } = terminal(true);
    here.note('in use by \u001b[2J\rnobody\nat all');
    await here.print('in use by \u001b[2J\rnobody\nat all');
    const told = 'in use by \ufffd[2J\ufffdnobody\nat all\n';
    expect([`${out.read()}`, `${err.read()}`]).toEqual([told, told]);
  });

  it('gets JSON that steers nothing, and means what it meant', async () => {
    const { terminal: here, out } = terminal(true);
    const said = { text: '\u007f\u009b2J \u2028 \u202e \u{e0001} é 😀' };
    await here.printJson(JSON.stringify(said));
    const line = `${out.read()}`;
    expect(line).toBe('{"text":"\\u007f\\u009b2J \\u2028 \\u202e \\udb40\\udc01 é 😀"}\n');
    expect(JSON.parse(line)).toEqual(said);
  });

  it('draws a bar for people, and takes it away before anything else', async () => {
    const { terminal: here, err } = terminal(true);
    here.progress(0, 3, 'segments');
    here.progress(1, 3, 'segments');
    here.progress(3, 3, 'segments');
    await here.print('result');
    here.note('note');
    expect(`${err.read()}`.split('\r')).toEqual([
      '',
      `[${'.'.repeat(24)}] 0 of 3 segments\u001b[K`,
      `[${'#'.repeat(8)}${'.'.repeat(16)}] 1 of 3 segments\u001b[K`,
      `[${'#'.repeat(24)}] 3 of 3 segments\u001b[K`,
      '\u001b[Knote\n',
    ]);
  });

  it('draws none for programs, and none of nothing', () => {
    const [program, person] = [terminal(false), terminal(true)];
    program.terminal.progress(1, 3, 'segments');
    person.terminal.progress(0, 0, 'segments');
    expect([program.err.read(), person.err.read()]).toEqual([null, null]);
  });

  it('is drawn anew for people, and goes on for programs', async () => {
    const streams = [true, false].map((isTTY) => Object.assign(new PassThrough(), { isTTY }));
    for (const out of streams) await new Terminal(out, new PassThrough()).redraw('a\u001b[2J\nb');
    expect(streams.map((out) => `${out.read()}`)).toEqual([
      '\u001b[H\u001b[2Ja\ufffd[2J\nb\n',
      'a\ufffd[2J\nb\n',
    ]);
  });

  it('tells a reader who left from a disk that is full', async () => {
    const { err } = terminal(false);
    const hungUp = new Terminal(broken('EPIPE'), err);
    await expect(hungUp.print('a')).rejects.toBeInstanceOf(Hangup);
    await expect(hungUp.print('b')).rejects.toBeInstanceOf(Hangup);
    const full = new Terminal(broken('ENOSPC'), err);
    await expect(full.print('a')).rejects.toEqual(new Failure('cannot write: ENOSPC!'));
  });
});
