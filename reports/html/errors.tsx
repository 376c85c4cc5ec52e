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

/** In the text of the page this reads exactly like `errorSequenceText`; more than are shown are counted. */
export function Errors(props: { sequences: readonly ErrorSequence[]; shownMax: number }) {
  const { sequences, shownMax } = props;
  const spoken = spokenSequences(sequences);
  if (spoken.length === 0) return <span class="errors none">none</span>;
  return (
    <span class="errors">
      {spoken.slice(0, shownMax).map(({ connection, tokens }, index) => (
        <>
          {index > 0 && ' · '}
          {spoken.length > 1 && <i>{`#${connection} `}</i>}
          <Tokens tokens={tokens} />
        </>
      ))}
      {spoken.length > shownMax && ` · and ${spoken.length - shownMax} more`}
    </span>
  );
}
