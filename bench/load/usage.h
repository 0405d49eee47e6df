// CPU and memory, as the kernel accounts for them.
#pragma once

typedef struct {
  double servers_s, generator_s;     // CPU seconds
  double busy_s, softirq_s, steal_s; // of the whole machine
  long rss_kb;                       // of the servers
} usage;

// `pids`: the servers' processes, with commas between them.
usage usage_now(const char *pids);
