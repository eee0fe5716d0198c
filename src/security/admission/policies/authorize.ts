/**
 * The authorizer as expressions ask it. Most answers come at once; where one must be waited for, the evaluation is given up, and made again
 * when the answer is there: expressions evaluate without a turn of the event loop, and few ask.
 */

import type { AuthorizationAnswer, AuthorizationCheck, Authorize } from "../../../machinery/cel/functions/authorizer.ts";
import type { Authorizer, Decision, Question } from "../../attributes.ts";
import type { User } from "../../user.ts";
import type { Elsewhere } from "./elsewhere.ts";
import { Pace } from "./pace.ts";
import type { ExpressionTimes } from "./times.ts";

/** Thrown out of an evaluation whose answer isn't there yet. */
class Pending extends Error {
  override name = "Pending";
  readonly answer: Promise<void>;
  constructor(answer: Promise<void>) {
    super("the authorizer has not answered yet");
    this.answer = answer;
  }
}

/** What the expressions about one request share: they ask each question only once, take turns with other work, and may go elsewhere. */
export class Asking {
  readonly pace = new Pace();
  /** Undefined where there is no other thread. */
  readonly elsewhere: Elsewhere | undefined;
  readonly #authorizer: Authorizer;
  readonly #user: User;
  readonly #answers = new Map<string, AuthorizationAnswer>();

  readonly times: ExpressionTimes | undefined;

  constructor(authorizer: Authorizer, user: User, elsewhere: Elsewhere | undefined, times?: ExpressionTimes) {
    this.elsewhere = elsewhere;
    this.times = times;
    this.#authorizer = authorizer;
    this.#user = user;
  }

  readonly authorize: Authorize = (check) => {
    const key = JSON.stringify(check);
    const known = this.#answers.get(key);
    if (known) return known;
    const decision = this.#authorizer.authorize(questionOf(check, this.#user));
    if (!(decision instanceof Promise)) return this.#keep(key, decision);
    const wait = decision.then(
      (answer) => void this.#keep(key, answer),
      (error: unknown) => void this.#answers.set(key, { allowed: false, reason: "", error: error instanceof Error ? error.message : String(error) }),
    );
    throw new Pending(wait);
  };

  #keep(key: string, { decision, reason }: Decision): AuthorizationAnswer {
    const answer = { allowed: decision === "allow", reason };
    this.#answers.set(key, answer);
    return answer;
  }
}

function questionOf(check: AuthorizationCheck, caller: User): Question {
  const { verb, path = "", group = "", resource = "", subresource = "", namespace = "", name = "", fieldSelector, labelSelector, serviceAccount } = check;
  return {
    user: serviceAccount ? accountUser(serviceAccount.namespace, serviceAccount.name) : caller,
    attributes: { isResource: check.path === undefined, path, verb, group, version: "*", namespace, resource, subresource, name, tail: "" },
    ...(fieldSelector && { fieldSelector }),
    ...(labelSelector && { labelSelector }),
  };
}

function accountUser(namespace: string, name: string): User {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
    extra: Object.freeze(Object.create(null)),
    via: "serviceaccount",
  };
}

/** Runs an evaluation, again for as long as it waits for answers. */
export async function whenAnswered<T>(evaluate: () => T): Promise<T> {
  for (;;) {
    try {
      return evaluate();
    } catch (error) {
      if (!(error instanceof Pending)) throw error;
      await error.answer;
    }
  }
}
