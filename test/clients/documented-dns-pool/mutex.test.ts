import t from 'tap';
import { Mutex } from '../../../clients/documented-dns-pool/mutex.ts';
import { turns } from '../../support/turns.ts';

t.test('one after the other, in the order of asking', async (t) => {
  const mutex = new Mutex();
  const done: number[] = [];
  await mutex.lock();
  const waiting = [1, 2, 3].map((n) => mutex.hold(() => done.push(n)));
  await turns();
  t.same(done, []);
  mutex.unlock();
  await Promise.all(waiting);
  t.same(done, [1, 2, 3]);
  await mutex.hold(() => done.push(4));
  t.equal(done.length, 4, 'it is free again');
});

t.test('whoever had it and asks again comes after who waits', async (t) => {
  const mutex = new Mutex();
  const done: string[] = [];
  await mutex.lock();
  const other = mutex.hold(() => done.push('other'));
  mutex.unlock();
  await mutex.hold(() => done.push('again'));
  await other;
  t.same(done, ['other', 'again']);
});
