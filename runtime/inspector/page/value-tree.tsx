import { counted } from './sentences.ts';

const INNER_MAX = 200;

/** A value, its parts to be opened; what the runtime does not tell is said to be so. */
export function ValueTree({ value, name }: { readonly value: unknown; readonly name?: string }) {
  const label = name === undefined ? null : <span class="value-name">{name}</span>;
  if (typeof value !== 'object' || value === null) {
    return (
      <div class="value">
        {label} <Plain value={value} />
      </div>
    );
  }
  const parts = Object.entries(value);
  const about = Array.isArray(value) ? `${parts.length} in a list` : counted(parts.length, 'field');
  return (
    <details class="value" open={name === undefined || parts.length <= 4}>
      <summary>
        {label} <span class="faint">{about}</span>
      </summary>
      {parts.slice(0, INNER_MAX).map(([key, inner]) => (
        <ValueTree key={key} name={key} value={inner} />
      ))}
      {parts.length > INNER_MAX && <p class="faint">{parts.length - INNER_MAX} more</p>}
    </details>
  );
}

function Plain({ value }: { readonly value: unknown }) {
  if (typeof value === 'string' && /^\[?(redacted|masked|hidden)/i.test(value)) {
    return (
      <span
        class="redacted"
        title="The runtime tells what it was allowed to show, and nothing else"
      >
        not shown
      </span>
    );
  }
  return <code class={`plain ${typeof value}`}>{JSON.stringify(value) ?? 'undefined'}</code>;
}
