import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

/** Each question runs in a process of its own: what is hardened can't be softened again. */
function run(code: string): unknown {
  const hardening = JSON.stringify(new URL("hardening.ts", import.meta.url).href);
  const source = `import { builtIns, builtInMembers, hardenBuiltIns } from ${hardening}; ${code}`;
  return JSON.parse(String(execFileSync(process.execPath, ["--disable-proto=delete", "--input-type=module", "--eval", source])));
}

const LIBRARIES = ["@grpc/grpc-js", "@peculiar/asn1-csr", "@peculiar/asn1-x509", "commander", "dns-packet", "jose", "pino", "prom-client", "ws", "yaml"];

test("no prototype takes a property once a program has hardened itself", () => {
  const found = run(`
    hardenBuiltIns();
    const extensible = [...builtIns()].filter(([object]) => Object.isExtensible(object)).map(([, name]) => name);
    const tried = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Map.prototype, Promise.prototype].filter((each) => Reflect.set(each, "polluted", true));
    const merged = {};
    const evil = JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}');
    (function merge(into, from) {
      for (const [key, value] of Object.entries(from)) {
        if (typeof value === "object") merge((into[key] ??= {}), value);
        else try { into[key] = value; } catch {}
      }
    })(merged, evil);
    console.log(JSON.stringify({ count: builtIns().size, extensible, tried: tried.length, polluted: {}.polluted ?? null, proto: Object.prototype.hasOwnProperty("__proto__") }));`);
  const { count, ...rest } = found as { count: number };
  assert.ok(count > 60, `only ${count} built-ins were seen`);
  assert.deepEqual(rest, { extensible: [], tried: 0, polluted: null, proto: false });
});

test("no library that Rampart uses changes a built-in, and each works with hardened ones", () => {
  const imports = LIBRARIES.map((name) => `await import(${JSON.stringify(import.meta.resolve(name))});`).join("\n");
  const bare = run("console.log(JSON.stringify(builtInMembers()));");
  const loaded = run(`${imports} hardenBuiltIns(); console.log(JSON.stringify(builtInMembers()));`);
  assert.ok(Array.isArray(bare) && bare.length > 800);
  assert.deepEqual(loaded, bare);
});
