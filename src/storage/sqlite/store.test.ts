import { storeSuite } from "../suite.ts";
import { sqliteStore } from "./store.ts";

storeSuite("sqlite", (dir, clock) => sqliteStore({ file: `${dir}/state.db`, keyFile: `${dir}/sealing.key`, clock }));
