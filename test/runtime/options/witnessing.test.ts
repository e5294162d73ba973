import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../runtime/options/read.ts';
import { witnessAnswer, witnessingOptions } from '../../../runtime/options/witnessing.ts';
import { formatNoteKey } from '../../../storage/proofs/note-key.ts';
import { cosignerKey } from '../../storage/witness.fixture.ts';
import { refusalOf } from './refusal.ts';

const verifierKey = formatNoteKey(cosignerKey);
const post = async () => ({ status: 200, body: '' });
const read = (given: unknown) => readOptions(witnessingOptions, 'witnessedBy', given);

describe('a witness that a log is told of', () => {
  it('has ten seconds, if nothing else is said', () => {
    expect(read({ verifierKey, post })).toEqual({
      verifierKey: cosignerKey,
      post,
      timeoutMs: 10_000,
    });
  });

  it.each([
    [{ verifierKey }, 'TypeError: witnessedBy.post must be a function, got undefined'],
    [
      { verifierKey, post, timeoutMs: 0 },
      'RangeError: witnessedBy.timeoutMs must be a number from 1 to 600000, got 0',
    ],
    [{ verifierKey, post, url: '' }, 'TypeError: witnessedBy.url is not an option'],
  ])('is none if it is %j', (given, because) => {
    expect(refusalOf(() => read(given))).toBe(because);
  });
});

describe('what a witness answers', () => {
  it('is a status and a body, whatever else is there', () => {
    const answer = { status: 200, body: 'a' };
    expect(readOptions(witnessAnswer, 'post', { ...answer, contentType: 'b' })).toEqual(answer);
  });

  it.each([
    [undefined, 'TypeError: post must be { status, body }, got undefined'],
    [{ status: '200', body: '' }, 'TypeError: post.status must be a number, got "200"'],
    [{ status: 200 }, 'TypeError: post.body must be a string, got undefined'],
  ])('is none if it is %j', (given, because) => {
    expect(refusalOf(() => readOptions(witnessAnswer, 'post', given))).toBe(because);
  });
});
