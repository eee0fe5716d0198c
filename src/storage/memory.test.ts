import { memoryStore } from "./memory.ts";
import { storeSuite } from "./suite.ts";

storeSuite("memory", (_dir, clock) => memoryStore({ clock }));
