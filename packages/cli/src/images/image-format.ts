/** How files of each format begin. */
const MAGIC = {
  png: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  jpeg: [0xff, 0xd8, 0xff],
  npy: [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59],
  npz: [0x50, 0x4b],
  idx: [0, 0],
} as const;

export type ImageFormat = keyof typeof MAGIC;

/** The format of a file by its first bytes, whatever its name says; null where it is none of these. */
export function formatOf(bytes: Uint8Array): ImageFormat | null {
  const formats = Object.keys(MAGIC) as ImageFormat[];
  return formats.find((name) => MAGIC[name].every((byte, i) => bytes[i] === byte)) ?? null;
}
