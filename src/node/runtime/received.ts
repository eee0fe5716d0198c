/** What a protobuf answer looks like once decoded: scalars, lists and maps are always there, a message may be null. */

type Message<T> = string extends keyof T ? never : T;

export type Received<T> = T extends string | number | boolean | Buffer
  ? T
  : T extends (infer Item)[]
    ? Received<Item>[]
    : { [Key in keyof T]-?: ReceivedField<NonNullable<T[Key]>> };

type ReceivedField<T> = T extends string | number | boolean | Buffer | unknown[]
  ? Received<T>
  : T extends Message<T>
    ? Received<T> | null
    : { [Key in keyof T]: Received<T[Key]> };
