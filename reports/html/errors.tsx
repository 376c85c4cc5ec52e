/** An error sequence, token by token. */
import type { ErrorSequence } from '../../harness/result.ts';
import { spokenSequences } from '../words.ts';

function Tokens({ tokens }: { tokens: readonly string[] }) {
  return (
    <>
      {tokens.map((token, index) => (
        <>
          {index > 0 && ', '}
          <b>{token}</b>
        </>
      ))}
    </>
  );
}

/** In the text of the page this reads exactly like `errorSequenceText`. */
export function Errors({ sequences }: { sequences: readonly ErrorSequence[] }) {
  const spoken = spokenSequences(sequences);
  if (spoken.length === 0) return <span class="errors none">none</span>;
  return (
    <span class="errors">
      {spoken.map(({ connection, tokens }, index) => (
        <>
          {index > 0 && ' · '}
          {spoken.length > 1 && <i>{`#${connection} `}</i>}
          <Tokens tokens={tokens} />
        </>
      ))}
    </span>
  );
}
