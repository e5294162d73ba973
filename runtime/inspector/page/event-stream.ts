export interface Told {
  readonly event: string;
  readonly data: string;
}

/** Reads server-sent events out of text that comes in pieces. */
export function eventReader(onEvent: (told: Told) => void): (text: string) => void {
  let pieces: string[] = [];
  return (text) => {
    // A snapshot comes in many pieces: they are put together once.
    if (!text.includes('\n')) {
      pieces.push(text);
      return;
    }
    const blocks = `${pieces.join('')}${text}`.split('\n\n');
    pieces = [blocks.pop() ?? ''];
    for (const block of blocks) {
      const told = readBlock(block);
      if (told !== undefined) onEvent(told);
    }
  };
}

function readBlock(block: string): Told | undefined {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const [, field, value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (field === 'event') event = value;
    if (field === 'data') data.push(value);
  }
  return data.length === 0 ? undefined : { event, data: data.join('\n') };
}
