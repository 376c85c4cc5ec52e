/** What each request is answered. */
import { createHash } from 'node:crypto';

/** As the first part of the path wants it: whole, in several chunks, or the last of its connection. */
export type AnswerForm = 'whole' | 'chunked' | 'close';

export interface HttpAnswer {
  status: number;
  /** A response to HEAD has its length and leaves it out. */
  body: string;
  form: AnswerForm;
}

const largeBytesMax = 1_048_576;
/** RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5. */
const statusesWithoutBody: readonly number[] = [204, 205, 304];

/**
 * A line with the method, the target and the first four bytes of the body's SHA-256, so that an answer
 * to another request is seen to be wrong. The path chooses the form:
 *
 * - `/chunked/...`: `Transfer-Encoding: chunked`, in three chunks
 * - `/close/...`: `Connection: close`
 * - `/large/N`: a body of N bytes, at most 1 MiB
 * - `/status/NNN`: this status, 200 to 599
 * - `/early/...`: status 413 without a body, as soon as the head was read
 *
 * A number out of its range is answered with status 400.
 */
export function answerTo(method: string, target: string, body: Uint8Array): HttpAnswer {
  const line = `${method} ${target} ${digestOf(body)}`;
  const [path = ''] = target.split('?');
  const [, first = '', second = ''] = path.split('/');
  const answer = answerFor(first, second, line);
  return statusesWithoutBody.includes(answer.status) ? { ...answer, body: '' } : answer;
}

/** Whether it is answered before its body is read; not where the client waits for that (RFC 9110 section 10.1.1). */
export const isAnsweredEarly = (head: { target: string; awaitsContinue: boolean }): boolean =>
  head.target.startsWith('/early/') && !head.awaitsContinue;

function answerFor(first: string, second: string, line: string): HttpAnswer {
  switch (first) {
    case 'chunked':
      return { status: 200, body: line, form: 'chunked' };
    case 'close':
      return { status: 200, body: line, form: 'close' };
    case 'large': {
      const bytes = integer(second);
      if (bytes === undefined || bytes > largeBytesMax) return outOfRange(line);
      return { status: 200, body: repeated(line, bytes), form: 'whole' };
    }
    case 'status': {
      const status = integer(second);
      if (status === undefined || status < 200 || status > 599) return outOfRange(line);
      return { status, body: line, form: 'whole' };
    }
    default:
      return { status: 200, body: line, form: 'whole' };
  }
}

function outOfRange(line: string): HttpAnswer {
  return { status: 400, body: line, form: 'whole' };
}

function integer(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function repeated(line: string, bytes: number): string {
  const unit = `${line}\n`;
  return unit.repeat(Math.ceil(bytes / unit.length)).slice(0, bytes);
}

function digestOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 8);
}
