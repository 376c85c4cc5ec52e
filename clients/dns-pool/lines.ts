/** The log lines of documents 000 and 001, word for word (001.8). */

/** `open` of at most `max` connections are there when the line is written. */
export type Line = (address: string, open: number, max: number) => string;

export const lines = {
  created: (address: string, open: number, max: number) =>
    `[ConnectionPool] 创建新连接到 ${address} (tcp)，当前连接数: ${open}/${max}`,
  full: (address: string) => `[ConnectionPool] 连接池满，复用最旧连接到 ${address} (tcp)`,
  swept: (address: string, open: number, max: number) =>
    `[ConnectionPool] 清理空闲连接到 ${address} (tcp)，当前连接数: ${open}/${max}`,
  closed: (address: string) => `[ConnectionPool] 关闭所有连接到 ${address} (tcp)`,
  stale: (address: string) =>
    `[ConnectionPool] TCP 连接已过期或被远端关闭，销毁并重新获取: ${address}`,
  /** As `stale`, when nobody is waiting for a connection. */
  lost: (address: string) => `[ConnectionPool] TCP 连接已过期或被远端关闭，销毁: ${address}`,
  retrying: (address: string) =>
    `[ConnectionPool] TCP 连接被远端关闭 (broken pipe)，销毁连接并重试: ${address}`,
};
