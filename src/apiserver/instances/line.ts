/** Questions and answers between two threads, both ways. */

import type { Transferable } from "node:worker_threads";

/** What a `MessagePort` and a `Worker` have in common. */
export interface Port {
  postMessage(message: unknown, transfer?: readonly Transferable[]): void;
  on(event: "message", listener: (message: Message) => void): unknown;
}

type Message =
  | { readonly id: number; readonly question: unknown }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failure: string };

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Questions by name: what goes there, and what comes back. */
export type Dialogue = Record<string, { readonly asked: unknown; readonly answered: unknown }>;
type Asked<D extends Dialogue, Name extends keyof D> = D[Name]["asked"];
export type Answers<D extends Dialogue> = { readonly [Name in keyof D]: (asked: Asked<D, Name>) => Promise<D[Name]["answered"]> };

/** `Ours` is what is asked from this side, `Theirs` what is answered here. */
export class Line<Ours extends Dialogue, Theirs extends Dialogue> {
  readonly #port: Port;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(port: Port, answers: Answers<Theirs>) {
    this.#port = port;
    port.on("message", (message) => {
      if ("question" in message) void this.#answer(message.id, message.question as { name: keyof Theirs; asked: Asked<Theirs, keyof Theirs> }, answers);
      else this.#take(message);
    });
  }

  ask<Name extends keyof Ours>(name: Name, asked: Asked<Ours, Name>): Promise<Ours[Name]["answered"]> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#port.postMessage({ id, question: { name, asked } });
    });
  }

  async #answer(id: number, { name, asked }: { name: keyof Theirs; asked: Asked<Theirs, keyof Theirs> }, answers: Answers<Theirs>): Promise<void> {
    try {
      this.#port.postMessage({ id, answer: await answers[name](asked) });
    } catch (error) {
      this.#port.postMessage({ id, failure: String(error) });
    }
  }

  #take(message: Exclude<Message, { readonly question: unknown }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ("answer" in message) waiting?.resolve(message.answer);
    else waiting?.reject(new Error(message.failure));
  }
}
