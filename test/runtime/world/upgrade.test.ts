import { describe, expect, it } from 'vitest';
import { ANSWER_BYTES, PASS_BYTES } from '../../../actors/network.ts';
import { fromBase64Url, inBase64Url, refusal } from '../../../runtime/world/upgrade.ts';
import { listening, REFUSED, Stranger, until, upgrade } from './web.fixture.ts';

const bytes = new Uint8Array(ANSWER_BYTES).fill(251);

describe('a header with bytes', () => {
  it('has one way to be written', () => {
    const text = inBase64Url(bytes);
    expect(fromBase64Url(text, ANSWER_BYTES)).toEqual(Buffer.from(bytes));
    const others = [
      `${text}=`,
      `${text} `,
      text.replaceAll('-', '+'),
      text.slice(1),
      '',
      `${text}A`,
    ];
    for (const other of others) expect(fromBase64Url(other, ANSWER_BYTES)).toBe(undefined);
    // The last character holds two bits that say nothing.
    expect(fromBase64Url('AB', 1)).toBe(undefined);
    expect(fromBase64Url('AA', 1)).toEqual(Buffer.from([0]));
    expect(fromBase64Url(undefined, 1)).toBe(undefined);
  });
});

describe('a refusal', () => {
  it('is what SPEC.md says', () => {
    expect(refusal()).toBe(REFUSED);
  });
});

describe('what an upgrade asks for', () => {
  it('is nothing where a header is malformed, or stands twice', async () => {
    const { door, port } = await listening();
    const answer = inBase64Url(bytes);
    const pass = inBase64Url(new Uint8Array(PASS_BYTES));
    new Stranger(port).say(
      upgrade({
        'Holdfast-Answer': answer,
        'holdfast-answer': answer,
        'Holdfast-Pass': `${pass}A`,
      }),
    );
    await until(() => door.asked.length === 1);
    expect(door.asked[0]).toMatchObject({ answer: undefined, pass: undefined });
  });
});
