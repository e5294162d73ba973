import type { Fact } from 'holdfast';
import { expect, it } from 'vitest';
import { Causes } from '../../examples/orders/causes.mjs';

function fact(id: string, causationid?: string): Fact {
  const rest = { specversion: '1.0', source: 'a', type: id, time: '', data: {} } as const;
  return { ...rest, id, ...(causationid === undefined ? {} : { causationid }) };
}

const chain = (causes: Causes, of: Fact | undefined) => causes.of(of).map(({ id }) => id);

it('causes are walked back to the first that is known', () => {
  const causes = new Causes();
  const moved = fact('moved', 'failed');
  for (const each of [fact('failed', 'before'), fact('other'), moved]) causes.note(each);
  expect(chain(causes, moved)).toEqual(['moved', 'failed']);
  expect(chain(causes, undefined)).toEqual([]);
});

it('causes that name each other are walked so far and no farther', () => {
  const causes = new Causes();
  const [egg, hen] = [fact('egg', 'hen'), fact('hen', 'egg')];
  for (const each of [egg, hen]) causes.note(each);
  expect(chain(causes, egg)).toHaveLength(20);
});

it('causes of long ago are forgotten', () => {
  const causes = new Causes();
  for (let n = 0; n <= 1_000; n++) causes.note(fact(`${n}`, `${n - 1}`));
  expect(chain(causes, fact('late', '1'))).toEqual(['late', '1']);
});
