import { encodings, type Frame } from '../../../../actors/peer/wire/frame.ts';
import fc from '../../../fast-check.ts';

const u32 = fc.nat({ max: 0xffff_ffff });
const raw = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const bit = fc.boolean();
const text = (minLength: number) => fc.string({ unit: 'binary', minLength, maxLength: 32 });

const payload = fc
  .record({
    encoding: fc.constantFrom(...encodings),
    part: fc.uint8Array({ maxLength: 200 }),
    more: fc.nat({ max: 1000 }),
  })
  .map(({ encoding, part, more }) =>
    encoding === 'nothing'
      ? { encoding, part: new Uint8Array(), size: 0 }
      : { encoding, part, size: part.length + more },
  );

/** Any frame that may stand in the middle of a message. */
export const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc
    .tuple(u32, u32, text(1), payload)
    .map(
      ([id, timeoutMs, name, rest]): Frame => ({ kind: 'request', id, timeoutMs, name, ...rest }),
    ),
  fc
    .tuple(u32, bit, payload)
    .map(([id, is, rest]): Frame => ({ kind: is ? 'response' : 'item', id, ...rest })),
  fc
    .tuple(u32, fc.constantFrom('stream' as const, 'end' as const, 'cancel' as const))
    .map(([id, kind]): Frame => ({ kind, id })),
  fc
    .tuple(u32, fc.uint8Array({ minLength: 1, maxLength: 200 }), bit)
    .map(
      ([id, part, is]): Frame =>
        is ? { kind: 'data', id, part } : { kind: 'relay', circuit: id, part },
    ),
  fc
    .tuple(u32, u32, bit, text(1), text(0))
    .map(([id, retryAfterMs, retryable, code, message]): Frame => {
      return { kind: 'error', id, retryAfterMs, retryable, code, message };
    }),
  fc.tuple(u32, u32).map(([id, bytes]): Frame => ({ kind: 'credit', id, bytes })),
  fc.tuple(raw(8), bit).map(([nonce, is]): Frame => ({ kind: is ? 'ping' : 'pong', nonce })),
  raw(40).map((pass): Frame => ({ kind: 'pass', pass })),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 200 }), bit)
    .map(([part, is]): Frame => ({ kind: is ? 'offer' : 'answer', part })),
  bit.map((is): Frame => ({ kind: is ? 'rekey' : 'switch' })),
);
