import { describe, expect, it } from 'vitest';
import { GuestLine } from '../../../../runtime/world/vm/guest-line.ts';

function frame(kind: number, text: string | Uint8Array, length?: number): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(length ?? payload.length);
  head[4] = kind;
  return Buffer.concat([head, payload]);
}

/** A line whose guest is there; `heard` is what the host was told, `said` what the guest was. */
function lined({ isReady = true, resultBytesMax = 100 } = {}) {
  const heard: unknown[] = [];
  const said: Buffer[] = [];
  const line = new GuestLine((bytes) => said.push(Buffer.from(bytes)), {
    onReady: () => heard.push('ready'),
    onPrinted: (text) => heard.push({ printed: text }),
    onHostCall: (id, name, input) => heard.push({ id, name, input }),
    onOutcome: (outcome) => heard.push(outcome),
    onPong: (nonce) => heard.push({ pong: nonce }),
    onViolated: (violated) => heard.push({ violated }),
  });
  if (isReady) {
    line.receive(frame(1, ''));
    line.call({ code: '1', input: 'null', resultBytesMax });
    heard.length = 0;
  }
  return { line, heard, said };
}

const returned = (output: string) => ({ ok: true, output });

describe('the line to a guest', () => {
  it('hears what a guest may say, however it is cut', () => {
    const { line, heard } = lined();
    const all = Buffer.concat([
      frame(2, 'hé\n'),
      frame(3, '{"id":1,"name":"time","input":"{\\"a\\":1}"}'),
      frame(6, 'n-1'),
      frame(4, '{"a":1}'),
    ]);
    for (const byte of all) line.receive(Uint8Array.of(byte));
    expect(heard).toEqual([
      { printed: 'hé\n' },
      { id: 1, name: 'time', input: '{"a":1}' },
      { pong: 'n-1' },
      returned('{"a":1}'),
    ]);
  });

  it('says each thing in a frame of its own', () => {
    const { line, said } = lined();
    line.answer(7, { output: '[]' });
    line.answer(8, { refused: 'no' });
    line.ping('n-1');
    line.seed('00ff', 5);
    expect(said).toEqual([
      frame(1, '{"code":"1","input":"null","resultBytesMax":100}'),
      frame(2, '{"id":7,"output":"[]"}'),
      frame(2, '{"id":8,"refused":"no"}'),
      frame(3, 'n-1'),
      frame(4, '{"seedHex":"00ff","wallMs":5}'),
    ]);
  });

  it('takes a failure for what it says', () => {
    const { line, heard } = lined();
    line.receive(frame(5, '{"fault":"VM_ERROR","message":"Error: no"}'));
    expect(heard).toEqual([{ ok: false, fault: 'VM_ERROR', message: 'Error: no' }]);
  });

  it.each([
    ['a kind there is not', frame(9, ''), 'a frame of no kind'],
    ['a second ready', frame(1, ''), 'ready at the wrong time'],
    [
      'more text than may be printed at once, before it has come',
      frame(2, '', 65_537),
      'printed of 65537 bytes, of at most 65536',
    ],
    [
      'a result above its limit, before it has come',
      frame(4, '', 101),
      'returned of 101 bytes, of at most 100',
    ],
    ['the longest there is', frame(5, '', 2 ** 32 - 1), /^failed of 4294967295 bytes/],
    ['a result that is no JSON', frame(4, '{"a":'), 'what should be JSON is not'],
    ['text that is no UTF-8', frame(2, Uint8Array.of(0xff)), 'printed is no UTF-8'],
    [
      'a fault that only the host may find',
      frame(5, '{"fault":"VM_TIMEOUT","message":""}'),
      'no fault of a guest',
    ],
    ['a message that is none', frame(5, '{"fault":"VM_ERROR"}'), 'no message of a guest'],
    ['a host call without an id', frame(3, '{"name":"a","input":"1"}'), 'no id of a call'],
    ['a host call without a name', frame(3, '{"id":1,"input":"1"}'), 'no name of a host call'],
    [
      'a host call whose input is no JSON',
      frame(3, '{"id":1,"name":"a","input":"x"}'),
      'what should be JSON is not',
    ],
    [
      'a host call of more bytes than there may be',
      frame(3, JSON.stringify({ id: 1, name: 'a', input: JSON.stringify('€'.repeat(4e5)) })),
      'no input of a host call',
    ],
    ['a host call that is no object', frame(3, 'null'), 'no object'],
  ])('is violated by %s, and hears no more', (_, bytes, because) => {
    const { line, heard } = lined();
    line.receive(bytes);
    line.receive(frame(4, '1'));
    const violated = typeof because === 'string' ? because : expect.stringMatching(because);
    expect(heard).toEqual([{ violated }]);
  });

  it.each([
    ['printed', 2],
    ['hostCall', 3],
    ['returned', 4],
    ['failed', 5],
  ])('is violated by %s without a call', (kind, number) => {
    const { line, heard } = lined();
    line.receive(frame(4, '1'));
    line.receive(frame(number, ''));
    expect(heard).toEqual([returned('1'), { violated: `${kind} without a call` }]);
  });

  it('is violated by whatever comes before ready', () => {
    const { line, heard } = lined({ isReady: false });
    line.receive(frame(6, 'n'));
    expect(heard).toEqual([{ violated: 'pong at the wrong time' }]);
  });

  it('hears and says nothing once it is closed, not even the rest of what came together', () => {
    const { line, heard, said } = lined();
    line.close();
    line.receive(frame(4, '1'));
    line.ping('n');
    expect([heard, said.length]).toEqual([[], 1]);
  });
});
