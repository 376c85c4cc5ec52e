import type { Context } from '../context.ts';
import type { Finding } from '../diagnosis.ts';
import type { Connection } from '../flow/connection.ts';
import { proof } from './words.ts';

export function retryFinding({ number }: Connection, { retries }: Context): Finding[] {
  const retry = retries.get(number);
  if (!retry) return [];
  const { key, lost, broke, again } = retry;
  return [
    {
      name: 'retry-duplicated',
      story: `"${key}" had been delivered on connection ${lost.connection}, which ended without an answer, and was sent again here`,
      proof: [
        proof(lost, `the request, on connection ${lost.connection}`),
        proof(broke, 'that connection ends without an answer'),
        proof(again, 'the same request once more'),
      ],
    },
  ];
}
