// The one stream of all tabs (web/live.py). Each tab says which streams its page wants; what comes is told to those
// who want it. A tab that is gone has let go of the lock it held.
const OVER = "!over";
const tabs = new Map();
let source;
let open = [];
// Of the page that opened last: a person reads all of them in one.
let language = "";

const wanted = () => [...new Set([...tabs.values()].flatMap((addresses) => [...addresses]))].sort();

function tell(address, news) {
  for (const [port, addresses] of tabs) if (addresses.has(address)) port.postMessage({ address, ...news });
}

function over(address) {
  tell(address, { kind: "error", closed: true });
  open = open.filter((one) => one !== address);
  for (const addresses of tabs.values()) addresses.delete(address);
}

function carry({ data }, asked) {
  const end = data.indexOf("\n");
  const [place, name] = data.slice(0, end < 0 ? data.length : end).split(" ");
  if (name === OVER) over(asked[place]);
  else tell(asked[place], { kind: "event", name, data: end < 0 ? "" : data.slice(end + 1) });
}

function connect() {
  const asked = wanted();
  if (asked.join("\n") === open.join("\n")) return;
  source?.close();
  source = undefined;
  open = asked;
  if (asked.length === 0) return;
  const query = new URLSearchParams([["language", language], ...asked.map((address) => ["of", address])]);
  const stream = new EventSource(`/live?${query}`);
  source = stream;
  stream.onopen = () => asked.forEach((address) => tell(address, { kind: "open" }));
  stream.onmessage = (event) => carry(event, asked);
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) asked.forEach(over);
    else asked.forEach((address) => tell(address, { kind: "error", closed: false }));
  };
}

let later;

// Pages that open together make one change.
function connectSoon() {
  clearTimeout(later);
  later = setTimeout(connect, 30);
}

function said(port, { start, stop, tab, language: spoken }) {
  const addresses = tabs.get(port);
  if (spoken && spoken !== language) {
    open = [];
    language = spoken;
  }
  if (tab) {
    navigator.locks.request(tab, () => {
      tabs.delete(port);
      connectSoon();
    });
  }
  if (start) {
    addresses.add(start);
    if (open.includes(start) && source?.readyState === EventSource.OPEN) port.postMessage({ address: start, kind: "open" });
  }
  if (stop) addresses.delete(stop);
  connectSoon();
}

self.onconnect = ({ ports: [port] }) => {
  tabs.set(port, new Set());
  port.onmessage = ({ data }) => said(port, data);
};
