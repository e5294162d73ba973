import { describe, expect, it, vi } from 'vitest';
import { type Fact, Facts } from '../../runtime/facts.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import { strayErrors } from './process-errors.ts';

const stray = strayErrors();

function facts() {
  const world = simWorld({ seed: 1, startMs: Date.UTC(2026, 4, 1, 12) });
  const source = new Facts(world, 'orders');
  const heard: Fact[] = [];
  const hear = () => source.events$.subscribe((fact) => heard.push(fact));
  return { world, source, heard, hear, clock: world.clock };
}

describe('a fact', () => {
  it('is a CloudEvents record that names its cause', () => {
    const { source, heard, hear, clock } = facts();
    hear();
    const cause = source.publish('actor.failed', 'pool/a', { incarnation: 1 });
    clock.advance(1500);
    source.publish('supervisor.decided', 'pool/a', { decision: 'restart' }, cause);
    const boot = cause.slice(0, -2);
    expect(boot).toMatch(/^[0-9a-f]{12}$/);
    expect(heard).toEqual([
      {
        specversion: '1.0',
        id: `${boot}-1`,
        source: 'holdfast/orders',
        type: 'actor.failed',
        subject: 'pool/a',
        time: '2026-05-01T12:00:00.000Z',
        data: { incarnation: 1 },
      },
      {
        specversion: '1.0',
        id: `${boot}-2`,
        source: 'holdfast/orders',
        type: 'supervisor.decided',
        subject: 'pool/a',
        time: '2026-05-01T12:00:01.500Z',
        data: { decision: 'restart' },
        causationid: `${boot}-1`,
      },
    ]);
  });

  it('that is told on the stack of another’s work was led to by that, if by no other', () => {
    const { source, heard, hear } = facts();
    hear();
    const cause = source.publish('actor.failed', 'a', {});
    source.ledBy(cause, () => {
      source.publish('actor.stopped', 'a', {});
      source.publish('actor.stopped', 'b', {}, 'another');
    });
    expect(() =>
      source.ledBy(cause, () => {
        throw new Error('it fails');
      }),
    ).toThrow('it fails');
    source.publish('actor.stopped', 'c', {});
    expect(heard.map(({ causationid }) => causationid)).toEqual([
      ...[undefined, cause, 'another', undefined],
    ]);
  });

  it('about the whole runtime has no subject', () => {
    const { source, heard, hear } = facts();
    hear();
    source.publish('runtime.closing', '', {});
    expect(heard.map((fact) => 'subject' in fact)).toEqual([false]);
  });

  it('has an id of its own even while nobody listens', () => {
    const { source, heard, hear } = facts();
    const first = source.publish('runtime.a', '', {});
    hear();
    expect(source.publish('runtime.b', '', {})).not.toBe(first);
    expect(heard.map(({ type }) => type)).toEqual(['runtime.b']);
  });

  it('that a subscriber causes comes after the one it heard, to everybody', () => {
    const { source, heard, hear, clock } = facts();
    source.events$.subscribe(({ type }) => {
      if (type === 'runtime.first') source.publish('runtime.second', '', {});
    });
    hear();
    source.publish('runtime.first', '', {});
    source.publish('runtime.third', '', {});
    expect(heard.map(({ type }) => type)).toEqual(['runtime.first']);
    clock.advance(0);
    expect(heard.map(({ type }) => type)).toEqual([
      'runtime.first',
      'runtime.second',
      'runtime.third',
    ]);
  });

  it('that breeds facts without end is told in turns, so that others have theirs', () => {
    const { source, clock } = facts();
    let heard = 0;
    source.events$.subscribe(() => {
      heard += 1;
      if (heard < 50_000) source.publish('runtime.more', '', {});
    });
    let turns = 0;
    const count = (): void => {
      turns += 1;
      if (heard < 50_000) clock.soon(count);
    };
    source.publish('runtime.more', '', {});
    count();
    clock.advance(0);
    expect(heard).toBe(50_000);
    expect(turns).toBeGreaterThan(10_000);
  });

  it('is lost, and its loss logged, if subscribers breed them faster than they go out', () => {
    const { source, clock, world } = facts();
    let heard = 0;
    source.events$.subscribe(() => {
      heard += 1;
      if (heard === 1) for (let n = 0; n < 12_000; n++) source.publish('runtime.flood', '', {});
    });
    const soon = vi.spyOn(clock, 'soon');
    source.publish('runtime.first', '', {});
    clock.advance(0);
    expect([heard, soon.mock.calls.length]).toEqual([10_001, 1]);
    expect(world.log.lines).toEqual([
      {
        level: 'error',
        message: 'subscribers cause facts faster than they go out',
        fields: { lost: 2000 },
      },
    ]);
  });

  it('about a subscriber that threw is told to the others', async () => {
    const { source, heard, hear } = facts();
    source.events$.subscribe(() => {
      throw new Error('mine');
    });
    hear();
    source.publish('runtime.first', '', {});
    await vi.waitFor(() => expect(heard.length).toBe(2));
    source.publish('runtime.last', '', {});
    expect(heard.map(({ type, data }) => [type, data])).toEqual([
      ['runtime.first', {}],
      ['subscriber.failed', { error: { name: 'Error', message: 'mine' } }],
      ['runtime.last', {}],
    ]);
    expect(stray).toEqual([]);
  });

  it('goes to the recorder first, whoever else listens, if it wants it', () => {
    const { source, heard, hear } = facts();
    const order: string[] = [];
    const taken: Fact[] = [];
    source.recorder = {
      wants: (type) => type !== 'actor.started',
      take: (fact) => {
        order.push(`recorder ${fact.type}`);
        taken.push(fact);
      },
    };
    const unheard = source.publish('actor.failed', 'pool/a', { incarnation: 1 });
    source.events$.subscribe(({ type }) => order.push(`subscriber ${type}`));
    hear();
    source.publish('actor.started', 'pool/a', {});
    source.publish('actor.failed', 'pool/a', { incarnation: 2 }, unheard);
    expect(order).toEqual([
      ...['recorder actor.failed', 'subscriber actor.started'],
      ...['recorder actor.failed', 'subscriber actor.failed'],
    ]);
    expect([taken[0]?.id, taken[1]]).toEqual([unheard, heard[1]]);
  });

  it('reaches the recorder while subscribers are told, and after they are sent home', () => {
    const { source } = facts();
    const taken: string[] = [];
    source.recorder = { wants: () => true, take: ({ type }) => taken.push(type) };
    source.events$.subscribe(({ type }) => {
      if (type === 'runtime.first') source.publish('runtime.second', '', {});
      expect(taken).toContain(type);
    });
    source.publish('runtime.first', '', {});
    source.close();
    source.publish('runtime.late', '', {});
    expect(taken).toEqual(['runtime.first', 'runtime.second', 'runtime.late']);
  });

  it('tells nobody, recorder or subscriber, a secret it was given', () => {
    const { source, heard, hear } = facts();
    const taken: Fact[] = [];
    source.recorder = { wants: () => true, take: (fact) => taken.push(fact) };
    hear();
    source.publish('actor.failed', 'pool/a', { reason: 'password=hunter2secret', text: 'mine' });
    expect([taken, taken[0]?.data]).toEqual([
      heard,
      { reason: 'password=[secret]', text: '[redacted 4 chars]' },
    ]);
  });

  it('shares its numbers with the events of embedders', () => {
    const { source, clock } = facts();
    const first = source.publish('runtime.a', '', {});
    clock.advance(250);
    const boot = first.slice(0, -2);
    expect([source.fill(), source.publish('runtime.b', '', {})]).toEqual([
      { id: `${boot}-2`, source: 'holdfast/orders', time: '2026-05-01T12:00:00.250Z' },
      `${boot}-3`,
    ]);
  });

  it('has no follower once all is over, but none before is lost', () => {
    const { source, clock } = facts();
    const heard: string[] = [];
    source.events$.subscribe({
      next: ({ type }) => {
        heard.push(type);
        if (type === 'runtime.first') source.publish('runtime.second', '', {});
      },
      complete: () => heard.push('over'),
    });
    source.publish('runtime.first', '', {});
    source.close();
    source.publish('runtime.late', '', {});
    clock.advance(0);
    expect(heard).toEqual(['runtime.first', 'runtime.second', 'over']);
  });
});

it('a fact is heard within the runtime once those outside were told, with its id', () => {
  const { source, heard, hear } = facts();
  hear();
  const order: unknown[] = [];
  source.hear('audit.moved', (fact) => order.push([heard.length, fact]));
  source.publish('load.moved', 'load', {});
  const id = source.publish('audit.moved', 'audit', { to: 'failed' });
  expect(order).toEqual([
    [2, { id, type: 'audit.moved', subject: 'audit', data: { to: 'failed' } }],
  ]);
});
