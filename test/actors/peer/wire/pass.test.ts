import { describe, expect, it } from 'vitest';
import { grantPass, isPassGood } from '../../../../actors/peer/wire/pass.ts';
import { hex, text, u64 } from '../../../../storage/bytes.ts';
import { everyFlip } from '../../../storage/sealing.ts';
import { backends, secretOf } from './backends.ts';

const random = new Uint8Array(16).fill(2);
const untilMs = 1_800_000_000_000;

describe.each(backends)('a pass by %s', (_, primitives) => {
  const pass = grantPass(primitives, secretOf(7), untilMs, random);
  const isGood = (given: Uint8Array, nowMs = untilMs): boolean =>
    isPassGood(primitives, secretOf(7), given, nowMs);

  it('stands byte by byte as the specification has it', () => {
    const mac = primitives.mac(secretOf(7), text('holdfast/v1/pass'), u64(untilMs), random);
    expect(hex(pass)).toBe(hex(u64(untilMs)) + hex(random) + hex(mac.subarray(0, 16)));
  });

  it('is good until its time, as it was granted, and by whoever granted it', () => {
    expect([isGood(pass), isGood(pass, untilMs + 1)]).toEqual([true, false]);
    expect(isPassGood(primitives, secretOf(8), pass, untilMs)).toBe(false);
    const others = [...everyFlip(pass), pass.subarray(1), new Uint8Array(41), new Uint8Array(0)];
    expect(others.filter((other) => isGood(other))).toEqual([]);
  });
});
