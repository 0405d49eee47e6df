// The command line.
#include "lg.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const protocol *const protocols[] = {&salas, &irc, &nats, &redis, &ws, &sio, &json};
enum { PROTOCOLS = sizeof protocols / sizeof *protocols };

options opt = {.protocol = &salas,
               .host = "127.0.0.1",
               .call = "ping",
               .pids = "",
               .label = "",
               .port = 4242,
               .rooms = 1,
               .members = 100,
               .publishers = 1,
               .window = 1,
               .size = 80,
               .connections = 1,
               .depth = 1,
               .connecting_max = 64,
               .seconds = 3,
               .warm_seconds = 1};

typedef struct {
  const char *name;
  enum { WHOLE, REAL, TEXT, FLAG, PROTOCOL, MODE, HELP } type;
  void *target;
  const char *meaning;
} option_row;

static const option_row rows[] = {
    {"proto", PROTOCOL, &opt.protocol, "salas, irc, nats, redis, ws, sio or json"},
    {"mode", MODE, &opt.mode, "fanout, rpc or idle"},
    {"host", TEXT, &opt.host, "an IPv4 address"},
    {"port", WHOLE, &opt.port, ""},
    {"rooms", WHOLE, &opt.rooms, "rooms r0, r1, …"},
    {"members", WHOLE, &opt.members, "of each room"},
    {"pubs", WHOLE, &opt.publishers, "fanout: publishers of each room"},
    {"window", WHOLE, &opt.window, "fanout: messages in flight, a publisher"},
    {"size", WHOLE, &opt.size, "bytes of a message's text"},
    {"rate", REAL, &opt.rate, "fanout: open loop, messages a second in all"},
    {"check", FLAG, &opt.check, "fanout: verifies order and completeness"},
    {"rpc", TEXT, &opt.call, "rpc: the method"},
    {"conns", WHOLE, &opt.connections, "rpc: connections"},
    {"depth", WHOLE, &opt.depth, "rpc: calls in flight, a connection"},
    {"hold", REAL, &opt.hold_seconds, "idle: seconds until memory is read"},
    {"warm", REAL, &opt.warm_seconds, "seconds before the measuring"},
    {"secs", REAL, &opt.seconds, "seconds measured"},
    {"setup-par", WHOLE, &opt.connecting_max, "connections set up at a time"},
    {"pid", TEXT, &opt.pids, "the server's processes, with commas between them"},
    {"help", HELP, NULL, "this"},
    {"label", TEXT, &opt.label, "is printed with the result"},
};
enum { ROWS = sizeof rows / sizeof *rows };

static _Noreturn void usage_error(void) {
  fputs("usage: lg [--OPTION VALUE]…\n", stderr);
  for (int i = 0; i < ROWS; i++) fprintf(stderr, "  --%-10s %s\n", rows[i].name, rows[i].meaning);
  exit(USAGE);
}

static void set_option(const option_row *row, const char *value) {
  static const char *const modes[] = {[FANOUT] = "fanout", [RPC] = "rpc", [IDLE] = "idle"};
  switch (row->type) {
  case WHOLE: *(int *)row->target = atoi(value); return;
  case REAL: *(double *)row->target = atof(value); return;
  case TEXT: *(const char **)row->target = value; return;
  case HELP: break;
  case FLAG: *(bool *)row->target = true; return;
  case PROTOCOL:
    for (int i = 0; i < PROTOCOLS; i++)
      if (!strcmp(protocols[i]->name, value)) {
        opt.protocol = protocols[i];
        return;
      }
    break;
  case MODE:
    for (int i = FANOUT; i <= IDLE; i++)
      if (!strcmp(modes[i], value)) {
        opt.mode = (enum mode)i;
        return;
      }
  }
  usage_error();
}

void read_options(int count, char **arguments) {
  struct option known[ROWS + 1] = {0};
  for (int i = 0; i < ROWS; i++)
    known[i] = (struct option){rows[i].name, rows[i].type != FLAG && rows[i].type != HELP, NULL, 0};
  for (int row, code; (code = getopt_long(count, arguments, "", known, &row)) != -1;) {
    if (code) usage_error();
    set_option(&rows[row], optarg);
  }
  bool possible = optind == count && opt.rooms > 0 && opt.members > 0 && opt.publishers > 0 && opt.window > 0 &&
                  opt.connections > 0 && opt.depth > 0 && opt.depth < CALLS_REMEMBERED &&
                  opt.window < MESSAGES_REMEMBERED && opt.size >= PAYLOAD_SIZE_MIN && opt.size <= PAYLOAD_SIZE_MAX &&
                  opt.members <= UINT16_MAX && opt.rate >= 0;
  if (!possible) usage_error();
  if (opt.publishers > opt.members) opt.publishers = opt.members;
}
