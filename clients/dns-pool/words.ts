/** An answer as one line of text. */
import type { DnsAnswer } from './message.ts';

/** The answers' data joined by a space; without answers the rcode, or `NODATA` when that is none. */
export function inWords({ answers = [], rcode = 'NOERROR' }: DnsAnswer): string {
  const words = answers.flatMap((answer) => ('data' in answer ? [dataInWords(answer.data)] : []));
  if (words.length > 0) return words.join(' ');
  return rcode === 'NOERROR' ? 'NODATA' : rcode;
}

function dataInWords(data: unknown): string {
  if (typeof data === 'string') return data;
  if (Buffer.isBuffer(data)) return data.toString();
  if (Array.isArray(data)) return data.map(dataInWords).join('');
  return JSON.stringify(data);
}
