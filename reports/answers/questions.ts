/** The questions that document 004 leaves as bare headings, and the scenarios that answer them. */

export interface Question {
  question: string;
  /** Paths of scenarios. */
  scenarios: readonly string[];
  /** Two sentences. `{client}` and `{server}` are the error sequences that were measured. */
  answer: string;
  /** Set for the one that is measured by `make pipes`. */
  isMeasuredUnderLoad?: true;
}

export const questions: readonly Question[] = [
  {
    question: 'What does it mean when the client returns RST to the server?',
    scenarios: ['gin/caller-resets-before-the-response.ts'],
    answer:
      'The client’s connection is gone at once, and so is the server’s: its read was told "connection reset by peer", its next write "broken pipe". At the server that was {server}.',
  },
  {
    question: 'What is a connection in CLOSE_WAIT?',
    scenarios: ['states/upstream-closes-first.ts'],
    answer:
      'The other side has closed, this kernel has acknowledged it, and this process has not closed yet; the other side waits in FIN_WAIT_2. No call has failed for it: the error sequence of the client was {client}.',
  },
  {
    question: 'What makes CLOSE_WAIT pile up, and how is it counted?',
    scenarios: ['states/close-wait-piles-up.ts'],
    answer:
      "A client that keeps idle connections and does not look at them never reads their EOF, and so never closes them: the ten connections that the upstream closed were all in CLOSE_WAIT, and the error sequence was {client}. `ss -tan state close-wait`, or `netstat -n | awk '/^tcp/ {++S[$NF]} END {for(a in S) print a, S[a]}'`, counts them.",
  },
  {
    question:
      'How is a response timeout of 5 s set at a client, and what does the server see of it?',
    scenarios: ['gin/caller-gives-up.ts'],
    answer:
      'In Go it is `http.Client{Timeout: 5 * time.Second}`, or a context with a deadline; the scenario scales it down to 100 ms. The client closes when it is over, so a handler that still works meets {server} at the server.',
  },
  {
    question: 'What are "broken pipe" and "reset by peer"?',
    scenarios: [
      'sockets/003.1-write-after-close.ts',
      'sockets/003.2-close-with-unread-bytes.ts',
      'gin/caller-closes-before-the-response.ts',
    ],
    answer:
      '"Reset by peer" is the first call after an RST has arrived, "broken pipe" is a write on a connection that is known to be gone. Measured at the client {client}; at the server {server}.',
  },
  {
    question: 'Many broken pipes under load: do more connections raise the QPS?',
    scenarios: [],
    isMeasuredUnderLoad: true,
    answer: '',
  },
  {
    question: 'What is the backlog of accept?',
    scenarios: ['states/unanswered-syn.ts', 'faults/full-backlog.ts'],
    answer:
      'It is how many connections may be complete and not yet accepted, listen(2). When it is full the kernel does not answer a SYN: the client stays in SYN_SENT, its kernel sends the SYN again after a second, and the error sequence is {client}.',
  },
  {
    question: 'When does Gin close the connection before the response?',
    scenarios: ['gin/closes-before-the-response.ts', 'gin/handler-closes-the-connection.ts'],
    answer:
      'Not by itself: a limit of `http.Server` does, such as a WriteTimeout that is shorter than the handler, and so does a handler that takes the connection over (Hijack) and closes it. The client reads {client} and not a byte of a response, and no system call of the server fails: {server}.',
  },
  {
    question: 'What does a limit of descriptors (ulimit -n) that is too low do?',
    scenarios: ['exhaustion/descriptors-run-out.ts'],
    answer:
      'socket(2) fails with EMFILE before anything is sent, so the upstream is not at fault and knows nothing of it. The connections that there were had {client}: no broken pipe.',
  },
  {
    question: 'What does a pool of database connections do that is too small for its load?',
    scenarios: ['exhaustion/pool-too-small.ts', 'exhaustion/pool-deadlock.ts'],
    answer:
      'Requests wait in the pool, which only its own counters show; handlers that hold a connection while they wait for a second one wait for ever. The connections are ESTABLISHED and silent all the while: {client}.',
  },
];
