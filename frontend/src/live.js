// The streams of a page come through one connection that all tabs share (live-worker.js). Where there are no shared
// workers, each page has its own. htmx sees a source of events either way.
const streams = new Map();
let worker;

class SharedSource extends EventTarget {
  readyState = EventSource.CONNECTING;
  onopen = null;
  onerror = null;

  constructor(address) {
    super();
    this.address = address;
    streams.set(address, this);
    worker.port.postMessage({ start: address });
  }

  take({ kind, name, data, closed }) {
    if (kind === "event") this.dispatchEvent(new MessageEvent(name, { data }));
    if (kind === "open") {
      this.readyState = EventSource.OPEN;
      this.onopen?.(new Event("open"));
    }
    if (kind === "error") {
      this.readyState = closed ? EventSource.CLOSED : EventSource.CONNECTING;
      if (closed) streams.delete(this.address);
      this.onerror?.(new Event("error"));
    }
  }

  close() {
    this.readyState = EventSource.CLOSED;
    if (streams.get(this.address) === this) streams.delete(this.address);
    worker.port.postMessage({ stop: this.address });
  }
}

function startWorker() {
  worker = new SharedWorker(new URL("./live-worker.js", import.meta.url), { type: "module", name: "chappe" });
  worker.port.onmessage = ({ data }) => streams.get(data.address)?.take(data);
  worker.port.postMessage({ language: document.documentElement.lang });
  const tab = crypto.randomUUID();
  // Held until the page is gone, however it goes. The worker hears of it once it is: it takes the lock itself as
  // soon as nobody holds it.
  navigator.locks.request(tab, () => {
    worker.port.postMessage({ tab });
    return new Promise(() => {});
  });
}

if (window.SharedWorker && navigator.locks) {
  window.htmx.createEventSource = (address) => {
    if (!worker) startWorker();
    return new SharedSource(address);
  };
}
