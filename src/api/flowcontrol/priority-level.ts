/** PriorityLevelConfigurations: how many requests of a level run at once, and how the others wait. */

import { isInRange } from "../../machinery/names.ts";
import { type FieldError, forbiddenField, invalid, notSupported, required } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { complain } from "../meta/checks.ts";
import { ageColumn, column, NONE, nameColumn } from "../meta/columns.ts";
import { keepMetadata } from "../meta/status-update.ts";
import type {
  ExemptPriorityLevelConfiguration,
  PriorityLevelConfiguration as LevelType,
  LimitedPriorityLevelConfiguration,
  LimitResponse,
  QueuingConfiguration,
} from "../tables/flowcontrol-v1.ts";
import { conditionErrors } from "./conditions.ts";

const EXEMPT = "exempt";
const QUEUES_MAX = 10_000_000;
/** What a hash gives to choose queues by. */
const HASH_BITS_MAX = 60;

export const PriorityLevelConfiguration = kind<LevelType>("flowcontrol.apiserver.k8s.io/v1", "prioritylevelconfigurations", {
  defaults({ spec: { limited, exempt } }) {
    if (exempt) {
      exempt.nominalConcurrencyShares ??= 0;
      exempt.lendablePercent ??= 0;
    }
    if (!limited) return;
    limited.nominalConcurrencyShares ??= 30;
    limited.lendablePercent ??= 0;
    const queuing = limited.limitResponse?.queuing;
    if (!queuing) return;
    queuing.handSize ||= 8;
    queuing.queues ||= 64;
    queuing.queueLengthLimit ||= 50;
  },
  generation: true,
  validate: (level) => specErrors(level),
  subresources: {
    status: {
      prepareUpdate(next, last) {
        keepMetadata(next, last);
        next.spec = last.spec;
      },
      validateUpdate: ({ status }) => conditionErrors(status?.conditions),
    },
  },
  columns: [
    nameColumn,
    column("Type", "string", "Whether it has a limit.", ({ spec }) => spec.type ?? ""),
    column("NominalConcurrencyShares", "string", "Its share of what runs at once.", ({ spec: { limited } }) =>
      limited ? (limited.nominalConcurrencyShares ?? 0) : NONE,
    ),
    column("Queues", "string", "How many queues it has.", ({ spec }) => spec.limited?.limitResponse?.queuing?.queues ?? NONE),
    column("HandSize", "string", "How many queues a flow may use.", ({ spec }) => spec.limited?.limitResponse?.queuing?.handSize ?? NONE),
    column("QueueLengthLimit", "string", "How many requests wait in a queue.", ({ spec }) => spec.limited?.limitResponse?.queuing?.queueLengthLimit ?? NONE),
    ageColumn,
  ],
});

function specErrors({ metadata, spec: { type = "", limited, exempt } }: LevelType): FieldError[] {
  const errors: FieldError[] = [];
  if ((metadata.name === EXEMPT) !== (type === "Exempt")) {
    errors.push(invalid("spec.type", type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  }
  if (type === "Exempt") {
    if (limited) errors.push(forbiddenField("spec.limited", ""));
    errors.push(...unfitErrors(limited));
    return [...errors, ...(exempt ? shareErrors("spec.exempt", exempt) : [])];
  }
  if (type === "Limited") {
    const other = exempt ? [forbiddenField("spec.exempt", "")] : [];
    return [...errors, ...other, ...(limited ? limitedErrors("spec.limited", limited) : [required("spec.limited", "")])];
  }
  const members = { limited, exempt };
  const unfit = (["limited", "exempt"] as const).filter((name) => members[name]).map((name) => forbiddenField(`spec.${name}`, ""));
  return [...errors, type ? notSupported("spec.type", type, ["Exempt", "Limited"]) : required("spec.type", ""), ...unfit, ...unfitErrors(limited)];
}

/** What is declared of a limit, and so checked even where none may be. */
function unfitErrors(limited: LimitedPriorityLevelConfiguration | undefined): FieldError[] {
  if (!limited) return [];
  const { type, queuing } = limited.limitResponse ?? {};
  const at = "spec.limited.limitResponse";
  if (!type) return [required(`${at}.type`, "")];
  return type !== "Queue" && queuing ? [forbiddenField(`${at}.queuing`, "")] : [];
}

function shareErrors(at: string, { nominalConcurrencyShares: shares = 0, lendablePercent }: ExemptPriorityLevelConfiguration): FieldError[] {
  return [
    ...(shares < 0 ? [invalid(`${at}.nominalConcurrencyShares`, shares, "must be a non-negative integer")] : []),
    ...(lendablePercent === undefined ? [] : complain(`${at}.lendablePercent`, lendablePercent, isInRange(lendablePercent, 0, 100))),
  ];
}

function limitedErrors(at: string, limited: LimitedPriorityLevelConfiguration): FieldError[] {
  const { borrowingLimitPercent: borrowing, limitResponse } = limited;
  return [
    ...shareErrors(at, limited),
    ...responseErrors(`${at}.limitResponse`, limitResponse ?? { type: "" }),
    ...(borrowing !== undefined && borrowing < 0 ? [invalid(`${at}.borrowingLimitPercent`, borrowing, "if specified, must be a non-negative integer")] : []),
  ];
}

function responseErrors(at: string, { type = "", queuing }: LimitResponse): FieldError[] {
  const field = `${at}.queuing`;
  if (type === "Queue") return queuing ? queuingErrors(field, queuing) : [required(field, "")];
  const errors = queuing ? [forbiddenField(field, "")] : [];
  if (type === "Reject") return errors;
  return [...errors, type ? notSupported(`${at}.type`, type, ["Queue", "Reject"]) : required(`${at}.type`, "")];
}

function queuingErrors(at: string, { queues, handSize, queueLengthLimit }: QueuingConfiguration): FieldError[] {
  const errors: FieldError[] = [];
  const positive = (name: string, value: number) => {
    if (value <= 0) errors.push(invalid(`${at}.${name}`, value, "must be positive"));
    return value > 0;
  };
  positive("queueLengthLimit", queueLengthLimit);
  if (positive("queues", queues) && queues > QUEUES_MAX) errors.push(invalid(`${at}.queues`, queues, `must not be greater than ${QUEUES_MAX}`));
  if (!positive("handSize", handSize)) return errors;
  if (handSize > queues) return [...errors, invalid(`${at}.handSize`, handSize, `should not be greater than queues (${queues})`)];
  if (entropyBits(queues, handSize) <= HASH_BITS_MAX) return errors;
  const detail = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${HASH_BITS_MAX}`;
  return [...errors, invalid(`${at}.handSize`, handSize, detail)];
}

/** How many bits it takes to deal a hand from so many queues. */
function entropyBits(queues: number, handSize: number): number {
  return Math.ceil(Math.log2(queues) * handSize);
}
