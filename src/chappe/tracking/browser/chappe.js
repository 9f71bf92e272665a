// On the pages of a shop: remembers by which link of a text somebody came, and tells what they did then. It sets no
// cookie, and with Global Privacy Control it does nothing at all.
//   data-key   the key of your workspace
//   data-days  remember for so many days, in localStorage; without it, until the tab is closed (sessionStorage)
//   data-wait  read, keep and send nothing before chappe.consent()
(() => {
  const NAME = "chappe";
  const CODE = /([?&])chp=([0-9A-Za-z]{7})(&|(?=#|$))/;
  const script = document.currentScript;
  const { key, days, wait } = script.dataset;
  const address = new URL(`/b/${key}`, script.src).href;
  const refused = navigator.globalPrivacyControl === true;
  let allowed = wait === undefined;
  let code = "";
  let held = [];

  // Browsers may refuse to keep anything: then the page itself remembers.
  const box = (use) => {
    try {
      return use(days ? localStorage : sessionStorage);
    } catch {
      return null;
    }
  };

  const look = () => {
    const came = CODE.exec(location.search);
    if (came) {
      code = came[2];
      const until = days ? Date.now() + days * 86400000 : "";
      box((kept) => kept.setItem(NAME, `${code} ${until}`));
      // Out of the address, so that it is neither shared nor told to others on this page.
      history.replaceState(history.state, "", location.href.replace(CODE, (_, before, __, more) => (more ? before : "")));
    } else {
      const [kept, until] = (box((kept) => kept.getItem(NAME)) ?? "").split(" ");
      if (until && Date.now() > until) box((kept) => kept.removeItem(NAME));
      else code ||= kept;
    }
  };

  const send = async (name, { value, currency, order_id } = {}) => {
    if (!code) return false;
    const told = { code, name, currency };
    if (value != null) told.value = Number(value);
    if (order_id != null) told.order_id = String(order_id);
    // As plain text it needs no question beforehand, and it outlives the page.
    const asked = { method: "POST", body: JSON.stringify(told), keepalive: true, credentials: "omit" };
    try {
      const reply = await fetch(address, asked);
      if (!reply.ok) console.warn("Chappe:", (await reply.json()).detail);
      return reply.ok;
    } catch {
      return false;
    }
  };

  window.chappe = {
    // Whether it was taken. Of people who did not come by a text nothing is told.
    track: async (name, given) => {
      if (refused) return false;
      if (allowed) return send(name, given);
      held.push([name, given]);
      return false;
    },
    // consent(false) forgets what is kept, and nothing more is told.
    consent: (given = true) => {
      if (refused) return;
      allowed = given;
      if (given) {
        look();
        held.forEach((each) => send(...each));
      } else {
        code = "";
        box((kept) => kept.removeItem(NAME));
      }
      held = [];
    },
  };
  if (allowed && !refused) look();
})();
