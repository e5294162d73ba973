import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isolationSettings } from '../../actors/isolation.actor.ts';
import { loadSettings } from '../../actors/load.actor.ts';
import { auditSettings } from '../../actors/log-mode.ts';
import { auditOptions } from '../../runtime/options/audit.ts';
import { routeSettings } from '../../runtime/routes.ts';
import { loadCharts } from './charts.ts';
import { charts } from './combinations.ts';
import { renderModePage } from './mode-page.ts';

const { reopenMs, replayMs } = auditOptions.parse({});
const settings = {
  audit: { ...auditSettings, reopenMs, replayMs },
  isolation: isolationSettings,
  route: routeSettings,
  load: loadSettings,
};

const pageOf = (of: string): URL => new URL(`../../machines/${of}.modes.md`, import.meta.url);
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const [, facts = ''] = readme.split('\n## Facts\n');

/** The README has all facts, by their types. */
const factsOf = (of: string): readonly (readonly string[])[] =>
  facts
    .split('\n')
    .filter((line) => line.startsWith(`| \`${of}.`))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));

const machines = new Map((await loadCharts()).map(({ noun, machine }) => [noun, machine]));

function drawn(of: (typeof charts)[number]): string {
  const machine = machines.get(of);
  if (machine === undefined) throw new Error(`${of} has no chart`);
  return renderModePage({ of, machine, settings: settings[of], facts: factsOf(of) });
}

describe('the pages of the modes', () => {
  it.each(charts)('show %s as it is; `npm run diagrams` renews', (of) => {
    const page = pageOf(of);
    if (process.env.HOLDFAST_WRITE === 'diagrams') writeFileSync(page, drawn(of));
    expect(existsSync(page) ? readFileSync(page, 'utf8') : '').toBe(drawn(of));
  });

  it('say how a mode is fallen into, what then holds, and how it is left', () => {
    const [, isolated = ''] = drawn('route').split('## `isolated`');
    const lines = isolated.split('##')[0]?.split('\n');
    expect(lines?.filter((line) => /^\| [a-z]/.test(line))).toEqual([
      '| it | when |',
      '| enters from `direct` | is alone, by link.lost |',
      '| enters from `mesh` | is alone, by link.lost |',
      '| leaves for `direct` | after linkHoldMs |',
      '| leaves for `mesh` | after linkHoldMs, and is relay up |',
      '| promise | is |',
      '| requests | wait for a link |',
    ]);
  });

  it('name the facts that tell of a mode, and no options', () => {
    const [, told = ''] = drawn('load').split('## Facts that tell of it');
    expect(told.match(/^\| `[^`]+`/gm)).toEqual(['| `load.moved`']);
  });
});
