import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

const BEYOND = 6;

/** For a row of a list. */
export const asItem = { role: 'listitem' } as const;

/** Draws only the rows that are seen, all of one height. */
export function VirtualList(props: {
  readonly count: number;
  readonly rowHeight: number;
  /** Draws a row; it is put at its place by its wrapper. */
  readonly row: (index: number) => ComponentChildren;
  readonly keyOf: (index: number) => string | number;
  readonly label: string;
  readonly role?: 'tree' | 'list';
  /** The row that has to be seen. */
  readonly at?: number;
  readonly active?: string | undefined;
  readonly onKey?: (event: KeyboardEvent) => void;
}) {
  const { count, rowHeight, at, role = 'list' } = props;
  const list = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 600 });
  const measure = () => {
    const { scrollTop: top = 0, clientHeight: height = 0 } = list.current ?? {};
    setSeen({ top, height });
  };
  useLayoutEffect(() => {
    const box = list.current;
    if (box === null) return;
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const box = list.current;
    if (box === null || at === undefined || at < 0) return;
    const top = at * rowHeight;
    if (top < box.scrollTop) box.scrollTop = top;
    const below = top + rowHeight - box.clientHeight;
    if (below > box.scrollTop) box.scrollTop = below;
  }, [at, rowHeight]);
  const first = Math.max(0, Math.floor(seen.top / rowHeight) - BEYOND);
  const last = Math.min(count, Math.ceil((seen.top + seen.height) / rowHeight) + BEYOND);
  const rows = [];
  for (let index = first; index < last; index++) {
    rows.push(
      <div key={props.keyOf(index)} role="presentation" style={{ top: `${index * rowHeight}px` }}>
        {props.row(index)}
      </div>,
    );
  }
  const spoken = {
    role,
    tabIndex: 0,
    'aria-label': props.label,
    'aria-activedescendant': props.active,
    onKeyDown: props.onKey,
  };
  return (
    <div class="list" ref={list} {...spoken} onScroll={measure}>
      <div class="rows" role="presentation" style={{ height: `${count * rowHeight}px` }}>
        {rows}
      </div>
    </div>
  );
}
