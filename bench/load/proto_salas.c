// salas: the wire contract of docs/protocol.md.
#define _GNU_SOURCE
#include "lg.h"
#include <stdio.h>
#include <string.h>

#define CALL "{\"jsonrpc\":\"2.0\",\"id\":%lu,\"method\":\"%s\""

static void greet(connection *c) {
  send_format(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"user.register\",\"params\":[\"u%d\"]}\n", c->index);
}

static void join(connection *c) {
  send_format(c, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"room.join\",\"params\":[\"r%d\"]}\n", c->room);
}

static int publish(char *request, int room, const char *payload, int size, uint32_t sequence) {
  return sprintf(request, CALL ",\"params\":[\"r%d\",\"%.*s\"]}\n", (unsigned long)sequence + FIRST_ID, "room.send",
                 room, size, payload);
}

static int call(char *request, const connection *c, uint64_t sequence) {
  unsigned long id = sequence + FIRST_ID;
  if (!strcmp(opt.call, "ping")) return sprintf(request, CALL "}\n", id, opt.call);
  if (strcmp(opt.call, "room.send")) return sprintf(request, CALL ",\"params\":[\"r%d\"]}\n", id, opt.call, c->room);
  return sprintf(request,
                 CALL ",\"params\":[\"r%d\",\"message %lu of connection %d, about eighty bytes long, as people write "
                      "them...\"]}\n",
                 id, opt.call, c->room, (unsigned long)sequence, c->index);
}

static bool is_push(const char *message, int length) {
  static const char usual[] = "{\"jsonrpc\":\"2.0\",\"method\"";
  if (length >= (int)sizeof usual && !memcmp(message, usual, sizeof usual - 1)) return true;
  return memmem(message, length > 48 ? 48 : (size_t)length, "\"method\"", 8);
}

static void push(connection *c, const char *message, int length) {
  // The text usually comes last: …"text":"@…"}}
  const char *text = message + length - 3 - opt.size;
  if (text < message + 9 || memcmp(text - 8, "\"text\":\"@", 9)) {
    text = memmem(message, (size_t)length, "\"text\":\"@", 9);
    if (!text || (text += 8) + opt.size > message + length) return;
  }
  delivered(c, text);
}

static void reply(connection *c, const char *message, int length) {
  if (memmem(message, (size_t)length, "\"error\":{\"code\"", 15)) {
    refused(c, message, length);
    return;
  }
  if (!c->ready) {
    if (c->stage++ == 0) enter(c);
    else became_ready(c);
    return;
  }
  const char *at = memmem(message, (size_t)length, "\"id\":", 5);
  if (!at) return;
  uint64_t id = 0;
  for (at += 5; *at >= '0' && *at <= '9'; at++) id = id * 10 + (uint64_t)(*at - '0');
  if (id >= FIRST_ID) answered(c, id - FIRST_ID);
}

static void read_line(connection *c, const char *message, int length) {
  if (message[0] != '{') return; // the banner
  if (!is_push(message, length)) reply(c, message, length);
  else if (opt.mode == FANOUT) push(c, message, length);
}

const protocol salas = {
    .name = "salas", .greet = greet, .join = join, .publish = publish, .call = call, .read = read_line};
