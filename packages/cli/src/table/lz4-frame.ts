/** Frames begin with this. */
const MAGIC = 0x184d2204;
/** Bits of the byte that says what a frame has. */
const FLAG = { dictionary: 0x01, contentSize: 0x08, blockSums: 0x10 } as const;
/** The bit that marks a block stored as it is. */
const STORED = 0x8000_0000;
const SHORTEST_MATCH = 4;
/** In half a byte, this says that the length goes on. */
const LONG = 15;

/**
 * The content of an LZ4 frame; check sums are not compared.
 *
 * @throws Error when the frame is damaged.
 *
 * Formats: LZ4 Frame Format Description 1.6.4 and LZ4 Block Format Description.
 */
export function decodeLz4Frame(frame: Uint8Array): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < 7 || view.getUint32(0, true) !== MAGIC) throw damaged();
  const has = (flag: keyof typeof FLAG) => (view.getUint8(4) & FLAG[flag]) !== 0;
  let at = 7 + (has("contentSize") ? 8 : 0) + (has("dictionary") ? 4 : 0);
  const content = growing();
  for (;;) {
    if (at + 4 > frame.length) throw damaged();
    const size = view.getUint32(at, true);
    if (size === 0) return content.bytes();
    const end = at + 4 + (size & ~STORED);
    if (end > frame.length) throw damaged();
    const block = frame.subarray(at + 4, end);
    if (size >= STORED) content.append(block);
    else decodeBlock(block, content);
    at = end + (has("blockSums") ? 4 : 0);
  }
}

const damaged = () => new Error("an LZ4 frame is damaged");

/** Sequences of bytes as they are and of a repetition of earlier ones; the last repeats nothing. */
function decodeBlock(block: Uint8Array, content: Growing): void {
  let at = 0;
  const next = () => {
    const byte = block[at++];
    if (byte === undefined) throw damaged();
    return byte;
  };
  const wholeLength = (start: number) => {
    let length = start;
    for (let more = start === LONG ? 255 : 0; more === 255; length += more) more = next();
    return length;
  };
  while (at < block.length) {
    const token = next();
    const literals = wholeLength(token >> 4);
    if (at + literals > block.length) throw damaged();
    content.append(block.subarray(at, at + literals));
    at += literals;
    if (at === block.length) return;
    const distance = next() + 256 * next();
    content.repeat(distance, wholeLength(token & LONG) + SHORTEST_MATCH);
  }
}

interface Growing {
  append(part: Uint8Array): void;
  /** Appends what was appended so many bytes before; it may run into what it writes. */
  repeat(distance: number, length: number): void;
  bytes(): Uint8Array;
}

function growing(): Growing {
  let bytes = new Uint8Array(65_536);
  let size = 0;
  const makeRoom = (more: number) => {
    if (size + more <= bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * bytes.length, size + more));
    larger.set(bytes);
    bytes = larger;
  };
  return {
    append(part) {
      makeRoom(part.length);
      bytes.set(part, size);
      size += part.length;
    },
    repeat(distance, length) {
      if (distance === 0 || distance > size) throw damaged();
      makeRoom(length);
      for (const end = size + length; size < end; size++) {
        bytes[size] = bytes[size - distance] as number;
      }
    },
    bytes: () => bytes.subarray(0, size),
  };
}
