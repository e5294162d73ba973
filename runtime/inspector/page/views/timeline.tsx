import { signal, useComputed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { Empty } from '../empty.tsx';
import { firstAfter, LineFilter } from '../line-filter.ts';
import { happened, isTrace, remembered, span } from '../moment.tsx';
import { Page, Segments } from '../page.tsx';
import { SearchField } from '../search-field.tsx';
import { cursor } from '../state.ts';
import { type Kind, wordsOf } from '../telling.ts';
import { groupsOf, lanesOf } from '../timeline.ts';
import { Lanes, Stories } from '../timeline-lanes.tsx';
import { TimelineLines } from '../timeline-lines.tsx';
import { type Window, WindowChoice, windowAt, windowMs } from '../timeline-window.tsx';

const zooms = [
  ['lanes', 'Actors'],
  ['stories', 'Causes'],
  ['lines', 'Lines'],
] as const;
type Zoom = (typeof zooms)[number][0];

const abouts: Readonly<Record<Zoom, string>> = {
  lanes: 'In which states each actor was, one lane for each. A click shows it as it was then.',
  stories:
    'What failed, what was decided, and what became of it: one bar from the first cause to the ' +
    'outcome, dashed while it is open.',
  lines: 'Every line of what happened. A click shows everything as it was then.',
};

const groups: readonly (readonly [title: string, kinds: readonly Kind[]])[] = [
  ['Facts', ['fact']],
  ['Moves', ['move']],
  ['Events', ['event']],
  ['Notes', ['note', 'fault', 'violation']],
  ['Logs', ['log']],
];

const zoom = signal<Zoom>('lanes');
const search = signal('');
const hidden = signal<ReadonlySet<string>>(new Set());

export function TimelineView() {
  const all = span.value;
  const at = cursor.value ?? all.toMs;
  const seen = windowAt(all, at, windowMs.value);
  return (
    <Page
      title="Timeline"
      about={abouts[zoom.value]}
      end={
        <Segments
          label="How near"
          of={zooms}
          chosen={zoom.value}
          choose={(name) => {
            zoom.value = name;
          }}
        />
      }
    >
      <div class="bar">
        <SearchField
          label="Search by actor, type or text"
          hint="Actor, type or text"
          value={search}
        />
        {zoom.value === 'lines' ? <KindChoice /> : <WindowChoice />}
      </div>
      {zoom.value === 'lanes' && <LanesPart seen={seen} />}
      {zoom.value === 'stories' && <StoriesPart seen={seen} />}
      {zoom.value === 'lines' && <LinesPart />}
    </Page>
  );
}

function KindChoice() {
  return (
    <fieldset class="bar" aria-label="Kinds of lines">
      {groups.map(([title]) => (
        <button
          key={title}
          type="button"
          aria-pressed={!hidden.value.has(title)}
          onClick={() => {
            const next = new Set(hidden.value);
            if (!next.delete(title)) next.add(title);
            hidden.value = next;
          }}
        >
          {title}
        </button>
      ))}
    </fieldset>
  );
}

function NothingFound() {
  if (search.value !== '') {
    return <Empty what="Nothing is found">No line has all words of the search.</Empty>;
  }
  const why = isTrace()
    ? 'This trace has no line of this kind in this time. Choose a longer one.'
    : 'Nothing has happened since this page came. It fills as actors move.';
  return <Empty what="Nothing to show yet">{why}</Empty>;
}

function LanesPart({ seen }: { readonly seen: Window }) {
  const lanes = useComputed(() => {
    const { history } = remembered.value;
    const words = wordsOf(search.value);
    const isShown = (path: string) => words.every((word) => path.toLowerCase().includes(word));
    const begin = history.at(history.fromMs);
    return lanesOf(history.lines, begin, history.toMs, isShown).filter(
      ({ spans, marks }) => spans.length > 0 || marks.length > 0,
    );
  });
  if (lanes.value.length === 0) return <NothingFound />;
  return <Lanes lanes={lanes.value} seen={seen} />;
}

function StoriesPart({ seen }: { readonly seen: Window }) {
  const stories = useComputed(() => {
    const words = wordsOf(search.value);
    return groupsOf(remembered.value.history.lines)
      .filter(({ subjects, facts }) => {
        const text = [...subjects, ...facts.map(({ fact }) => fact.type)].join(' ').toLowerCase();
        return words.every((word) => text.includes(word));
      })
      .toReversed();
  });
  const within = stories.value.filter(
    ({ fromMs, toMs }) => toMs >= seen.fromMs && fromMs <= seen.toMs,
  );
  if (within.length === 0) return <NothingFound />;
  return <Stories stories={within} seen={seen} />;
}

function LinesPart() {
  const kinds = new Set(groups.flatMap(([title, of]) => (hidden.value.has(title) ? [] : of)));
  const key = [...kinds].join();
  const words = wordsOf(search.value).join(' ');
  const filter = useMemo(
    () => new LineFilter({ kinds, path: '', words: wordsOf(words) }),
    [key, words],
  );
  const { history, atMs } = happened.value;
  const lines = filter.in(history);
  if (lines.length === 0) return <NothingFound />;
  return <TimelineLines lines={lines} at={firstAfter(lines, atMs) - 1} />;
}
