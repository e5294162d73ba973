import { expect, it } from 'vitest';
import { Processes } from '../../examples/orders/processes.mjs';
import { brokenPromises, report } from '../../examples/orders/report.mjs';
import { Tally } from '../../examples/orders/tally.mjs';

const kept = { what: 'it is seen', isSeen: true };
const missed = { what: 'it is heard', isSeen: false };
const played = [
  { title: 'all is seen', durationMs: 1_234, expectations: [kept, kept] },
  { title: 'some is not', durationMs: 10, expectations: [kept, missed] },
  { title: 'it cannot be had here', durationMs: 1, expectations: [] },
];

it('a report says of each act what was seen of it, or that it was not played', () => {
  const letters = { total: 0, byReason: {}, recent: [] };
  const lines = report(played, new Tally(), Object(letters), new Processes());
  const acts = lines.slice(2, 5).map((line) => line.replace(/ +/g, ' '));
  expect(acts).toEqual([
    ' ✔ all is seen 2 of 2 1.2 s',
    ' ✖ some is not 1 of 2 10 ms',
    ' · it cannot be had here not played',
  ]);
});

it('a promise that was not seen is broken, and so is an act that nobody came to', () => {
  expect(brokenPromises(played, 4, new Processes())).toEqual([
    'some is not: it is heard',
    '3 of 4 acts were played',
  ]);
});
