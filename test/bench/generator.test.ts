import t from 'tap';
import { Overloaded, parseFigures } from '../../bench/generator.js';

t.test("the generator's figures get their names", async (t) => {
  const line = 'label=x proto=salas deliv_s=1000 comp_s=10 l50_us=2 l99_us=3 ack_s=5 a50_us=1 over=0 gen_cpu=4.5\n';
  t.strictSame(parseFigures(line), {
    deliveriesPerSecond: 1000,
    lastP50Us: 2,
    lastP99Us: 3,
    ackP50Us: 1,
    generatorCpuPercent: 4.5,
  });
});

t.test('quantiles of nothing are left out', async (t) => {
  t.strictSame(parseFigures('deliv_s=50 comp_s=0 l50_us=0 l99_us=0 l999_us=0 ack_s=0 a50_us=0'), {
    deliveriesPerSecond: 50,
  });
});

t.test('memory is told before and after', async (t) => {
  t.strictSame(parseFigures('rss0_kb=1024 rss1_kb=4096 kb_per_conn=3.00'), {
    rssBeforeMiB: 1,
    rssMiB: 4,
    rssPerConnectionKiB: 3,
  });
});

t.test('a server that does not keep up has no figures', async (t) => {
  t.throws(() => parseFigures('deliv_s=50 over=1'), Overloaded);
});

t.test('a server that delivers twice has no figures', async (t) => {
  t.throws(() => parseFigures('deliv_s=50 misdelivered=3 over=0'), /doubled/);
});
