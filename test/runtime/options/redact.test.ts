import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../runtime/options/read.ts';
import { redactedFields } from '../../../runtime/options/redact.ts';
import { refusalOf } from './refusal.ts';

const refusal = (given: unknown): string =>
  refusalOf(() => readOptions(redactedFields, 'redact', given));

describe('the fields to redact', () => {
  it('are dotted names, none by default', () => {
    const paths = ['subject', 'data', 'data.card.number', 'data.a b.ü', 'identity'];
    expect(readOptions(redactedFields, 'redact', paths)).toEqual(paths);
    expect(readOptions(redactedFields, 'redact', undefined)).toEqual([]);
  });

  it.each<[unknown, string]>([
    ['data', 'TypeError: redact must be an array of dotted names, got "data"'],
    [[7], 'TypeError: redact.0 must be dotted names, of at most 200 characters in all, got 7'],
    [[''], 'RangeError: redact.0 must be dotted names, of at most 200 characters in all, got ""'],
    [
      ['data', 'data..a'],
      'RangeError: redact.1 must be dotted names, of at most 200 characters in all, got "data..a"',
    ],
    [
      Array.from({ length: 65 }, () => 'data'),
      'RangeError: redact must be at most 64 fields, got an array',
    ],
    ...['id', 'type', 'time', 'source', 'specversion', 'auditindex', 'time.zone'].map(
      (name): [unknown, string] => [
        [name],
        `RangeError: redact.0 must name a field that an event can do without, got "${name}"`,
      ],
    ),
  ])('are refused if they are %o', (given, refused) => {
    expect(refusal(given)).toBe(refused);
  });
});
