#include "report.h"
#include <stdio.h>

static void print_usage(const measurement *m, double setup_seconds) {
  double percent = 100 / m->seconds;
  double servers = m->after.servers_s - m->before.servers_s, generator = m->after.generator_s - m->before.generator_s;
  double busy = m->after.busy_s - m->before.busy_s;
  printf(" gen_cpu=%.1f srv_cpu=%.1f softirq=%.1f other=%.1f steal=%.1f rss_mb=%.1f setup_s=%.3f dead=%d\n",
         generator * percent, servers * percent, (m->after.softirq_s - m->before.softirq_s) * percent,
         (busy - servers - generator) * percent, (m->after.steal_s - m->before.steal_s) * percent,
         (double)m->after.rss_kb / 1024, setup_seconds, dead);
}

void report_calls(const measurement *m, double setup_seconds) {
  printf("label=%s proto=%s mode=rpc rpc=%s conns=%d depth=%d calls_s=%.0f p50_us=%.1f p99_us=%.1f p999_us=%.1f "
         "max_us=%.0f",
         opt.label, opt.protocol->name, opt.call, connection_count, opt.depth, (double)m->counted.calls / m->seconds,
         histogram_us(&to_answer, .5), histogram_us(&to_answer, .99), histogram_us(&to_answer, .999),
         (double)to_answer.max / 1e3);
  print_usage(m, setup_seconds);
}

void report_fanout(const measurement *m, double setup_seconds) {
  const counts *n = &m->counted;
  printf("label=%s proto=%s mode=fanout rooms=%d members=%d pubs=%d window=%d rate=%.0f size=%d pub_s=%.0f "
         "deliv_s=%.0f comp_s=%.0f d50_us=%.0f d99_us=%.0f l50_us=%.0f l99_us=%.0f l999_us=%.0f ack_s=%.0f "
         "a50_us=%.0f a99_us=%.0f per_read=%.1f misdelivered=%lu over=%d",
         opt.label, opt.protocol->name, opt.rooms, opt.members, opt.publishers, opt.window, opt.rate, opt.size,
         (double)n->published / m->seconds, (double)n->deliveries / m->seconds, (double)n->completed / m->seconds,
         histogram_us(&to_each, .5), histogram_us(&to_each, .99), histogram_us(&to_last, .5),
         histogram_us(&to_last, .99), histogram_us(&to_last, .999), (double)n->acknowledged / m->seconds,
         histogram_us(&to_answer, .5), histogram_us(&to_answer, .99),
         n->reads ? (double)n->deliveries / (double)n->reads : 0, misdelivered, m->overloaded);
  print_usage(m, setup_seconds);
}

void report_idle(const usage *before, const usage *joined, const usage *after, double setup_seconds) {
  double idle_cpu = opt.hold_seconds > 0 ? (after->servers_s - joined->servers_s) / opt.hold_seconds * 100 : 0;
  printf("label=%s proto=%s mode=idle rooms=%d members=%d conns=%d setup_s=%.3f conn_per_s=%.0f rss0_kb=%ld "
         "rss1_kb=%ld kb_per_conn=%.2f setup_cpu_s=%.2f idle_cpu_pct=%.2f dead=%d\n",
         opt.label, opt.protocol->name, opt.rooms, opt.members, connection_count, setup_seconds,
         connection_count / setup_seconds, before->rss_kb, after->rss_kb,
         (double)(after->rss_kb - before->rss_kb) / connection_count, joined->servers_s - before->servers_s, idle_cpu,
         dead);
}
