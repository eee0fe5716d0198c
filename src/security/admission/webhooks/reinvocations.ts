/** Which webhooks are asked a second time: those that allow it, and whose answer came before something was changed. [KEP-2789's predecessor, kubernetes #78080] */

import type { KubeObject } from "../../../api/kind.ts";
import type { AdmissionRequest, Rounds } from "../plugin.ts";
import { sameObject } from "./same-object.ts";

/** What is asked: a webhook, or a policy with its parameters. */
interface Hooked {
  /** Unlike any other of the same sort. */
  readonly id: string;
}

export class Reinvocations {
  readonly #rounds: Rounds;
  /** Asked in this round, and may be asked again. */
  #willing = new Set<string>();
  /** To be asked again. */
  readonly #due = new Set<string>();
  /** The object as the last round left it. */
  #left: KubeObject | undefined;

  private constructor(rounds: Rounds) {
    this.#rounds = rounds;
  }

  static of(rounds: Rounds, name: string): Reinvocations {
    const known = rounds.kept.get(name);
    if (known instanceof Reinvocations) return known;
    const made = new Reinvocations(rounds);
    rounds.kept.set(name, made);
    return made;
  }

  /** In the second round the built-in plug-ins may have changed what the webhooks had left. */
  begin({ object, kind }: AdmissionRequest): void {
    if (this.#rounds.round === 1 && object && !sameObject(kind, this.#left, object)) this.#require();
  }

  /** Nobody is asked for the first time in the second round. */
  isDue(hook: Hooked): boolean {
    return this.#rounds.round === 0 || this.#due.has(hook.id);
  }

  asked(hook: Hooked): void {
    this.#willing.add(hook.id);
  }

  changed(): void {
    this.#require();
    this.#rounds.again();
  }

  end({ object }: AdmissionRequest): void {
    this.#left = object && structuredClone(object);
  }

  #require(): void {
    for (const id of this.#willing) this.#due.add(id);
    this.#willing = new Set();
  }
}
