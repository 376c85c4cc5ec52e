/** What changes something, by the key under which the upstream knows it. */
import fc from 'fast-check';
import t from 'tap';
import type { Operation } from '../../../harness/event.ts';
import { attempts } from '../../../harness/expect/expectation.ts';
import { keyOf } from '../../../harness/expect/facts.ts';
import { judge } from '../../../harness/expect/judge.ts';
import { judgeRules } from '../../../harness/expect/rules.ts';
import { isWrite } from '../../../harness/expect/writes.ts';
import { command, fetchUrl, statement, update } from '../../../harness/workload.ts';
import {
  answered,
  asked,
  executed,
  received,
  type Said,
  served,
  syn,
  timeline,
  withGap,
} from '../../support/timeline.ts';

const writes = [
  statement('INSERT INTO t VALUES (1)'),
  statement('  /* who */ update t set a = 1'),
  statement('-- select\nDELETE FROM t'),
  statement('COMMIT'),
  statement('EXPLAIN ANALYZE DELETE FROM t'),
  statement('selection'),
  fetchUrl('POST', '/a'),
  fetchUrl('patch', '/a'),
  command('SET', 'a', '1'),
  command('incr', 'a'),
  command('GETDEL', 'a'),
  update('z', '192.0.2.1'),
].map(({ operation }) => operation);

const reads = [
  statement('SELECT 1'),
  statement('(select 1)'),
  statement('# mine\n SHOW TABLES'),
  statement('EXPLAIN SELECT 1'),
  fetchUrl('GET', '/a'),
  fetchUrl('PUT', '/a', { body: 'b' }),
  fetchUrl('DELETE', '/a'),
  command('GET', 'a'),
  command('ping'),
].map(({ operation }) => operation);

t.test('writes and reads', async (t) => {
  for (const operation of writes) t.ok(isWrite(operation), JSON.stringify(operation));
  for (const operation of reads) t.notOk(isWrite(operation), JSON.stringify(operation));
});

t.test('a name that is no known read is a write', async () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{1,8}x9$/), (word) => {
      const unknown = [command(word), statement(word), fetchUrl(word, '/')];
      return unknown.every(({ operation }) => isWrite(operation));
    }),
  );
});

const verdictOf = (events: Said[], rule: string) =>
  judgeRules(timeline(events), false).find((judgement) => judgement.rule === rule)?.verdict;

const again = (operation: Operation) => {
  const key = keyOf(operation) ?? '';
  return [asked(1, operation), executed(1, key), executed(2, key), served(2, key), answered(1)];
};

t.test('a write that is executed twice breaks the rule, a read does not', async (t) => {
  for (const operation of writes)
    t.equal(verdictOf(again(operation), 'writes-execute-once'), 'fail');
  for (const operation of reads)
    t.equal(verdictOf(again(operation), 'writes-execute-once'), 'pass');
});

t.test('how often a request was sent is known from the upstream that read it', async (t) => {
  const others = [...writes, ...reads].filter(({ kind }) => kind !== 'update');
  for (const operation of others) {
    const key = keyOf(operation) ?? '';
    const twice = [syn(1), asked(1, operation), received(1, key), received(2, key)];
    t.equal(judge(attempts(1, 2), timeline(twice)).verdict, 'pass', key);
    t.equal(judge(attempts(1, 1), timeline(twice)).verdict, 'fail', key);
    t.equal(verdictOf(twice, 'retries-are-bounded'), 'pass');
    t.equal(verdictOf([...twice, received(3, key)], 'retries-are-bounded'), 'fail');
    const blind = withGap(timeline(twice), 'upstream');
    t.equal(judge(attempts(1, 2), blind).verdict, 'unknown', 'in front of a real server it is not');
    t.equal(judge(attempts(1, 2), withGap(timeline(twice), 'wire')).verdict, 'pass');
  }
});
