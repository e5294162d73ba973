import type { BreakersPanel, LettersPanel, ToldBreaker, ToldMode } from '../panel-shapes.ts';
import type { ToldFact } from '../protocol.ts';
import type { Happened } from './history.ts';

/** What facts tell where no panel is to be had: in a trace. */

interface OpenBreaker {
  readonly name: string;
  circuit: ToldBreaker['circuit'];
  isolations: ToldBreaker['isolations'];
  calls: number;
  failures: number;
  slow: number;
  refused: number;
  late: number;
  openings: number;
  retryAtMs?: number;
  openForMs?: number;
}

const count = (value: unknown): number => {
  const number = Number(value);
  return Number.isFinite(number) ? number : 0;
};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const untouched = (name: string): OpenBreaker => ({
  name,
  circuit: 'closed',
  isolations: [],
  calls: 0,
  failures: 0,
  slow: 0,
  refused: 0,
  late: 0,
  openings: 0,
});

function followBreaker(breaker: OpenBreaker, atMs: number, { type, data }: ToldFact): void {
  switch (type) {
    case 'breaker.opened':
      Object.assign(breaker, {
        circuit: 'open',
        calls: count(data.calls),
        failures: count(data.failures),
        slow: count(data.slow),
        openings: count(data.openings),
        openForMs: count(data.openForMs),
        retryAtMs: atMs + count(data.openForMs),
      });
      return;
    case 'breaker.probing':
      breaker.circuit = 'halfOpen';
      breaker.refused = count(data.refused);
      delete breaker.retryAtMs;
      return;
    case 'breaker.closed':
      Object.assign(breaker, untouched(breaker.name), { isolations: breaker.isolations });
      breaker.refused = count(data.refused);
      breaker.late = count(data.late);
      delete breaker.retryAtMs;
      delete breaker.openForMs;
      return;
    case 'breaker.isolated':
      breaker.isolations = [
        ...breaker.isolations.filter(({ by }) => by !== data.by),
        { by: text(data.by), reason: text(data.reason) },
      ];
      return;
    case 'breaker.released':
      breaker.isolations = [];
      return;
  }
}

function* factsUntil(lines: readonly Happened[], atMs: number): Generator<[number, ToldFact]> {
  for (const { line } of lines) {
    if (line[1] > atMs) return;
    if (line[0] === 'fact') yield [line[1], line[2]];
  }
}

/** Breakers that facts tell of; how many calls they let through is not among them. */
export function breakersBy(lines: readonly Happened[], atMs: number): BreakersPanel {
  const breakers = new Map<string, OpenBreaker>();
  for (const [toldMs, fact] of factsUntil(lines, atMs)) {
    if (!fact.type.startsWith('breaker.')) continue;
    const name = fact.subject ?? '';
    const breaker = breakers.get(name) ?? untouched(name);
    breakers.set(name, breaker);
    followBreaker(breaker, toldMs, fact);
  }
  const told = [...breakers.values()].map((breaker) => ({ ...breaker, opensAt: '' }));
  const of = (circuit: ToldBreaker['circuit']) =>
    told.filter((breaker) => breaker.circuit === circuit).length;
  return {
    total: told.length,
    byCircuit: { closed: of('closed'), open: of('open'), halfOpen: of('halfOpen') },
    told,
  };
}

export interface DerivedModes {
  readonly [name: string]: ToldMode | undefined;
}

/** The modes that facts tell of; one that never moved is not among them. */
export function modesBy(lines: readonly Happened[], atMs: number): DerivedModes {
  const modes: Record<string, ToldMode> = {};
  for (const [sinceMs, { type, subject, data }] of factsUntil(lines, atMs)) {
    const [, of] = /^(audit|isolation|route|load|mode)\.moved$/.exec(type) ?? [];
    if (of === undefined || typeof data.to !== 'string') continue;
    const name = of === 'mode' ? (subject ?? of) : of;
    const because = data.because === undefined ? {} : { because: text(data.because) };
    modes[name] = { mode: data.to, sinceMs, ...because };
  }
  return modes;
}

const RECENT_MAX = 100;

/** Events that reached nobody, as the sums in facts have it. */
export function lettersBy(lines: readonly Happened[], atMs: number): LettersPanel {
  const byReason: Record<string, number> = {};
  const recent: LettersPanel['recent'][number][] = [];
  let total = 0;
  for (const [toldMs, { type, data }] of factsUntil(lines, atMs)) {
    if (type !== 'mailbox.dropped') continue;
    const reason = text(data.reason);
    const letters = count(data.count);
    total += letters;
    byReason[reason] = (byReason[reason] ?? 0) + letters;
    const subjects: readonly unknown[] = Array.isArray(data.subjects) ? data.subjects : [];
    for (const subject of subjects) {
      recent.unshift({ subject: text(subject), reason, type: '', atMs: toldMs });
    }
    recent.length = Math.min(recent.length, RECENT_MAX);
  }
  return { total, byReason, recent };
}

/** From a fact back to its first cause, newest first, as far as it is remembered. */
export function chainOf(
  lines: readonly Happened[],
  asked: { readonly id?: string; readonly subject?: string },
  atMs: number,
): {
  readonly chain: readonly { atMs: number; fact: ToldFact }[];
  readonly ends: 'first' | 'forgotten';
} {
  const facts = new Map<string, { atMs: number; fact: ToldFact }>();
  let start: { atMs: number; fact: ToldFact } | undefined;
  for (const [toldMs, fact] of factsUntil(lines, atMs)) {
    const told = { atMs: toldMs, fact };
    facts.set(fact.id, told);
    if (asked.id === fact.id || (asked.id === undefined && asked.subject === fact.subject)) {
      start = told;
    }
  }
  const chain: { atMs: number; fact: ToldFact }[] = [];
  const seen = new Set<string>();
  let each = start;
  while (each !== undefined && !seen.has(each.fact.id)) {
    chain.push(each);
    seen.add(each.fact.id);
    each = facts.get(each.fact.causationid ?? '');
  }
  const isFirst = chain.at(-1)?.fact.causationid === undefined;
  return { chain, ends: isFirst ? 'first' : 'forgotten' };
}
