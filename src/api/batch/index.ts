/** The kinds of batch/v1. */

import type { Kind } from "../kind.ts";
import { CronJob } from "./cron-job.ts";
import { Job } from "./job.ts";

export const batch: readonly Kind[] = [CronJob, Job];
