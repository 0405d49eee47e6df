// redis: RESP 2 with PUBLISH and SUBSCRIBE. A subscriber cannot publish, so publishers are connections of their own.
#define _GNU_SOURCE
#include "lg.h"
#include <stdio.h>
#include <string.h>

static void greet(connection *c) {
  if (c->publisher >= 0) send_format(c, "PING\r\n");
  else enter(c);
}

static void join(connection *c) { send_format(c, "SUBSCRIBE r%d\r\n", c->room); }

static int publish(char *request, int room, const char *payload, int size, uint32_t sequence) {
  (void)sequence;
  char name[16];
  int length = snprintf(name, sizeof name, "r%d", room);
  return sprintf(request, "*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%s\r\n$%d\r\n%.*s\r\n", length, name, size, size, payload);
}

static int call(char *request, const connection *c, uint64_t sequence) {
  (void)c, (void)sequence;
  return sprintf(request, "*1\r\n$4\r\nPING\r\n");
}

static void read_line(connection *c, const char *message, int length) {
  if (length == opt.size && message[0] == '@') {
    delivered(c, message);
  } else if (message[0] == '-') {
    refused(c, message, length);
  } else if (!c->ready) {
    if (message[0] == ':' || message[0] == '+') became_ready(c);
  } else if (message[0] == '+' || (message[0] == ':' && c->publisher >= 0)) {
    answered_next(c);
  }
}

const protocol redis = {.name = "redis",
                        .publishes_apart = true,
                        .greet = greet,
                        .join = join,
                        .publish = publish,
                        .call = call,
                        .read = read_line};
