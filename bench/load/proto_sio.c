// sio: Socket.IO 4 over WebSocket, as peers/socketio-server.cjs serves it. "42" is an event, "43" an acknowledgement.
#define _GNU_SOURCE
#include "lg.h"
#include <stdio.h>
#include <string.h>

enum { UPGRADING, OPENING, CONNECTING, JOINING };

static void greet(connection *c) {
  static const char request[] = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
                                "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  send_bytes(c, request, sizeof request - 1);
}

static void join(connection *c) { send_format(c, "421[\"join\",\"r%d\",\"u%d\"]", c->room, c->index); }

static int publish(char *request, int room, const char *payload, int size, uint32_t sequence) {
  (void)sequence;
  return sprintf(request, "42[\"say\",\"r%d\",\"%.*s\"]", room, size, payload);
}

static int call(char *request, const connection *c, uint64_t sequence) {
  return sprintf(request, "42%lu[\"%s\",\"r%d\"]", (unsigned long)sequence + FIRST_ID, opt.call, c->room);
}

static void setup(connection *c, const char *message, int length) {
  bool is_packet = length >= 2 && message[0] == '4';
  if (c->stage == UPGRADING) {
    c->stage = OPENING;
  } else if (c->stage == OPENING && message[0] == '0') {
    c->stage = CONNECTING;
    send_message(c, "40", 2);
  } else if (c->stage == CONNECTING && is_packet && message[1] == '0') {
    c->stage = JOINING;
    enter(c);
  } else if (c->stage == JOINING && is_packet && message[1] == '3') {
    became_ready(c);
  }
}

static void read_frame(connection *c, const char *message, int length) {
  if (length == 1 && message[0] == '2') { // ping, pong
    send_message(c, "3", 1);
    return;
  }
  if (!c->ready) {
    setup(c, message, length);
    return;
  }
  const char *payload = message + length - 3 - opt.size;
  if (length > 2 && message[0] == '4' && message[1] == '3') {
    uint64_t id = 0;
    for (const char *at = message + 2; *at >= '0' && *at <= '9'; at++) id = id * 10 + (uint64_t)(*at - '0');
    if (id >= FIRST_ID) answered(c, id - FIRST_ID);
  } else if (opt.mode == FANOUT && length > opt.size + 10 && *payload == '@') {
    delivered(c, payload);
  }
}

const protocol sio = {.name = "sio",
                      .websocket = true,
                      .greet = greet,
                      .join = join,
                      .publish = publish,
                      .call = call,
                      .read = read_frame};
