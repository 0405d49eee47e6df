const IAC = 0xff;
const commandBytes = 3;

/** Takes the server's telnet commands, all of which are three bytes long, out of a stream that is UTF-8 without them. */
export class TelnetCommands {
  /** All that have come in so far. */
  commands = Buffer.alloc(0);
  #carry = Buffer.alloc(0);

  /** The chunk without them. */
  takeFrom(chunk: Buffer): Buffer {
    let bytes = Buffer.concat([this.#carry, chunk]);
    this.#carry = Buffer.alloc(0);
    for (let at = bytes.indexOf(IAC); at !== -1; at = bytes.indexOf(IAC, at)) {
      const command = bytes.subarray(at, at + commandBytes);
      if (command.length < commandBytes) {
        this.#carry = Buffer.from(command);
        return bytes.subarray(0, at);
      }
      this.commands = Buffer.concat([this.commands, command]);
      bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + commandBytes)]);
    }
    return bytes;
  }
}
