import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { clock } from '../../../runtime/world/clock.ts';
import { diskFiles } from '../../../runtime/world/files.ts';
import { nodeWorld } from '../../../runtime/world/node.ts';
import { buildPackage } from '../../package.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

beforeAll(buildPackage);

/** Starts `script` in a process of its own, where it finds the real world as `world`. */
function start(script: string) {
  const url = pathToFileURL(join(root, 'dist/runtime/world/node.js')).href;
  const source =
    `import { nodeWorld } from '${url}';\nconst world = nodeWorld();\n` +
    `const { clock, containment, signals, log } = world;\nconst say = console.log;\n${script}`;
  const args = ['--input-type=module', '--eval', source];
  const run = spawn(process.execPath, args, { timeout: 10_000, killSignal: 'SIGKILL' });
  const lines: string[] = [];
  let complaint = '';
  run.stderr.on('data', (chunk) => {
    complaint += String(chunk);
  });
  const said = createInterface({ input: run.stdout }).on('line', (line) => lines.push(line));
  const over = once(run, 'close').then(([code, signal]) => ({ lines, code, signal }));
  return { run, said, over, complaint: () => complaint };
}

const owner = `const owner = { uncaught: (error) => say('owner: ' + error.message) };
  const boom = (what) => () => { throw new Error(what); };`;

describe('a process of the real world', () => {
  it('hears of uncaught errors only once containment is in use', async () => {
    const { over } = start(`
      const count = () => say(process.listenerCount('uncaughtException'));
      count();
      for (let i = 0; i < 3; i++) containment.run({ uncaught() {} }, () => 1);
      count();
      say(process.listenerCount('unhandledRejection'));
    `);
    expect(await over).toEqual({ lines: ['0', '1', '0'], code: 0, signal: null });
  });

  it('outlives whatever code with an owner throws when nobody can catch it', async () => {
    const { over, complaint } = start(`${owner}
      containment.run(owner, () => {
        clock.after(1, boom('after'));
        clock.soon(boom('soon'));
        setTimeout(boom('timer'), 1);
        process.nextTick(boom('tick'));
        (async () => { await 1; boom('async')(); })();
        Promise.reject(new Error('rejection'));
      });
      setTimeout(() => say('alive'), 50);
    `);
    const { lines, ...end } = await over;
    expect({ lines: lines.toSorted(), ...end }).toEqual({
      lines: [
        'alive',
        ...['after', 'async', 'rejection', 'soon', 'tick', 'timer'].map((what) => `owner: ${what}`),
      ],
      code: 0,
      signal: null,
    });
    expect(complaint()).toBe('');
  });

  it.each([
    ['throws', `setTimeout(boom('foreign'), 5);`],
    ['rejects', `Promise.reject(new Error('foreign'));`],
  ])('ends with its stack and code 1 when code without an owner %s', async (_, fails) => {
    const { over, complaint } = start(`${owner}
      containment.run(owner, () => setTimeout(() => say('owned work'), 0));
      setTimeout(() => say('too late'), 500);
      process.on('exit', (code) => say('exit ' + code));
      clock.after(20, () => { ${fails} });
    `);
    expect(await over).toEqual({ lines: ['owned work', 'exit 1'], code: 1, signal: null });
    expect(complaint()).toMatch(/^Error: foreign\n {4}at /m);
  });

  it('leaves errors without an owner to those who listen for them', async () => {
    const { over, complaint } = start(`${owner}
      process.on('uncaughtException', (error) => say('listener: ' + error.message));
      containment.run(owner, () => setTimeout(boom('owned'), 1));
      setTimeout(boom('foreign'), 20);
      setTimeout(() => say('alive'), 50);
    `);
    expect(await over).toEqual({
      lines: ['listener: owned', 'owner: owned', 'listener: foreign', 'alive'],
      code: 0,
      signal: null,
    });
    expect(complaint()).toBe('');
  });

  it('takes what an owner throws for an error without an owner', async () => {
    const { over, complaint } = start(`
      const owner = { uncaught() { throw new Error('fault'); } };
      containment.run(owner, () => setTimeout(() => { throw new Error('boom'); }, 1));
      setTimeout(() => say('too late'), 500);
    `);
    expect(await over).toEqual({ lines: [], code: 1, signal: null });
    expect(complaint()).toMatch(/^Error: fault\n {4}at /m);
  });

  it('ends at the second signal, having heard the first', async () => {
    const { run, said, over } = start(`
      signals.once(['SIGTERM', 'SIGINT'], (name) => say('heard ' + name));
      setInterval(() => {}, 1000);
      say('ready');
    `);
    said.on('line', (line) => void run.kill(line === 'ready' ? 'SIGINT' : 'SIGTERM'));
    expect(await over).toEqual({
      lines: ['ready', 'heard SIGINT'],
      code: null,
      signal: 'SIGTERM',
    });
  });

  it('ends of the signal it raises, as if nobody had listened', async () => {
    const { run, said, over } = start(`
      signals.once(['SIGTERM'], (name) => { say('heard ' + name); signals.raise(name); });
      setInterval(() => {}, 1000);
      say('ready');
    `);
    said.on('line', (line) => void (line === 'ready' && run.kill('SIGTERM')));
    expect(await over).toEqual({
      lines: ['ready', 'heard SIGTERM'],
      code: null,
      signal: 'SIGTERM',
    });
  });

  it('logs warnings and errors to stderr, as lines of JSON', async () => {
    const { over, complaint } = start(`
      log.info({ count: 1 }, 'left out');
      log.warn({ count: 2 }, 'slow');
    `);
    expect(await over).toEqual({ lines: [], code: 0, signal: null });
    const line: unknown = JSON.parse(complaint());
    expect(line).toEqual({ level: 40, time: expect.any(Number), msg: 'slow', count: 2 });
  });

  it('outlives its stderr', async () => {
    const { run, over } = start(`
      process.stdin.once('data', () => {
        for (let count = 0; count < 5; count++) log.error({ count }, 'lost');
        setTimeout(() => { log.error({}, 'lost too'); setTimeout(() => say('alive'), 20); }, 20);
      });
    `);
    run.stderr.destroy();
    await once(run.stderr, 'close');
    run.stdin.end('go');
    expect(await over).toEqual({ lines: ['alive'], code: 0, signal: null });
  });
});

describe('the real world', () => {
  it('takes the log that it is given', () => {
    const nothing = (): void => {};
    const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
    expect(nodeWorld({ log }).log).toBe(log);
    expect([nodeWorld().clock, nodeWorld().files]).toEqual([clock, diskFiles]);
  });
});
