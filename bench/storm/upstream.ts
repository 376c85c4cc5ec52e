/** One upstream of the storm, in a process of its own. usage: upstream.js SEED */
import { createServer, type Server, type Socket } from 'node:net';
import { answerTo, type Query, queryAt } from '../dns-bytes.ts';
import { type Faults, faultsFrom, type IdleFault, type QueryFault } from './faults.ts';

export type FaultCounts = Partial<Record<QueryFault | `idle ${IdleFault}`, number>>;
export interface UpstreamTold {
  port?: number;
  counts?: FaultCounts;
}

const [seed = '0'] = process.argv.slice(2);
const faults: Faults = faultsFrom(Number(seed));
const counts: FaultCounts = {};
const connections = new Set<Connection>();

function count(fault: keyof FaultCounts): void {
  counts[fault] = (counts[fault] ?? 0) + 1;
}

class Connection {
  readonly #socket: Socket;
  #pending: Buffer = Buffer.alloc(0);
  #idsSeen: number[] = [];
  #out: Buffer[] = [];
  #idleTimer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    connections.add(this);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', () => this.#over());
    socket.on('close', () => {
      this.#over();
      connections.delete(this);
    });
    this.#watchSilence();
  }

  reset(): void {
    this.#over();
    this.#socket.resetAndDestroy();
  }

  #take(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    let offset = 0;
    while (!this.#isOver) {
      const query = queryAt(this.#pending, offset);
      if (!query) break;
      offset += query.frameBytes;
      this.#meet(faults.ofQuery(), query);
    }
    this.#pending = this.#pending.subarray(offset);
    this.#flush();
    this.#watchSilence();
  }

  #meet(fault: QueryFault, query: Query): void {
    if (fault !== 'none') count(fault);
    switch (fault) {
      case 'none':
        this.#remember(query);
        this.#out.push(answerTo(query));
        return;
      case 'slow': {
        // The bytes of the query are a part of what will be overwritten by then.
        const answer = answerTo(query);
        setTimeout(() => this.#send(answer), faults.slowMs());
        return;
      }
      case 'swallow':
        return;
      case 'wrongId':
        this.#out.push(answerTo(query, faults.pick(65_536)));
        return;
      case 'crossedId':
        this.#out.push(answerTo(query, this.#idsSeen[faults.pick(this.#idsSeen.length)]));
        return;
      case 'refuse':
        refuseForAWhile();
        return;
      default:
        this.#end(fault, query);
    }
  }

  #end(fault: 'finBefore' | 'resetBefore' | 'finInAnswer' | 'resetInAnswer', query: Query): void {
    if (fault === 'finInAnswer' || fault === 'resetInAnswer') {
      const answer = answerTo(query);
      this.#out.push(answer.subarray(0, faults.part(answer.length)));
    }
    this.#flush();
    this.#over();
    if (fault === 'finBefore' || fault === 'finInAnswer') this.#socket.end();
    else this.#socket.resetAndDestroy();
  }

  #remember({ id }: Query): void {
    if (this.#idsSeen.push(id) > 64) this.#idsSeen.shift();
  }

  #flush(): void {
    if (this.#out.length > 0) this.#send(Buffer.concat(this.#out));
    this.#out = [];
  }

  #send(bytes: Buffer): void {
    if (!this.#isOver) this.#socket.write(bytes);
  }

  /** In a lull. While there is load no connection is silent for so long. */
  #watchSilence(): void {
    clearTimeout(this.#idleTimer);
    if (!this.#isOver) this.#idleTimer = setTimeout(() => this.#silent(), faults.idleMs());
  }

  #silent(): void {
    const fault = faults.ofIdle();
    if (fault === 'none') return;
    count(`idle ${fault}`);
    if (fault === 'unasked') this.#send(Buffer.from([0]));
    else if (fault === 'reset') this.reset();
    else {
      this.#over();
      this.#socket.end();
    }
  }

  #over(): void {
    this.#isOver = true;
    this.#out = [];
    clearTimeout(this.#idleTimer);
  }
}

let port = 0;
let server = listen();

function listen(): Server {
  const listening = createServer({ noDelay: true }, (socket) => new Connection(socket));
  listening.listen({ port, host: '127.0.0.1', backlog: 1024 }, () => {
    const address = listening.address();
    if (port !== 0 || address === null || typeof address === 'string') return;
    port = address.port;
    process.send?.({ port } satisfies UpstreamTold);
  });
  return listening;
}

let isRefusing = false;

/** Nobody listens, and all that were accepted are reset, as when a server is killed and started again. */
function refuseForAWhile(): void {
  if (isRefusing) return;
  isRefusing = true;
  server.close();
  for (const connection of connections) connection.reset();
  setTimeout(() => {
    isRefusing = false;
    server = listen();
  }, faults.refuseMs());
}

process.on('message', () => process.send?.({ counts } satisfies UpstreamTold));
process.on('disconnect', () => process.exit());
