// json and ws: what peers/limit.c and peers/ws-server.cjs speak, one JSON object a line or a WebSocket frame.
//   > {"id":N,"m":"join","p":["ROOM","NAME"]}   > {"id":N,"m":"say","p":["ROOM","TEXT"]}   > {"id":N,"m":"ping",…}
//   < {"id":N,"r":…}   < {"e":"msg",…,"text":"TEXT"}
#define _GNU_SOURCE
#include "lg.h"
#include <stdio.h>
#include <string.h>

static const char *end_of_message(void) { return opt.protocol->websocket ? "" : "\n"; }

static void join(connection *c) {
  send_format(c, "{\"id\":1,\"m\":\"join\",\"p\":[\"r%d\",\"u%d\"]}%s", c->room, c->index, end_of_message());
}

static int publish(char *request, int room, const char *payload, int size, uint32_t sequence) {
  return sprintf(request, "{\"id\":%lu,\"m\":\"say\",\"p\":[\"r%d\",\"%.*s\"]}%s", (unsigned long)sequence + FIRST_ID,
                 room, size, payload, end_of_message());
}

static int call(char *request, const connection *c, uint64_t sequence) {
  return sprintf(request, "{\"id\":%lu,\"m\":\"%s\",\"p\":[\"r%d\"]}%s", (unsigned long)sequence + FIRST_ID, opt.call,
                 c->room, end_of_message());
}

static void read_message(connection *c, const char *message, int length) {
  if (opt.protocol->websocket && c->stage == 0) {
    c->stage = 1;
    enter(c);
    return;
  }
  if (length < 7) return;
  if (message[2] != 'i') {
    const char *payload = message + length - 2 - opt.size;
    if (opt.mode == FANOUT && length > opt.size + 10 && *payload == '@') delivered(c, payload);
    return;
  }
  if (!c->ready) {
    became_ready(c);
    return;
  }
  uint64_t id = 0;
  for (const char *at = message + 6; *at >= '0' && *at <= '9'; at++) id = id * 10 + (uint64_t)(*at - '0');
  if (id >= FIRST_ID) answered(c, id - FIRST_ID);
}

static void upgrade(connection *c) {
  static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  send_bytes(c, request, sizeof request - 1);
}

const protocol json = {
    .name = "json", .greet = enter, .join = join, .publish = publish, .call = call, .read = read_message};

const protocol ws = {.name = "ws",
                     .websocket = true,
                     .greet = upgrade,
                     .join = join,
                     .publish = publish,
                     .call = call,
                     .read = read_message};
