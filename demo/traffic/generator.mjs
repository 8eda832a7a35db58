import { Client } from './client.mjs';
import { SCENARIOS } from './scenarios.mjs';
import { Truth } from './truth.mjs';

/** Sends scenarios and keeps the books. */
export class Generator {
  truth = new Truth();
  #inFlight = new Set();
  #timer;

  /** @param {number} port of the shop  @param {import('./scenarios.mjs').World} world */
  constructor(port, world) {
    this.client = new Client(port);
    this.world = world;
  }

  async #visit(scenario) {
    try {
      const status = await this.client.send(scenario, this.world);
      if (status === scenario.status) this.truth.add(scenario);
      else this.truth.surprise(scenario, `answered ${status} instead of ${scenario.status}`);
    } catch (error) {
      this.truth.surprise(scenario, `failed with ${error.code ?? error.name}`);
    }
  }

  #start(scenario) {
    const visit = this.#visit(scenario).finally(() => this.#inFlight.delete(visit));
    this.#inFlight.add(visit);
    return visit;
  }

  /**
   * A whole deck: every scenario `rounds × weight` times in seeded order, `concurrency` at a time.
   */
  async playDeck(rounds, concurrency) {
    const deck = [];
    for (const scenario of SCENARIOS) {
      for (let i = 0; i < rounds * scenario.weight; i++) deck.push(scenario);
    }
    this.world.random.shuffle(deck);
    const worker = async () => {
      for (let next = deck.pop(); next !== undefined; next = deck.pop()) await this.#start(next);
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
  }

  /** Steady traffic with an uneven rhythm until `stop`. */
  playSteadily(requestsPerSecond) {
    let deck = [];
    const tick = () => {
      if (deck.length === 0) {
        deck = SCENARIOS.flatMap((scenario) => Array(scenario.weight).fill(scenario));
        this.world.random.shuffle(deck);
      }
      // A shop that hangs must not pile up visitors without bound.
      if (this.#inFlight.size < 200) this.#start(deck.pop());
      const pauseMs = (-Math.log(1 - this.world.random.next()) * 1000) / requestsPerSecond;
      this.#timer = setTimeout(tick, pauseMs);
    };
    tick();
  }

  /** Ends steady traffic; resolves when the last visitor has left. */
  async stop() {
    clearTimeout(this.#timer);
    await Promise.all(this.#inFlight);
    this.client.close();
  }
}
