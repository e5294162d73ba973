import type { SandboxesPanel } from '../../panel-shapes.ts';
import { Badge, type Tone } from '../badge.tsx';
import { Empty } from '../empty.tsx';
import { whyHref } from '../moment.tsx';
import { Page } from '../page.tsx';
import { NotTold, told } from '../panel-or-facts.tsx';
import { counted, modeSteps } from '../sentences.ts';
import { ValueTree } from '../value-tree.tsx';

const about =
  'How well code of others can be kept in on this machine: each level with the evidence that it ' +
  'holds, or with what would mend it, and the guests that run in it.';

export function SandboxesView() {
  const found = told('sandboxes');
  return (
    <Page title="Sandboxes" about={about}>
      {found === undefined ? <NotTold what="sandboxes" /> : <Levels panel={found.data} />}
    </Page>
  );
}

const standings: Readonly<Record<string, readonly [Tone, string]>> = {
  proved: ['good', 'proved'],
  lost: ['bad', 'not to be had'],
  unasked: ['calm', 'not tried yet'],
};

function Levels({ panel }: { readonly panel: SandboxesPanel }) {
  const { mode, levels, guests } = panel;
  if (levels.length === 0) {
    return <Empty what="No level of isolation is asked for">Code of others is refused.</Empty>;
  }
  return (
    <>
      <p>
        <Badge tone={mode === 'refusing' ? 'bad' : 'good'}>{mode}</Badge>{' '}
        {modeSteps.isolation?.[mode]}. <a href={whyHref({ subject: 'isolation' })}>Why</a>
      </p>
      <div class="cards">
        {levels.map((level) => (
          <Level
            key={level.isolation}
            level={level}
            guests={guests.find(({ isolation }) => isolation === level.isolation)}
            isChosen={level.isolation === mode}
          />
        ))}
      </div>
    </>
  );
}

function Level(props: {
  readonly level: SandboxesPanel['levels'][number];
  readonly guests: SandboxesPanel['guests'][number] | undefined;
  readonly isChosen: boolean;
}) {
  const { level, guests, isChosen } = props;
  const { isolation, is, evidence, unavailable, fix } = level;
  const [tone, word] = standings[is] ?? ['calm', is];
  return (
    <section class={`card ${isChosen ? 'accent' : ''}`} aria-label={isolation}>
      <header>
        <h2>{isolation}</h2>
        <Badge tone={tone}>{word}</Badge>
      </header>
      <p class="soft">{modeSteps.isolation?.[isolation]}.</p>
      {unavailable !== undefined && <p>{unavailable}</p>}
      {fix !== undefined && (
        <p>
          What helps: <code class="fix">{fix}</code>
        </p>
      )}
      {evidence !== undefined && (
        <details>
          <summary>Evidence</summary>
          <ValueTree value={evidence} />
        </details>
      )}
      {guests !== undefined && (
        <p class="soft">
          {counted(guests.taken, 'guest')} at work, {guests.idle} ready.
        </p>
      )}
    </section>
  );
}
