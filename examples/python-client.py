#!/usr/bin/env python3
"""Joins a room of a salas server, says something, and prints what happens there until Ctrl-C.

    python3 examples/python-client.py NAME ROOM TEXT [HOST [PORT]]
"""
import json
import socket
import sys


def main(name, room, text, host="127.0.0.1", port="4242"):
    connection = socket.create_connection((host, int(port)))
    lines = (line for line in connection.makefile("r", encoding="utf-8") if not line.startswith("#"))

    def call(number, method, **params):
        """The result of a call; pushes that come before it are shown."""
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        connection.sendall(json.dumps(request).encode() + b"\n")
        for message in map(json.loads, lines):
            if message.get("id") != number:
                show(message)
            elif "error" in message:
                sys.exit(f"{message['error']['data']['code']} {message['error']['message']}")
            else:
                return message["result"]
        sys.exit("the server ended the connection")

    print("I am", call(1, "user.register", name=name)["userId"])
    call(2, "room.join", room=room)
    call(3, "room.send", room=room, text=text)
    for message in map(json.loads, lines):
        show(message)


def show(push):
    params = push["params"]
    if push["method"] == "room.message":
        print(f"[{params['room']} #{params['seq']}] {params['from']}: {params['text']}", flush=True)
    else:
        print(push["method"], params, flush=True)


if __name__ == "__main__":
    if not 4 <= len(sys.argv) <= 6:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        pass
