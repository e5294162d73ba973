import type { CircuitEnding, RelayedPeer } from '../../../actors/peer/circuit.ts';
import { Relay, type Relayed } from '../../../actors/peer/relay.ts';
import { VirtualClock } from '../../../runtime/sim/clock.ts';

interface Asked {
  readonly name: string;
  readonly json: unknown;
  readonly answer: (answer: unknown) => void;
}

/** A connection of the relay to a peer, and what was said on it. */
export class Line implements RelayedPeer {
  readonly id: string;
  readonly role: 'initiator' | 'responder';
  readonly relayed: (readonly [circuit: number, part: Uint8Array])[] = [];
  readonly asked: Asked[] = [];
  onRelayed = (_circuit: number, _part: Uint8Array): void => {};
  onHungUp = (_circuit: number): void => {};

  constructor(id: string, role: 'initiator' | 'responder' = 'responder') {
    this.id = id;
    this.role = role;
  }

  relay(circuit: number, part: Uint8Array): boolean {
    this.relayed.push([circuit, part]);
    this.onRelayed(circuit, part);
    return true;
  }

  request(name: string, json: unknown, answer: (answer: unknown) => void): void {
    this.asked.push({ name, json, answer });
    if (name === 'holdfast.hangUp') this.onHungUp(Object(json).circuit);
  }

  /** To the oldest question whether it agrees to a circuit. */
  answer(answer: unknown): void {
    const at = this.asked.findIndex(({ name }) => name === 'holdfast.accept');
    const [asked] = at < 0 ? [] : this.asked.splice(at, 1);
    asked?.answer(answer);
  }

  get questions(): readonly unknown[] {
    return this.asked.map(({ name, json }) => ({ name, ...Object(json) }));
  }
}

/** A relay that anna, otto and zoe are connected to. */
export function relaying() {
  const clock = new VirtualClock();
  const lines = new Map<string, Line>();
  const ended: (readonly [from: string, to: string, CircuitEnding, bytes: number])[] = [];
  const relay = new Relay({
    clock,
    peerOf: (id) => lines.get(id),
    onEnded: (...told) => ended.push(told),
  });
  const join = (id: string, role?: 'initiator'): Line => {
    const line = new Line(id, role);
    lines.set(id, line);
    return line;
  };
  const [anna, otto, zoe] = [join('anna'), join('otto', 'initiator'), join('zoe')];
  const open = (
    from: Line,
    to: string,
    answer: unknown = { accepted: true },
  ): readonly Relayed[] => {
    const outcomes: Relayed[] = [];
    relay.open(from, to, (relayed) => outcomes.push(relayed));
    lines.get(to)?.answer(answer);
    return outcomes;
  };
  return { clock, relay, lines, join, anna, otto, zoe, open, ended };
}
