import { expect, it } from 'vitest';
import { PanelHistory } from '../../../../runtime/inspector/page/panel-history.ts';

const letters = (atMs: number) => ({ name: 'letters' as const, atMs, data: atMs });

function told(times: readonly number[]): PanelHistory {
  const history = new PanelHistory();
  for (const atMs of times) history.take(letters(atMs));
  return history;
}

it('says what a panel held at a moment', () => {
  const history = told([100, 200]);
  expect([null, 300, 200, 199, 100, 99].map((atMs) => history.at('letters', atMs))).toEqual([
    200,
    200,
    200,
    100,
    100,
    undefined,
  ]);
  expect(history.at('peers', null)).toBeUndefined();
});

it('forgets the oldest, and begins anew when time does', () => {
  const history = told(Array.from({ length: 3000 }, (_, index) => index));
  expect([history.at('letters', 0), history.at('letters', 2999)]).toEqual([undefined, 2999]);
  history.take(letters(5));
  expect([history.at('letters', 4), history.at('letters', 9999)]).toEqual([undefined, 5]);
});
