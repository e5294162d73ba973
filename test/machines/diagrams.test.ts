import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { and, assign, fromPromise, not, setup } from 'xstate';
import { loadCharts, pagedNouns, pageOf } from './charts.ts';
import { renderChart } from './diagram.ts';

const charts = await loadCharts();
const { HOLDFAST_WRITE } = process.env;

describe('the pages of the charts', () => {
  for (const { noun, machine } of charts) {
    it(`show ${noun} as it is; \`npm run diagrams\` redraws`, () => {
      const page = pageOf(noun);
      const drawn = renderChart(machine, noun);
      if (HOLDFAST_WRITE === 'diagrams') writeFileSync(page, drawn);
      expect(existsSync(page) ? readFileSync(page, 'utf8') : '').toBe(drawn);
    });
  }

  it('show no chart that is gone', () => {
    expect(pagedNouns()).toEqual(charts.map(({ noun }) => noun));
  });
});

describe('a page', () => {
  it('draws nesting, regions, guards, delays, actors, tags and ends', () => {
    const door = setup({
      actors: { hinge: fromPromise(async () => {}) },
      guards: { isLocked: () => true, isNight: () => true },
      delays: { closesAfterMs: 5 },
      types: { tags: {} as 'passable' },
    }).createMachine({
      id: 'door',
      initial: 'closed',
      on: { 'door.burn': '.gone', 'door.paint': { actions: assign({}) } },
      states: {
        closed: {
          on: {
            'door.burn': {},
            'door.open': { guard: and(['isNight', not('isLocked')]), target: 'open' },
          },
          always: { guard: 'isNight', target: 'gone' },
        },
        open: {
          tags: 'passable',
          after: { closesAfterMs: 'closed' },
          invoke: { src: 'hinge', id: 'hinge', onError: 'gone' },
          type: 'parallel',
          states: { light: {}, bell: { initial: 'quiet', states: { quiet: {} } } },
        },
        gone: { type: 'final' },
      },
    });
    expect(renderChart(door, 'door')).toBe(drawnDoor);
  });
});

const drawnDoor = `# door

Drawn from \`door.machine.ts\` by \`npm run diagrams\`. Tags are public, states are not.

\`\`\`mermaid
stateDiagram-v2
  [*] --> closed
  state "closed" as closed
  state "open" as open {
    state "light" as open_light
    --
    state "bell" as open_bell {
      [*] --> open_bell_quiet
      state "quiet" as open_bell_quiet
    }
  }
  state "gone" as gone
  gone --> [*]
  open --> gone : door.burn
  closed --> closed : door.paint
  open --> open : door.paint
  closed --> closed : door.burn
  closed --> open : door.open [isNight and not isLocked]
  closed --> gone : always [isNight]
  open --> gone : hinge failed
  open --> closed : after closesAfterMs
\`\`\`

| state | event | target | tags |
|---|---|---|---|
| (any) | door.burn | gone |  |
| (any) | door.paint | (stays) |  |
| closed | door.burn | (stays) |  |
| closed | door.open [isNight and not isLocked] | open |  |
| closed | always [isNight] | gone |  |
| open | hinge failed | gone | \`passable\` |
| open | after closesAfterMs | closed | \`passable\` |
| open.light |  |  | \`passable\` |
| open.bell |  |  | \`passable\` |
| open.bell.quiet |  |  | \`passable\` |
| gone |  | (final) |  |
`;
