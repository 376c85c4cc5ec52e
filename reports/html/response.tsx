/** One of the seven names for what a client made of a fault. */
import type { FaultResponse } from '../../harness/result.ts';

export function Response({ response }: { response: FaultResponse | null }) {
  if (response === null) return <span class="muted">–</span>;
  return <span class={`response ${response}`}>{response}</span>;
}
