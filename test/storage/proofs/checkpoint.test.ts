import { describe, expect, it } from 'vitest';
import {
  type Checkpoint,
  formatCheckpoint,
  parseCheckpoint,
} from '../../../storage/proofs/checkpoint.ts';
import { hashAbove } from '../../../storage/proofs/tree.ts';
import fc from '../../fast-check.ts';
import { bytes32 } from '../store.fixture.ts';
import { reasonOf } from './rfc6962.ts';

const root = 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=';
const empty = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';

/** The example of the specification. */
const example = `example.com/behind-the-sofa\n20852163\n${root}\n`;

const refused = (text: string): string | undefined =>
  reasonOf(() => parseCheckpoint(text))?.replace('the checkpoint is malformed: ', '');

const lines = fc.string({ minLength: 1 }).filter((line) => !line.includes('\n'));

const checkpoints: fc.Arbitrary<Checkpoint> = fc.record({
  origin: lines,
  size: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  root: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  extensions: fc.array(lines, { maxLength: 3 }),
});

describe('a checkpoint', () => {
  it('is read as in the example of its specification', () => {
    expect(parseCheckpoint(example)).toEqual({
      origin: 'example.com/behind-the-sofa',
      size: 20_852_163,
      root: Uint8Array.from(Buffer.from(root, 'base64')),
      extensions: [],
    });
    expect(formatCheckpoint(parseCheckpoint(example))).toBe(example);
  });

  it('comes back as it was', () => {
    fc.assert(
      fc.property(checkpoints, (checkpoint) => {
        expect(parseCheckpoint(formatCheckpoint(checkpoint))).toEqual(checkpoint);
      }),
    );
  });

  it('keeps the lines that it has more', () => {
    expect(parseCheckpoint(`${example}a b\nc\n`).extensions).toEqual(['a b', 'c']);
  });

  it('of an empty tree has the root of an empty tree', () => {
    expect(parseCheckpoint(`a\n0\n${empty}\n`).root).toEqual(hashAbove([]));
    expect(refused(`a\n0\n${root}\n`)).toBe('its root is not that of an empty tree');
  });

  it.each([
    ['nothing', '', 'its last line has no line feed'],
    ['no line feed at its end', example.slice(0, -1), 'its last line has no line feed'],
    ['two lines', 'a\n1\n', 'it has less than three lines'],
    ['no origin', `\n1\n${root}\n`, 'line 1 is empty'],
    ['no size', `a\n\n${root}\n`, 'line 2 is empty'],
    ['an empty line at its end', `${example}\n`, 'line 4 is empty'],
    ['an empty line between', `${example}\na\n`, 'line 4 is empty'],
    ['a leading zero', `a\n01\n${root}\n`, 'its size is no decimal number up to 2^53 - 1'],
    ['a negative size', `a\n-1\n${root}\n`, 'its size is no decimal number up to 2^53 - 1'],
    ['a size with a space', `a\n1 \n${root}\n`, 'its size is no decimal number up to 2^53 - 1'],
    ['a size of 2^53', `a\n${2 ** 53}\n${root}\n`, 'its size is no decimal number up to 2^53 - 1'],
    ['half a root', `a\n1\n${root.slice(0, 24)}\n`, 'its root is not 32 bytes in base64'],
    [
      'a root in another base64',
      `a\n1\n${root.replace('/', '_')}\n`,
      'its root is not 32 bytes in base64',
    ],
    [
      'a root with a stray bit',
      `a\n1\n${root.replace('I=', 'J=')}\n`,
      'its root is not 32 bytes in base64',
    ],
  ])('is refused with %s', (_, text, reason) => expect(refused(text)).toBe(reason));

  it.each<[string, Partial<Checkpoint>, Error]>([
    [
      'an origin',
      { origin: '' },
      new TypeError('origin and extensions must be lines that are not empty'),
    ],
    [
      'an origin of one line',
      { origin: 'a\nb' },
      new TypeError('origin and extensions must be lines that are not empty'),
    ],
    [
      'extensions that are lines',
      { extensions: [''] },
      new TypeError('origin and extensions must be lines that are not empty'),
    ],
    [
      'a whole root',
      { root: new Uint8Array(31) },
      new TypeError('root must have 32 bytes, got 31'),
    ],
    [
      'a whole size',
      { size: 0.5 },
      new RangeError('size must be a whole number from 0 to 2^53 - 1, got 0.5'),
    ],
    [
      'a size from 0',
      { size: -1 },
      new RangeError('size must be a whole number from 0 to 2^53 - 1, got -1'),
    ],
  ])('is not made without %s', (_, wrong, error) => {
    const whole = { origin: 'a', size: 1, root: bytes32(1), extensions: [] };
    expect(() => formatCheckpoint({ ...whole, ...wrong })).toThrow(error);
  });
});
