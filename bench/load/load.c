#define _GNU_SOURCE
#include "load.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  connection *connection;
  uint32_t sent, completed;
  uint32_t members;      // to whom a message goes
  uint16_t *outstanding; // of each remembered message: members that do not have it yet
  uint64_t *sent_at;
} publisher;

static connection *connections;
static int ready_count;
int connection_count;
static publisher *publishers;
static int publisher_count;
static bool running, measuring;

static counts counted;
uint64_t misdelivered;
histogram to_last, to_each, to_answer;

static void *zeroed(size_t count, size_t size) {
  void *memory = calloc(count ? count : 1, size);
  if (!memory) die("memory");
  return memory;
}

static void make_publisher(connection *c, int index) {
  publisher *p = &publishers[index];
  c->publisher = index;
  p->connection = c;
  p->members = (uint32_t)(opt.protocol->silent_echo ? opt.members - 1 : opt.members);
  p->outstanding = zeroed(MESSAGES_REMEMBERED, sizeof *p->outstanding);
  p->sent_at = zeroed(MESSAGES_REMEMBERED, sizeof *p->sent_at);
}

// Members come first, a room after the other; then the publishers that are no members.
void make_connections(void) {
  int members = opt.rooms * opt.members;
  if (opt.mode == FANOUT) publisher_count = opt.rooms * opt.publishers;
  int apart = opt.protocol->publishes_apart ? publisher_count : 0;
  connection_count = opt.mode == RPC ? opt.connections : members + apart;
  connections = zeroed((size_t)connection_count, sizeof *connections);
  publishers = zeroed((size_t)publisher_count, sizeof *publishers);
  for (int i = 0; i < connection_count; i++) {
    connection *c = &connections[i];
    c->index = i;
    c->publisher = -1;
    if (opt.mode == RPC) {
      c->room = i % opt.rooms;
      c->called_at = zeroed(CALLS_REMEMBERED, sizeof *c->called_at);
    } else if (i < members) {
      c->room = i / opt.members;
      bool publishes = publisher_count && !apart && i % opt.members < opt.publishers;
      if (publishes) make_publisher(c, c->room * opt.publishers + i % opt.members);
    } else {
      c->room = (i - members) / opt.publishers;
      make_publisher(c, i - members);
    }
    if (opt.check) c->next_sequences = zeroed((size_t)publisher_count, sizeof *c->next_sequences);
  }
}

// --- fan-out: payloads out and back

static void write_hex(char *at, uint32_t value) {
  for (int i = 7; i >= 0; i--, value >>= 4) at[i] = "0123456789abcdef"[value & 15];
}

// Eight lower-case digits at once: their values, then pairs, then quadruples, then all.
static inline uint32_t read_hex(const char *at) {
  uint64_t v;
  memcpy(&v, at, 8);
  v = (v & 0x0f0f0f0f0f0f0f0f) + 9 * (v >> 6 & 0x0101010101010101);
  v = (v << 4 | v >> 8) & 0x00ff00ff00ff00ff;
  v = (v << 8 | v >> 16) & 0x0000ffff0000ffff;
  return (uint32_t)(v << 16 | v >> 32);
}

static void publish(publisher *p, uint64_t at) {
  static char payload[PAYLOAD_SIZE_MAX];
  char request[REQUEST_SIZE_MAX];
  uint32_t sequence = p->sent++;
  if (!payload[0]) memset(payload, 'x', sizeof payload);
  payload[0] = '@';
  write_hex(payload + 1, (uint32_t)(p - publishers));
  write_hex(payload + 9, sequence);
  p->outstanding[sequence % MESSAGES_REMEMBERED] = (uint16_t)p->members;
  p->sent_at[sequence % MESSAGES_REMEMBERED] = at;
  counted.published++;
  send_message(p->connection, request,
               opt.protocol->publish(request, p->connection->room, payload, opt.size, sequence));
}

void delivered(connection *c, const char *payload) {
  uint32_t index = read_hex(payload + 1), sequence = read_hex(payload + 9);
  if (index >= (uint32_t)publisher_count || !publishers[index].outstanding[sequence % MESSAGES_REMEMBERED]) {
    misdelivered++;
    return;
  }
  publisher *p = &publishers[index];
  uint64_t took = now - p->sent_at[sequence % MESSAGES_REMEMBERED];
  counted.deliveries++;
  if (measuring) histogram_add(&to_each, took);
  if (opt.check) {
    if (sequence != c->next_sequences[index]) misdelivered++;
    c->next_sequences[index] = sequence + 1;
  }
  if (--p->outstanding[sequence % MESSAGES_REMEMBERED]) return;
  if (measuring) histogram_add(&to_last, took);
  p->completed++;
  counted.completed++;
  if (running && opt.rate <= 0) publish(p, now);
}

// --- calls

static void make_call(connection *c) {
  char request[REQUEST_SIZE_MAX];
  uint64_t sequence = c->calls++;
  c->called_at[sequence % CALLS_REMEMBERED] = now;
  send_message(c, request, opt.protocol->call(request, c, sequence));
}

void answered(connection *c, uint64_t sequence) {
  if (opt.mode == RPC) {
    counted.calls++;
    if (measuring) histogram_add(&to_answer, now - c->called_at[sequence % CALLS_REMEMBERED]);
    if (running) make_call(c);
  } else if (c->publisher >= 0) {
    counted.acknowledged++;
    if (measuring) histogram_add(&to_answer, now - publishers[c->publisher].sent_at[sequence % MESSAGES_REMEMBERED]);
  }
}

void answered_next(connection *c) { answered(c, c->answers++); }

// --- setup

void became_ready(connection *c) {
  if (!c->ready) ready_count++;
  c->ready = true;
}

void enter(connection *c) {
  if (opt.mode == RPC && !strcmp(opt.call, "ping")) became_ready(c);
  else opt.protocol->join(c);
}

void complain(const char *message, int length) { fprintf(stderr, "lg: the server says %.*s\n", length, message); }

void refused(connection *c, const char *message, int length) {
  complain(message, length);
  if (!c->ready) exit(REFUSED);
  dead++;
}

void run_until(uint64_t end) {
  while (clock_ns() < end && !dead) net_step(20000000);
}

double connect_all(void) {
  const uint64_t patience = 15000000000ull;
  uint64_t began = clock_ns(), progressed = began;
  for (int started = 0, ready = 0; ready_count < connection_count;) {
    while (started < connection_count && started - ready_count < opt.connecting_max) {
      connection *c = &connections[started++];
      net_connect(c);
      opt.protocol->greet(c);
    }
    net_step(5000000);
    if (ready != ready_count) {
      ready = ready_count;
      progressed = now;
    }
    if (dead || now - progressed > patience) {
      fprintf(stderr, "lg: the setup stalled, %d of %d connections ready\n", ready_count, connection_count);
      exit(STALLED);
    }
  }
  return (double)(clock_ns() - began) / 1e9;
}

// --- the measured time

// Open loop: a publisher has so many seconds of its messages unfinished when the server cannot keep up.
static const double backlog_seconds_max = 2;

// Sends what is due by now; answers when the next message is due, or 0 if the server cannot keep up.
static uint64_t publish_due(double *next) {
  static uint64_t turn;
  double backlog_max = opt.rate / publisher_count * backlog_seconds_max;
  if (backlog_max < 64) backlog_max = 64;
  if (backlog_max > MESSAGES_REMEMBERED / 2) backlog_max = MESSAGES_REMEMBERED / 2;
  for (uint64_t at = clock_ns(); *next <= (double)at; *next += 1e9 / opt.rate) {
    publisher *p = &publishers[turn++ % (uint64_t)publisher_count];
    if (p->sent - p->completed > backlog_max) return 0;
    // Its time is when it was due: a late sender must not make the server look fast.
    publish(p, (uint64_t)*next);
  }
  return (uint64_t)*next;
}

static void begin_load(void) {
  running = true;
  now = clock_ns();
  if (opt.mode == RPC) {
    for (int i = 0; i < connection_count; i++)
      for (int d = 0; d < opt.depth; d++) make_call(&connections[i]);
  } else if (opt.rate <= 0) {
    for (int w = 0; w < opt.window; w++)
      for (int i = 0; i < publisher_count; i++) publish(&publishers[i], now);
  }
}

measurement measure(void) {
  measurement m = {0};
  const int64_t wait_max = 20000000;
  begin_load();
  double next = (double)now;
  uint64_t warm = now + (uint64_t)(opt.warm_seconds * 1e9), began = 0;
  uint64_t end = warm + (uint64_t)(opt.seconds * 1e9);
  while (!dead && now < end) {
    int64_t wait = wait_max;
    if (opt.rate > 0) {
      uint64_t due = publish_due(&next), at = clock_ns();
      if (!due) {
        m.overloaded = true;
        break;
      }
      if (due < at + (uint64_t)wait_max) wait = due > at ? (int64_t)(due - at) : 0;
    }
    net_step(wait);
    if (!began && now >= warm) {
      began = now;
      measuring = true;
      m.counted = counted;
      m.counted.reads = reads;
      m.before = usage_now(opt.pids);
    }
  }
  m.after = usage_now(opt.pids);
  measuring = running = false;
  // Lost or overloaded before the measuring began: nothing was counted.
  m.seconds = began ? (double)(clock_ns() - began) / 1e9 : INFINITY;
  m.counted.deliveries = counted.deliveries - m.counted.deliveries;
  m.counted.completed = counted.completed - m.counted.completed;
  m.counted.published = counted.published - m.counted.published;
  m.counted.acknowledged = counted.acknowledged - m.counted.acknowledged;
  m.counted.calls = counted.calls - m.counted.calls;
  m.counted.reads = reads - m.counted.reads;
  return m;
}

uint64_t messages_incomplete(void) {
  uint64_t incomplete = 0;
  for (int i = 0; i < publisher_count; i++) incomplete += publishers[i].sent - publishers[i].completed;
  return incomplete;
}
