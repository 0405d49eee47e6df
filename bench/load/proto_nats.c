// nats: the client protocol of NATS. A room is a subject.
#define _GNU_SOURCE
#include "lg.h"
#include <stdio.h>
#include <string.h>

static void greet(connection *c) { (void)c; } // the server speaks first

static void join(connection *c) { send_format(c, "SUB r%d 1\r\nPING\r\n", c->room); }

static int publish(char *request, int room, const char *payload, int size, uint32_t sequence) {
  (void)sequence;
  return sprintf(request, "PUB r%d %d\r\n%.*s\r\n", room, size, size, payload);
}

static int call(char *request, const connection *c, uint64_t sequence) {
  (void)c, (void)sequence;
  return sprintf(request, "PING\r\n");
}

static void read_line(connection *c, const char *message, int length) {
  if (length == opt.size && message[0] == '@') {
    delivered(c, message);
  } else if (length == 4 && !memcmp(message, "PING", 4)) {
    send_bytes(c, "PONG\r\n", 6);
  } else if (length == 4 && !memcmp(message, "PONG", 4)) {
    if (!c->ready) became_ready(c);
    else if (opt.mode == RPC) answered_next(c);
  } else if (c->stage == 0 && !memcmp(message, "INFO", 4)) {
    c->stage = 1;
    send_format(c, "CONNECT {\"verbose\":false,\"pedantic\":false,\"echo\":true}\r\n");
    enter(c);
  } else if (message[0] == '-') {
    refused(c, message, length);
  }
}

const protocol nats = {
    .name = "nats", .greet = greet, .join = join, .publish = publish, .call = call, .read = read_line};
