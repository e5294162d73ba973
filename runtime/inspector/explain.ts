import type { AuditGap, AuditRecord } from '../audit.ts';
import type { Fact } from '../facts.ts';
import type { Explained, ExplainedFact } from './panel-shapes.ts';
import { toldRecord } from './told-record.ts';

/** Where facts are looked for: first those of the last minutes, then those on record. */
export interface ExplainSources {
  /** Oldest first. */
  facts(): Iterable<Fact>;
  readonly audit: {
    status(): { readonly size: number };
    read(range: { readonly fromIndex: number }): AsyncIterable<AuditRecord | AuditGap>;
  };
}

/** What is asked about: a fact, or the last thing that was decided about somebody. */
export type Question = { readonly id: string } | { readonly subject: string };

const CHAIN_MAX = 64;
/** Of the newest records: each takes a tenth of a millisecond. */
const RECORDS_MAX = 10_000;

/** That something was refused, restarted, banned, or has had to step down. */
const DECIDED = new RegExp(
  '^inspector\\.|\\.(?:restarted|decided|escalated|failed|quarantined|throttled|banned|' +
    'unbanned|judged|refused|granted|moved|lost|opened|isolated|released|dropped)$',
);

/** From what is asked about back to the first cause that is known; undefined if nothing is. */
export async function explain(
  { facts, audit }: ExplainSources,
  question: Question,
): Promise<Explained | undefined> {
  const known = new Map<string, ExplainedFact & Caused>();
  for (const fact of facts()) known.set(fact.id, fromRecorder(fact));
  let isRead = false;
  const read = async (): Promise<void> => {
    isRead = true;
    const fromIndex = Math.max(0, audit.status().size - RECORDS_MAX);
    const recorder = [...known];
    known.clear();
    for await (const each of audit.read({ fromIndex })) {
      if (each.kind === 'record') known.set(each.event.id, fromAudit(each));
    }
    for (const [id, fact] of recorder) known.set(id, fact);
  };
  let next = beginning(known, question);
  if (next === undefined) {
    await read();
    next = beginning(known, question);
  }
  if (next === undefined) return undefined;
  const chain: ExplainedFact[] = [];
  const seen = new Set<string>();
  while (next !== undefined && chain.length < CHAIN_MAX && !seen.has(next.id)) {
    const { causationid, ...told }: ExplainedFact & Caused = next;
    chain.push(told);
    seen.add(told.id);
    if (causationid === undefined) return { chain, ends: 'first' };
    if (!known.has(causationid) && !isRead) await read();
    next = known.get(causationid);
  }
  return { chain, ends: 'forgotten' };
}

interface Caused {
  readonly causationid?: string;
}

function beginning(
  known: ReadonlyMap<string, ExplainedFact & Caused>,
  question: Question,
): (ExplainedFact & Caused) | undefined {
  if ('id' in question) return known.get(question.id);
  const isAsked = ({ subject, type }: ExplainedFact): boolean =>
    subject === question.subject && DECIDED.test(type);
  return [...known.values()].findLast(isAsked);
}

function fromRecorder({ id, type, subject, time, data, causationid }: Fact) {
  return {
    ...{ id, type, time, data, from: 'recorder' as const },
    ...(subject === undefined ? {} : { subject }),
    ...(causationid === undefined ? {} : { causationid }),
  };
}

function fromAudit(record: AuditRecord): ExplainedFact & Caused {
  const { index: _, ...told } = toldRecord(record);
  return { ...told, from: 'audit' };
}
