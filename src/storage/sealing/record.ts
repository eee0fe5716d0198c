/** What is inside a sealed value: the object and its side record, one behind the other. */

/** @returns how many bytes the record takes */
export function recordLength(value: Uint8Array, side: Uint8Array | undefined): number {
  return 4 + (side?.length ?? 0) + value.length;
}

/** Writes the record at `start`: the side record's length + 1 (0 where there is none) in four bytes, the side record, the object. */
export function writeRecord(into: Buffer, start: number, value: Uint8Array, side: Uint8Array | undefined): void {
  into.writeUInt32BE(side ? side.length + 1 : 0, start);
  if (side) into.set(side, start + 4);
  into.set(value, start + 4 + (side?.length ?? 0));
}

/** @returns views of the two parts. Throws a RangeError where the record is shorter than it says. */
export function readRecord(record: Uint8Array): { value: Uint8Array; side: Uint8Array | undefined } {
  const mark = new DataView(record.buffer, record.byteOffset, record.byteLength).getUint32(0);
  if (mark === 0) return { value: record.subarray(4), side: undefined };
  const middle = 4 + mark - 1;
  if (middle > record.length) throw new RangeError(`Cannot read a record of ${record.length} bytes: its side record ends at ${middle}`);
  return { value: record.subarray(middle), side: record.subarray(4, middle) };
}
