import { describe, expect, it } from 'vitest';
import { inputJson, outputOf } from '../../runtime/guest-work.ts';
import { boxCallOptions } from '../../runtime/options/sandbox.ts';

const order = {
  ...boxCallOptions.parse({}),
  code: 'a',
  input: 'null',
  host: {},
  held: { bytes: 0 },
};
const details = { isolation: 'isolate' };

describe('what a guest is given and gives', () => {
  it('is JSON', () => {
    expect([inputJson(undefined), inputJson({ a: 1 })]).toEqual(['null', '{"a":1}']);
    const most = 'x'.repeat(2 ** 24 - 2);
    expect(inputJson(most)).toBe(`"${most}"`);
    const larger = 'input must have at most 16777216 bytes as JSON, got 16777217';
    expect(() => inputJson(`${most}x`)).toThrow(new RangeError(larger));
    const endless: Record<string, unknown> = {};
    endless.self = endless;
    expect(() => inputJson(endless)).toThrow(new TypeError('input must be JSON'));
    expect(outputOf({ ok: true, output: '{"a":1}' }, order, details)).toEqual({ a: 1 });
    expect(() => outputOf({ ok: true, output: '{' }, order, details)).toThrow(
      'what the sandbox returned is no JSON',
    );
  });

  it('steers no terminal, however it words its error', () => {
    const outcome = { ok: false, fault: 'VM_ERROR', message: 'Error: \u001b[2J' } as const;
    expect(() => outputOf(outcome, order, details)).toThrow('Error: \\u001b[2J');
  });

  it('changes no prototype of the host', () => {
    const output = outputOf({ ok: true, output: '{"__proto__":{"isAdmin":true}}' }, order, details);
    expect([Object(output).isAdmin, Object({}).isAdmin]).toEqual([undefined, undefined]);
  });
});
