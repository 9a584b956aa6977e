/** The 32-bit FNV-1a hash of the bytes of some numbers: a fingerprint, not a proof. */
export function fingerprint(arrays: readonly (Float64Array | Uint8Array)[]): number {
  let hash = 0x811c9dc5;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) {
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
  }
  return hash >>> 0;
}
