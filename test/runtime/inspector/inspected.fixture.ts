import type { Inspected, InspectorPart } from '../../../runtime/inspected.ts';

/** A part that looks at a runtime, and answers nothing. */
export function inspected() {
  const given: Inspected[] = [];
  const part: InspectorPart = {
    attach: (all) => {
      given.push(all);
      return {
        answer: () => ({ status: 404, headers: {}, body: '' }),
        urls: () => ({ view: '', control: undefined }),
        close: () => {},
      };
    },
  };
  const shown = (): Inspected => {
    const [all] = given;
    if (all === undefined) throw new Error('it was attached to nothing');
    return all;
  };
  return { part, shown };
}
