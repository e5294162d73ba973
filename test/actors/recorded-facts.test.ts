import { describe, expect, it } from 'vitest';
import { RecordedFacts } from '../../actors/recorded-facts.ts';

const never: Promise<unknown> = new Promise(() => {});

describe('a fact that somebody waits for', () => {
  it('is told once its record is durable, and is the only record that is taken', async () => {
    const appended: string[] = [];
    const taken: boolean[] = [];
    const facts: RecordedFacts = new RecordedFacts(
      {
        tell: (type) => {
          taken.push(facts.take(Buffer.from(type)), facts.take(Buffer.from('another')));
          return '';
        },
      },
      async (record) => appended.push(`${Buffer.from(record)}`),
    );
    taken.push(facts.take(Buffer.from('before')));
    await facts.tell('audit.shredding', 'audit', {});
    taken.push(facts.take(Buffer.from('after')));
    expect([appended, taken]).toEqual([['audit.shredding'], [false, true, false, false]]);
  });

  it('is not told before, and fails as its record does', async () => {
    const answers = [never, Promise.reject(new Error('no room'))];
    const facts: RecordedFacts = new RecordedFacts(
      { tell: () => String(facts.take(new Uint8Array())) },
      () => answers.shift() ?? never,
    );
    const first = facts.tell('audit.shredding', 'audit', {}).then(() => 'told');
    await expect(facts.tell('audit.shredding', 'audit', {})).rejects.toThrow('no room');
    expect(await Promise.race([first, Promise.resolve('waits')])).toBe('waits');
  });

  it('is told at once where nobody records', async () => {
    const facts = new RecordedFacts({ tell: () => '' }, () => never);
    await facts.tell('audit.shredding', 'audit', {});
    expect(facts.take(new Uint8Array())).toBe(false);
  });
});
