/** The thread that reads large YAML documents, so that none holds the server's event loop. */

import { parentPort } from "node:worker_threads";
import { DecodeError } from "../json/decode-error.ts";
import { type ConvertedYaml, yamlToJson } from "./to-json.ts";

/** What the thread answers to each text that it is sent. */
export type WorkerAnswer = { readonly converted: ConvertedYaml } | { readonly refused: string } | { readonly failed: string };

parentPort?.on("message", (text: string) => {
  parentPort?.postMessage(answer(text));
});

function answer(text: string): WorkerAnswer {
  try {
    return { converted: yamlToJson(text) };
  } catch (error) {
    if (error instanceof DecodeError) return { refused: error.message };
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
