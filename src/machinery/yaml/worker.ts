/** The thread that reads large YAML documents, so that none holds the server's event loop. */

import { answerJobs } from "../answer-jobs.ts";
import { DecodeError } from "../json/decode-error.ts";
import { type ConvertedYaml, yamlToJson } from "./to-json.ts";

/** What the thread answers to each text that it is sent. */
export type WorkerAnswer = { readonly converted: ConvertedYaml } | { readonly refused: string };

void answerJobs((text: string): WorkerAnswer => {
  try {
    return { converted: yamlToJson(text) };
  } catch (error) {
    if (error instanceof DecodeError) return { refused: error.message };
    throw error;
  }
});
