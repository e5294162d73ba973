import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hex } from '../../storage/bytes.ts';
import {
  beginSealing,
  decodeSealing,
  encodeSealing,
  formatSealingStart,
  isSameSealing,
  parseSealingStart,
  type Sealing,
  sealEnd,
} from '../../storage/sealing.ts';
import { Secret } from '../../storage/secret.ts';
import { storeId } from './log-stage.ts';

const endOf = (segment: number, size = segment * 10) => ({
  segment,
  size,
  chain: new Uint8Array(32).fill(segment),
});

const start = () => ({ segment: 7, key: Secret.of(new Uint8Array(32).fill(1)) });

/** The seals over the ends of segments 7, 8, … */
const sealed = (...ends: readonly ReturnType<typeof endOf>[]): Sealing =>
  ends.reduce((sealing, end) => sealEnd(sealing, storeId, end), beginSealing(start()));

describe('the seals of a log', () => {
  it('are as they are said to be', () => {
    let key = Buffer.alloc(32, 1);
    let aggregate = Buffer.alloc(32);
    for (const segment of [7, 8]) {
      const place = Buffer.alloc(12);
      place.writeUInt32BE(segment, 0);
      place.writeBigUInt64BE(BigInt(segment * 10), 4);
      const chain = Buffer.alloc(32, segment);
      const message = Buffer.concat([Buffer.from('sealing'), storeId, place, chain]);
      const seal = createHmac('sha256', key).update(message).digest();
      aggregate = createHash('sha256').update(aggregate).update(seal).digest();
      key = Buffer.from(hkdfSync('sha256', key, storeId, 'holdfast/v1/sealing', 32));
    }
    const head = Buffer.from('0000000700000009', 'hex');
    expect(hex(encodeSealing(sealed(endOf(7), endOf(8))))).toBe(
      Buffer.concat([head, aggregate, key]).toString('hex'),
    );
  });

  it.each([
    ['a size', [endOf(7, 71), endOf(8)]],
    ['a chain', [{ ...endOf(7), chain: new Uint8Array(32) }, endOf(8)]],
    ['one that is missing', [endOf(7)]],
    ['one more', [endOf(7), endOf(8), endOf(9)]],
  ])('differ by %s', (_, ends) => {
    const whole = sealed(endOf(7), endOf(8));
    expect([
      isSameSealing(whole, sealed(...ends)),
      isSameSealing(whole, sealed(endOf(7), endOf(8))),
    ]).toEqual([false, true]);
  });

  it('are in the order of the segments', () => {
    expect(() => sealed(endOf(8))).toThrow(new RangeError('segment must be 7, got 8'));
  });

  it('come back as they were written', () => {
    const whole = encodeSealing(sealed(endOf(7)));
    const back = decodeSealing(whole);
    expect([back && hex(encodeSealing(back)), decodeSealing(encodeSealing(undefined))]).toEqual([
      hex(whole),
      undefined,
    ]);
  });

  it('begin with what a verifier keeps, as one line', () => {
    const line = formatSealingStart(start(), storeId);
    const { segment, key } = parseSealingStart(`${line}\n`, storeId);
    expect([line, segment, key.equals(Secret.of(new Uint8Array(32).fill(1)))]).toEqual([
      `holdfast-seals+${hex(storeId)}+7+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=`,
      7,
      true,
    ]);
  });

  it.each([
    ['', 'it does not begin with holdfast-seals'],
    [`holdfast-seals+00+7+AQE=`, 'it is of another log'],
    [`holdfast-seals+${hex(storeId)}+0+AQE=`, 'it names no segment'],
    [`holdfast-seals+${hex(storeId)}+4294967296+AQE=`, 'it names no segment'],
    [`holdfast-seals+${hex(storeId)}+7+AQE=`, 'its key is not 32 bytes in base64'],
  ])('are refused a start such as %j', (line, because) => {
    expect(() => parseSealingStart(line, storeId)).toThrow(
      expect.objectContaining({
        code: 'UNPROVEN',
        message: `the start of the seals is refused: ${because}`,
      }),
    );
  });
});
