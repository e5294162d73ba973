import type { Explained, ExplainedFact } from '../panel-shapes.ts';
import { chainOf } from './derived-panels.ts';
import type { Happened } from './history.ts';
import { duration, type Sentence, sentenceOf } from './sentences.ts';

/** One step of a story of causes. */
export interface CauseStep {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly sentence: Sentence;
  readonly data: unknown;
  /** When it was, since the run began. */
  readonly atMs: number;
  /** How long after its cause it came; none of the first. */
  readonly after?: string;
  readonly from: ExplainedFact['from'] | 'trace';
}

export interface CauseStory {
  /** From what is asked about, newest, back to the first cause. */
  readonly steps: readonly CauseStep[];
  /** Why it goes no further back. */
  readonly end: string;
}

const ends: Readonly<Record<Explained['ends'], string>> = {
  first: 'It goes no further back: nothing is known to have caused this.',
  forgotten: 'It goes no further back: its cause is known by name only, and is forgotten.',
};

const fieldsOf = (data: unknown): Readonly<Record<string, unknown>> =>
  typeof data === 'object' && data !== null ? { ...data } : {};

function storyOf(
  chain: readonly Omit<CauseStep, 'after' | 'sentence'>[],
  end: Explained['ends'],
): CauseStory {
  const steps = chain.map((step, at): CauseStep => {
    const cause = chain[at + 1];
    const sentence = sentenceOf({ type: step.type, data: fieldsOf(step.data) });
    if (cause === undefined) return { ...step, sentence };
    return { ...step, sentence, after: duration(Math.max(0, step.atMs - cause.atMs)) };
  });
  return { steps, end: ends[end] };
}

/** As the runtime answers; `beganMs` is when the run began, of the calendar. */
export const storyBy = ({ chain, ends: end }: Explained, beganMs: number): CauseStory =>
  storyOf(
    chain.map(({ id, type, subject = '', time, data, from }) => {
      return { id, type, subject, data, from, atMs: Date.parse(time) - beganMs };
    }),
    end,
  );

/** As far as what is remembered here tells; undefined if it does not tell of it. */
export function storyIn(
  lines: readonly Happened[],
  asked: { readonly id?: string; readonly subject?: string },
  untilMs: number,
): CauseStory | undefined {
  const { chain, ends: end } = chainOf(lines, asked, untilMs);
  if (chain.length === 0) return undefined;
  const steps = chain.map(({ atMs, fact: { id, type, subject = '', data } }) => {
    return { id, type, subject, data, atMs, from: 'trace' as const };
  });
  return storyOf(steps, end);
}

/** What went wrong of late, newest first: what somebody may ask about. */
export function troublesIn(
  lines: readonly Happened[],
  untilMs: number,
  max: number,
): readonly CauseStep[] {
  const found: CauseStep[] = [];
  for (let at = lines.length - 1; at >= 0 && found.length < max; at--) {
    const line = lines[at]?.line;
    if (line?.[0] !== 'fact' || line[1] > untilMs || line[2].type === 'mailbox.dropped') continue;
    const [, atMs, { id, type, subject = '', data }] = line;
    const sentence = sentenceOf(line[2]);
    if (sentence.tone !== 'bad') continue;
    found.push({ id, type, subject, sentence, data, atMs, from: 'trace' });
  }
  return found;
}
