// What the flow editor shows: one pure function of what was done and what the server said.

/** Undoing goes back this far. */
const mostSteps = 200;
/** Typing in one field within this (ms) is one step. */
const pause = 1200;

/**
 * `document` is what is drawn, `saved` what the server holds of it, and `revision` the draft's count there (0: no draft).
 * `saving` is `clean`, `waiting`, `running`, `failed` or `conflict`.
 */
export const initialEditor = Object.freeze({
  flowID: null,
  document: null,
  published: null,
  revision: 0,
  saved: null,
  saving: "clean",
  notice: null,
  past: [],
  future: [],
  last: null,
  selected: null,
  problems: [],
  trial: null,
  counts: null,
});

export function reduceEditor(state, input) {
  return Object.hasOwn(inputs, input.type) ? inputs[input.type](state, input) : state;
}

const inputs = {
  /** A flow was read: its draft if there is one, else what is published. */
  opened: (_, { flowID, document, published, revision, problems }) =>
    ({ ...initialEditor, flowID, document, published, revision, saved: document, problems: problems ?? [] }),
  /** `merge` names what is typed in: the same again soon is the same step. */
  edited: (state, { document, select, merge, at }) => {
    if (document === state.document) return select === undefined ? state : { ...state, selected: select };
    const isSame = merge && state.last?.merge === merge && at - state.last.at < pause && state.past.length > 0;
    return settled({
      ...state, document, future: [],
      past: isSame ? state.past : [...state.past, state.document].slice(-mostSteps),
      last: merge ? { merge, at } : null,
      selected: select === undefined ? state.selected : select,
      saving: owed(state, document),
    });
  },
  undo: (state) => (state.past.length === 0 ? state : settled({
    ...state, document: state.past.at(-1), past: state.past.slice(0, -1), future: [state.document, ...state.future],
    last: null, saving: owed(state, state.past.at(-1)),
  })),
  redo: (state) => (state.future.length === 0 ? state : settled({
    ...state, document: state.future[0], past: [...state.past, state.document], future: state.future.slice(1),
    last: null, saving: owed(state, state.future[0]),
  })),
  selected: (state, { name }) => (state.selected === name ? state : { ...state, selected: name }),
  /** What is wrong with a document; with one that is not shown any more it says nothing. */
  checked: (state, { document, problems }) => (document === state.document ? { ...state, problems } : state),
  savingBegan: (state) => ({ ...state, saving: "running" }),
  saved: (state, { document, revision }) => ({
    ...state, saved: document, revision, notice: null, saving: document === state.document ? "clean" : "waiting",
  }),
  savingFailed: (state, { isConflict, notice }) => ({ ...state, saving: isConflict ? "conflict" : "failed", notice: notice ?? null }),
  /** The draft became a version; what was typed meanwhile is a new draft. */
  published: (state, { published, document }) => ({
    ...state, published, revision: 0, saved: document, counts: null, notice: null,
    saving: document === state.document ? "clean" : "waiting",
  }),
  trial: (state, { result }) => ({ ...state, trial: result }),
  counts: (state, { counts }) => ({ ...state, counts }),
  noticed: (state, { notice }) => ({ ...state, notice }),
};

/** What is owed to the server once the document is this one. A conflict is settled by its author only. */
function owed({ saving, saved }, document) {
  if (saving === "conflict" || saving === "running") return saving;
  return document === saved ? "clean" : "waiting";
}

/** A node that is gone is not selected, and a way through what was is shown no more. */
function settled(state) {
  const isThere = state.selected !== null && Object.hasOwn(state.document.nodes ?? {}, state.selected);
  return { ...state, selected: isThere ? state.selected : null, trial: null };
}

/** The problems of a node; of the flow itself with null. */
export const problemsOf = (state, name) => state.problems.filter((problem) => (problem.node ?? null) === name);

/** Which nodes and ways a trial went through: `{ nodes: Map(name → turns), ways: Set("node way") }`. */
export function trialPath(trial) {
  const path = { nodes: new Map(), ways: new Set() };
  (trial?.steps ?? []).filter((step) => step.flow === trialFlow).forEach((step, index) => {
    path.nodes.set(step.node, [...(path.nodes.get(step.node) ?? []), index + 1]);
    if (step.exit) path.ways.add(`${step.node} ${step.exit}`);
  });
  return path;
}

/** What the service calls a flow that is sent along with its trial. */
export const trialFlow = "trial";

/** What a caller of a trial does, from what was typed: keys by turns, separated by commas. */
export function scriptOf({ caller, called, at, keys, attributes, queues, transfers }) {
  const turns = keys.trim() === "" ? [] : keys.split(/[,，、\s]+/).filter((turn) => turn !== "");
  return {
    ...(caller ? { caller } : {}), ...(called ? { called } : {}), ...(at ? { at: at * 1000 } : {}),
    ...(turns.length > 0 ? { keys: turns.map((turn) => (turn === "-" ? "" : turn)) } : {}),
    ...(Object.keys(attributes ?? {}).length > 0 ? { attributes } : {}),
    ...(queues?.length ? { queues } : {}), ...(transfers?.length ? { transfers } : {}),
  };
}
