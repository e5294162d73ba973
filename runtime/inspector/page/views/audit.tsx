import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import type { AuditPanel, ToldRecord } from '../../panel-shapes.ts';
import { Badge } from '../badge.tsx';
import { Empty } from '../empty.tsx';
import { ActorLink, whyHref } from '../moment.tsx';
import { Page } from '../page.tsx';
import { Panel } from '../panel.tsx';
import { NotTold, told } from '../panel-or-facts.tsx';
import { SearchField } from '../search-field.tsx';
import { counted, sentenceOf } from '../sentences.ts';
import { live } from '../state.ts';
import { wordsOf } from '../telling.ts';
import { ValueTree } from '../value-tree.tsx';
import { auditRows } from '../wording.ts';

const about =
  'The newest records of the log that nobody can change unseen, how the log is, and whether all ' +
  'of it still holds.';

const search = signal('');
/** Older ones that were asked for. */
const older = signal<readonly ToldRecord[]>([]);
const trouble = signal('');

export function AuditView() {
  const found = told('audit');
  return (
    <Page title="Audit" about={about} end={<Verify />}>
      {found === undefined ? <NotTold what="the audit log" /> : <Log log={found.data} />}
    </Page>
  );
}

function Log({ log }: { readonly log: AuditPanel }) {
  const known = new Set(log.records.map(({ index }) => index));
  const all = [...older.value.filter(({ index }) => !known.has(index)), ...log.records];
  const words = wordsOf(search.value);
  const seen = all
    .filter(({ type, subject = '', data }) => {
      const text = `${type} ${subject} ${JSON.stringify(data)}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .toReversed();
  return (
    <>
      <Status status={log.status} />
      <div class="bar">
        <SearchField label="Search records" hint="Type, subject or content" value={search} />
        <Older first={all[0]?.index ?? 0} />
        <span class="soft">{counted(seen.length, 'record')}</span>
      </div>
      {trouble.value !== '' && (
        <p class="notice bad" role="alert">
          {trouble.value}
        </p>
      )}
      {seen.length === 0 ? (
        <Empty what={all.length === 0 ? 'No records yet' : 'Nothing is found'}>
          {all.length === 0
            ? 'Every decision that matters is recorded here as it is made.'
            : 'Look for something else, or load older records.'}
        </Empty>
      ) : (
        <ol class="records panel" aria-label="Records, newest first">
          {seen.map((record) => (
            <AuditRecord key={record.index} record={record} />
          ))}
        </ol>
      )}
    </>
  );
}

function Status({ status }: { readonly status: AuditPanel['status'] }) {
  return (
    <Panel title="The log">
      <dl class="figures">
        {auditRows(status).map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="clip" title={text}>
              {text}
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

const PAGE = 200;

function Older({ first }: { readonly first: number }) {
  const ask = async () => {
    const range = { fromIndex: `${Math.max(0, first - PAGE)}`, toIndex: `${first}` };
    try {
      const answer = await live.value?.ask(`audit?${new URLSearchParams(range)}`);
      const { records } = answer as { readonly records: readonly ToldRecord[] };
      trouble.value = '';
      older.value = [...records, ...older.value];
    } catch (error) {
      trouble.value = error instanceof Error ? error.message : 'There was no answer.';
    }
  };
  return (
    <button type="button" disabled={first === 0} onClick={ask}>
      {first === 0 ? 'This is all of it' : 'Load older ones'}
    </button>
  );
}

function AuditRecord({ record }: { readonly record: ToldRecord }) {
  const { index, time, type, subject, id, data } = record;
  const fields = typeof data === 'object' && data !== null ? { ...data } : {};
  const { text, tone } = sentenceOf({ type, data: fields });
  return (
    <li>
      <details>
        <summary>
          <span class="mono faint">{index}</span>
          <time class="mono" dateTime={time}>
            {time.replace('T', ' ').replace(/\.\d+Z$/, '')}
          </time>
          <code class={`record-type ${tone}`}>{type}</code>
          <span class="clip">
            {subject} {text === type ? '' : text}
          </span>
        </summary>
        <div class="record">
          <dl class="facts">
            <dt>id</dt>
            <dd>
              <code>{id}</code> <a href={whyHref({ id })}>Why</a>
            </dd>
            {subject !== undefined && <dt>subject</dt>}
            {subject !== undefined && (
              <dd>
                <ActorLink path={subject} />
              </dd>
            )}
            {record.causationid !== undefined && <dt>cause</dt>}
            {record.causationid !== undefined && (
              <dd>
                <a href={whyHref({ id: record.causationid })}>{record.causationid}</a>
              </dd>
            )}
          </dl>
          <ValueTree value={data} />
        </div>
      </details>
    </li>
  );
}

type Verified =
  | { readonly is: 'not asked' | 'checking' }
  | { readonly is: 'checked'; readonly result: unknown }
  | { readonly is: 'refused'; readonly because: string };

function Verify() {
  const [verified, setVerified] = useState<Verified>({ is: 'not asked' });
  const ask = async () => {
    setVerified({ is: 'checking' });
    try {
      setVerified({ is: 'checked', result: await live.value?.ask('verify', 'POST') });
    } catch (error) {
      const because = error instanceof Error ? error.message : 'There was no answer.';
      setVerified({ is: 'refused', because });
    }
  };
  return (
    <>
      <span role="status" class="bar">
        {verified.is === 'checking' && <span class="soft">All of it is read…</span>}
        {verified.is === 'refused' && <Badge tone="bad">{verified.because}</Badge>}
        {verified.is === 'checked' && <Result result={verified.result} />}
      </span>
      <button type="button" disabled={verified.is === 'checking'} onClick={ask}>
        Verify all
      </button>
    </>
  );
}

function Result({ result }: { readonly result: unknown }) {
  const fields = typeof result === 'object' && result !== null ? { ...result } : {};
  const { verdict } = fields as { readonly verdict?: unknown };
  const isWhole = verdict === 'ok' || verdict === 'intact';
  return (
    <details class="verified">
      <summary>
        <Badge tone={isWhole ? 'good' : 'bad'}>{String(verdict ?? 'checked')}</Badge>
      </summary>
      <ValueTree value={result} />
    </details>
  );
}
