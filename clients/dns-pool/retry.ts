/** When a request is sent again: 000.5, RFC 7766 section 6.2.4, RFC 9110 section 9.2.2. */
import type { Loss } from './connection.ts';

/**
 * Once, and never blindly. A request of which the kernel took no byte was seen by nobody, so it may go
 * again whatever it is (F9). One that was sent may have been executed (F7); a query does no harm twice
 * (F8), but a connection that was closed before it ever answered has no stale state to blame, and asking
 * again would only hammer an upstream that does not want the query (F10).
 */
export function isRetryDue({ request, isUnsent }: Loss, hasEverAnswered: boolean): boolean {
  if (request.attempts > 1 || request.isSettled) return false;
  return isUnsent || (hasEverAnswered && request.encoded.isResendable);
}
