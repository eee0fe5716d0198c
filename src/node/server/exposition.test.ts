import assert from "node:assert/strict";
import { test } from "node:test";
import { exposition, type Sample } from "./exposition.ts";

test("samples are written with their labels, whatever is in them", () => {
  const samples: Sample[] = [
    { labels: {}, value: 1 },
    { labels: { a: 'x"\\\n', b: "y" }, value: 0.5 },
  ];
  assert.equal(
    exposition([{ name: "m", help: "What it is", type: "gauge", samples }]),
    '# HELP m What it is\n# TYPE m gauge\nm 1\nm{a="x\\"\\\\\\n",b="y"} 0.5\n',
  );
});
