#include "usage.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void add_process(usage *u, long pid) {
  char path[64], text[4096];
  unsigned long user, system;
  long pages;

  snprintf(path, sizeof path, "/proc/%ld/stat", pid);
  FILE *file = fopen(path, "r");
  if (!file) return;
  text[fread(text, 1, sizeof text - 1, file)] = 0;
  fclose(file);
  // The second field is the program's name in parentheses, and may have any character in it.
  char *rest = strrchr(text, ')');
  if (rest && sscanf(rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) == 2)
    u->servers_s += (double)(user + system) / (double)sysconf(_SC_CLK_TCK);

  snprintf(path, sizeof path, "/proc/%ld/statm", pid);
  if (!(file = fopen(path, "r"))) return;
  if (fscanf(file, "%*d %ld", &pages) == 1) u->rss_kb += pages * (sysconf(_SC_PAGESIZE) / 1024);
  fclose(file);
}

static void add_machine(usage *u) {
  unsigned long user, nice, system, idle, iowait, irq, softirq, steal;
  FILE *file = fopen("/proc/stat", "r");
  if (!file) return;
  if (fscanf(file, "cpu %lu %lu %lu %lu %lu %lu %lu %lu", &user, &nice, &system, &idle, &iowait, &irq, &softirq,
             &steal) == 8) {
    double ticks = (double)sysconf(_SC_CLK_TCK);
    u->softirq_s = (double)(irq + softirq) / ticks;
    u->busy_s = (double)(user + nice + system) / ticks + u->softirq_s;
    u->steal_s = (double)steal / ticks;
  }
  fclose(file);
}

usage usage_now(const char *pids) {
  usage u = {0};
  for (const char *p = pids; *p; p += *p == ',') {
    char *end;
    long pid = strtol(p, &end, 10);
    if (end == p) break;
    add_process(&u, pid);
    p = end;
  }
  add_machine(&u);
  struct rusage self;
  getrusage(RUSAGE_SELF, &self);
  u.generator_s = (double)(self.ru_utime.tv_sec + self.ru_stime.tv_sec) +
                  (double)(self.ru_utime.tv_usec + self.ru_stime.tv_usec) / 1e6;
  return u;
}
