/** The thread's side of `JobThread`. */

import { once } from "node:events";
import { parentPort } from "node:worker_threads";
import type { Message } from "./job-thread.ts";

/** Answers each job that the thread is given; does nothing in a process's first thread. @param work may ask the other side, one question after the other */
export async function answerJobs<Job, Answer, Question = never>(
  work: (job: Job, ask: (question: Question) => Promise<unknown>) => Answer | Promise<Answer>,
): Promise<void> {
  const port = parentPort;
  if (!port) return;
  const say = (message: Message<Answer, Question>): void => port.postMessage(message);
  const ask = async (question: Question): Promise<unknown> => {
    const heard = once(port, "message");
    say({ ask: question });
    return (await heard)[0];
  };
  for (;;) {
    const [job] = (await once(port, "message")) as [Job];
    try {
      say({ answer: await work(job, ask) });
    } catch (error) {
      say({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  }
}
