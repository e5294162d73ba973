import { expect, it } from 'vitest';
import { peerIdOf } from '../../../actors/peer/wire/peer-id.ts';
import { blameOptions, importOptions, savedBlame } from '../../../runtime/options/blacklist.ts';
import { readOptions } from '../../../runtime/options/read.ts';
import { formatNoteKey } from '../../../storage/proofs/note-key.ts';

const keyOf = (name: string, type: 1 | 4 = 1) =>
  formatNoteKey({ name, type, publicKey: new Uint8Array(32).fill(7) });

it('a list is imported by the keys of 1 to 16 others', () => {
  const read = (signers: unknown) => readOptions(importOptions, 'import', { signers });
  expect(read([keyOf('shop')]).signers.map(({ name }) => name)).toEqual(['shop']);
  const bad: [unknown, string][] = [
    [undefined, 'must be a list of 1 to 16 verifier keys'],
    [[], 'must be a list of 1 to 16 verifier keys'],
    [Array(17).fill(keyOf('shop')), 'must be a list of 1 to 16 verifier keys'],
    [[keyOf('shop', 4)], 'its type is 4 instead of 1'],
    [['shop'], 'must be a verifier key'],
    [[keyOf('here')], 'must be of another name than here'],
  ];
  for (const [signers, refusal] of bad) expect(() => read(signers)).toThrow(refusal);
});

it('a reason is one line that can be read', () => {
  const read = (reason: unknown) => readOptions(blameOptions, 'blame', { reason });
  expect(read('floods').reason).toBe('floods');
  for (const reason of ['', 'a\nb', 'x'.repeat(201), 7, undefined]) {
    expect(() => read(reason)).toThrow('blame.reason must be one line of 1 to 200 characters');
  }
});

it('what was saved of one that is listed is read as it was', () => {
  const saved = { v: 1, reason: 'floods', by: 'shop', line: 3, sinceMs: 5 };
  expect(savedBlame.parse(saved)).toEqual(saved);
  expect(savedBlame.safeParse({ ...saved, by: peerIdOf, v: 2 }).success).toBe(false);
});
