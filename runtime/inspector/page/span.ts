/** A span of time as it is read: `420 ms`, `3.2 s`, `4 min 10 s`, `2 h 5 min`. */
export function span(ms: number): string {
  const abs = Math.abs(ms);
  if (abs < 1000) return `${Math.round(ms)} ms`;
  if (abs < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const s = Math.round(abs / 1000);
  const sign = ms < 0 ? '−' : '';
  if (s < 60) return `${sign}${s} s`;
  if (s < 3600) return `${sign}${Math.floor(s / 60)} min ${s % 60} s`;
  const min = Math.round(s / 60);
  return `${sign}${Math.floor(min / 60)} h ${min % 60} min`;
}
