/** The image that holds a pod's namespaces open: one tiny program that reaps orphans and waits for ever. */

import { type ImageSpec, imageArchive } from "./image-archive.ts";
import { tar } from "./tar.ts";

export const PAUSE_IMAGE = "rampart.local/pause:1";

const ELF_HEADER = 64;
const PROGRAM_HEADER = 56;
const LOAD_AT = 0x400000;
const MACHINES = { x64: 62, arm64: 183 } as const;

/** rt_sigaction(SIGCHLD, SIG_IGN), then pause() again and again. The kernel reaps the children of who ignores SIGCHLD (signal(7), sigaction(2)). */
const CODE: Record<keyof typeof MACHINES, (actionAt: number) => Buffer> = {
  x64(actionAt) {
    const code = Buffer.from([
      ...[0xb8, 13, 0, 0, 0], // mov eax, rt_sigaction
      ...[0xbf, 17, 0, 0, 0], // mov edi, SIGCHLD
      ...[0xbe, 0, 0, 0, 0], // mov esi, action
      ...[0x31, 0xd2], // xor edx, edx
      ...[0x41, 0xba, 8, 0, 0, 0], // mov r10d, 8 (size of the mask)
      ...[0x0f, 0x05], // syscall
      ...[0xb8, 34, 0, 0, 0], // mov eax, pause
      ...[0x0f, 0x05], // syscall
      ...[0xeb, 0xf7], // back to pause
    ]);
    code.writeUInt32LE(actionAt, 11);
    return code;
  },
  arm64(actionAt) {
    const words = [
      0xd2800000 | (17 << 5), // mov x0, SIGCHLD
      0xd2800001 | ((actionAt & 0xffff) << 5), // mov x1, action (low half)
      0xf2a00001 | ((actionAt >>> 16) << 5), // movk x1, action, lsl 16
      0xd2800002, // mov x2, 0
      0xd2800003 | (8 << 5), // mov x3, 8
      0xd2800008 | (134 << 5), // mov x8, rt_sigaction
      0xd4000001, // svc 0
      0xd2800000, // mov x0, 0 (ppoll(0, 0, 0, 0) is arm64's pause)
      0xd2800001,
      0xd2800002,
      0xd2800003,
      0xd2800008 | (73 << 5), // mov x8, ppoll
      0xd4000001, // svc 0
      0x17fffffa, // back to the ppoll
    ];
    const code = Buffer.alloc(words.length * 4);
    for (const [index, word] of words.entries()) code.writeUInt32LE(word >>> 0, index * 4);
    return code;
  },
};

/** @returns a static ELF executable of less than 300 bytes */
export function pauseProgram(architecture: string = process.arch): Buffer {
  if (architecture !== "x64" && architecture !== "arm64") throw new Error(`No pause program for ${architecture}: x64 and arm64 are known`);
  const codeAt = ELF_HEADER + PROGRAM_HEADER;
  const length = CODE[architecture](0).length;
  const actionAt = codeAt + length + ((8 - ((codeAt + length) % 8)) % 8);
  const file = Buffer.alloc(actionAt + 32);
  file.write("\x7fELF\x02\x01\x01", 0, "latin1");
  file.writeUInt16LE(2, 16); // executable
  file.writeUInt16LE(MACHINES[architecture], 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(LOAD_AT + codeAt), 24); // entry
  file.writeBigUInt64LE(BigInt(ELF_HEADER), 32); // program headers
  file.writeUInt16LE(ELF_HEADER, 52);
  file.writeUInt16LE(PROGRAM_HEADER, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, ELF_HEADER); // PT_LOAD
  file.writeUInt32LE(5, ELF_HEADER + 4); // readable, executable
  file.writeBigUInt64LE(BigInt(LOAD_AT), ELF_HEADER + 16);
  file.writeBigUInt64LE(BigInt(LOAD_AT), ELF_HEADER + 24);
  file.writeBigUInt64LE(BigInt(file.length), ELF_HEADER + 32);
  file.writeBigUInt64LE(BigInt(file.length), ELF_HEADER + 40);
  file.writeBigUInt64LE(0x1000n, ELF_HEADER + 48);
  CODE[architecture](LOAD_AT + actionAt).copy(file, codeAt);
  file.writeBigUInt64LE(1n, actionAt); // struct sigaction: the handler is SIG_IGN, everything else zero
  return file;
}

/** @returns an archive to import before the first pod */
export function pauseImageArchive(architecture: string = process.arch): Buffer {
  const layer = tar([{ path: "pause", mode: 0o755, content: pauseProgram(architecture) }]);
  const image: ImageSpec = { name: PAUSE_IMAGE, layer, entrypoint: ["/pause"], user: "65535:65535" };
  return imageArchive(image, architecture);
}
