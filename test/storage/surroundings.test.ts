import { describe, expect, it } from 'vitest';
import type { Head } from '../../storage/head.ts';
import type { KeyPageCopy } from '../../storage/key-pages.ts';
import type { SegmentNames } from '../../storage/layout.ts';
import { judgeSurroundings } from '../../storage/surroundings.ts';

const headOf = (isClosed: boolean): Head => ({
  generation: 3,
  size: 1,
  chain: new Uint8Array(32),
  segment: 1,
  isClosed,
  found: 'ok',
  keyGeneration: 2,
  wallMs: 0,
  openFrom: 1,
});

interface Scene {
  readonly head?: Head | undefined;
  readonly isHeadWhole?: boolean;
  readonly generation?: number | undefined;
  readonly headGeneration?: number;
  readonly copies?: readonly KeyPageCopy[];
  readonly segments?: readonly SegmentNames[];
  readonly hasBegun?: boolean;
}

/** The verdicts on a log that is whole but for what the scene says. */
function verdictsOn(scene: Scene): readonly string[] {
  const { generation, headGeneration, copies, hasBegun, ...around } = {
    head: headOf(false),
    isHeadWhole: true,
    generation: 2,
    headGeneration: 3,
    copies: ['whole', 'whole'] as const,
    segments: [{ segment: 1, has: new Set(['store'] as const) }],
    hasBegun: false,
    strays: [],
    ...scene,
  };
  const page =
    generation === undefined
      ? undefined
      : { generation, headGeneration, keys: new Map(), holds: [] };
  return judgeSurroundings(around, page, copies, hasBegun).map(({ verdict }) => verdict);
}

const torn = [['tornTail'], ['tampered']] as const;

/** The keys are younger than the head says. */
const changed: Scene = { generation: 3 };
const amidChange = [['tampered'], ['tampered', 'tampered']] as const;

const twice = (verdict: string) => [[verdict], [verdict]] as const;

describe('beside the segments', () => {
  it.each<[string, Scene, readonly string[], readonly string[]]>([
    ['nothing is wrong', {}, [], []],
    ['a slot of the head is damaged', { isHeadWhole: false }, ['tornTail'], ['tampered']],
    ['the copy that is written first is damaged', { copies: ['whole', 'damaged'] }, ...torn],
    ['the other one is', { copies: ['damaged', 'whole'] }, ...twice('tampered')],
    ['it is older than the first', { copies: ['older', 'whole'] }, ...twice('tampered')],
    ['it is older than the head', { ...changed, copies: ['outdated', 'whole'] }, ...amidChange],
    ['the first one is older', { ...changed, copies: ['whole', 'older'] }, ...amidChange],
    ['a copy of the keys is misshapen', { copies: ['whole', 'misshapen'] }, ...twice('tampered')],
    [
      'a copy of the keys cannot be read',
      { copies: ['unreadable', 'whole'] },
      ...twice('unverifiable'),
    ],
    ['a copy of the keys is gone', { copies: ['whole', 'absent'] }, ['tampered'], ['tampered']],
    [
      'both are',
      { generation: undefined, copies: ['absent', 'absent'] },
      ['tampered'],
      ['tampered'],
    ],
    ['the keys are older than the head', { generation: 1 }, ['rolledBack'], ['rolledBack']],
    ['the keys are newer than the head', { generation: 3 }, [], ['tampered']],
    ['the head is older than the keys say', { headGeneration: 4 }, ['rolledBack'], ['rolledBack']],
  ])('%s: after a kill, after a clean end', (_, scene, killed, closed) => {
    expect([verdictsOn(scene), verdictsOn({ ...scene, head: headOf(true) })]).toEqual([
      killed,
      closed,
    ]);
  });

  it.each(['older', 'damaged'] as const)('a change was under way: a copy is %s', (copy) => {
    const amid: Scene = { ...changed, copies: [copy, 'whole'] };
    expect([verdictsOn(amid), verdictsOn({ ...amid, head: headOf(true) })]).toEqual([
      ['tornTail'],
      ['tampered', 'tampered'],
    ]);
  });

  const headless = { head: undefined, isHeadWhole: false };

  it('a head is missing', () => {
    expect(verdictsOn(headless)).toEqual(['tampered']);
  });

  it.each<[string, Scene]>([
    ['key', { generation: undefined, copies: ['absent', 'absent'] }],
    ['key that was ever given', { generation: 1 }],
  ])('there is no %s, no head and no segment: a crash, or a log that is gone', (_, scene) => {
    const nothing = { ...headless, ...scene, segments: [] };
    expect([verdictsOn(nothing), verdictsOn({ ...nothing, hasBegun: true })]).toEqual([
      ['tornTail'],
      ['rolledBack'],
    ]);
  });

  it('a log is gone but for its head, or for its keys', () => {
    const keyless: Scene = { segments: [], generation: undefined, copies: ['absent', 'absent'] };
    expect([verdictsOn(keyless), verdictsOn({ ...headless, segments: [] })]).toEqual([
      ['tampered', 'rolledBack'],
      ['tampered', 'rolledBack'],
    ]);
  });
});
