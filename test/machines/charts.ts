import { readdirSync } from 'node:fs';
import { type AnyStateMachine, type EventObject, StateMachine } from 'xstate';

/** What a fixture `test/machines/<noun>.fixture.ts` may export about its chart. */
export interface ChartFixture {
  readonly input?: unknown;
  /** Samples with their data. What the chart declares and has no sample is sent as a bare type. */
  readonly events?: readonly EventObject[];
  /** States that no event sequence reaches, as `parent.child`, each with the reason. */
  readonly unreached?: Readonly<Record<string, string>>;
}

export interface Chart {
  readonly noun: string;
  readonly machine: AnyStateMachine;
  readonly fixture: ChartFixture;
}

const machines = new URL('../../machines/', import.meta.url);

const endingsIn = (folder: URL, ending: string): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort();

/** Every chart of the house, in the order of their nouns. */
export async function loadCharts(): Promise<readonly Chart[]> {
  const fixtures = endingsIn(new URL('.', import.meta.url), '.fixture.ts');
  return Promise.all(
    endingsIn(machines, '.machine.ts').map(async (noun) => ({
      noun,
      machine: chartIn(noun, await import(new URL(`${noun}.machine.ts`, machines).pathname)),
      fixture: fixtures.includes(noun)
        ? await import(new URL(`${noun}.fixture.ts`, import.meta.url).pathname)
        : {},
    })),
  );
}

/** The nouns that have a page `machines/<noun>.machine.md`. */
export const pagedNouns = (): readonly string[] => endingsIn(machines, '.machine.md');

export const pageOf = (noun: string): URL => new URL(`${noun}.machine.md`, machines);

function chartIn(noun: string, module: Readonly<Record<string, unknown>>): AnyStateMachine {
  const name = `${noun.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}Machine`;
  const charts = Object.entries(module).filter(([, value]) => value instanceof StateMachine);
  const [only, ...more] = charts;
  if (only === undefined || more.length > 0 || only[0] !== name) {
    const found = charts.map(([key]) => key).join(', ') || 'no chart';
    throw new TypeError(`${noun}.machine.ts must export one chart, ${name}, and has ${found}`);
  }
  return only[1] as AnyStateMachine;
}
