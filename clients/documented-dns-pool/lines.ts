/** The log lines of documents 000 and 001, word for word. */
import type { ClientEvent } from '../../harness/event.ts';

export type Level = Extract<ClientEvent, { type: 'log' }>['level'];

/** `active` of at most `max` slots are taken when the line is written. */
export interface Place {
  address: string;
  network: string;
  active: number;
  max: number;
}

export interface Line {
  level: Level;
  text(place: Place): string;
}

export const lines = {
  created: {
    level: 'DEBUG',
    text: ({ address, network, active, max }) =>
      `[ConnectionPool] 创建新连接到 ${address} (${network})，当前连接数: ${active}/${max}`,
  },
  full: {
    level: 'DEBUG',
    text: ({ address, network }) =>
      `[ConnectionPool] 连接池满，复用最旧连接到 ${address} (${network})`,
  },
  swept: {
    level: 'DEBUG',
    text: ({ address, network, active, max }) =>
      `[ConnectionPool] 清理空闲连接到 ${address} (${network})，当前连接数: ${active}/${max}`,
  },
  closed: {
    level: 'INFO',
    text: ({ address, network }) => `[ConnectionPool] 关闭所有连接到 ${address} (${network})`,
  },
  stale: {
    level: 'DEBUG',
    text: ({ address }) =>
      `[ConnectionPool] TCP 连接已过期或被远端关闭，销毁并重新获取: ${address}`,
  },
  retrying: {
    level: 'WARN',
    text: ({ address }) =>
      `[ConnectionPool] TCP 连接被远端关闭 (broken pipe)，销毁连接并重试: ${address}`,
  },
} as const satisfies Record<string, Line>;
