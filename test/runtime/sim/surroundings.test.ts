import { describe, expect, it } from 'vitest';
import { findFailure } from '../../../runtime/sim/property/failure.ts';
import type { Fault } from '../../../runtime/sim/scenario.ts';
import { simulate } from '../../../runtime/sim/simulate.ts';
import type { Stage } from '../../../runtime/sim/stage.ts';
import { chat, SERVER, told } from './chat.fixture.ts';

/** What is told once both are up. */
const lines = async (...faults: Fault[]): Promise<string[]> =>
  told(await simulate(chat(faults))).slice(4);

const begun = ['0 client 1 opened', '0 server 1 heard 0'];
const heard = (...seconds: number[]): string[] =>
  seconds.map((count) => `${count} server 1 heard ${count}`);
const window = { atMs: 500, forMs: 2_000 };
const bar = 'network.bar: 10.0.0.';

describe('machines with a network between them', () => {
  it('reach each other while nothing is wrong', async () => {
    expect(await lines()).toEqual([...begun, ...heard(1, 2, 3, 4)]);
  });

  it('do not hear each other across a partition, and get all that was said after it', async () => {
    expect(await lines({ kind: 'network.partition', ...window, sides: 2 })).toEqual([
      ...[...begun, '0 network.partition: 1 of 2: 10.0.0.2'],
      ...['2 server 1 heard 1', ...heard(2, 3, 4)],
    ]);
  });

  it.each([
    [0, 1, `0 ${bar}1 to 10.0.0.2`, ['2 server 1 heard 1', ...heard(2, 3, 4)]],
    [1, 2, `0 ${bar}2 to 10.0.0.1`, heard(1, 2, 3, 4)],
  ])('hear one way where the other is barred: from %d to %d', async (from, to, fault, rest) => {
    expect(await lines({ kind: 'network.bar', ...window, from, to })).toEqual([
      ...[...begun, fault],
      ...rest,
    ]);
  });

  it('stay apart while one of two partitions lasts', async () => {
    const short = { kind: 'network.partition', atMs: 600, forMs: 1_000, sides: 2 } as const;
    const long = { kind: 'network.partition', ...window, sides: 1 } as const;
    const story = await lines(short, long);
    expect(story.slice(4)).toEqual(['2 server 1 heard 1', ...heard(2, 3, 4)]);
  });

  it.each([
    [1, '10.0.0.1 and 10.0.0.2'],
    [0, '10.0.0.1 and 10.0.0.1'],
  ])('are told at once that their connection was cut', async (other, hit) => {
    expect(await lines({ kind: 'network.cut', atMs: 1_500, one: 0, other })).toEqual([
      ...[...begun, ...heard(1), `1 network.cut: ${hit}`, '1 client 1 lost', '1 server 1 lost'],
      ...['3 client 1 opened', '3 server 1 heard 2', '4 server 1 heard 3'],
    ]);
  });

  it('take as long as the weather says, and lose their connections to it', async () => {
    const weather = { kind: 'network.weather', lostPerMille: 0 } as const;
    const slow = { ...weather, ...window, latencyMs: 1_000, cutPerMille: 0 };
    expect((await lines(slow)).slice(3, 5)).toEqual(['2 server 1 heard 1', '3 server 1 heard 2']);
    const cut = { ...weather, atMs: 500, forMs: 1_000, latencyMs: 10, cutPerMille: 1_000 };
    expect((await lines(cut)).slice(2, 7)).toEqual([
      ...['0 network.weather: undefined', '1 server 1 heard 1'],
      ...['1 server 1 lost', '1 client 1 lost', '3 client 1 opened'],
    ]);
  });

  it('start again when they are killed, and the others are told', async () => {
    expect(await lines({ kind: 'machine.kill', atMs: 1_500, downMs: 1_000, machine: 3 })).toEqual([
      ...[...begun, ...heard(1), '1 machine.kill: 10.0.0.2', '1 client 1 lost'],
      ...['2 server 2 a process starts', '2 server 2 it is up'],
      ...['3 client 1 opened', '3 server 2 heard 2', '4 server 2 heard 3'],
    ]);
  });

  it('tell nobody that they lose power, before they are back', async () => {
    const off = { kind: 'machine.powerOff', atMs: 1_500, downMs: 1_000, machine: 1 } as const;
    expect(await lines(off)).toEqual([
      ...[...begun, ...heard(1), '1 machine.powerOff: 10.0.0.2'],
      ...['2 server 2 a process starts', '2 server 2 it is up', '2 client 1 lost'],
      ...['4 client 1 opened', '4 server 2 heard 3'],
    ]);
  });

  it.each([
    { kind: 'machine.kill', atMs: 1_500, downMs: 1_000, machine: 2 },
    { kind: 'process.crash', atMs: 1_500, downMs: 1_000 },
  ] as const)('count the one that the run is about: $kind', async (fault) => {
    const story = await lines(fault);
    expect(story.slice(4)).toEqual([
      ...['1 server 1 lost', '2 client 2 a process starts', '2 client 2 it is up'],
      ...['2 client 2 opened', '2 server 1 heard 0', '3 server 1 heard 1'],
    ]);
  });

  it('are all well once faults have healed', async () => {
    const off = { kind: 'machine.powerOff', atMs: 4_400, downMs: 50_000, machine: 1 } as const;
    const apart = { kind: 'network.partition', atMs: 4_400, forMs: 50_000, sides: 1 } as const;
    const late = { name: 'late', withinMs: 5_000, eventually: () => undefined };
    const { trace, violations } = await simulate(chat([off, apart], { invariants: [late] }));
    const last = trace.findLast(({ kind }) => kind === 'note');
    expect([last, violations]).toMatchObject([{ text: 'heard 8', machine: SERVER }, []]);
  });

  it('have a disk and a randomness of their own', async () => {
    const seen: unknown[] = [];
    const start = async (at: Stage) => {
      const { world } = at;
      await world.files.append('/diary', Uint8Array.of(1));
      const draws = [world.random.stream('a').draw(), at.random('a').draw()];
      seen.push((await world.files.read('/diary'))?.length, ...draws);
      return undefined;
    };
    const kill = { kind: 'machine.kill', atMs: 1_500, downMs: 0, machine: 1 } as const;
    await simulate({
      seed: 1,
      horizonMs: 2_000,
      faults: [kill],
      start,
      machines: { [SERVER]: start },
    });
    expect([seen[0], seen[3], seen[6]]).toEqual([1, 1, 2]);
    expect(new Set(seen.filter((draw) => Number(draw) < 1)).size).toBe(6);
  });

  it('have faults that are drawn, shrunk and replayed as those of one are', async () => {
    const { start, machines = {}, workload } = chat([]);
    const lost = {
      name: 'lost',
      always: (at: Stage) => (at.nowMs > 0 && heard.has('lost') ? 'a link was lost' : undefined),
    };
    const heard = new Set<string>();
    const playbook = () => {
      heard.clear();
      return {
        ...{ start: (at: Stage) => at, machines, invariants: [lost] },
        workload: (at: Stage) => {
          const note = at.note.bind(at);
          at.note = (text, fields) => {
            heard.add(text);
            note(text, fields);
          };
          return workload?.(at, start(at) as undefined);
        },
      };
    };
    const faults = ['network.partition', 'network.cut', 'machine.kill'] as const;
    const options = { horizonMs: 4_500, faults };
    const failure = await findFailure(playbook, options);
    const cut = { kind: 'network.cut', atMs: 46, one: 0, other: 0 };
    expect(failure?.scenario).toMatchObject({ seed: 0, faults: [cut] });
  });
});
