/** What the server around the documents' pool logs when a query fails: the log of document 000. */
import { publish } from './events.ts';

/** The two lines, in their order. */
export function logFailedQuery({ message }: Error): void {
  const all = '[querySequential] 所有服务器都失败';
  const one = `[handleQuery] 上游查询失败: ${message}`;
  publish({ source: 'client', type: 'log', level: 'ERROR', text: all });
  publish({ source: 'client', type: 'log', level: 'WARN', text: one });
}
