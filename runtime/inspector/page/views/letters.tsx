import type { LettersPanel } from '../../panel-shapes.ts';
import { lettersBy } from '../derived-panels.ts';
import { Empty } from '../empty.tsx';
import { ActorLink, exactText, isTrace } from '../moment.tsx';
import { Page } from '../page.tsx';
import { Panel } from '../panel.tsx';
import { ByFacts, NotTold, told } from '../panel-or-facts.tsx';
import { counted } from '../sentences.ts';
import { welcome } from '../state.ts';

const reasons: Readonly<Record<string, string>> = {
  unhandled: 'no state of its receiver takes it',
  poison: 'its receiver failed on it before',
  stopped: 'its receiver has stopped',
  full: 'the mailbox was full',
};

export function LettersView() {
  const found = told('letters', lettersBy);
  return (
    <Page
      title="Dead letters"
      about="Events that reached nobody, by why they did not, and the newest of them."
    >
      {found === undefined ? (
        <NotTold what="dead letters" />
      ) : (
        <Letters letters={found.data} isByFacts={found.isByFacts} />
      )}
    </Page>
  );
}

function Letters(props: { readonly letters: LettersPanel; readonly isByFacts: boolean }) {
  const { letters, isByFacts } = props;
  if (letters.total === 0) {
    return (
      <Empty what="Every event has reached somebody">
        An event that no state takes, or whose receiver has stopped, would be listed here.
      </Empty>
    );
  }
  const byReason = Object.entries(letters.byReason).sort(([, one], [, other]) => other - one);
  return (
    <>
      {isByFacts && <ByFacts what="sums of letters, without their types" />}
      <Panel title={counted(letters.total, 'letter')}>
        <ul class="shares">
          {byReason.map(([reason, count]) => (
            <li key={reason}>
              <strong>{reason}</strong>
              <meter min={0} max={letters.total} value={count} aria-label={reason} />
              <span class="mono">{count}</span>
              <span class="soft">{reasons[reason] ?? ''}</span>
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title="The newest" bare>
        <Newest letters={letters} />
      </Panel>
    </>
  );
}

function Newest({ letters }: { readonly letters: LettersPanel }) {
  const began = isTrace() ? 0 : (welcome.value?.beganMs ?? 0);
  const newest = letters.recent.toSorted((one, other) => other.atMs - one.atMs);
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">To</th>
            <th scope="col">Event</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {newest.map(({ subject, reason, type, atMs }, at) => (
            // Several may be of one moment.
            <tr key={`${atMs} ${at}`}>
              <td class="once mono">{exactText(atMs - began)}</td>
              <td class="below">
                <ActorLink path={subject} atMs={Math.max(0, atMs - began)} />
              </td>
              <td class="below">
                {type === '' ? <span class="faint">not told</span> : <code>{type}</code>}
              </td>
              <td class="once">{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
