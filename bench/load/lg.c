// lg: a load generator for chat and publish/subscribe servers. One thread, epoll. README.md beside this file tells
// how to use it. A protocol is a file (proto_*.c); load.c does what they have in common.
#include "report.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static void raise_file_limit(void) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

// Nobody says anything: what a connection costs.
static void be_idle(const usage *before, double setup_seconds) {
  usage joined = usage_now(opt.pids);
  run_until(clock_ns() + (uint64_t)(opt.hold_seconds * 1e9));
  usage after = usage_now(opt.pids);
  report_idle(before, &joined, &after, setup_seconds);
}

// Waits for what is still on its way; answers whether all came, once and in order.
static bool check_deliveries(void) {
  run_until(clock_ns() + 1000000000);
  uint64_t incomplete = messages_incomplete();
  printf("check: misdelivered=%lu incomplete=%lu\n", misdelivered, incomplete);
  return !misdelivered && !incomplete;
}

int main(int count, char **arguments) {
  read_options(count, arguments);
  raise_file_limit();
  signal(SIGPIPE, SIG_IGN);
  make_connections();
  net_start(connection_count);

  usage before = usage_now(opt.pids);
  double setup_seconds = connect_all();
  // What the others' joining still brings is not to be measured.
  run_until(clock_ns() + (connection_count > 500 ? 500000000 : 150000000));
  bool good = true;
  if (opt.mode == IDLE) {
    be_idle(&before, setup_seconds);
  } else {
    measurement m = measure();
    if (opt.check && opt.mode == FANOUT) good = check_deliveries();
    if (opt.mode == RPC) report_calls(&m, setup_seconds);
    else report_fanout(&m, setup_seconds);
  }
  return dead || !good ? LOST : OK;
}
