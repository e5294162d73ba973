import { expect, it } from 'vitest';
import { findFailure } from '../../../../runtime/sim/property/failure.ts';
import { report } from '../../../../runtime/sim/property/report.ts';
import { shop } from './bank.ts';

it('a report says what, how to see it again, in which scenario, and draws it', async () => {
  const failure = await findFailure(shop(), { horizonMs: 20_000, faults: ['clock.jump'] });
  if (failure === undefined) throw new Error('nothing was found');
  const { runs, path, found, shrinkRuns, result } = failure;
  expect(report('shop', failure, 'trace.ndjson')).toBe(`shop: no order is booked twice
  the bank booked 2 times, at 3000 ms

Found in run ${runs}. Replay it with {"seed":1,"path":"${path}"}.
Shrunk in ${shrinkRuns} runs, ${found.faults.length} faults to 1:

{
  "v": 1,
  "seed": 0,
  "horizonMs": 20000,
  "faults": [
    { "kind": "site", "site": "bank is slow", "nth": 1 }
  ],
  "sites": "listed"
}

\`\`\`mermaid
sequenceDiagram
    participant p0 as shop
    participant p1 as bank
    p0->>p1: 0 ms charge
    Note over p0,p1: 0 ms bank is slow, visit 1
    p0->>p1: 2000 ms charge
    p1->>p0: 2100 ms booked
    p1->>p0: 3000 ms booked
    Note over p0,p1: 3000 ms VIOLATION no order is booked twice#58; the bank booked 2 times
\`\`\`

Trace: ${result.trace.length} lines, sha256 ${result.traceHash}
written to trace.ndjson`);
  const { scenario } = failure;
  const raw = report('shop', { ...failure, shrinkRuns: 0, scenario: { ...scenario, faults: [] } });
  const outsideCalls = ['Date.now at /shop.ts:1:2'];
  const timed = report('shop', { ...failure, result: { ...result, outsideCalls } });
  expect(timed.split('\n').slice(-1)).toEqual([
    'Called outside of the world: Date.now at /shop.ts:1:2',
  ]);
  expect(raw.split('\n').slice(4, 10)).toEqual([
    'As it was found:',
    '',
    '{',
    '  "v": 1,',
    '  "seed": 0,',
    '  "horizonMs": 20000,',
  ]);
});

it('a report is a page of Markdown, whatever was thrown', async () => {
  const failure = await findFailure(shop(), { horizonMs: 20_000, faults: ['clock.jump'] });
  if (failure === undefined) throw new Error('nothing was found');
  const detail = '```\n# heading \u001b[2J\u202e';
  const violation = { invariant: 'work\nload', atMs: 1, detail };
  const lines = report('shop', { ...failure, violation }).split('\n');
  expect(lines.slice(0, 2)).toEqual(['shop: work load', "  ''' # heading [2J , at 1 ms"]);
});
