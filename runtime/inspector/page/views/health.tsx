import type { HealthPanel } from '../../panel-shapes.ts';
import { Badge, type Tone } from '../badge.tsx';
import { Empty } from '../empty.tsx';
import { happened, whyHref } from '../moment.tsx';
import { Page } from '../page.tsx';
import { NotTold, told } from '../panel-or-facts.tsx';
import { Rows } from '../rows.tsx';
import { welcome } from '../state.ts';
import { checkRows } from '../wording.ts';

const tones: Readonly<Record<string, Tone>> = { pass: 'good', warn: 'warn', fail: 'bad' };
const worst = ['fail', 'warn', 'pass'];

export function HealthView() {
  const found = told('health');
  return (
    <Page
      title="Health"
      about="Whether this runtime is ready for work, and what each of its checks found last."
    >
      {found === undefined ? <NotTold what="health" /> : <Checks health={found.data} />}
    </Page>
  );
}

function Checks({ health }: { readonly health: HealthPanel }) {
  const { status, isStarted, isReady, checks } = health;
  const order = (check: Readonly<Record<string, unknown>>) => worst.indexOf(String(check.status));
  const sorted = Object.entries(checks).sort(([, one], [, other]) => order(one) - order(other));
  return (
    <>
      <div class="bar">
        <Badge tone={tones[status] ?? 'warn'}>{status}</Badge>
        <Badge tone={isStarted ? 'good' : 'calm'}>{isStarted ? 'started' : 'starting'}</Badge>
        <Badge tone={isReady ? 'good' : 'bad'}>{isReady ? 'ready' : 'not ready for work'}</Badge>
      </div>
      {sorted.length === 0 && (
        <Empty what="There are no checks">They come by the option health of createRuntime.</Empty>
      )}
      <div class="cards">
        {sorted.map(([name, check]) => (
          <Check key={name} name={name} check={check} />
        ))}
      </div>
    </>
  );
}

function Check(props: {
  readonly name: string;
  readonly check: Readonly<Record<string, unknown>>;
}) {
  const { status, because } = props.check;
  const nowMs = (welcome.value?.beganMs ?? 0) + happened.value.atMs;
  const tone = tones[String(status)] ?? 'calm';
  return (
    <section class={`card ${tone === 'good' ? '' : tone}`} aria-label={props.name}>
      <header>
        <h2 class="clip">{props.name}</h2>
        <Badge tone={tone}>{String(status)}</Badge>
      </header>
      {because !== undefined && <p>{String(because)}</p>}
      <Rows rows={checkRows(props.check, nowMs)} />
      <a href={whyHref({ subject: `health/${props.name}` })}>Why</a>
    </section>
  );
}
