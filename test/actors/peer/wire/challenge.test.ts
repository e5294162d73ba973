import { describe, expect, it } from 'vitest';
import {
  bitsOf,
  CHALLENGE_MS_MAX,
  judgeAnswer,
  poseChallenge,
  workAt,
} from '../../../../actors/peer/wire/challenge.ts';
import { concat, hex, text, u64 } from '../../../../storage/bytes.ts';
import fc from '../../../fast-check.ts';
import { everyFlip } from '../../../storage/sealing.ts';
import { backends, secretOf } from './backends.ts';

const address = new Uint8Array(16).fill(1);
const random = new Uint8Array(16).fill(2);
const nowMs = 1_800_000_000_000;
const untilMs = nowMs + CHALLENGE_MS_MAX;
const nothing = new Uint8Array(0);

for (const [name, primitives] of backends) {
  describe(`a challenge by ${name}`, () => {
    const pose = (bits: number, until = untilMs): Uint8Array =>
      poseChallenge(primitives, secretOf(7), address, { bits, untilMs: until, random });
    const answered = (bits: number, until = untilMs): Uint8Array =>
      workAt(primitives, pose(bits, until), 0, 1 << 14) ?? nothing;
    const judged = (answer: Uint8Array, now = nowMs, from = address): string =>
      judgeAnswer(primitives, secretOf(7), from, answer, now).kind;

    it('stands byte by byte as the specification has it', () => {
      const body = concat(Uint8Array.of(9), u64(untilMs), random);
      const mac = primitives.mac(secretOf(7), text('holdfast/v1/challenge'), address, body);
      expect(hex(pose(9))).toBe(hex(body) + hex(mac.subarray(0, 16)));
    });

    it('is answered by work, which costs its judge one hash', () => {
      const answer = answered(8);
      expect(hex(primitives.sha256(text('holdfast/v1/work'), answer)).startsWith('00')).toBe(true);
      expect(judgeAnswer(primitives, secretOf(7), address, answer, nowMs)).toEqual({
        kind: 'good',
        challenge: pose(8),
        untilMs,
      });
    });

    it('is answered by other work no more than by none', () => {
      const challenge = pose(12);
      const first = workAt(primitives, challenge, 0, 1 << 14) ?? nothing;
      expect(judged(concat(challenge, u64(2 ** 40)))).toBe('unsolved');
      expect(judged(concat(pose(12, untilMs - 1), first.subarray(41)))).toBe('unsolved');
    });

    it('is of its address, of its time and of whoever posed it', () => {
      const answer = answered(0);
      const others = [
        judged(answer, nowMs, address.with(15, 2)),
        judgeAnswer(primitives, secretOf(8), address, answer, nowMs).kind,
        judged(answer, untilMs),
        judged(answer, untilMs + 1),
        judged(answered(0, untilMs + 1)),
        judged(answer.subarray(1)),
        judged(nothing),
      ];
      expect(others).toEqual([
        'forged',
        'forged',
        'good',
        'expired',
        'expired',
        'malformed',
        'malformed',
      ]);
    });

    it('is made no easier, no later and no other by whoever got it', () => {
      const verdicts = everyFlip(pose(0)).map((challenge) => judged(concat(challenge, u64(0))));
      expect(new Set(verdicts)).toEqual(new Set(['forged']));
    });

    it('is worked at in pieces, and up to 22 bits', () => {
      const challenge = pose(10);
      const whole = workAt(primitives, challenge, 0, 1 << 14);
      let found: Uint8Array | undefined;
      for (let from = 0; found === undefined; from += 100) {
        found = workAt(primitives, challenge, from, 100);
      }
      expect(found).toEqual(whole);
      expect([0, 22, 23, 255].map((bits) => bitsOf(pose(bits)))).toEqual([
        0,
        22,
        undefined,
        undefined,
      ]);
      expect(bitsOf(challenge.subarray(1))).toBeUndefined();
    });

    it('is forged or malformed of any bytes, and never an exception', () => {
      const any = fc.oneof(
        fc.uint8Array({ maxLength: 60 }),
        fc.uint8Array({ minLength: 49, maxLength: 49 }),
      );
      const judge = fc.property(any, (bytes) => {
        expect(['forged', 'malformed']).toContain(judged(bytes));
      });
      fc.assert(judge, { numRuns: 500 });
    });
  });
}
