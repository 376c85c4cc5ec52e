import t from 'tap';
import { AnsweredLately } from '../../explain/dialogue/answered.ts';
import { owedMax } from '../../explain/dialogue/dialogue.ts';

const answered = (ids: Iterable<number>) => {
  const lately = new AnsweredLately();
  for (const id of ids) lately.add({ id, key: `key ${id}`, before: undefined });
  return lately;
};

function* upTo(count: number) {
  for (let id = 0; id < count; id++) yield id;
}

t.test('of very many answers the last ids are remembered, and no others', async (t) => {
  const lately = answered(upTo(owedMax * 5 + 7));
  const last = owedMax * 5 + 6;
  t.equal(lately.keyOf(last), `key ${last}`);
  t.equal(lately.keyOf(last - owedMax + 1), `key ${last - owedMax + 1}`);
  t.equal(lately.keyOf(last - owedMax), undefined);
});

t.test('an id that is used again and again pushes no other one out', async (t) => {
  const lately = answered([1, ...Array.from({ length: owedMax * 5 }, () => 2)]);
  t.equal(lately.keyOf(1), 'key 1');
});

t.test('what was answered last under an id is what counts', async (t) => {
  const lately = answered([1, 2]);
  lately.add({ id: 1, key: 'another', before: undefined });
  t.equal(lately.keyOf(1), 'another');
});

t.test('it remembers the same, however often it is asked in between', async (t) => {
  const ids = Array.from({ length: owedMax * 4 }, (_, at) => (at * 7919) % (owedMax + 40));
  const [asked, unasked] = [answered([]), answered([])];
  for (const [at, id] of ids.entries()) {
    const key = `${at}`;
    for (const one of [asked, unasked]) one.add({ id, key, before: undefined });
    if (at % 100 === 0) asked.keyOf(id);
  }
  const all = Array.from({ length: owedMax + 40 }, (_, id) => id);
  t.strictSame(
    all.map((id) => asked.keyOf(id)),
    all.map((id) => unasked.keyOf(id)),
  );
  t.equal(all.filter((id) => asked.keyOf(id) !== undefined).length, owedMax);
});
