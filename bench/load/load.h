// The two loads: messages from publishers to all members of their rooms, and calls.
#pragma once
#include "histogram.h"
#include "lg.h"
#include "usage.h"

extern int connection_count;

typedef struct {
  uint64_t deliveries, completed, published, acknowledged, calls, reads;
} counts;

typedef struct {
  double seconds;
  bool overloaded; // open loop: the server did not keep up
  counts counted;
  usage before, after;
} measurement;

extern uint64_t misdelivered; // payloads out of order, doubled, or from nobody known
extern histogram to_last, to_each, to_answer;

void make_connections(void);
// Connects everybody, at most `connecting_max` at a time; answers how many seconds it took.
double connect_all(void);
void run_until(uint64_t end);
// Runs the load: warms up, then measures.
measurement measure(void);
// Messages that not every member has.
uint64_t messages_incomplete(void);
