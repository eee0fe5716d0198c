/** What is meant to differ, or must: each with its reason, as docs/differences.md has them. */

import type { Asked } from "./servers.ts";

interface Known {
  readonly why: string;
  readonly title: RegExp;
  readonly of?: (asked: Asked, what: string) => boolean;
}

const pathOf = ({ path }: Asked): string => path.split("?", 1)[0]!;

const KNOWN: readonly Known[] = [
  { why: "a path that isn't in its one normal form is refused", title: /^code 400, not \d+/, of: (asked) => /\/\/|\/\.\.?(\/|$)|%2e|%2f/i.test(pathOf(asked)) },
  {
    why: "a method that HTTP doesn't have is refused by the parser",
    title: /^code 400, not \d+|^code 0, not/,
    of: ({ method }) => !/^(GET|HEAD|OPTIONS|PUT|POST|PATCH|DELETE|TRACE)$/.test(method),
  },
  { why: "who made what the server itself keeps has another name", title: /"rampart-[a-z-]+"/ },
  { why: "the servers have other addresses", title: /^serverAddressByClientCIDRs/ },
  {
    why: "a control plane alone knows no way to nodes, pods and services",
    title: /^code 503, not/,
    of: (_, what) => /: (proxy|log|exec|attach|portforward)$/.test(what),
  },
  { why: "kube-apiserver itself breaks off", title: /^code \d+, not 0$/ },
  {
    why: "discovery takes only the methods that mean something",
    title: /^code 405, not 200/,
    of: (asked) => /^\/(apis(\/[^/]+)?\/?|readyz|livez|healthz)/.test(pathOf(asked)),
  },
];

/** @returns why the difference is meant, where it is */
export function reasonFor(what: string, asked: Asked, title: string): string | undefined {
  return KNOWN.find((one) => one.title.test(title) && (one.of?.(asked, what) ?? true))?.why;
}
