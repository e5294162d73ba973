import { goTo } from './app.tsx';
import { Badge, type Tone } from './badge.tsx';
import { ActorLink, momentText, whyHref } from './moment.tsx';
import { hashOf } from './route.ts';
import { counted, duration, sentenceOf } from './sentences.ts';
import { cursor } from './state.ts';
import {
  type DrawnSpan,
  drawnMarks,
  drawnSpans,
  type Group,
  type Lane,
  type Mark,
  ticksBetween,
} from './timeline.ts';
import type { Window } from './timeline-window.tsx';
import { asItem, VirtualList } from './virtual-list.tsx';

/** Of a lane, in pixels; what is narrower than this is not told apart. */
const LEAST_PART = 1 / 400;

const partOf = (atMs: number, { fromMs, toMs }: Window): number =>
  (atMs - fromMs) / (toMs - fromMs);

const percent = (part: number): string => `${Math.min(1, Math.max(0, part)) * 100}%`;

/** Names of states that mean something wherever they are. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [/fail|error|broken|refus|isolated|circuit\.open|\bopen$.*breaker|shedding|banned/i, 'bad'],
  [/wait|retry|half|probing|spool|pressured|backoff|reconnect/i, 'warn'],
  [/^ended$|stopped|done|closed$.*peer/i, 'gone'],
];

function classOf({ state, order, count }: DrawnSpan): string {
  if (count > 1) return 'many';
  const meaning = meanings.find(([pattern]) => pattern.test(state))?.[1];
  return meaning ?? `hue-${order < 0 ? 0 : order % 6}`;
}

export function Lanes(props: { readonly lanes: readonly Lane[]; readonly seen: Window }) {
  const { lanes, seen } = props;
  return (
    <div class="lanes">
      <Axis seen={seen} />
      <VirtualList
        count={lanes.length}
        rowHeight={30}
        label="Actors and their states"
        keyOf={(at) => lanes[at]?.path ?? at}
        row={(at) => {
          const lane = lanes[at];
          return lane && <LaneRow lane={lane} seen={seen} />;
        }}
      />
      <CursorLine seen={seen} />
    </div>
  );
}

function Axis({ seen }: { readonly seen: Window }) {
  const isNarrow = innerWidth < 760;
  // Where there is little room, one that begins late would be written over another.
  const ticks = ticksBetween(seen.fromMs, seen.toMs, isNarrow ? 2 : 6).filter(
    (at) => !isNarrow || partOf(at, seen) < 0.6,
  );
  return (
    <div class="axis" aria-hidden="true">
      <span />
      <div class="ticks">
        {ticks.map((at) => (
          <span
            key={at}
            class={partOf(at, seen) > 0.92 ? 'at-end' : ''}
            style={{ left: percent(partOf(at, seen)) }}
          >
            {momentText(at)}
          </span>
        ))}
      </div>
    </div>
  );
}

function CursorLine({ seen }: { readonly seen: Window }) {
  const at = cursor.value;
  if (at === null || at < seen.fromMs || at > seen.toMs) return null;
  return (
    <div class="cursor-line" aria-hidden="true">
      <span style={{ left: percent(partOf(at, seen)) }} />
    </div>
  );
}

function LaneRow({ lane, seen }: { readonly lane: Lane; readonly seen: Window }) {
  const width = seen.toMs - seen.fromMs;
  const spans = drawnSpans(lane.spans, seen.fromMs, seen.toMs, width * LEAST_PART);
  const last = lane.spans.findLast(({ fromMs }) => fromMs <= (cursor.value ?? seen.toMs));
  const slash = lane.path.lastIndexOf('/') + 1;
  return (
    <div class="lane" {...asItem}>
      <a
        class="who clip"
        href={hashOf({ view: 'actor', rest: lane.path })}
        title={lane.path}
        aria-label={`${lane.path}${last ? `, ${last.state}` : ''}`}
      >
        <span class="faint">{lane.path.slice(0, slash)}</span>
        {lane.path.slice(slash)}
      </a>
      <div class="spans">
        {spans.map((span) => (
          <LaneSpanLink key={span.fromMs} path={lane.path} span={span} seen={seen} />
        ))}
        <Marks marks={lane.marks} seen={seen} />
      </div>
    </div>
  );
}

function Marks({ marks, seen }: { readonly marks: readonly Mark[]; readonly seen: Window }) {
  const least = (seen.toMs - seen.fromMs) * LEAST_PART;
  return (
    <>
      {drawnMarks(marks, seen.fromMs, seen.toMs, least).map(({ atMs, tone, text }) => (
        <i
          key={atMs}
          class={`mark ${tone}`}
          title={`${momentText(atMs)} ${text}`}
          style={{ left: percent(partOf(atMs, seen)) }}
        />
      ))}
    </>
  );
}

function LaneSpanLink(props: {
  readonly path: string;
  readonly span: DrawnSpan;
  readonly seen: Window;
}) {
  const { path, span, seen } = props;
  const [from, to] = [partOf(span.fromMs, seen), partOf(span.toMs, seen)];
  const name = span.count > 1 ? counted(span.count, 'state') : span.state;
  return (
    <a
      class={`span ${classOf(span)}`}
      href={hashOf({ view: 'actor', rest: path, atMs: span.fromMs })}
      tabIndex={-1}
      title={`${name}, for ${duration(span.toMs - span.fromMs)}`}
      aria-label={`${path} was ${name} at ${momentText(span.fromMs)}`}
      style={{ left: percent(from), width: percent(to - from) }}
    >
      {to - from > 0.06 && <span class="clip">{name}</span>}
    </a>
  );
}

const outcomes: Readonly<Record<Group['outcome'], readonly [Tone, string]>> = {
  good: ['good', 'recovered'],
  bad: ['bad', 'failed'],
  pending: ['warn', 'open'],
  plain: ['calm', 'told'],
};

export function Stories(props: { readonly stories: readonly Group[]; readonly seen: Window }) {
  const { stories, seen } = props;
  return (
    <div class="lanes stories">
      <Axis seen={seen} />
      <VirtualList
        count={stories.length}
        rowHeight={56}
        label="Causes and outcomes"
        keyOf={(at) => stories[at]?.id ?? at}
        row={(at) => {
          const story = stories[at];
          return story && <Story story={story} seen={seen} />;
        }}
      />
      <CursorLine seen={seen} />
    </div>
  );
}

function Story({ story, seen }: { readonly story: Group; readonly seen: Window }) {
  const { first, facts, subjects, attempts, outcome, fromMs, toMs } = story;
  const [tone, word] = outcomes[outcome];
  const [subject = ''] = subjects;
  const more = subjects.length > 1 ? ` and ${subjects.length - 1} more` : '';
  const endMs = outcome === 'pending' ? seen.toMs : toMs;
  const marks = facts.map(({ atMs, fact }) => ({ atMs, ...sentenceOf(fact) }));
  const lastId = facts.at(-1)?.fact.id ?? first.id;
  const isOver = outcome !== 'pending' && toMs > fromMs;
  const took = isOver ? ` in ${duration(toMs - fromMs)}` : '';
  return (
    <div class="lane" {...asItem}>
      <div class="who">
        <div class="clip">
          <ActorLink path={subject} atMs={fromMs} />
          {more}
        </div>
        <a class="clip soft" href={whyHref({ id: lastId })} title={sentenceOf(first).text}>
          {sentenceOf(first).text}
        </a>
      </div>
      <div class="spans">
        <button
          type="button"
          class={`story ${outcome}`}
          aria-label={`${subject}: ${word}${took}; see how it began`}
          style={{
            left: percent(partOf(fromMs, seen)),
            width: percent(partOf(Math.min(endMs, seen.toMs), seen) - partOf(fromMs, seen)),
          }}
          onClick={() => goTo(fromMs)}
        />
        <Marks marks={marks} seen={seen} />
      </div>
      <div class="outcome">
        {attempts > 0 && <span class="soft">{counted(attempts, 'try', 'tries')}</span>}
        <Badge tone={tone} beats={outcome === 'pending'}>
          {word}
          {took}
        </Badge>
      </div>
    </div>
  );
}
