// irc: RFC 1459, as far as a room needs it.
#define _GNU_SOURCE
#include "lg.h"
#include <stdio.h>
#include <string.h>

enum { REGISTERING, JOINING };

static void greet(connection *c) { send_format(c, "NICK u%d\r\nUSER u%d 0 * :u\r\n", c->index, c->index); }

static void join(connection *c) { send_format(c, "JOIN #r%d\r\n", c->room); }

static int publish(char *request, int room, const char *payload, int size, uint32_t sequence) {
  (void)sequence;
  return sprintf(request, "PRIVMSG #r%d :%.*s\r\n", room, size, payload);
}

static int call(char *request, const connection *c, uint64_t sequence) {
  (void)c, (void)sequence;
  return sprintf(request, "PING x\r\n");
}

// The word after the prefix.
static bool is_command(const char *message, int length, const char *command) {
  const char *space = message[0] == ':' ? memchr(message, ' ', (size_t)length) : NULL;
  size_t size = strlen(command);
  return space && space + 1 + size <= message + length && !memcmp(space + 1, command, size);
}

static void setup(connection *c, const char *message, int length) {
  if (is_command(message, length, "433") || is_command(message, length, "432")) refused(c, message, length);
  bool end_of_motd = is_command(message, length, "376") || is_command(message, length, "422");
  if (c->stage == REGISTERING && end_of_motd) {
    c->stage = JOINING;
    enter(c);
  } else if (c->stage == JOINING && is_command(message, length, "366")) {
    became_ready(c);
  }
}

static void read_line(connection *c, const char *message, int length) {
  if (length > 5 && !memcmp(message, "PING ", 5)) {
    send_format(c, "PONG %.*s\r\n", length - 5, message + 5);
    return;
  }
  if (length > 5 && !memcmp(message, "ERROR", 5)) complain(message, length);
  if (!c->ready) {
    setup(c, message, length);
    return;
  }
  const char *payload = message + length - opt.size;
  if (opt.mode == RPC) {
    if (is_command(message, length, "PONG")) answered_next(c);
  } else if (length > opt.size + 10 && *payload == '@' && message[0] == ':') {
    delivered(c, payload);
  } else if (is_command(message, length, "404")) {
    refused(c, message, length);
  }
}

const protocol irc = {.name = "irc",
                      .silent_echo = true,
                      .greet = greet,
                      .join = join,
                      .publish = publish,
                      .call = call,
                      .read = read_line};
