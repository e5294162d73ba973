import { signal, useComputed, useSignalEffect } from '@preact/signals';
import type { Explained } from '../../panel-shapes.ts';
import { Badge, type Tone as BadgeTone } from '../badge.tsx';
import { Empty } from '../empty.tsx';
import { type CauseStep, type CauseStory, storyBy, storyIn, troublesIn } from '../explained.ts';
import { ActorLink, happened, isTrace, Moment, whyHref } from '../moment.tsx';
import { Page } from '../page.tsx';
import { Panel } from '../panel.tsx';
import type { Tone } from '../sentences.ts';
import { live, route, welcome } from '../state.ts';
import { ValueTree } from '../value-tree.tsx';

const about =
  'Why something was refused, restarted, banned or degraded: from what is asked about, step by ' +
  'step, back to the first cause that is known.';

const TROUBLES_MAX = 12;

type Answer =
  | { readonly is: 'asked' }
  | { readonly is: 'told'; readonly story: CauseStory }
  | { readonly is: 'unknown'; readonly because: string };

const answer = signal<Answer>({ is: 'asked' });
let asks = 0;

interface Asked {
  readonly id?: string;
  readonly subject?: string;
}

function askedIn(): Asked | undefined {
  const { query, rest } = route.value;
  if (query.id !== undefined) return { id: query.id };
  return rest === '' ? undefined : { subject: rest };
}

/** First the runtime, which knows more; else what is remembered here. */
async function explain(asked: Asked): Promise<void> {
  asks += 1;
  const mine = asks;
  answer.value = { is: 'asked' };
  const next = (isTrace() ? undefined : await byRuntime(asked)) ?? byHistory(asked);
  if (mine === asks) answer.value = next;
}

async function byRuntime(asked: Asked): Promise<Answer | undefined> {
  try {
    const told = await live.value?.ask(`explain?${new URLSearchParams({ ...asked })}`);
    const { chain = [], ends = 'first' } = (told ?? {}) as Partial<Explained>;
    if (chain.length === 0) return undefined;
    return { is: 'told', story: storyBy({ chain, ends }, welcome.value?.beganMs ?? 0) };
  } catch {
    return undefined;
  }
}

function byHistory(asked: Asked): Answer {
  const { history, atMs } = happened.peek();
  const story = storyIn(history.lines, asked, atMs);
  if (story !== undefined) return { is: 'told', story };
  const because = isTrace()
    ? 'No fact of this trace tells of it up to this moment.'
    : 'Neither the last minutes nor the audit log tell of it.';
  return { is: 'unknown', because };
}

export function ExplainView() {
  const asked = useComputed(askedIn);
  useSignalEffect(() => {
    if (asked.value !== undefined) void explain(asked.value);
  });
  const { value: told } = answer;
  return (
    <Page title="Why" about={about}>
      {asked.value === undefined ? (
        <Troubles />
      ) : (
        <>
          <p class="bar">
            <a href={whyHref({})}>Ask about something else</a>
            <span class="soft clip">{asked.value.subject ?? asked.value.id}</span>
          </p>
          {told.is === 'asked' && <Empty what="One moment">The causes are looked up.</Empty>}
          {told.is === 'unknown' && <Empty what="Nothing is known of it">{told.because}</Empty>}
          {told.is === 'told' && <Story story={told.story} />}
        </>
      )}
    </Page>
  );
}

const tones: Readonly<Record<Tone, BadgeTone>> = {
  ...{ bad: 'bad', turn: 'warn', good: 'good', plain: 'calm' },
};

const sources: Readonly<Record<CauseStep['from'], string>> = {
  recorder: 'of the last minutes',
  audit: 'from the audit log',
  trace: 'as it was told here',
};

function Story({ story }: { readonly story: CauseStory }) {
  const { steps, end } = story;
  return (
    <ol class="why-story" aria-label="From what is asked about back to its first cause">
      {steps.map((step, at) => (
        <li key={step.id} class={step.sentence.tone}>
          <div class="cause">
            <p class="cause-text">
              <ActorLink path={step.subject} atMs={Math.max(0, step.atMs)} /> {step.sentence.text}
            </p>
            <p class="bar">
              <Badge tone={tones[step.sentence.tone]}>{step.type}</Badge>
              <Moment atMs={step.atMs} />
              <span class="faint">{sources[step.from]}</span>
            </p>
            <details>
              <summary>What it tells</summary>
              <ValueTree value={step.data} />
            </details>
          </div>
          {step.after !== undefined && (
            <p class="between">
              {step.after} after {at + 1 === steps.length - 1 ? 'its first cause' : 'its cause'}
            </p>
          )}
        </li>
      ))}
      <li class="end">
        <p class="soft">{end}</p>
      </li>
    </ol>
  );
}

/** Nobody has asked: what went wrong of late may be asked about. */
function Troubles() {
  const troubles = useComputed(() => {
    const { history, atMs } = happened.value;
    return troublesIn(history.lines, atMs, TROUBLES_MAX);
  });
  if (troubles.value.length === 0) {
    return (
      <Empty what="Nothing went wrong that is remembered here">
        Ask from an actor, a breaker, a peer or a record: each has a link that says Why.
      </Empty>
    );
  }
  return (
    <Panel title="What went wrong of late" bare>
      <ul class="troubles">
        {troubles.value.map(({ id, subject, sentence, atMs }) => (
          <li key={id}>
            <Moment atMs={atMs} />
            <span class="clip">
              <ActorLink path={subject} atMs={atMs} /> {sentence.text}
            </span>
            <a href={whyHref({ id })}>Why</a>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
