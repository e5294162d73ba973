import { signal, useComputed, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { Empty } from '../empty.tsx';
import { happened, remembered, span } from '../moment.tsx';
import { Page } from '../page.tsx';
import { hashOf } from '../route.ts';
import { SearchField } from '../search-field.tsx';
import { castIn, sequenceOf, talkedWith } from '../sequence.ts';
import { SequenceDrawing, savedSvg, saveFile } from '../sequence-drawing.tsx';
import { sequenceMermaid } from '../sequence-mermaid.ts';
import { cursor, route } from '../state.ts';
import { WindowChoice, windowAt, windowMs } from '../timeline-window.tsx';

const CAST_MAX = 12;
const BEGIN_WITH = 4;
const FOUND_MAX = 8;
const BETWEEN = '|';

const search = signal('');
/** It stays as it was proposed first, so that nothing jumps while one reads. */
const proposed = signal<readonly string[]>([]);

const chosenIn = (query: Readonly<Record<string, string>>): readonly string[] =>
  (query.of ?? '').split(BETWEEN).filter(Boolean);

function choose(cast: readonly string[]): void {
  const { atMs, query } = route.value;
  const moment = atMs === undefined ? {} : { atMs };
  location.hash = hashOf({
    ...{ view: 'sequence', query: { ...query, of: cast.join(BETWEEN) } },
    ...moment,
  });
}

/** Those that are chosen; or one and those that it talked with most; or the most talkative. */
function castOf(lines: Parameters<typeof castIn>[0], chosen: readonly string[]): readonly string[] {
  if (chosen.length > 1) return chosen;
  const [one] = chosen;
  if (one !== undefined) {
    return [one, ...talkedWith(lines, one).map(([name]) => name)].slice(0, BEGIN_WITH);
  }
  const all = castIn(lines);
  const loud = new Map<string, number>(all.map((name) => [name, 0]));
  for (const { path, from } of lines) {
    if (from !== undefined) loud.set(from, (loud.get(from) ?? 0) + 2);
    loud.set(path, (loud.get(path) ?? 0) + 1);
  }
  loud.delete('');
  const most = [...loud].sort(([, a], [, b]) => b - a).slice(0, BEGIN_WITH);
  return most.map(([name]) => name);
}

export function SequenceView() {
  const svg = useRef<SVGSVGElement>(null);
  const chosen = useComputed(() => chosenIn(route.value.query));
  const cast = useComputed(() => {
    if (chosen.value.length > 1) return chosen.value;
    return proposed.value;
  });
  useSignalEffect(() => {
    const [one] = chosen.value;
    const before = proposed.peek();
    const { lines } = remembered.value.history;
    const isKept = one === undefined ? before.length > 1 : before.length > 1 && before[0] === one;
    const isKnown = isKept && castIn(lines).includes(before[0] ?? '');
    if (!isKnown) proposed.value = castOf(lines, chosen.value);
  });
  const sequence = useComputed(() => {
    const { history } = happened.value;
    const toMs = cursor.value ?? history.toMs;
    const { fromMs } = windowAt(span.value, toMs, windowMs.value);
    return sequenceOf(history.lines, cast.value, { fromMs, toMs });
  });
  const { scenes, earlier } = sequence.value;
  return (
    <Page
      title="Sequence"
      about={
        'Who told whom what, from the top to the moment that is looked at. What repeats is ' +
        'folded, a slanted arrow took time, a dashed one is a cause.'
      }
      end={<Exports svg={() => svg.current} mermaid={() => sequenceMermaid(sequence.value)} />}
    >
      <CastChoice cast={cast.value} isProposed={chosen.value.length < 2} />
      {earlier > 0 && (
        <p class="soft">
          {earlier} earlier steps are left out: choose a shorter time, or fewer actors.
        </p>
      )}
      {scenes.length === 0 ? (
        <Empty what={cast.value.length === 0 ? 'Nobody to draw yet' : 'They said nothing'}>
          {cast.value.length === 0
            ? 'It fills as actors tell each other something.'
            : 'In this time nothing is known between these. Choose a longer time, or others.'}
        </Empty>
      ) : (
        <SequenceDrawing sequence={sequence.value} svg={svg} />
      )}
    </Page>
  );
}

function Exports(props: {
  readonly svg: () => SVGSVGElement | null;
  readonly mermaid: () => string;
}) {
  return (
    <>
      <button
        type="button"
        onClick={() => {
          const svg = props.svg();
          if (svg !== null) saveFile('sequence.svg', 'image/svg+xml', savedSvg(svg));
        }}
      >
        SVG
      </button>
      <button type="button" onClick={() => saveFile('sequence.mmd', 'text/plain', props.mermaid())}>
        Mermaid
      </button>
    </>
  );
}

function CastChoice(props: { readonly cast: readonly string[]; readonly isProposed: boolean }) {
  const { cast, isProposed } = props;
  const isFull = cast.length >= CAST_MAX;
  return (
    <div class="cast">
      <ul class="bar" aria-label="Actors">
        {cast.map((name) => (
          <li key={name} class="chip">
            <span class="clip" title={name}>
              {name}
            </span>
            <button
              type="button"
              class="quiet"
              aria-label={`Without ${name}`}
              disabled={cast.length < 2}
              onClick={() => choose(cast.filter((other) => other !== name))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      {isProposed && cast.length > 0 && (
        <p class="faint">Proposed, for they talked most. Choose by search, or take some away.</p>
      )}
      <div class="bar">
        <SearchField
          label="Add an actor"
          hint={isFull ? 'Twelve are as many as fit' : 'Add an actor'}
          value={search}
          disabled={isFull}
        />
        <WindowChoice />
      </div>
      <Proposals cast={cast} />
    </div>
  );
}

/** Those that the search finds; without one, those that the chosen talked with. */
function Proposals({ cast }: { readonly cast: readonly string[] }) {
  const found = useComputed(() => {
    const { lines } = remembered.value.history;
    const wanted = search.value.toLowerCase();
    if (wanted !== '') {
      return castIn(lines)
        .filter((name) => name.toLowerCase().includes(wanted))
        .map((name) => [name, 0] as const);
    }
    const last = cast.at(0);
    return last === undefined ? [] : talkedWith(lines, last);
  });
  const more = found.value.filter(([name]) => !cast.includes(name)).slice(0, FOUND_MAX);
  if (more.length === 0) return null;
  return (
    <div class="bar">
      <span class="soft">{search.value === '' ? `${cast.at(0)} talked with` : 'Add'}</span>
      {more.map(([name, times]) => (
        <button
          key={name}
          type="button"
          onClick={() => {
            search.value = '';
            choose([...cast, name]);
          }}
        >
          <span class="clip">{name}</span>
          {times > 0 && <span class="faint">×{times}</span>}
        </button>
      ))}
    </div>
  );
}
