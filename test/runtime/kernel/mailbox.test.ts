import { describe, expect, it } from 'vitest';
import { type Letter, Mailbox } from '../../../runtime/kernel/mailbox.ts';

const letter = (type: string): Letter => ({
  event: { type },
  attempts: 0,
  ask: undefined,
  told: undefined,
});

describe('a mailbox', () => {
  it('is full at its limit, and takes again once something is taken out', () => {
    const mailbox = new Mailbox(2);
    const isFull = ['a', 'b'].map((type) => {
      mailbox.push(letter(type));
      return mailbox.isFull;
    });
    mailbox.shift();
    expect([...isFull, mailbox.isFull]).toEqual([false, true, false]);
  });

  it('keeps the order of what it holds when a letter is put back', () => {
    const mailbox = new Mailbox(3);
    for (const type of ['a', 'b', 'c']) mailbox.push(letter(type));
    const tried = mailbox.shift() ?? letter('none');
    tried.attempts += 1;
    mailbox.putBack(tried);
    expect(mailbox.takeAll().map(({ event, attempts }) => [event.type, attempts])).toEqual([
      ['a', 1],
      ['b', 0],
      ['c', 0],
    ]);
  });
});
