// node-smpp as the carrier. Prints one JSON object per line on stdout, takes commands as JSON lines on stdin.
'use strict';

const readline = require('readline');
const smpp = require('../node_modules/smpp');

const say = (event) => process.stdout.write(JSON.stringify(event) + '\n');
let bound = null;
let lastId = 0x1a2f;

function described(pdu) {
  const { message, udh } = pdu.short_message || {};
  const payload = pdu.message_payload && (pdu.message_payload.message || pdu.message_payload);
  const body = message && message.length ? message : payload || '';
  return {
    source: pdu.source_addr,
    source_ton: pdu.source_addr_ton,
    destination: pdu.destination_addr,
    esm_class: pdu.esm_class,
    data_coding: pdu.data_coding,
    registered_delivery: pdu.registered_delivery,
    validity: pdu.validity_period ? String(pdu.validity_period) : '',
    // What node-smpp itself decoded: the independent reading.
    text: Buffer.isBuffer(body) ? body.toString('latin1') : body,
    udh: udh ? Buffer.from(udh[0] && udh[0].length !== undefined ? Buffer.concat(udh) : udh).toString('hex') : '',
    sar: pdu.sar_total_segments ? [pdu.sar_msg_ref_num, pdu.sar_total_segments, pdu.sar_segment_seqnum] : null,
  };
}

function receipt(session, pdu, id) {
  const text = `id:${id} sub:001 dlvrd:001 submit date:2611221500 done date:2611221501 stat:DELIVRD err:000 text:`;
  session.deliver_sm(
    {
      source_addr: pdu.destination_addr,
      destination_addr: pdu.source_addr,
      esm_class: smpp.ESM_CLASS.MC_DELIVERY_RECEIPT,
      short_message: text,
      receipted_message_id: id,
      message_state: 2,
    },
    (answer) => say({ event: 'delivered', status: answer.command_status }),
  );
}

const server = smpp.createServer((session) => {
  session.on('error', () => {});
  for (const kind of ['transmitter', 'receiver', 'transceiver']) {
    session.on(`bind_${kind}`, (pdu) => {
      const status = pdu.password === 'wrong' ? smpp.ESME_RINVPASWD : 0;
      session.send(pdu.response({ command_status: status, system_id: 'node' }));
      say({ event: 'bind', kind, system_id: pdu.system_id, version: pdu.interface_version, status });
      if (!status) bound = session;
    });
  }
  session.on('submit_sm', (pdu) => {
    say({ event: 'submit', ...described(pdu) });
    if (pdu.destination_addr.endsWith('58')) {
      session.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED }));
      return;
    }
    const id = (lastId++).toString(16);
    session.send(pdu.response({ message_id: id }));
    if (pdu.registered_delivery) receipt(session, pdu, id);
  });
  session.on('enquire_link', (pdu) => {
    session.send(pdu.response());
    say({ event: 'enquire_link' });
  });
  session.on('unbind', (pdu) => {
    session.send(pdu.response());
    say({ event: 'unbind' });
    session.close();
  });
});
server.listen(0, '127.0.0.1', () => say({ event: 'listening', port: server.address().port }));

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const { source, destination, text, message, data_coding, esm_class } = JSON.parse(line);
  bound.deliver_sm(
    {
      source_addr: source,
      destination_addr: destination,
      esm_class: esm_class || 0,
      // A text is encoded by node-smpp; octets go as they are.
      ...(text === undefined ? { data_coding } : {}),
      short_message: text === undefined ? Buffer.from(message, 'hex') : text,
    },
    (answer) => say({ event: 'delivered', status: answer.command_status }),
  );
});
