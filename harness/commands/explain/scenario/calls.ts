/**
 * Scenarios of the raw client: what the client of the capture sent is sent again, byte for byte. It looks at
 * nothing and tries nothing twice, so it meets what that client met.
 */
import type { DiagnosisName } from '../../../../explain/diagnosis.ts';
import { connectionsOf, type Found, NotToBeRepeated, type Plan } from './plan.ts';
import { recvCode, Workload } from './workload.ts';

const gone = ["'EOF'", "'ECONNRESET'", "'EPIPE'"].join(', ');

type Recipe = (found: Found, workload: Workload) => Omit<Plan, 'protocol' | 'client' | 'workload'>;

const answered = (request: number) => `outcome(${request}).answered()`;
const fails = (request: number, words = gone) => `outcome(${request}).fails(${words})`;
const swapped = (script: string, expectations: string) => `swapped(${script}, [${expectations}])`;
const listening = (phase: string, steps: string[]) =>
  `listener([${phase}('up')], ${connectionsOf(steps)})`;

/** It ends while nothing is asked, and is used again. */
function usedAfter(end: 'close()' | 'halfClose()'): Recipe {
  return (_, work) => {
    const begun = work.servedAndIdle();
    const { sent, received } = work.exchange();
    return {
      upstream: connectionsOf([...begun, end]),
      expect: [answered(sent), fails(received)],
      // After a RST the kernel takes nothing any more.
      counter: swapped(connectionsOf([...begun, 'reset()']), fails(sent)),
    };
  };
}

/** It ends with the request in hand. */
function endsAsked(...steps: string[]): Recipe {
  return (_, work) => {
    const begun = work.served();
    const { received } = work.exchange();
    return {
      upstream: connectionsOf([...begun, ...steps]),
      expect: [fails(received)],
      counter: swapped(connectionsOf([...begun, 'answerAll()']), answered(received)),
    };
  };
}

/** Answered in the end, whatever was done to the answer. */
function answeredAfter(steps: (found: Found) => string[], turnsMin = 0): Recipe {
  return (found, work) => {
    const begun = [...work.served(turnsMin), ...steps(found)];
    work.exchange();
    // What came of the first answer may have been a part.
    const { received } = work.exchange();
    return {
      upstream: connectionsOf([...begun, 'answerAll()']),
      expect: ["everyRequest('answered')"],
      counter: swapped(connectionsOf([...begun, 'swallow()', 'close()']), fails(received)),
    };
  };
}

/** Before the first request can be made. Where the upstream speaks first it cannot be played. */
function isInLogin({ connection: { protocol, requests }, finding, talk }: Found): boolean {
  const isSql = protocol === 'mysql' || protocol === 'postgres';
  if (!isSql || (requests > 0 && finding.figures?.during !== 'login')) return false;
  if (talk.greetingBytes === 0) return true;
  throw new NotToBeRepeated('it ended in a login, in which the upstream speaks first');
}

function never(why: string): Recipe {
  return () => {
    throw new NotToBeRepeated(why);
  };
}

const hangs = "breaks('every-request-settles')";
/** Others tell how long an answer usually takes. */
const usualTurns = 3;

const recipes: Readonly<Record<DiagnosisName, Recipe>> = {
  refused(_, work) {
    work.call('call.close()');
    work.wait("open('up')");
    work.wait("fired('refuse')");
    work.call('call.connect()');
    const { received } = work.exchange();
    return {
      upstream: listening('refuseUntil', ['answerAll()']),
      expect: [fails(1, "'ECONNREFUSED'"), answered(received)],
      counter: swapped(listening('refuseUntil', ['reset()']), `someRequestFails(${gone})`),
    };
  },
  'backlog-full'(_, work) {
    work.steps[0] = 'begin(call.connect())';
    work.wait("untilState('client', 'SYN_SENT')");
    work.wait("open('up')");
    work.wait('settled()');
    work.exchange();
    return {
      deadlineMs: 10_000,
      upstream: listening('fullBacklogUntil', ['answerAll()']),
      expect: ["everyRequest('answered')", 'connectionsOpened(1)'],
      counter: swapped(listening('fullBacklogUntil', ['reset()']), `someRequestFails(${gone})`),
    };
  },
  'black-hole'(found, work) {
    if (found.connection.upstream.packets === 0) {
      throw new NotToBeRepeated('nothing came of the upstream, so there is no connection to lose');
    }
    const begun = [...work.served(1), 'vanish()'];
    work.wait("fired('vanish')");
    const { received } = work.exchange();
    return {
      upstream: connectionsOf(begun),
      expect: [hangs],
      counter: swapped(
        connectionsOf([...begun, 'delay(250)', 'comeBack()', 'answerAll()']),
        answered(received),
      ),
    };
  },
  'packets-lost'(_, work) {
    const begun = [...work.served(1), 'vanish()', "untilGate('back')", 'comeBack()'];
    work.wait("fired('vanish')");
    work.send();
    work.wait("open('back')");
    const received = work.call(recvCode);
    return {
      upstream: connectionsOf([...begun, 'answerAll()']),
      expect: ["everyRequest('answered')"],
      counter: swapped(connectionsOf([...begun, 'swallow()', 'close()']), fails(received)),
    };
  },
  'zero-window-stall': never('it takes a transfer as long as the captured one'),
  'idle-close-race': usedAfter('close()'),
  'reset-while-idle'(_, work) {
    const begun = work.servedAndIdle();
    const { sent } = work.exchange();
    return {
      upstream: connectionsOf([...begun, 'reset()']),
      expect: [fails(sent)],
      counter: swapped(connectionsOf([...begun, 'close()']), answered(sent)),
    };
  },
  'half-close-not-understood': usedAfter('halfClose()'),
  'close-wait-leak'({ note }, work) {
    note(
      'The run closes the client in the end, so a capture of it shows no leak; its kernel states do.',
    );
    const begun = work.servedAndIdle();
    return {
      upstream: connectionsOf([...begun, 'close()']),
      expect: ["connectionsIn('client', 'CLOSE_WAIT', 1)"],
      counter: swapped(
        connectionsOf([...begun, 'reset()']),
        "connectionsIn('client', 'CLOSE_WAIT', 0)",
      ),
    };
  },
  'closed-with-unread-data': endsAsked('read(1)', 'reset()'),
  'died-before-response'(found, work) {
    if (!isInLogin(found)) return endsAsked('swallow()', 'close()')(found, work);
    return endsAsked('read(1)', 'reset()')({ ...found, servedTurns: 0 }, work);
  },
  'died-in-mid-response'(found, work) {
    if (isInLogin(found)) throw new NotToBeRepeated('it ended in a login');
    const begun = work.served();
    const cut = found.talk.turns.at(-1)?.answeredBytes ?? 1;
    // The fake's answer may be shorter than the captured one.
    const bytes = Math.max(1, Math.min(cut, partMax(work.protocol)));
    if (bytes < cut) {
      found.note(`${cut} bytes of the answer had come; here it ends after ${bytes}.`);
    }
    work.exchange();
    work.wait("clientState('CLOSE_WAIT')");
    const { sent } = work.exchange();
    const isReset = found.connection.closed?.flag === 'RST';
    const [end, other] = isReset ? ['reset()', 'close()'] : ['close()', 'reset()'];
    const script = (last = '') => connectionsOf([...begun, `sendResponse(${bytes})`, last]);
    return {
      upstream: script(end),
      expect: [isReset ? fails(sent) : answered(sent)],
      counter: swapped(script(other), isReset ? answered(sent) : fails(sent)),
    };
  },
  'caller-gone'(found, work) {
    const begun = [...work.served(), 'delay(30)'];
    work.send();
    work.call('call.close()');
    work.wait("untilState('upstream', 'CLOSED')");
    if (found.connection.closed?.flag === 'RST') {
      found.note('The client left with RST; here it closes, and its kernel answers with RST.');
    }
    return {
      upstream: connectionsOf([...begun, 'answerAll()']),
      expect: ["packets(1, ['client F.', 'upstream P.', 'client R'])"],
      counter: swapped(connectionsOf([...begun, 'close()']), "everyRequest('answered')"),
    };
  },
  unanswered: (found, work) => ({
    deadlineMs: 500,
    ...endsAsked('swallow()')(found, work),
    expect: [hangs],
  }),
  'mismatched-answer': never('its protocol has no step for it'),
  'malformed-answer'(found, work) {
    if (work.protocol === 'raw') throw new NotToBeRepeated('any bytes are well formed here');
    return answeredAfter(() => ['corrupt(0)'])(found, work);
  },
  'truncated-answer': never('only DNS over UDP has it'),
  'unasked-data'(_, work) {
    const isPushed = work.protocol === 'redis' || work.protocol === 'postgres';
    const begun = [...work.served(), isPushed ? 'push()' : "send('unasked')"];
    work.wait(isPushed ? "fired('push')" : "fired('send')");
    work.exchange();
    const { received } = work.exchange();
    return {
      upstream: connectionsOf([...begun, 'answerAll()']),
      expect: ["everyRequest('answered')"],
      counter: swapped(connectionsOf([...begun, 'swallow()', 'close()']), fails(received)),
    };
  },
  'tls-failure': never('the fakes speak TLS with DNS inside, and this is not known to be that'),
  'retry-duplicated'(_, work) {
    const { sent, received } = work.exchange();
    const request = work.steps[sent - 1] ?? '';
    work.call('call.close()');
    work.call('call.connect()');
    work.call(request);
    const again = work.call(recvCode);
    return {
      upstream: connectionsOf(['swallow()', 'close()'], ['answerAll()']),
      expect: [fails(received), answered(again)],
      counter: swapped(connectionsOf(['answerAll()']), answered(received)),
    };
  },
  'slow-answer'(found, work) {
    const { pieces, during } = found.finding.figures ?? {};
    if (pieces) {
      found.note(`The answer came in ${pieces.count} pieces; here it comes byte by byte.`);
      return dripped(found, work);
    }
    return during === 'answer'
      ? stalled(found, work)
      : answeredAfter(({ waitMs }) => [`delay(${waitMs})`], usualTurns)(found, work);
  },
  'idle-close'(_, work) {
    const begun = work.servedAndIdle();
    work.call('call.close()');
    return {
      upstream: connectionsOf([...begun, 'close()']),
      expect: ["everyRequest('answered')", 'errors()'],
      counter: swapped(connectionsOf([...begun, 'reset()']), "errors(['RST'])"),
    };
  },
};

/** All of it has to have come before the client leaves. */
const dripped: Recipe = (_, work) => {
  const begun = [...work.served(), 'drip({ bytes: 1, everyMs: 1 })'];
  work.send();
  work.wait("fired('drip')");
  work.call(recvCode);
  const { received } = work.exchange();
  return {
    upstream: connectionsOf([...begun, 'answerAll()']),
    expect: ["everyRequest('answered')"],
    counter: swapped(connectionsOf([...begun, 'swallow()', 'close()']), fails(received)),
  };
};

/** In the first answer: how many bytes went out before is not known of a later one. */
const stalled: Recipe = ({ waitMs }, work) => {
  const begun = ['serveUntil({ bytesSent: 2 })', `delay(${waitMs})`];
  work.exchange();
  work.wait("fired('delay')");
  const { received } = work.exchange();
  return {
    upstream: connectionsOf([...begun, 'answerAll()']),
    expect: ["everyRequest('answered')"],
    counter: swapped(connectionsOf([...begun, 'reset()']), fails(received)),
  };
};

const partMax = (protocol: string) => (protocol === 'raw' || protocol === 'redis' ? 2 : 20);

/** Throws NotToBeRepeated. */
export function planOfCalls(found: Found): Plan {
  if (found.connection.transport === 'udp') {
    throw new NotToBeRepeated('over UDP only queries of DNS can be played');
  }
  const work = new Workload(found);
  const plan = recipes[found.finding.name](found, work);
  return { protocol: work.protocol, client: 'raw', workload: work.steps, ...plan };
}
