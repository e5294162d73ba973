import type { ModesPanel, ToldMode } from '../../panel-shapes.ts';
import { Badge } from '../badge.tsx';
import { SmallChart } from '../chart/chart-of.tsx';
import { modesBy } from '../derived-panels.ts';
import { Empty } from '../empty.tsx';
import { happened, isTrace, whyHref } from '../moment.tsx';
import { Page } from '../page.tsx';
import { Panel } from '../panel.tsx';
import { ByFacts, NotTold } from '../panel-or-facts.tsx';
import { duration, modeSteps, toneOfMode } from '../sentences.ts';
import { panel, welcome } from '../state.ts';

const about =
  'How far each part has stepped down, best at the top, and what is still promised with all of ' +
  'them as they are.';

const charts = ['audit', 'isolation', 'route', 'load'] as const;

const decides: Readonly<Record<(typeof charts)[number], string>> = {
  audit: 'Whether decisions are put on record, and so whether effects are allowed',
  isolation: 'How well code of others is kept in',
  route: 'How peers are reached',
  load: 'Who is let in while there is much to do',
};

export function ModesView() {
  const data = panel('modes');
  return (
    <Page title="Modes" about={about}>
      {data !== undefined ? (
        <Told data={data} />
      ) : isTrace() ? (
        <Derived />
      ) : (
        <NotTold what="modes" />
      )}
    </Page>
  );
}

function Told({ data }: { readonly data: ModesPanel }) {
  const own = Object.entries(data.own);
  return (
    <>
      <div class="board">
        {charts.map((name) => (
          <Ladder key={name} name={name} mode={data[name]} since={sinceText(data[name])} />
        ))}
      </div>
      <Panel title="What is promised now">
        <dl class="facts promises">
          {Object.entries(data.promises).map(([name, value]) => (
            <Promised key={name} name={name} value={value} />
          ))}
        </dl>
      </Panel>
      <Panel title="Your own modes">
        {own.length === 0 ? (
          <p class="soft">There are none. A mode of your own is declared by rt.defineMode.</p>
        ) : (
          <dl class="facts">
            {own.map(([name, mode]) => (
              <Own key={name} name={name} mode={mode} />
            ))}
          </dl>
        )}
      </Panel>
    </>
  );
}

function Derived() {
  const { history, atMs } = happened.value;
  const modes = modesBy(history.lines, atMs);
  const moved = Object.keys(modes);
  if (moved.length === 0) {
    return (
      <Empty what="No mode has moved in this trace">
        A trace tells of modes only when they move. Until then they are as at the start.
      </Empty>
    );
  }
  return (
    <>
      <ByFacts what="modes that have moved; the others are not known" />
      <div class="board">
        {charts.map((name) => {
          const mode = modes[name];
          const since = mode && `since ${duration(atMs - mode.sinceMs)}`;
          return mode && <Ladder key={name} name={name} mode={mode} since={since} />;
        })}
      </div>
    </>
  );
}

function sinceText({ sinceMs }: ToldMode): string {
  const began = welcome.value?.beganMs ?? 0;
  return `since ${duration(began + happened.value.atMs - sinceMs)}`;
}

function Ladder(props: {
  readonly name: (typeof charts)[number];
  readonly mode: ToldMode;
  readonly since: string | undefined;
}) {
  const { name, mode, since } = props;
  const steps = Object.entries(modeSteps[name] ?? {});
  const at = steps.findIndex(([step]) => step === mode.mode);
  const tone = toneOfMode(name, mode.mode);
  return (
    <Panel title={name} end={<Badge tone={tone}>{mode.mode}</Badge>}>
      <p class="soft">{decides[name]}.</p>
      <ol class="ladder" aria-label={`Modes of ${name}, best first`}>
        {steps.map(([step, means], index) => (
          <li
            key={step}
            class={index === at ? `is ${tone}` : ''}
            aria-current={index === at ? 'step' : undefined}
          >
            <strong>{step}</strong>
            <span>{means}</span>
          </li>
        ))}
      </ol>
      <SmallChart path={name} />
      <p>
        {since}
        {mode.because !== undefined && `, because of ${mode.because}`}.{' '}
        <a href={whyHref({ subject: name })}>Why</a>
      </p>
    </Panel>
  );
}

const wordsOf = (name: string): string => name.replace(/([A-Z])/g, ' $1').toLowerCase();

function Promised({ name, value }: { readonly name: string; readonly value: unknown }) {
  const all = Array.isArray(value) ? value : [value];
  const isNone = all.length === 0;
  const isRefused = isNone || /refused|wait|least/.test(all.join());
  return (
    <>
      <dt>{wordsOf(name)}</dt>
      <dd class={isRefused ? 'refused' : ''}>{isNone ? 'refused' : all.join(', ')}</dd>
    </>
  );
}

function Own({ name, mode }: { readonly name: string; readonly mode: ToldMode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <Badge tone="accent">{mode.mode}</Badge> {sinceText(mode)}
        {mode.because !== undefined && `, because ${mode.because}`}
        <SmallChart path={`mode:${name}`} />
      </dd>
    </>
  );
}
