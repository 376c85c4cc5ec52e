/** How a report is to look on what it is printed to. */
import type { RenderOptions } from '../reporter.ts';

const widthColumnsDefault = 100;

/** For a report that is written to a file. */
export const fileRenderOptions: RenderOptions = {
  colour: false,
  widthColumns: widthColumnsDefault,
};

/** Colour only for people: a terminal that has not been told otherwise (no-color.org). */
export function renderOptions(stream: NodeJS.WriteStream): RenderOptions {
  const isForced = (process.env.FORCE_COLOR ?? '0') !== '0';
  const isRefused = (process.env.NO_COLOR ?? '') !== '' || process.env.TERM === 'dumb';
  return {
    colour: isForced || (stream.isTTY === true && !isRefused),
    widthColumns: stream.columns || widthColumnsDefault,
  };
}
