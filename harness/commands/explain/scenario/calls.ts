/**
 * Scenarios of the raw client: what the client of the capture sent is sent again, byte for byte. It looks at
 * nothing and tries nothing twice, so it meets what that client met.
 */
import type { DiagnosisName } from '../../../../explain/diagnosis.ts';
import { connectionsOf, type Found, literal, NotToBeRepeated, type Plan } from './plan.ts';

/** Longer ones are sent as as many bytes of no meaning. */
const literalMax = 4000;
const recvCode = 'call.recv(65_536)';
const gone = ["'EOF'", "'ECONNRESET'", "'EPIPE'"].join(', ');

/** Writes the workload, and knows the number of each operation. */
class Workload {
  readonly protocol: string;
  readonly steps: string[] = [];
  readonly #found: Found;
  #operations = 0;
  #turn = 0;

  constructor(found: Found) {
    this.#found = found;
    this.protocol = protocolOf(found);
    this.call('call.connect()');
    if (found.talk.greetingBytes > 0 && this.protocol !== 'raw') this.call(recvCode);
  }

  /** @returns Its number. */
  call(code: string): number {
    this.#operations += 1;
    this.steps.push(code);
    return this.#operations;
  }

  wait(code: string): void {
    this.steps.push(code);
  }

  /** What the client said next, or the same again where the capture has no more. */
  send(): number {
    const { turns } = this.#found.talk;
    const turn = turns[this.#turn] ?? turns.at(-1);
    this.#turn += 1;
    const bytes = turn?.bytes ?? Buffer.from('request');
    return this.call(`call.send(${bytesCode(bytes, this.protocol)})`);
  }

  exchange(): { sent: number; received: number } {
    return { sent: this.send(), received: this.call(recvCode) };
  }

  /**
   * All that was answered before it went wrong, at least so many times.
   * @returns Steps of the upstream for it: how many requests these were is not counted, because fakes and
   *   explain count logins and settings of a client each in its own way.
   */
  served(turnsMin = 0): string[] {
    const turns = Math.max(turnsMin, this.#found.servedTurns);
    for (let left = turns; left > 0; left--) this.exchange();
    if (turns === 0) return [];
    this.wait("open('fault')");
    return ["serveUntil({ gate: 'fault' })"];
  }

  /** The same, and then nothing for as long as the captured connection lay idle. */
  servedAndIdle(): string[] {
    const { servedTurns, idleMs } = this.#found;
    for (let left = servedTurns; left > 0; left--) this.exchange();
    this.wait("clientState('CLOSE_WAIT')");
    return [`serveUntil({ idleMs: ${idleMs} })`];
  }
}

function protocolOf({ connection: { protocol }, talk, note }: Found): string {
  switch (protocol) {
    case 'dns':
      return 'dns-tcp';
    case 'http':
    case 'mysql':
    case 'postgres':
    case 'redis': {
      if (talk.turns.every(({ bytes }) => bytes.length <= literalMax)) return protocol;
      note(`Requests are long here: as many bytes without meaning are sent and echoed.`);
      return 'raw';
    }
    case 'tls':
      note(
        'TLS cannot be played without its keys: as many bytes without meaning are sent and echoed.',
      );
      return 'raw';
    case 'unknown':
      note('The protocol is not known: what the client sends is echoed.');
      return 'raw';
  }
}

function bytesCode(bytes: Buffer, protocol: string): string {
  const text = bytes.toString('latin1');
  const isSpoken = protocol !== 'raw' || /^[\x20-\x7e\r\n\t]*$/.test(text);
  // A server that is asked to close would not answer the next one.
  const kept = protocol === 'http' ? text.replace(/^connection: *close\r\n/gim, '') : text;
  if (bytes.length <= literalMax && isSpoken) return literal(kept);
  return `'x'.repeat(${Math.min(bytes.length, 60_000)})`;
}

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
  'died-before-response': endsAsked('swallow()', 'close()'),
  'died-in-mid-response'(found, work) {
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
  'malformed-answer': answeredAfter(() => ['corrupt(0)']),
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
    const pieces = /in (\d+) pieces of at most (\d+) bytes/.exec(found.finding.story);
    if (pieces) {
      found.note(`The answer came in ${pieces[1]} pieces; here it comes byte by byte.`);
      return dripped(found, work);
    }
    return /in its middle/.test(found.finding.story)
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
    throw new NotToBeRepeated('over UDP only DNS can be played');
  }
  const work = new Workload(found);
  const plan = recipes[found.finding.name](found, work);
  return { protocol: work.protocol, client: 'raw', workload: work.steps, ...plan };
}
