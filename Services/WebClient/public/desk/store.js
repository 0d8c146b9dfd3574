// The one store of the page.
import { Store } from "../core/store.js";
import { initialState, reduce } from "./state.js";

export const store = new Store(reduce, initialState);
