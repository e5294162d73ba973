import {
  type Credentials,
  credentialsOf,
  type HandshakeOptions,
  type Step,
} from '../../../../actors/peer/wire/handshake.ts';
import { Initiator, type InitiatorOptions } from '../../../../actors/peer/wire/initiator.ts';
import type { Primitives } from '../../../../actors/peer/wire/primitives.ts';
import { Responder } from '../../../../actors/peer/wire/responder.ts';
import { suites } from '../../../../actors/peer/wire/suites.ts';
import { secretOf } from './backends.ts';

/** The suites one by one, each with its number, for those that accept no other. */
export const eachSuite = suites.map((suite) => [suite.number, [suite]] as const);

/** Whose identity, static and ephemeral keys are made of a number each. */
export const partyOf = (primitives: Primitives, number: number): Credentials =>
  credentialsOf(
    primitives.identityKey(secretOf(number)),
    primitives.agreementKey(secretOf(number + 100)),
  );

export const optionsOf = (
  primitives: Primitives,
  number: number,
  changed: Partial<InitiatorOptions> = {},
): InitiatorOptions => ({
  primitives,
  carrier: 'ws',
  network: '',
  suites,
  credentials: partyOf(primitives, number),
  ephemeral: primitives.agreementKey(secretOf(number + 200)),
  random: (length) => new Uint8Array(length).fill(number),
  expected: undefined,
  ...changed,
});

/** Number 1 dials, number 2 listens. */
export function pairOf(
  primitives: Primitives,
  dialling: Partial<InitiatorOptions> = {},
  listening: Partial<HandshakeOptions> = {},
): { readonly initiator: Initiator; readonly responder: Responder } {
  return {
    initiator: new Initiator(optionsOf(primitives, 1, dialling)),
    responder: new Responder(optionsOf(primitives, 2, listening)),
  };
}

/** Changes message number `index` on its way; undefined drops it. */
export type OnPath = (message: Uint8Array, index: number) => Uint8Array | undefined;

/** What each step of each side came to, and all that was sent, as it was sent. */
export interface Told {
  readonly initiator: Step[];
  readonly responder: Step[];
  readonly messages: Uint8Array[];
}

/** Plays both sides until neither has anything to say; who has refused hears nothing more. */
export function play(
  sides: ReturnType<typeof pairOf>,
  onPath: OnPath = (message) => message,
): Told {
  const told: Told = { initiator: [], responder: [], messages: [] };
  const queue: (readonly ['initiator' | 'responder', Uint8Array])[] = [];
  const take = (side: 'initiator' | 'responder', step: Step): void => {
    told[side].push(step);
    const other = side === 'initiator' ? 'responder' : 'initiator';
    for (const message of sentBy(step)) queue.push([other, message]);
  };
  take('initiator', sides.initiator.begin());
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [side, message] = next;
    const arrived = onPath(message, told.messages.length);
    told.messages.push(message);
    const isOver = told[side].at(-1)?.kind === 'refused';
    if (arrived !== undefined && !isOver) take(side, sides[side].receive(arrived));
  }
  return told;
}

export const sentBy = (step: Step | undefined): readonly Uint8Array[] =>
  step === undefined || step.kind === 'refused' ? [] : step.send;

/** In a word: why it was refused, or how far it has come. */
export const wordOf = (step: Step | undefined): string | undefined =>
  step?.kind === 'refused' ? step.because : step?.kind;

/** How both ended, in a word each. */
export const outcome = ({ initiator, responder }: Told): readonly (string | undefined)[] => [
  wordOf(initiator.at(-1)),
  wordOf(responder.at(-1)),
];
