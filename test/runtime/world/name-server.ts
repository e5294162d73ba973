import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** What is answered; `silent` is nothing at all. */
export type Answer =
  | { readonly address: string; readonly ttlS: number }
  | 'absent'
  | 'failing'
  | 'garbage'
  | 'silent';

const codes = { absent: 3, failing: 2 } as const;

/** RFC 1035: labels from byte 12 on, each after its length. */
function nameIn(question: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; (question[at] ?? 0) > 0; at += 1 + (question[at] ?? 0)) {
    labels.push(question.toString('latin1', at + 1, at + 1 + (question[at] ?? 0)));
  }
  return labels.join('.');
}

function replyTo(question: Buffer, answer: Exclude<Answer, 'silent'>): Buffer {
  if (answer === 'garbage') return Buffer.concat([question.subarray(0, 2), Buffer.of(0x81)]);
  // The question ends with 00, its type and its class.
  const end = question.indexOf(0, 12) + 5;
  const reply = Buffer.from(question.subarray(0, end));
  reply.writeUInt16BE(0x81_80 | (typeof answer === 'string' ? codes[answer] : 0), 2);
  reply.writeUInt16BE(typeof answer === 'string' ? 0 : 1, 6);
  reply.writeUInt32BE(0, 8);
  if (typeof answer === 'string') return reply;
  const record = Buffer.alloc(16);
  record.set([0xc0, 12, 0, 1, 0, 1]);
  record.writeUInt32BE(answer.ttlS, 6);
  record.writeUInt16BE(4, 10);
  record.set(answer.address.split('.').map(Number), 12);
  return Buffer.concat([reply, record]);
}

/** A name server on this machine, over UDP. */
export async function nameServer(answerTo: (name: string) => Answer) {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (question, { port, address }) => {
    const name = nameIn(question);
    asked.push(name);
    const answer = answerTo(name);
    if (answer !== 'silent') socket.send(replyTo(question, answer), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    close: (): void => {
      socket.close();
    },
  };
}
