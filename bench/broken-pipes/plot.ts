/** The figures as bars, in SVG. Pure. */
import type { Level } from './load.ts';

const [width, height, left, top, bottom] = [640, 320, 60, 48, 48];
const barWidth = 56;

const series = [
  { name: 'answered', colour: '#2a7', count: (level: Level) => level.answered },
  { name: 'gave up', colour: '#999', count: (level: Level) => level.gaveUp },
  { name: 'broken pipes', colour: '#c33', count: (level: Level) => level.brokenPipes },
] as const;

/** @param capacity Requests a second that the server can do: a line across. */
export function plotOf(
  levels: readonly Level[],
  { secondsEach, capacity }: { secondsEach: number; capacity: number },
): string {
  const rates = levels.map((level) => series.map(({ count }) => count(level) / secondsEach));
  const most = Math.max(capacity, ...rates.flat()) * 1.1;
  const y = (rate: number) => height - bottom - (rate / most) * (height - top - bottom);
  const group = (width - left) / Math.max(1, levels.length);
  const bars = rates.flatMap((ofLevel, level) =>
    ofLevel.map((rate, index) => {
      const x = left + level * group + 12 + index * barWidth;
      const bar = `<rect x="${x}" y="${y(rate).toFixed(1)}" width="${barWidth - 8}" height="${(height - bottom - y(rate)).toFixed(1)}" fill="${series[index]?.colour}"/>`;
      const label = `<text x="${x + (barWidth - 8) / 2}" y="${(y(rate) - 4).toFixed(1)}" text-anchor="middle">${Math.round(rate)}</text>`;
      return `${bar}${label}`;
    }),
  );
  const names = levels.map(
    ({ connections }, level) =>
      `<text x="${left + level * group + 12 + barWidth * 1.5}" y="${height - bottom + 18}" text-anchor="middle">${connections} connections</text>`,
  );
  const legend = series.map(
    ({ name, colour }, index) =>
      `<rect x="${left + 12 + index * 130}" y="12" width="12" height="12" fill="${colour}"/><text x="${left + 30 + index * 130}" y="22">${name}/s</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img">`,
    '<title>More connections to a server that has no more room: what each second brings</title>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...legend,
    `<line x1="${left}" x2="${width}" y1="${y(capacity).toFixed(1)}" y2="${y(capacity).toFixed(1)}" stroke="#333" stroke-dasharray="4 4"/>`,
    `<text x="${left - 6}" y="${(y(capacity) + 4).toFixed(1)}" text-anchor="end">${capacity}/s</text>`,
    `<line x1="${left}" x2="${width}" y1="${height - bottom}" y2="${height - bottom}" stroke="#333"/>`,
    ...bars,
    ...names,
    '</svg>',
    '',
  ].join('\n');
}
