import { describe, expect, it } from 'vitest';
import { type AnyStateNode, createActor, SimulatedClock } from 'xstate';
import {
  type PeerContext,
  type PeerEmitted,
  type PeerEnding,
  type PeerInput,
  peerMachine,
} from '../../machines/peer.machine.ts';
import {
  nameOf,
  type Place,
  spaceOf,
  statesIn,
  statesUnder,
} from '../../runtime/sim/state-space.ts';
import { deadlines, events, input, samples } from './peer.fixture.ts';

type Sample = keyof typeof samples;

const initiator: PeerInput = { ...input, role: 'initiator' };

/** A connection that went through `steps`, with what it told since then. */
function connection(role: PeerInput['role'], steps: readonly Sample[]) {
  const clock = new SimulatedClock();
  const actor = createActor(peerMachine, { input: { ...input, role }, clock });
  const told: PeerEmitted[] = [];
  actor.on('*', (fact) => told.push(fact));
  actor.start();
  for (const step of steps) actor.send(samples[step]);
  told.length = 0;
  const where = (): string => [...statesIn(actor.getSnapshot().value)].at(-1) ?? '';
  return { actor, clock, told, where };
}

/** In steps: a timer that another one arms counts from the end of a step. */
function pass(clock: SimulatedClock, forMs: number): void {
  for (let leftMs = forMs; leftMs > 0; leftMs -= 1_000) clock.increment(Math.min(1_000, leftMs));
}

const live: readonly Sample[] = ['linked', 'shaken hands', 'sealed'];

/** Where a connection can stand, and what leads there. */
const places = {
  connecting: ['initiator', []],
  upgrading: ['responder', []],
  'establishing.handshaking': ['responder', ['linked']],
  'establishing.sealing': ['responder', ['linked', 'shaken hands']],
  'establishing.refused': ['responder', ['linked', 'misshaken']],
  'live.open': ['responder', live],
  'live.throttled': ['responder', [...live, 'throttled']],
  draining: ['responder', [...live, 'close']],
} as const satisfies Record<string, readonly [PeerInput['role'], readonly Sample[]]>;

type PlaceName = keyof typeof places | 'live.verifying';

const everywhere = {
  'hung up': 'link.closed',
  cut: 'link.lost',
  flooded: 'link.violated',
  drop: 'dropped',
} as const satisfies Partial<Record<Sample, PeerEnding>>;

const failed = {
  misshaken: 'establishing.refused',
  missealed: 'establishing.refused',
  'let in not': 'establishing.refused',
} as const;
const closing = { close: 'draining', bye: 'draining', violated: 'rules.violated' } as const;

/** Every place under every event: the next place, or how it ends; what is not named, nothing. */
const table: Record<PlaceName, Partial<Record<Sample, PlaceName | PeerEnding>>> = {
  connecting: {
    linked: 'establishing.handshaking',
    refused: 'refused',
    unreachable: 'unreachable',
  },
  upgrading: { linked: 'establishing.handshaking' },
  'establishing.handshaking': { 'shaken hands': 'establishing.sealing', ...failed },
  'establishing.sealing': { sealed: 'live.open', 'sealed by another': 'live.open', ...failed },
  'establishing.refused': {
    'hung up': 'handshake.failed',
    cut: 'handshake.failed',
    flooded: 'handshake.failed',
    drop: 'handshake.failed',
  },
  'live.open': { throttled: 'live.throttled', ...closing },
  'live.throttled': { resumed: 'live.open', ...closing },
  'live.verifying': {
    sealed: 'live.open',
    'sealed by another': 'verify.failed',
    missealed: 'verify.failed',
    ...closing,
  },
  draining: { drained: 'drained', violated: 'rules.violated' },
};

function stand(place: PlaceName) {
  if (place !== 'live.verifying') {
    const [role, steps] = places[place];
    return connection(role, steps);
  }
  const stage = connection('responder', live);
  for (let heardMs = 0; heardMs < deadlines.verifyEveryMs; heardMs += 50_000) {
    stage.actor.send(samples.heard);
    stage.clock.increment(50_000);
  }
  stage.told.length = 0;
  return stage;
}

const cells = Object.entries(table).flatMap(([place, row]) =>
  Object.keys(samples).map((event) => {
    const cells: Partial<Record<string, string>> = { ...everywhere, ...row };
    return { place: place as PlaceName, event: event as Sample, to: cells[event] ?? place };
  }),
);

const spaces = [input, initiator].map((input) => spaceOf(peerMachine, { input, events }));

describe(peerMachine.id, () => {
  it.each(cells)('$place on $event', ({ place, event, to }) => {
    const { actor, told, where } = stand(place);
    expect(where()).toBe(place);
    actor.send(samples[event]);
    if (to in table) {
      const opened = { type: 'peer.opened', id: Object(samples[event]).id };
      const isNew = place === 'establishing.sealing' && to === 'live.open';
      expect([where(), told]).toEqual([to, isNew ? [opened] : []]);
      return;
    }
    // What it was refused for stands, however it ends.
    const reason = place === 'establishing.refused' ? 'misshaken' : event;
    const { because = null } = samples[reason] as { because?: string };
    expect(told).toEqual([{ type: 'peer.ended', ending: to, because }]);
    expect(actor.getSnapshot().output).toEqual({ ending: to, because });
  });

  it('tells by tags who it is for, and what may be asked of it', () => {
    const names = [...Object.keys(places), 'live.verifying'] as PlaceName[];
    const tags = names.map((place) => [...stand(place).actor.getSnapshot().tags].sort());
    expect(tags).toEqual([
      ['halfOpen'],
      ['halfOpen'],
      ['halfOpen'],
      ['halfOpen'],
      ['halfOpen'],
      ['live'],
      ['live', 'paused'],
      ['closing'],
      ['live'],
    ]);
    const { actor } = connection('responder', ['drop']);
    expect([...actor.getSnapshot().tags]).toEqual(['ended']);
  });

  it('is never live without handshake and seal, in this order', () => {
    for (const road of spaces.flatMap((places) => roadsTo(places, 'live'))) {
      const finished = road.indexOf('handshake.finished');
      expect(road.slice(finished)).toEqual(['handshake.finished', 'seal.verified']);
    }
  });

  it('knows nobody until the seal is verified, and never anybody else after', () => {
    const anonymous = ['connecting', 'upgrading', 'establishing'];
    for (const { snapshot, exits } of spaces.flat()) {
      const context: PeerContext = snapshot.context;
      const [outermost = ''] = statesIn(snapshot.value);
      if (anonymous.includes(outermost)) expect(context.id).toBeNull();
      else if (outermost !== 'ended') expect(context.id).not.toBeNull();
      for (const { to } of exits) {
        if (context.id !== null) expect(to.snapshot.context.id).toBe(context.id);
      }
    }
  });

  it('has a deadline in every state that is not final, its own or one around it', () => {
    const hasDeadline = (state: AnyStateNode | undefined): boolean =>
      state !== undefined && (state.after.length > 0 || hasDeadline(state.parent));
    const endless = statesUnder(peerMachine.root).filter(
      (state) => state.type !== 'final' && state.type !== 'compound' && !hasDeadline(state),
    );
    expect(endless.map(nameOf)).toEqual([]);
  });

  it.each<[PlaceName, number, PeerEnding]>([
    ['connecting', 30_000, 'connect.timedOut'],
    ['upgrading', 10_000, 'upgrade.timedOut'],
    ['establishing.handshaking', 10_000, 'handshake.timedOut'],
    ['establishing.sealing', 10_000, 'handshake.timedOut'],
    ['live.open', 60_000, 'idle'],
    ['live.throttled', 65_000, 'idle'],
    ['live.verifying', 30_000, 'verify.timedOut'],
    ['draining', 30_000, 'drain.timedOut'],
  ])('%s, left alone, ends after %d ms', (place, afterMs, ending) => {
    const { clock, told } = stand(place);
    pass(clock, afterMs - 1);
    expect(told).toEqual([]);
    clock.increment(1);
    expect(told).toEqual([{ type: 'peer.ended', ending, because: null }]);
  });

  it('gives the whole handshake one deadline, however slowly it goes on', () => {
    const { actor, clock, told } = connection('responder', ['linked']);
    clock.increment(9_000);
    actor.send(samples['shaken hands']);
    clock.increment(1_000);
    expect(told).toEqual([{ type: 'peer.ended', ending: 'handshake.timedOut', because: null }]);
  });

  it.each([
    ['misshaken', 'handshake.failed'],
    ['missealed', 'handshake.failed'],
    ['let in not', 'dropped'],
  ] as const)(
    '%s who arrived ends when its time is over, and who was dialled at once',
    (why, how) => {
      const { because } = samples[why];
      const ended = [{ type: 'peer.ended', ending: how, because }];
      for (const afterMs of [0, 1, 5_000, 9_999]) {
        const { actor, clock, told } = connection('responder', ['linked', 'shaken hands']);
        clock.increment(afterMs);
        actor.send(samples[why]);
        clock.increment(9_999 - afterMs);
        expect(told).toEqual([]);
        clock.increment(1);
        expect(told).toEqual(ended);
      }
      expect(connection('initiator', ['linked', 'shaken hands', why]).where()).toBe('ended');
    },
  );

  it('lives while it is heard, and does not hold a silence against it that we made', () => {
    const { actor, clock, told, where } = connection('responder', live);
    clock.increment(59_999);
    actor.send(samples.heard);
    clock.increment(59_999);
    actor.send(samples.throttled);
    clock.increment(5_000);
    expect([where(), told]).toEqual(['live.open', []]);
    clock.increment(59_999);
    expect(told).toEqual([]);
  });

  it('ends with whoever proves to be somebody else', () => {
    const { actor, told } = stand('live.verifying');
    actor.send(samples['sealed by another']);
    expect(told).toEqual([{ type: 'peer.ended', ending: 'verify.failed', because: null }]);
  });

  it('asks again and again who it is', () => {
    const { actor, clock, told, where } = connection('responder', live);
    const seen: unknown[] = [];
    for (let times = 0; times < 2; times++) {
      for (let round = 0; round < 10; round++) {
        clock.increment(30_000);
        actor.send(samples.heard);
      }
      seen.push([where(), told.splice(0)]);
      actor.send(samples.sealed);
      seen.push([where(), told.splice(0)]);
    }
    const again = [
      ['live.verifying', [{ type: 'peer.verify' }]],
      ['live.open', []],
    ];
    expect(seen).toEqual([...again, ...again]);
  });
});

/** The events of a shortest road to every place in `state`, and of any that enters it. */
function roadsTo(places: readonly Place[], state: string): string[][] {
  const roads = new Map<Place, string[]>(places.slice(0, 1).map((start) => [start, []]));
  const entering: string[][] = [];
  const isIn = ({ snapshot }: Place): boolean => [...statesIn(snapshot.value)].includes(state);
  for (const [place, road] of roads) {
    for (const { event, to } of place.exits) {
      const longer = [...road, event.type];
      if (isIn(to) && !isIn(place)) entering.push(longer);
      if (!roads.has(to) && !isIn(to)) roads.set(to, longer);
    }
  }
  expect(entering.length).toBeGreaterThan(0);
  return entering;
}
