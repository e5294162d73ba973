import { beforeEach, describe, expect, it } from 'vitest';
import { SandboxStage } from './sandbox-stage.ts';

let stage: SandboxStage;

beforeEach(async () => {
  stage = await SandboxStage.open({ limits: { sandboxesMax: 2 } });
});

const MIB = 1_048_576;

describe('a script in a sandbox', () => {
  it('comes to an output, and to what it ran in', async () => {
    const result = await stage.until(stage.sandboxes.run({ code: 'echo', input: { a: [1] } }));
    expect(result).toEqual({
      output: { a: [1] },
      isolation: 'isolate',
      evidence: { isolation: 'isolate', engine: 'simulated', digests: {}, found: {} },
      durationMs: 2,
    });
  });

  it('has no input, which is null, if none is given', async () => {
    expect(await stage.outcome(stage.sandboxes.run({ code: 'echo' }))).toBe(null);
  });

  it.each([
    ['throw', 'VM_ERROR'],
    ['loop', 'VM_TIMEOUT'],
    ['spin', 'VM_CPU'],
    ['exhaust', 'VM_MEMORY'],
    ['flood', 'VM_OUTPUT'],
    ['swell', 'VM_RESULT'],
    ['violate', 'VM_PROTOCOL'],
    ['crash', 'VM_CRASHED'],
  ])('that does %s fails with %s, and the next one runs as before', async (code, fault) => {
    const limits = { timeoutMs: 1_000, cpuMs: 500 };
    expect(await stage.outcome(stage.sandboxes.run({ code, ...limits }))).toBe(fault);
    expect(await stage.outcome(stage.sandboxes.run({ code: 'echo', input: 1 }))).toBe(1);
  });

  it('is ended when its caller gives up, whenever that is', async () => {
    const controller = new AbortController();
    const run = stage.sandboxes.run({ code: 'loop', signal: controller.signal });
    await stage.clock.advanceAsync(500);
    controller.abort(new Error('enough'));
    const [late, early] = [run, stage.sandboxes.run({ code: 'echo', signal: controller.signal })];
    const errors = await Promise.all(
      [late, early].map((each) => stage.until(each).catch((error: unknown) => error)),
    );
    expect(errors.map((error) => [Object(error).code, Object(error).cause?.message])).toEqual([
      ['VM_CANCELLED', 'enough'],
      ['VM_CANCELLED', 'enough'],
    ]);
  });

  it('is heard while it prints, though whoever listens throws', async () => {
    const printed: string[] = [];
    const onPrinted = (text: string): void => {
      printed.push(text);
      throw new Error('of the listener');
    };
    const run = stage.sandboxes.run({ code: 'print half way', input: 1, onPrinted });
    expect([await stage.outcome(run), printed]).toEqual([1, ['half way']]);
  });

  it('is told of whatever the host throws, even of what cannot be looked at', async () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const odd = (): never => {
      throw proxy;
    };
    const run = stage.sandboxes.run({ code: 'ask odd', host: { odd } });
    expect(await stage.outcome(run)).toBe('VM_ERROR');
  });

  it('may ask what the host offers, and nothing else', async () => {
    const host = {
      double: (input: unknown) => Number(input) * 2,
      fails: async () => {
        throw new Error('not today');
      },
      large: () => 'x'.repeat(100),
    };
    const limits = { resultBytesMax: 50, host, input: 4 };
    const ask = (name: string) => stage.sandboxes.run({ code: `ask ${name}`, ...limits });
    expect(await stage.outcome(ask('double'))).toBe(8);
    const refusals = ['fails', 'large'].map((name) =>
      stage.until(ask(name)).catch((error: unknown) => Object(error).message),
    );
    expect(await Promise.all(refusals)).toEqual([
      'Error: not today',
      'Error: the host answered more than 50 bytes',
    ]);
  });

  it('finds no function of the host that is only inherited', async () => {
    const run = stage.sandboxes.run({ code: 'ask toString', host: {} });
    await expect(stage.until(run)).rejects.toThrow('the host has no function toString');
  });

  it('runs nowhere, if nothing down to its floor can be had', async () => {
    stage.vms.begin('microvm', 'absent', 60_000);
    const run = stage.sandboxes.run({ code: 'echo', isolation: 'microvm' });
    const error = await stage.until(run).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'ISOLATION_UNAVAILABLE',
      message: 'nothing can be had down to microvm: microvm: microvm is absent',
      details: { floor: 'microvm', fix: 'wait' },
    });
    const lower = stage.sandboxes.run({ code: 'echo', isolation: 'microvm', floor: 'process' });
    expect((await stage.until(lower)).isolation).toBe('process');
    expect(stage.sandboxes.mode).toBe('process');
  });

  it('is refused for now, and falls no lower, while guests take the time for it', async () => {
    const busy = await SandboxStage.open({ vm: { warmMax: 0 } });
    const endless = { timeoutMs: 100_000, cpuMs: 100_000 };
    for (const _ of [1, 2]) void busy.outcome(busy.sandboxes.run({ code: 'spin', ...endless }));
    await busy.clock.advanceAsync(1_000);
    const wish = { code: 'echo', isolation: 'microvm', floor: 'isolate' } as const;
    const error = await busy.until(busy.sandboxes.run(wish)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'SANDBOXES_FULL', retryable: true });
    await busy.clock.advanceAsync(100_000);
    expect((await busy.until(busy.sandboxes.run(wish))).isolation).toBe('microvm');
  });

  it.each(['while its level is proved', 'while it waits for its turn', 'while it is made'])(
    'is given up at once, %s',
    async (when) => {
      const slow = await SandboxStage.open({ vm: { warmMax: 0 } });
      const isProved = when !== 'while its level is proved';
      if (isProved) await slow.outcome(slow.sandboxes.run({ code: 'echo' }));
      slow.vms.begin('isolate', 'hanging', 20_000);
      const others = when === 'while it waits for its turn' ? [1, 2] : [];
      for (const input of others) void slow.outcome(slow.sandboxes.run({ code: 'echo', input }));
      const controller = new AbortController();
      let code: unknown = 'waits';
      const { signal } = controller;
      void slow.sandboxes.run({ code: 'echo', signal }).catch((error: unknown) => {
        code = Object(error).code;
      });
      await slow.clock.advanceAsync(100);
      controller.abort();
      await slow.clock.advanceAsync(0);
      expect(code).toBe('VM_CANCELLED');
      expect(slow.facts.filter(({ type }) => type === 'isolation.lost')).toEqual([]);
    },
  );

  it('is refused beyond what may run at once, until one has ended', async () => {
    const runs = [1, 2, 3].map((input) => stage.sandboxes.run({ code: 'echo', input }));
    const outcomes = await Promise.all(runs.map((run) => stage.outcome(run)));
    expect(outcomes).toEqual([1, 2, 'SANDBOXES_FULL']);
    expect(await stage.outcome(stage.sandboxes.run({ code: 'echo', input: 4 }))).toBe(4);
  });

  it('is refused for what no options can be, without what it says', async () => {
    const run = (given: object) => stage.outcome(stage.sandboxes.run(given as never));
    expect(await run({ code: '' })).toBe(
      `RangeError: run.code must be a string of 1 to ${MIB} characters`,
    );
    expect(await run({ code: 'a', floor: 'microvm', isolation: 'process' })).toBe(
      'RangeError: run.floor must be no stronger than isolation, got "microvm"',
    );
    expect(await run({ code: 'a', input: 1n })).toBe('TypeError: input must be JSON');
    expect(await run({ code: 'a', timeoutMs: 0 })).toBe(
      'RangeError: run.timeoutMs must be a whole number from 1 to 600000, got 0',
    );
  });
});

describe('the sandboxes of a runtime', () => {
  it('say what each level can do here, and are on record', async () => {
    stage.vms.begin('process', 'absent', 1_000);
    const levels = await stage.until(stage.sandboxes.prove());
    expect(levels.map(({ isolation, is, unavailable }) => [isolation, is, unavailable])).toEqual([
      ['isolate', 'proved', undefined],
      ['process', 'lost', 'process is absent'],
      ['microvm', 'proved', undefined],
    ]);
    const { audit } = stage.rt;
    const recorded = async (type: string): Promise<unknown[]> => {
      const subjects: unknown[] = [];
      for await (const read of audit.read({ type })) {
        if (read.kind === 'record') subjects.push(Object(read.event).subject);
      }
      return subjects.sort();
    };
    expect(await stage.until(recorded('isolation.proved'))).toEqual(['isolate', 'microvm']);
    expect(await stage.until(recorded('isolation.lost'))).toEqual(['process']);
  });

  it('end with it, whatever they run', async () => {
    const run = stage.outcome(stage.sandboxes.run({ code: 'loop' }));
    await stage.clock.advanceAsync(500);
    await stage.until(stage.rt.shutdown());
    expect(await run).toBe('VM_CANCELLED');
    const late = [stage.sandboxes.run({ code: 'a' }), stage.sandboxes.open()];
    expect(await Promise.all(late.map((each) => stage.outcome(each)))).toEqual([
      'RUNTIME_STOPPED',
      'RUNTIME_STOPPED',
    ]);
    expect(stage.clock.pending).toBe(0);
  });
});
