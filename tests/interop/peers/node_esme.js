// node-smpp as the client. Prints one JSON object per line on stdout, takes commands as JSON lines on stdin.
'use strict';

const readline = require('readline');
const smpp = require('../node_modules/smpp');

const [port, kind, password] = process.argv.slice(2);
const say = (event) => process.stdout.write(JSON.stringify(event) + '\n');
const session = smpp.connect({ url: `smpp://127.0.0.1:${port}`, auto_enquire_link_period: 300 });

session.on('error', (error) => say({ event: 'error', text: String(error) }));
session.on('close', () => say({ event: 'closed' }));
session.on('enquire_link_resp', () => say({ event: 'enquire_link_resp' }));
session.on('deliver_sm', (pdu) => {
  const { message, udh } = pdu.short_message || {};
  session.send(pdu.response());
  say({
    event: 'deliver',
    source: pdu.source_addr,
    destination: pdu.destination_addr,
    esm_class: pdu.esm_class,
    data_coding: pdu.data_coding,
    text: Buffer.isBuffer(message) ? message.toString('latin1') : message,
    header: udh ? Buffer.concat([].concat(udh)).toString('hex') : '',
    receipted_message_id: pdu.receipted_message_id,
    message_state: pdu.message_state,
  });
});
session.on('connect', () =>
  session[`bind_${kind}`]({ system_id: 'node', password, interface_version: 0x34 }, (pdu) =>
    say({ event: 'bound', status: pdu.command_status, system_id: pdu.system_id }),
  ),
);

const answered = (pdu) => say({ event: 'answer', status: pdu.command_status, message_id: pdu.message_id });

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const { command, texts, source, destination, receipt, data_coding } = JSON.parse(line);
  if (command === 'unbind') {
    session.unbind(() => session.close());
    return;
  }
  texts.forEach((text, index) => {
    const udh = Buffer.from([5, 0, 3, 77, texts.length, index + 1]);
    session.submit_sm(
      {
        source_addr: source,
        destination_addr: destination,
        registered_delivery: receipt ? 1 : 0,
        ...(data_coding === undefined ? {} : { data_coding }),
        short_message: texts.length > 1 ? { udh, message: text } : text,
        user_message_reference: 9,
      },
      answered,
    );
  });
});
