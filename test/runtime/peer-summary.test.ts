import { expect, it } from 'vitest';
import { type SummaryTools, summaryOf } from '../../runtime/peer-summary.ts';

const tools: SummaryTools = {
  standing: { trustOf: () => 64, levelOf: () => 'verified' },
  methods: { sandboxedLevel: () => 'basic' },
  observer: { suspicions: { band: () => 'watched' } },
};

it('a peer is summed up by where it is, how far, how trusted and how suspicious', () => {
  const remote = { address: '192.0.2.1', port: 7 };
  const there = { remote, role: 'initiator', sinceMs: 40, pingMs: 3 } as const;
  const known = {
    ...{ id: 'ann', trust: 64, level: 'verified', sandboxedLevel: 'basic', suspicion: 'watched' },
  };
  expect(summaryOf(there, 'ann', 100, tools)).toEqual({
    ...{ ...known, address: '192.0.2.1', dialled: true, connectedMs: 60, pingMs: 3 },
  });
  const fresh = { remote: undefined, role: 'responder', sinceMs: 100, pingMs: Infinity } as const;
  expect(summaryOf(fresh, 'ann', 100, tools)).toEqual({
    ...{ ...known, address: '', dialled: false, connectedMs: 0, pingMs: undefined },
  });
});
