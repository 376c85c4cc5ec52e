/** The log lines of documents 000 and 001, word for word (001.8). Those of a pool name the network. */
import type { Network } from './options.ts';
import type { Strategy } from './strategies.ts';

/** `open` of at most `max` connections are there when the line is written. */
export type Line = (address: string, network: Network, open: number, max: number) => string;

const queryNames: Readonly<Record<Strategy, string>> = {
  sequential: 'querySequential',
  parallel: 'queryParallel',
  racing: 'queryRacing',
};

export const managerLines = {
  upstreamFailed: (reason: string) => `[handleQuery] 上游查询失败: ${reason}`,
  allFailed: (strategy: Strategy) => `[${queryNames[strategy]}] 所有服务器都失败`,
};

export const lines = {
  created: (address: string, network: Network, open: number, max: number) =>
    `[ConnectionPool] 创建新连接到 ${address} (${network})，当前连接数: ${open}/${max}`,
  full: (address: string, network: Network) =>
    `[ConnectionPool] 连接池满，复用最旧连接到 ${address} (${network})`,
  swept: (address: string, network: Network, open: number, max: number) =>
    `[ConnectionPool] 清理空闲连接到 ${address} (${network})，当前连接数: ${open}/${max}`,
  closed: (address: string, network: Network) =>
    `[ConnectionPool] 关闭所有连接到 ${address} (${network})`,
  stale: (address: string, network: Network) =>
    `[ConnectionPool] ${upper(network)} 连接已过期或被远端关闭，销毁并重新获取: ${address}`,
  /** As `stale`, when nobody is waiting for a connection. */
  lost: (address: string, network: Network) =>
    `[ConnectionPool] ${upper(network)} 连接已过期或被远端关闭，销毁: ${address}`,
  retrying: (address: string, network: Network) =>
    `[ConnectionPool] ${upper(network)} 连接被远端关闭 (broken pipe)，销毁连接并重试: ${address}`,
} satisfies Record<string, Line>;

const upper = (network: Network) => network.toUpperCase();
