import { describe, expect, it } from 'vitest';
import { text, u32 } from '../../../storage/bytes.ts';
import { toBase64 } from '../../../storage/proofs/notation.ts';
import {
  formatWitnessRequest,
  parseWitnessRequest,
} from '../../../storage/proofs/witness-request.ts';
import fc from '../../fast-check.ts';
import { checkpointAt } from '../witness.fixture.ts';
import { leafAt, reasonOf } from './rfc6962.ts';

/** The example of c2sp.org/tlog-witness. */
const example = `old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurm\
RDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZ\
dXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
`;

const refused = (body: string | Uint8Array): string | undefined =>
  reasonOf(() => parseWitnessRequest(typeof body === 'string' ? text(body) : body));

describe('a request to a witness', () => {
  it('is that of the specification', () => {
    const request = parseWitnessRequest(text(example));
    expect([request.oldSize, request.proof.map(toBase64), request.note.signatures.length]).toEqual([
      20_852_014,
      example.split('\n').slice(1, 5),
      2,
    ]);
    expect(Buffer.from(formatWitnessRequest(request)).toString()).toBe(example);
  });

  it('is read as it was written', () => {
    const proof = fc.array(fc.nat(50).map(leafAt), { maxLength: 63 });
    fc.assert(
      fc.property(fc.maxSafeNat(), proof, fc.nat(50), (oldSize, hashes, size) => {
        const request = { oldSize, proof: hashes, note: checkpointAt(size) };
        expect(parseWitnessRequest(formatWitnessRequest(request))).toEqual(request);
      }),
    );
  });

  it.each([
    ['old 5\n', 'no empty line comes before its checkpoint'],
    ['\n\n', 'its first line is not "old" and a decimal number up to 2^53 - 1'],
    ['old 05\n\n', 'its first line is not "old" and a decimal number up to 2^53 - 1'],
    ['old  5\n\n', 'its first line is not "old" and a decimal number up to 2^53 - 1'],
    ['old 9007199254740992\n\n', 'its first line is not "old" and a decimal number up to 2^53 - 1'],
    ['old 5\r\n\n', 'its first line is not "old" and a decimal number up to 2^53 - 1'],
    ['old 5\nAAAA\n\n', 'hash 1 of its proof is not 32 bytes in base64'],
    [`old 5\n${'A'.repeat(43)}=\nx\n\n`, 'hash 2 of its proof is not 32 bytes in base64'],
    [`old 5\n${'\n'.padStart(45, 'A')}\n\n`, 'hash 1 of its proof is not 32 bytes in base64'],
    [`old 5\n${'x\n'.repeat(64)}\n`, 'its proof has 64 hashes of at most 63'],
    [Uint8Array.of(0xff, 10, 10), 'it is no UTF-8'],
    [new Uint8Array(65_537), 'it has 65537 bytes of at most 65536'],
  ])('is none if it is %j', (body, because) => {
    expect(refused(body)).toBe(`the request is malformed: ${because}`);
  });

  it('is none with a checkpoint that is no note', () => {
    expect(refused('old 0\n\nexample.com/log\n')).toBe(
      'the note is malformed: no empty line comes before its signatures',
    );
  });
});

it('bytes of any kind are a request, or refused with the reason', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), (bytes, n) => {
      reasonOf(() => parseWitnessRequest(bytes));
      reasonOf(() => parseWitnessRequest(text(`old ${n}\n\n${Buffer.from(bytes).toString()}`)));
      reasonOf(() => parseWitnessRequest(u32(n % 2 ** 32)));
    }),
  );
});
