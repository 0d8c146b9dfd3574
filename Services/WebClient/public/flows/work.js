// The editor at work: reads the flow, checks and saves what changes, publishes. What becomes of it, the editor's state says.
import { RequestError } from "../core/api.js";
import { Store } from "../core/store.js";
import { serviceText } from "../elements/failure.js";
import { initialEditor, reduceEditor } from "./editor.js";
import { readKinds } from "./kinds.js";
import * as requests from "./requests.js";

const checkAfter = 250;
const saveAfter = 1000;

/** One flow that is being edited. */
export class FlowWork {
  kinds = new Map();
  books = { queue: [], list: [], flow: [], prompt: [] };
  store = new Store(reduceEditor, initialEditor);
  #flowID;
  #checking = null;
  #saving = null;
  #isClosed = false;

  constructor(flowID) {
    this.#flowID = flowID;
    this.store.watch((state, before) => state.document !== before.document && this.#changed(state));
  }

  get state() {
    return this.store.state;
  }

  /** - Throws: `RequestError`. */
  async open() {
    const [books, { draft, published }] = await Promise.all([requests.loadBooks(), requests.openFlow(this.#flowID)]);
    this.books = books;
    this.kinds = readKinds(books.schema);
    // Another author's drawing is shown as he drew it: places are part of the document.
    const shown = draft?.document ?? published.flow;
    this.store.send({
      type: "opened", flowID: this.#flowID, document: { nodes: {}, ...shown }, published, revision: draft?.revision ?? 0,
      problems: draft?.problems ?? [],
    });
  }

  /** The next document; `merge` names what is being typed in. */
  edit(document, options = {}) {
    this.store.send({ type: "edited", document, at: Date.now(), ...options });
  }

  #changed(state) {
    clearTimeout(this.#checking);
    clearTimeout(this.#saving);
    if (state.past.length + state.future.length === 0) return;
    this.#checking = setTimeout(() => this.#check(), checkAfter);
    this.#saveSoon();
  }

  async #check() {
    const { document } = this.state;
    const answer = await requests.validate(document).catch(() => null);
    if (answer) this.store.send({ type: "checked", document, problems: answer.problems });
  }

  #saveSoon() {
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => this.save(), saveAfter);
  }

  /** Saves what is not saved yet, one after the other; whether all of it is. */
  async save() {
    clearTimeout(this.#saving);
    while (this.#running) await this.#running;
    const { document, saved, saving, revision } = this.state;
    if (saving === "conflict") return false;
    if (document === saved) return true;
    this.#running = this.#save(document, revision).finally(() => (this.#running = null));
    return this.#running;
  }

  #running = null;

  async #save(document, revision) {
    this.store.send({ type: "savingBegan" });
    try {
      const draft = await requests.saveDraft(this.#flowID, document, revision);
      this.store.send({ type: "saved", document, revision: draft.revision });
      this.store.send({ type: "checked", document, problems: draft.problems });
      if (this.state.document === document) return true;
      this.#saveSoon();
    } catch (error) {
      const isConflict = error instanceof RequestError && error.status === 409;
      this.store.send({ type: "savingFailed", isConflict, notice: isConflict ? null : serviceText(error) });
      if (!isConflict && !this.#isClosed) this.#saving = setTimeout(() => this.save(), 5000);
    }
    return false;
  }

  /** After a conflict: mine is saved over the other's, which its author still has in his editor. */
  async keepMine() {
    const other = await requests.openFlow(this.#flowID);
    this.store.send({ type: "saved", document: null, revision: other.draft?.revision ?? 0 });
    return this.save();
  }

  /** - Throws: `RequestError`. */
  async publish() {
    if (!(await this.save()) && !(await this.save())) throw new RequestError(0, "notSaved", "");
    const { document, revision } = this.state;
    const summary = await requests.publishDraft(this.#flowID, revision);
    await this.#publishedAs(summary, document);
  }

  async #publishedAs({ version }, document) {
    const published = await requests.loadVersion(this.#flowID, version);
    this.store.send({ type: "published", published, document });
    if (this.state.document !== document) this.#saveSoon();
  }

  /** - Throws: `RequestError`. */
  async rollBack(version) {
    await this.save();
    await requests.rollBack(this.#flowID, version);
    await this.open();
  }

  /** Throws the draft away; whether there is something published to go back to. - Throws: `RequestError`. */
  async discard() {
    clearTimeout(this.#saving);
    while (this.#running) await this.#running;
    if (this.state.revision > 0) await requests.discardDraft(this.#flowID);
    if (this.state.published) await this.open();
    else this.store.send({ type: "saved", document: this.state.document, revision: 0 });
    return Boolean(this.state.published);
  }

  async loadCounts() {
    const counts = await requests.loadCounts(this.#flowID);
    this.store.send({ type: "counts", counts });
  }

  /** - Throws: `RequestError` with the sentences of everything that is wrong. */
  async simulate(script) {
    const { layout, ...flow } = this.state.document;
    this.store.send({ type: "trial", result: await requests.simulate(flow, script) });
  }

  close() {
    this.#isClosed = true;
    clearTimeout(this.#checking);
    if (this.state.document && this.state.document !== this.state.saved) this.save();
  }
}
