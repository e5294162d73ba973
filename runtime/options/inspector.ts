import { z } from 'zod';
import { token } from './diagnostics.ts';
import { oneOf } from './number.ts';

const HOST = 'must be the name of a host, without a port';
const FIELD = 'must be a string of 1 to 64 characters';
const CONTROL = 'must be false, true, or an object with a token';

export const inspectorOptions = z.strictObject(
  {
    token: token.optional().describe('whoever bears it may look; by default 256 random bits'),
    hosts: z
      .array(z.string({ error: HOST }).regex(/^(?:[\w.-]{1,253}|\[[\da-fA-F:.]{2,45}\])$/, HOST), {
        error: 'must be an array of names of hosts',
      })
      .max(32)
      .default([])
      .describe('by which it may be asked for, besides those of loopback'),
    control: z
      .union([z.boolean(), z.strictObject({ token: token.optional() })], { error: CONTROL })
      .default(false)
      .transform((given) => (given === true ? {} : given))
      .describe('whether somebody may command, by a token of its own; its token, or one is drawn'),
    show: z
      .array(z.string({ error: FIELD }).min(1, FIELD).max(64, FIELD), {
        error: 'must be an array of names',
      })
      .max(256)
      .default([])
      .describe('fields of contexts, outputs and errors whose text may be told'),
  },
  { error: 'must be an object' },
);

export type InspectorOptions = z.output<typeof inspectorOptions>;
export type InspectorOptionsInput = z.input<typeof inspectorOptions>;

const TARGET = 'must be a string of 1 to 500 characters';
const REASON = 'must be one line of 1 to 500 characters that can be seen';
/** It is read in logs and terminals: nothing in it moves, turns or hides what stands beside it. */
const LINE = /^[^\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]*$/u;
const VISIBLE = /[^\p{C}\p{Z}]/u;
const INDEX = 'must be a whole number';

/** What is asked of an inspector that may command. */
export const inspectorCommand = z.strictObject(
  {
    do: oneOf([
      ...(['breaker.isolate', 'breaker.release', 'actor.restart'] as const),
      ...(['peer.ban', 'peer.unban'] as const),
    ]),
    target: z.string({ error: TARGET }).min(1, TARGET).max(500, TARGET),
    reason: z
      .string({ error: REASON })
      .trim()
      .max(500, REASON)
      .regex(LINE, REASON)
      .regex(VISIBLE, REASON),
  },
  { error: 'must be an object' },
);

const index = z
  .string()
  .regex(/^\d{1,15}$/, INDEX)
  .transform(Number);
const word = z.string().min(1).max(500);

/** Which records are asked for; nothing is the newest. */
export const inspectorRange = z.strictObject({
  fromIndex: index.optional(),
  toIndex: index.optional(),
  type: word.optional(),
  subject: word.optional(),
});

export type InspectorCommand = z.output<typeof inspectorCommand>;
export type InspectorRange = z.output<typeof inspectorRange>;
