import { signal } from '@preact/signals';
import type { ToldBreaker } from '../../panel-shapes.ts';
import { Badge, type Tone } from '../badge.tsx';
import { CommandButton } from '../command-dialog.tsx';
import { breakersBy } from '../derived-panels.ts';
import { Empty } from '../empty.tsx';
import { happened, isTrace, whyHref } from '../moment.tsx';
import { Page, Segments } from '../page.tsx';
import { ByFacts, NotTold, told } from '../panel-or-facts.tsx';
import { counted, duration } from '../sentences.ts';

const about =
  'What each breaker sees in its window, whether it lets calls through, and when it tries again. ' +
  'One that is isolated refuses every call until it is released.';

const filters = [
  ['all', 'All'],
  ['not', 'Not letting through'],
] as const;
const filter = signal<'all' | 'not'>('all');

const isHeld = ({ circuit, isolations }: ToldBreaker) =>
  circuit !== 'closed' || isolations.length > 0;

export function BreakersView() {
  const found = told('breakers', breakersBy);
  const all = found?.data.told ?? [];
  const seen = filter.value === 'all' ? all : all.filter(isHeld);
  return (
    <Page
      title="Breakers"
      about={about}
      end={
        <Segments
          label="Which"
          of={filters}
          chosen={filter.value}
          choose={(name) => {
            filter.value = name;
          }}
        />
      }
    >
      {found === undefined && <NotTold what="breakers" />}
      {found?.isByFacts && (
        <ByFacts what="breakers that opened; calls that went well are not told" />
      )}
      {found && found.data.total > all.length && (
        <p class="soft">
          {all.length} of {found.data.total} are told: those that hold calls back come first.
        </p>
      )}
      {found && seen.length === 0 && <NoBreakers isFiltered={all.length > 0} />}
      <div class="cards">
        {seen.map((breaker) => (
          <Breaker key={breaker.name} breaker={breaker} />
        ))}
      </div>
    </Page>
  );
}

function NoBreakers({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered) return <Empty what="Every breaker lets calls through">All is well.</Empty>;
  return (
    <Empty what="There are no breakers">
      {isTrace()
        ? 'No fact of this trace tells of one.'
        : 'Calls made through rt.protect have one, and so have the dials of peers.'}
    </Empty>
  );
}

function standing({ circuit, isolations }: ToldBreaker): readonly [Tone, string] {
  if (isolations.length > 0) return ['accent', 'isolated'];
  if (circuit === 'open') return ['bad', 'open'];
  return circuit === 'halfOpen' ? ['warn', 'half-open'] : ['good', 'closed'];
}

function Breaker({ breaker }: { readonly breaker: ToldBreaker }) {
  const { name, isolations, opensAt, openings, refused, late } = breaker;
  const [tone, word] = standing(breaker);
  return (
    <section class={`card ${tone}`} aria-label={name}>
      <header>
        <h2 class="clip" title={name}>
          {name}
        </h2>
        <Badge tone={tone}>{word}</Badge>
      </header>
      <div class="card-row">
        <CallBar breaker={breaker} />
        <Countdown breaker={breaker} />
      </div>
      <p class="soft">
        {opensAt !== '' && `Opens at ${opensAt}. `}
        {openings > 1 && `Opened ${openings} times in a row. `}
        {refused > 0 && `${counted(refused, 'call')} refused. `}
        {late > 0 && `${late} ended too late to count.`}
      </p>
      {isolations.map(({ by, reason }) => (
        <p key={by} class="isolation">
          Held open by <strong>{by}</strong>: {reason}
        </p>
      ))}
      <footer class="bar">
        {isolations.length > 0 && <CommandButton command="breaker.release" target={name} />}
        <CommandButton command="breaker.isolate" target={name} />
        <a href={whyHref({ subject: name })}>Why</a>
      </footer>
    </section>
  );
}

/** Its window: how many calls went well, were slow, or failed. */
function CallBar({ breaker }: { readonly breaker: ToldBreaker }) {
  const { calls, failures, slow } = breaker;
  const well = Math.max(0, calls - failures - slow);
  const parts = [
    ['bad', failures, 'failed'],
    ['warn', slow, 'slow'],
    ['good', well, 'went well'],
  ] as const;
  const words = parts.map(([, count, word]) => `${count} ${word}`).join(', ');
  return (
    <div class="calls">
      <div class="call-bar" role="img" aria-label={`Of ${counted(calls, 'call')}: ${words}`}>
        {parts.map(([tone, count]) =>
          count === 0 ? null : (
            <span key={tone} class={tone} style={{ flexGrow: `${count}` }} title={`${count}`} />
          ),
        )}
      </div>
      <span class="soft">
        {calls === 0 ? 'no calls in its window' : `${counted(calls, 'call')}: ${words}`}
      </span>
    </div>
  );
}

const RING = 2 * Math.PI * 16;

/** How long until it lets a call try. */
function Countdown({ breaker }: { readonly breaker: ToldBreaker }) {
  const { circuit, retryAtMs, openForMs } = breaker;
  if (circuit !== 'open' || retryAtMs === undefined || openForMs === undefined) return null;
  const leftMs = Math.max(0, retryAtMs - happened.value.atMs);
  const part = openForMs > 0 ? Math.min(1, leftMs / openForMs) : 0;
  const words = leftMs === 0 ? 'at the next call' : `in ${duration(leftMs)}`;
  return (
    <div class="countdown">
      <svg viewBox="0 0 40 40" aria-hidden="true">
        <circle class="ring" cx="20" cy="20" r="16" />
        <circle
          class="left"
          cx="20"
          cy="20"
          r="16"
          stroke-dasharray={`${RING * part} ${RING}`}
          transform="rotate(-90 20 20)"
        />
      </svg>
      <span>
        tries again
        <br />
        <strong>{words}</strong>
      </span>
    </div>
  );
}
