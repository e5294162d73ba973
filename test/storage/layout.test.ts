import { describe, expect, it } from 'vitest';
import { isEvidence, Layout, sortNames } from '../../storage/layout.ts';

describe('the layout of a log', () => {
  it('is that of FORMAT.md', () => {
    const layout = new Layout('/data/audit');
    expect([
      layout.head,
      layout.store(3),
      layout.paper(12, 'note'),
      layout.leaves(12),
      layout.zones(12),
      layout.copyOf(7),
    ]).toEqual([
      '/data/audit/head',
      '/data/audit/segments/00000003',
      '/data/audit/segments/00000012.note',
      '/data/audit/segments/00000012.leaves',
      '/data/audit/segments/00000012.zones',
      '/data/audit/quarantine/00000007',
    ]);
  });

  it('takes what LevelDB writes for itself, and zones, for no evidence', () => {
    const exempt = ['LOG', 'LOG.old', 'LOCK', 'head.tmp', '00000003.zones'];
    const evidence = ['CURRENT', '000003.log', 'LOGS', '3.zones', 'a00000003.zones'];
    expect([...exempt, ...evidence].filter((name) => isEvidence(name))).toEqual(evidence);
  });

  it('sorts names by their number, and keeps apart what means nothing', () => {
    const names = [
      '00000010',
      '00000002.note',
      '00000002',
      '00000004.zones',
      '00000000',
      '0000003',
      '00000002.no',
      'a.tmp',
    ];
    expect(sortNames(names)).toEqual({
      segments: [
        { segment: 2, has: new Set(['note', 'store']) },
        { segment: 10, has: new Set(['store']) },
      ],
      strays: ['00000000', '0000003', '00000002.no'],
    });
  });
});
