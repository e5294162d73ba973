import type { Primitives } from '../../../../actors/peer/wire/primitives.ts';
import { primitives } from '../../../../runtime/world/primitives.ts';
import { Secret } from '../../../../storage/secret.ts';
import { oracle } from './oracle.ts';

export const backends: readonly (readonly [string, Primitives])[] = [
  ['node:crypto', primitives],
  ['@noble', oracle],
];

export const unhex = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, 'hex'));

/** 32 times the same byte. */
export const secretOf = (byte: number): Secret => Secret.of(new Uint8Array(32).fill(byte));
